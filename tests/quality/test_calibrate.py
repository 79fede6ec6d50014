"""The script that fits the embedded confidence: what rows count, and what it prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from calibrate import balance, read_prose, show_calibration

from rag.answer.confidence import ConfidenceModel, KindConfidence, LogisticModel
from rag.answer.kinds import QuestionKind
from rag.answer.types import Signals
from rag.evaluate.calibrate import Calibration, CalibrationRow
from rag.evaluate.metrics import balanced_accuracy, calibration_error


def row_of(kind: QuestionKind, verdict: str = "right") -> CalibrationRow:
    return CalibrationRow("q", kind, Signals(), verdict)  # type: ignore[arg-type]


def test_within_a_kind_the_collections_count_as_much_as_the_rows() -> None:
    rows = [row_of("short"), row_of("list"), row_of("short"), row_of("short"), row_of("short"), row_of("yes-no")]
    weights = [row.weight for row in balance(rows, 2)]
    assert weights == pytest.approx([2.0, 1.0, 2 / 3, 2 / 3, 2 / 3, 1.0])


def test_contexts_that_contradict_others_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "nq-1", "question": "Who?", "answers": ["Ada"], "context": "Ada did."}\n'
        '{"id": "nq_swap-1", "question": "Who?", "answers": ["Eve"], "context": "Eve did."}\n'
    )
    assert [row.id for row in read_prose(tmp_path / "rows.jsonl")] == ["nq-1"]


def test_the_figures_are_those_of_each_kinds_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row_of("short"), row_of("short", "wrong"), row_of("short", "half"), row_of("list"), row_of("list", "wrong")]
    chances = [0.9, 0.7, 0.5, 0.3, None]
    always = LogisticModel({}, 0.0)
    model = ConfidenceModel({"short": KindConfidence(always, None, 0.6), "list": KindConfidence(always, None, 0.2)})
    calibration = Calibration(model, chances, calibration_error([0.5], [True]), balanced_accuracy([True], [True]))
    show_calibration("tried", rows, calibration, chances)
    lines: dict[str, str] = {}
    for line in capsys.readouterr().out.splitlines():
        lines.setdefault(line.split()[0] if line else "", line)
    assert "33 (6-79)" in lines["short"], "of three that are sure one is right"
    assert lines["short"].split()[4:6] == ["0.60", "2"]
    assert lines["list"].split()[1:4] == ["1", "-", "0.20"]
    assert "0.90: 1.00 (1)" in lines["short"]
    assert "0.5: 3 (1, 1)  0.6: 2 (1, 1)  0.7: 2 (1, 1)  0.8: 1 (1, 0)" in lines["from"]
    assert lines["all"].split()[1] == "4"
    assert lines["right:"] == "right: sure 100 (21-100), likely 0 (0-79), unsure 100 (21-100)"
