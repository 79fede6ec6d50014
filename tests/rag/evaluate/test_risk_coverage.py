"""What a system's confidence is worth: by hand, on a page that opens anywhere, and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from rag.cli.main import main
from rag.data.rows import Row, as_passage
from rag.evaluate.answers import score_answers
from rag.evaluate.metrics import confidence_bins
from rag.evaluate.metrics.metric import mean_metric
from rag.evaluate.predictions import Prediction
from rag.evaluate.result import EvaluationResult
from rag.evaluate.risk_coverage import POINTS, risk_coverage
from rag.evaluate.run import Evaluation
from rag.report.evaluation import render_evaluation

RIGHT, WRONG = "four", "nonsense"


def row(number: int, answerable: bool = True) -> Row:
    references = (RIGHT,) if answerable else ()
    return Row(str(number), "answer", {"question": f"q{number}"}, references, (as_passage("x", "s"),), not answerable)


def record(number: int, output: str, confidence: float | None, abstained: bool = False) -> Prediction:
    return Prediction(str(number), output, abstained=abstained, confidence=confidence)


def test_the_curve_goes_from_the_surest_to_all_that_was_answered() -> None:
    rows = [row(0), row(1), row(2, answerable=False), row(3)]
    records = [record(0, RIGHT, 0.9), record(1, WRONG, 0.5), record(2, WRONG, 0.6), record(3, "", 0.1, abstained=True)]
    found = risk_coverage(records, rows)
    assert found is not None
    assert [(each.threshold, each.coverage, each.value) for each in found.curve] == [
        (0.9, 0.25, 100.0),
        (0.6, 0.5, 50.0),
        (0.5, 0.75, pytest.approx(100 / 3)),
    ]
    assert [(each.low, each.rows, each.confidence, each.right) for each in found.bins] == [
        (0.5, 1, 0.5, 0.0),
        (0.6, 1, 0.6, 0.0),
        (0.9, 1, 0.9, 1.0),
    ]


def test_long_curves_keep_their_ends() -> None:
    chance = np.random.default_rng(0)
    records = [record(n, RIGHT if chance.random() < 0.5 else WRONG, float(chance.random())) for n in range(1234)]
    found = risk_coverage(records, [row(n) for n in range(1234)])
    assert found is not None
    assert len(found.curve) == POINTS
    assert found.curve[-1].coverage == 1.0
    assert [each.coverage for each in found.curve] == sorted(each.coverage for each in found.curve)


def test_labels_have_a_probability_and_what_has_none_is_not_judged() -> None:
    rows = [Row(str(n), "classify", {"text": "t", "labels": ()}, ("a",)) for n in range(2)]
    found = risk_coverage([Prediction("0", "a", probability=0.8), Prediction("1", "b", probability=0.7)], rows)
    assert found is not None
    assert (found.measure, [each.value for each in found.curve]) == ("accuracy", [100.0, 50.0])
    assert risk_coverage([Prediction("0", "a"), Prediction("1", "b", probability=0.7)], rows) is None
    assert risk_coverage([record(0, "", None, abstained=True)], [row(0)]) is None


def test_bins_are_those_of_the_calibration_error() -> None:
    found = confidence_bins([0.0, 0.05, 0.95, 1.0], [False, True, True, True])
    assert [(each.low, each.high, each.rows, each.right) for each in found] == [(0.0, 0.1, 2, 0.5), (0.9, 1.0, 2, 1.0)]
    assert [each.confidence for each in found] == pytest.approx([0.025, 0.975])


# --- the page ---------------------------------------------------------------------------------------------------------


def evaluation(seed: int) -> Evaluation:
    chance = np.random.default_rng(seed)
    rows = [row(n, answerable=n % 3 > 0) for n in range(90)]
    records = []
    for n in range(90):
        sure = float(chance.random())
        records.append(record(n, RIGHT if chance.random() < sure else WRONG, sure, abstained=sure < 0.2))
    return Evaluation("answer", score_answers(records, rows), tuple(records), None, risk_coverage(records, rows))


def test_the_page_shows_all_systems_and_loads_nothing() -> None:
    hostile = "<script>alert(1)</script>"
    result = EvaluationResult("answers", "a/<b>rows", {"rows": 90}, {"reader": evaluation(0), hostile: evaluation(1)})
    tree = HTMLParser(render_evaluation(result))
    assert not tree.css("script")
    assert not [node for node in tree.css("[src], [href]") if not (node.attributes.get("href") or "").startswith("#")]
    assert len(tree.css("svg.wide polyline")) == len(tree.css("svg.narrow polyline")) == 2
    assert len(tree.css(".panels svg")) == 2
    cells = [node.text() for node in tree.css("table.measured tbody th")]
    assert any("Calibration error" in cell for cell in cells)
    shares = [node.text(strip=True) for node in tree.css("#confidence tbody tr")]
    assert len(shares) == 8
    assert tree.css_first("#differences") is not None
    assert tree.css_first("h1").text() == "Answers: <b>rows"
    labels = [node.attributes["aria-label"] for node in tree.css("svg[role=img]")]
    assert all(label for label in labels)


def test_a_page_without_confidences_or_values_is_whole() -> None:
    none = mean_metric("ndcg@10", [float("nan")], "higher", "share")
    result = EvaluationResult("retrieval", "x", {}, {"dense": Evaluation("retrieve", (none,), (Prediction("1", "d"),))})
    tree = HTMLParser(render_evaluation(result))
    assert tree.css_first("#confidence") is None
    assert tree.css_first("table.measured td").text(strip=True) == "none"


def test_the_command_draws_the_page_of_given_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows: list[Any] = [{"id": n, "question": f"q{n}", "answers": [RIGHT], "context": "x"} for n in range(9)]
    outputs = [{"id": n, "output": RIGHT if n % 3 else WRONG, "confidence": 0.1 * n} for n in range(9)]
    for name, lines in (("rows.jsonl", rows), ("out.jsonl", outputs)):
        Path(name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ["evaluate", "answers", "rows.jsonl", "--outputs", "out.jsonl"]
    assert main([*arguments, "--report", "page.html"]) == 0
    assert "F1 (out): 66.7 of the surest 33%, " in capsys.readouterr().out
    assert "Confidence" in Path("page.html").read_text("utf-8")
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["confidence"]["out"]
    assert found["measure"] == "f1"
    assert found["curve"][-1] == {"threshold": 0.0, "coverage": 1.0, "value": pytest.approx(66.666667)}
