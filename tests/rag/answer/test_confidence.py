"""How sure an answer is: told from all signals together, fitted to held-out rows, compared with one threshold."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ingest.chunk import Chunker
from ingest.errors import RowsError, WeightsError
from ingest.types import Chunk, Document
from rag.answer.confidence import AFTER, ConfidenceModel, LogisticModel, signals_of
from rag.answer.pipeline import Pipeline
from rag.answer.types import Signals
from rag.data.rows import Row, as_passage
from rag.evaluate.calibrate import fit, fit_confidence
from rag.evaluate.unanswerable import WithoutGold, unanswerable_rows
from rag.index.index import Index
from rag.reader.base import Span
from rag.retrieve.retrievers import Bm25Retriever, HybridRetriever
from stores import new_store
from stores.base import Hit

TEA = "Tea is served at four in the library. Coffee is served at ten."
RENT = "The rent is due on the first of the month. It is 900 euros."


def drawn(count: int, seed: int = 0) -> tuple[list[Row], list[Signals], list[bool]]:
    """Rows whose answers are right with the chance that a known function of the signals gives."""
    chance = np.random.default_rng(seed)
    rows, signals, right = [], [], []
    for number in range(count):
        each = Signals(chance.normal() * 4, chance.uniform(0.2, 0.9), chance.uniform(0, 0.3), bool(chance.integers(2)))
        logit = 0.5 * (each.margin or 0) + 3 * (each.evidence or 0) - 2 + 1.5 * bool(each.agreed)
        is_right = bool(chance.random() < 1 / (1 + math.exp(-logit)))
        question = {"question": f"q{number}"}
        rows.append(Row(str(number), "answer", question, ("x",) if is_right else (), (), not is_right))
        signals.append(each)
        right.append(is_right)
    return rows, signals, right


# --- the fit ----------------------------------------------------------------------------------------------------------


def test_the_fit_is_scikit_learns() -> None:
    rows, signals, right = drawn(8000)
    found = fit(range(len(rows)), signals, right, AFTER)
    columns = np.array([[s.margin, s.evidence, s.lead, float(bool(s.agreed))] for s in signals], dtype=float)
    reference = LogisticRegression(C=1e9, tol=1e-10).fit(columns, right)
    assert list(found.weights) == list(AFTER)
    assert list(found.weights.values()) == pytest.approx(reference.coef_[0], abs=0.03)
    assert found.bias == pytest.approx(reference.intercept_[0], abs=0.03)


def test_the_fit_is_calibrated_on_rows_that_it_has_not_seen() -> None:
    rows, signals, right = drawn(1500)
    done = fit_confidence(rows, signals, right, {"model": "m"})
    assert done.calibration_error.value < 5
    assert done.balanced_accuracy.value > 75
    assert done.model.about == {"model": "m", "rows": 1500, "right": sum(right)}
    _, others, truth = drawn(1500, seed=1)
    assert done.model.after is not None
    chances = np.array([done.model.after.probability(each) for each in others], dtype=float)
    assert abs(chances[np.array(truth)].mean() - chances.mean()) > 0.05
    assert abs(chances.mean() - np.mean(truth)) < 0.05


def test_what_is_not_known_is_not_learnt_from() -> None:
    rows, signals, right = drawn(300)
    alone = [Signals(margin=each.margin) for each in signals]
    done = fit_confidence(rows, alone, right, {})
    assert list(done.model.before.weights) == ["margin"]
    assert done.model.after is None
    alone[0] = Signals()
    assert fit_confidence(rows, alone, right, {}).chances[0] is None


def test_too_few_of_either_kind_are_refused() -> None:
    rows, signals, right = drawn(300)
    with pytest.raises(RowsError, match="300 answers were right and 0 wrong"):
        fit_confidence(rows, signals, [True] * 300, {})
    with pytest.raises(RowsError, match="at least 20 of each"):
        fit_confidence(rows, [Signals()] * 300, right, {})


def test_a_file_goes_round_and_another_is_refused(tmp_path: Path) -> None:
    model = ConfidenceModel(
        LogisticModel({"margin": 0.5}, -1.0), LogisticModel({"margin": 0.4, "agreed": 1.0}, -1.5), 0.35, {"k": 5}
    )
    model.write(tmp_path / "c.json")
    assert ConfidenceModel.read(tmp_path / "c.json") == model
    for text in ("{}", "[", '{"before": 3}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(WeightsError, match="is not a confidence model: `rag calibrate` writes one"):
            ConfidenceModel.read(tmp_path / "x.json")
    with pytest.raises(WeightsError, match="cannot be read"):
        ConfidenceModel.read(tmp_path / "none.json")


def test_chances_by_hand() -> None:
    fitted = LogisticModel({"margin": 2.0, "agreed": 1.0}, -1.0)
    assert fitted.probability(Signals(margin=0.0, agreed=True)) == 0.5
    assert fitted.probability(Signals(margin=1.0, agreed=False)) == pytest.approx(1 / (1 + math.exp(-1)))
    assert fitted.probability(Signals(margin=1e9, agreed=False)) == pytest.approx(1 / (1 + math.exp(-39)))
    assert fitted.probability(Signals(margin=1.0)) is None
    assert fitted.probability(Signals(margin=float("-inf"), agreed=True)) is None


def test_signals_are_the_surest_reading_and_the_two_best_cosines() -> None:
    chunk = Chunk(TEA, "t", 0, len(TEA))
    hits = [Hit(chunk, 1.0, {"dense": 0.5}), Hit(chunk, 0.9, {"bm25": 3.0}), Hit(chunk, 0.8, {"dense": 0.75})]
    readings = [Span(chunk, 0, 3, margin, 0.5) for margin in (1.0, 4.0)]
    assert signals_of(hits, readings) == Signals(margin=4.0, evidence=0.75, lead=0.25)
    assert signals_of(hits[1:2], []) == Signals()
    assert signals_of(hits[:1], []) == Signals(evidence=0.5, lead=0.0)


# --- in the pipeline --------------------------------------------------------------------------------------------------


class Pointing:
    """Reads the first word of each passage, as sure as told."""

    name = "pointing"

    def __init__(self, margin: float) -> None:
        self.margin = margin

    def read(self, question: str, passages: Any) -> list[Span]:
        return [Span(chunk, 0, len(chunk.text.split()[0]), self.margin, 0.5) for chunk in passages]

    def read_many(self, asked: Any) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in asked]


@pytest.fixture
def index(embedder: Any) -> Index:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document(TEA, "tea.txt"), Document(RENT, "rent.txt")])
    return index


MODEL = ConfidenceModel(LogisticModel({"margin": 1.0}, 0.0), LogisticModel({"margin": 1.0, "agreed": 4.0}, -2.0), 0.5)


@pytest.mark.parametrize(
    ("margin", "said", "least", "abstained", "prompts", "chance"),
    [
        (-3.0, "Tea.", 0.5, True, 0, 1 / (1 + math.exp(3))),  # hopeless before: nothing is generated
        (-1.0, "Tea.", 0.5, False, 1, 1 / (1 + math.exp(-1))),  # unsure before, and sure once the two agree
        (1.0, "Tea.", 0.5, False, 1, 1 / (1 + math.exp(-3))),
        (1.0, "Nonsense.", 0.5, True, 1, 1 / (1 + math.e)),  # unsure after
        (1.0, "Nonsense.", 0.2, False, 1, 1 / (1 + math.e)),
    ],
)
def test_the_chance_is_told_before_and_after(
    index: Index, scripted: Any, margin: float, said: str, least: float, abstained: bool, prompts: int, chance: float
) -> None:
    generator = scripted(said)
    pipeline = Pipeline(
        HybridRetriever(index.store, index.embedder), generator, reader=Pointing(margin), confidence=MODEL,
        min_confidence=least, guided=("reader_first",),
    )  # fmt: skip
    answer = pipeline.ask("When is tea served?")
    assert (answer.abstained, len(generator.prompts)) == (abstained, prompts)
    assert answer.confidence == pytest.approx(chance)
    assert answer.signals.margin == margin
    assert answer.signals.agreed is (None if not prompts else said == "Tea.")
    stream = pipeline.stream("When is tea served?")
    assert "".join(stream) == stream.answer.text == answer.text


def test_what_will_not_be_answered_is_not_written_again(index: Index, scripted: Any) -> None:
    generator = scripted("Nonsense.")
    retriever = HybridRetriever(index.store, index.embedder)
    pipeline = Pipeline(retriever, generator, reader=Pointing(1.0), confidence=MODEL, min_confidence=0.5)
    assert pipeline.ask("When is tea served?").abstained
    assert len(generator.prompts) == 1


def test_a_confidence_without_a_reader_goes_by_retrieval(index: Index, scripted: Any) -> None:
    model = ConfidenceModel(LogisticModel({"evidence": 10.0}, -5.0), None, 0.5)
    retriever = HybridRetriever(index.store, index.embedder)
    pipeline = Pipeline(retriever, scripted("At four."), confidence=model, min_confidence=0.5)
    assert not pipeline.ask("When is tea served in the library?").abstained
    assert pipeline.ask("Quantum?").abstained
    with pytest.raises(ValueError, match="fitted with a reader"):
        Pipeline(retriever, scripted("x"), confidence=MODEL)
    with pytest.raises(ValueError, match="needs a reader or a confidence"):
        Pipeline(retriever, scripted("x"), min_confidence=0.5)


def test_where_a_signal_is_not_known_the_reader_is_believed(index: Index) -> None:
    model = ConfidenceModel(LogisticModel({"margin": 1.0, "evidence": 1.0}, -9.0), None, 0.5)
    by_words = Bm25Retriever(index.store)
    pipeline = Pipeline(by_words, None, reader=Pointing(3.0), confidence=model, min_confidence=0.4)
    answer = pipeline.ask("When is tea served?")
    assert (answer.text, answer.confidence) == ("Tea", 0.5)


# --- withholding ------------------------------------------------------------------------------------------------------


def test_withheld_is_what_answers_and_nothing_else(index: Index) -> None:
    retriever = HybridRetriever(index.store, index.embedder)
    rows = [
        Row("1", "answer", {"question": "When is tea served?"}, ("four",), (as_passage(TEA, "c"),)),
        Row("2", "answer", {"question": "How much is it?"}, ("900 Euros",)),
        Row("3", "answer", {"question": "Who knows?"}, (), (), unanswerable=True),
    ]
    less = WithoutGold.of(retriever, rows)
    assert [hit.chunk.source for hit in less.retrieve("When is tea served?", 1)] == ["rent.txt"]
    assert [hit.chunk.source for hit in less.retrieve("How much is it?", 1)] == ["tea.txt"]
    assert less.retrieve("Who knows?", 5) == retriever.retrieve("Who knows?", 5)
    made = unanswerable_rows(rows)
    assert [(row.id, row.references, row.unanswerable) for row in made] == [
        ("1-unanswerable", (), True),
        ("2-unanswerable", (), True),
    ]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.weights
def test_the_command_calibrates_and_its_file_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.cli.main import main

    monkeypatch.chdir(tmp_path)
    things = ["kiln", "lathe", "forge", "anvil", "crane", "wagon", "barge", "sluice", "quarry", "foundry", "smithy",
              "brewery", "bakery", "dairy", "tannery", "sawmill", "chapel", "harbour", "bridge", "tower", "market",
              "stable", "orchard", "granary", "armoury"]  # fmt: skip
    with (tmp_path / "rows.jsonl").open("w") as out:
        for number, thing in enumerate(things):
            context = f"The {thing} was built in {1700 + number}. It has {number + 3} windows."
            row = {"question": f"When was the {thing} built?", "answers": [str(1700 + number)], "context": context}
            out.write(json.dumps(row) + "\n")
    arguments = ["rows.jsonl", "--contexts", "--unanswerable", "--extractive", "--out", "c.json", "--json"]
    assert main(["calibrate", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 50
    assert found["right"] >= 20
    assert found["balanced_accuracy"] > 80
    model = ConfidenceModel.read(tmp_path / "c.json")
    assert set(model.before.weights) == {"margin", "evidence", "lead"}
    (tmp_path / "rag.toml").write_text("[pipeline]\nconfidence = 'made.json'\n")
    assert main(["calibrate", *arguments[:-3], "--out", "made.json", "--json"]) == 0, "what is named need not be there"
    assert ConfidenceModel.read("made.json") == model
    (tmp_path / "rag.toml").unlink()
    capsys.readouterr()
    (tmp_path / "notes.md").write_text("The kiln was built in 1702. It has four windows.")
    assert main(["ingest", "notes.md"]) == 0
    capsys.readouterr()
    assert main(["ask", "When was the kiln built?", "--extractive", "--confidence", "c.json", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"] == "1702"
    assert main(["ask", "x?", "--extractive", "--confidence", "rows.jsonl"]) == 1
    assert "is not a confidence model: `rag calibrate` writes one" in capsys.readouterr().err
    assert main(["calibrate", "rows.jsonl", "--contexts", "--extractive", "--out", "d.json"]) == 1
    assert "--unanswerable makes such" in capsys.readouterr().err
    assert not (tmp_path / "d.json").exists()
