"""How sure an answer is: told from all signals together, fitted to held-out rows, compared with one threshold."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ingest.chunk import Chunker
from ingest.errors import RowsError, WeightsError
from ingest.types import Chunk, Document
from rag.answer.abstain import Abstention
from rag.answer.confidence import ConfidenceModel, KindConfidence, LogisticModel, signals_after, signals_of
from rag.answer.kinds import QuestionKind
from rag.answer.pipeline import Pipeline
from rag.answer.ranking import RankingModel, rank_spans
from rag.answer.types import Citation, Retrieved, Signals, Usage
from rag.data.rows import Row, as_passage
from rag.evaluate.calibrate import CalibrationRow, choose_threshold, fit_confidence, fit_signals
from rag.evaluate.unanswerable import WithoutGold, unanswerable_rows
from rag.index.index import Index
from rag.reader.base import Span
from rag.retrieve.retrievers import Bm25Retriever, HybridRetriever
from stores import new_store
from stores.base import Hit

TEA = "Tea is served at four in the library. Coffee is served at ten."
RENT = "The rent is due on the first of the month. It is 900 euros."


def drawn(count: int, seed: int = 0, kind: QuestionKind = "short", bias: float = -2.0) -> list[CalibrationRow]:
    """Return rows whose answers are right with the probability that a known function of the signals gives."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        signals = Signals(
            chance.normal() * 4, chance.uniform(0.2, 0.9), chance.uniform(0, 0.3), bool(chance.integers(2))
        )
        logit = 0.5 * (signals.margin or 0) + 3 * (signals.evidence or 0) + bias + 1.5 * bool(signals.agreed)
        is_right = bool(chance.random() < 1 / (1 + math.exp(-logit)))
        verdict = "right" if is_right else "wrong"
        rows.append(CalibrationRow(f"{kind} {number}", kind, signals, verdict, unanswerable=not is_right))
    return rows


def is_right(row: CalibrationRow) -> bool:
    return row.verdict == "right"


# --- the fit ----------------------------------------------------------------------------------------------------------


def test_the_fit_is_scikit_learns() -> None:
    rows = drawn(8000)
    fitted = fit_signals(rows, ("margin", "evidence", "lead", "agreed"))
    columns = np.array(
        [[s.margin, s.evidence, s.lead, float(bool(s.agreed))] for s in (row.signals for row in rows)], dtype=float
    )
    reference = LogisticRegression(C=1e9, tol=1e-10).fit(columns, [is_right(row) for row in rows])
    assert list(fitted.weights.values()) == pytest.approx(reference.coef_[0], abs=0.03)
    assert fitted.bias == pytest.approx(reference.intercept_[0], abs=0.03)
    assert fitted.unknown == {}


def test_rows_count_by_their_weight() -> None:
    """Each row twice is what a row that counts twice is."""
    rows = drawn(400)
    double = fit_signals(rows[:100] + rows, ("margin", "evidence"))
    counted = fit_signals(rows, ("margin", "evidence"), [2.0] * 100 + [1.0] * 300)
    assert counted.weights == pytest.approx(double.weights, abs=1e-2)
    assert counted.bias == pytest.approx(double.bias, abs=1e-2)


def test_an_unknown_signal_counts_what_answers_without_it_are_worth() -> None:
    """Of answers with a score, a high one is right; of those without, a tenth are."""
    scored = [
        CalibrationRow(f"s{number}", "list", Signals(score=number % 10 / 10), "right" if number % 10 > 4 else "wrong")
        for number in range(400)
    ]
    bare = [CalibrationRow(f"b{number}", "list", Signals(), "right" if number % 10 == 0 else "wrong")
            for number in range(300)]  # fmt: skip
    fitted = fit_signals(scored + bare, ("score",))
    assert fitted.probability(Signals()) == pytest.approx(0.1, abs=0.01)
    high, low = fitted.probability(Signals(score=0.9)), fitted.probability(Signals(score=0.0))
    assert high is not None
    assert low is not None
    assert high > 0.95
    assert low < 0.05


def test_the_fit_is_calibrated_on_rows_that_it_has_not_seen() -> None:
    rows = drawn(1500)
    done = fit_confidence(rows, {"model": "m"})
    assert done.calibration_error.value < 5
    assert done.model.about == {"model": "m", "rows": 1500, "right": sum(map(is_right, rows))}
    others = drawn(1500, seed=1)
    after = done.model.of("short").after
    assert after is not None
    chances = np.array([after.probability(row.signals) for row in others], dtype=float)
    truth = np.array([is_right(row) for row in others])
    assert abs(chances[truth].mean() - chances.mean()) > 0.05
    assert abs(chances.mean() - truth.mean()) < 0.05
    given = truth[chances >= done.model.of("short").min_confidence]
    assert 0.05 < 1 - given.mean() < 0.14, "about a tenth of the answers given are wrong"


def test_each_kind_with_enough_rows_has_its_own_function() -> None:
    rows = drawn(800) + drawn(400, 1, "yes-no", bias=-6.0) + drawn(30, 2, "compare", bias=-6.0)
    done = fit_confidence(rows, {})
    assert list(done.model.kinds) == ["short", "yes-no"]
    signals = Signals(2.0, 0.5, 0.1, True)
    by_kind = [done.model.of(kind).after.probability(signals) for kind in ("short", "yes-no", "compare")]
    assert by_kind == pytest.approx([1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2)), by_kind[0]], abs=0.07)
    assert done.calibration_error.value < 5


def test_explanations_are_judged_by_their_score_alone() -> None:
    rows = drawn(200) + [replace(row, signals=replace(row.signals, score=0.5)) for row in drawn(200, kind="explain")]
    after = fit_confidence(rows, {}).model.of("explain").after
    assert after is not None
    assert list(after.weights) == ["score"]


def test_where_no_kind_has_enough_all_rows_make_one_function() -> None:
    rows = drawn(60) + [CalibrationRow(f"l{n}", "list", Signals(9.0, 0.9, 0.1, True), "right") for n in range(30)]
    rows = [row for row in rows if row.kind == "list" or not is_right(row)]
    done = fit_confidence(rows, {})
    assert list(done.model.kinds) == ["short"]
    assert min(chance for row, chance in zip(rows, done.chances, strict=True) if row.kind == "list") > 0.9


def test_the_threshold_loses_least_of_those_with_few_wrong_answers() -> None:
    chances = [0.12, 0.22, 0.32, 0.42, 0.52, 0.62, 0.72, 0.82, 0.92, None]
    wrong = [True, True, False, True, False, False, False, False, False, False]
    rows = [CalibrationRow(str(n), "short", Signals(), "wrong" if w else "half") for n, w in enumerate(wrong)]
    assert choose_threshold(rows, chances, 0.1) == 0.45
    assert choose_threshold(rows, chances, 0.15) == 0.25, "one of seven is wrong"
    assert choose_threshold(rows, chances, 1.0) == 0.05
    always_wrong = [CalibrationRow(row.question, "short", Signals(), "wrong") for row in rows[:3]]
    assert choose_threshold(always_wrong, [0.12, 0.22, 0.32], 0.1) == 1.0, "always silent"
    mixed = [*always_wrong[:2], rows[4], rows[5]]
    assert choose_threshold(mixed, [0.52, 0.22, 0.32, 0.42], 0.1) == 0.25, "one of three is wrong: the fewest"


def test_what_is_not_known_is_not_learnt_from() -> None:
    rows = [replace(row, signals=Signals(margin=row.signals.margin)) for row in drawn(300)]
    done = fit_confidence(rows, {})
    fitted = done.model.of("short")
    assert list(fitted.before.weights) == ["margin"]
    assert fitted.after is None
    rows[0] = replace(rows[0], signals=Signals())
    assert fit_confidence(rows, {}).chances[0] is None


def test_an_answer_that_was_not_given_teaches_only_what_is_known_before() -> None:
    rows = drawn(600)
    silent = [replace(row, question=f"silent {row.question}", signals=Signals(-9.0, 0.2, 0.0), verdict="abstained")
              for row in rows[:300]]  # fmt: skip
    alone, both = fit_confidence(rows, {}), fit_confidence([*rows, *silent], {})
    assert both.model.of("short").after == alone.model.of("short").after
    assert both.model.of("short").before != alone.model.of("short").before
    assert set(both.chances[600:]) == {None}


def test_too_few_right_or_wrong_answers_are_refused() -> None:
    rows = drawn(300)
    with pytest.raises(RowsError, match="300 answers were right and 0 were not"):
        fit_confidence([replace(row, verdict="right") for row in rows], {})
    with pytest.raises(RowsError, match="at least 20 of each"):
        fit_confidence([replace(row, signals=Signals()) for row in rows], {})


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_file_goes_round_and_another_is_refused(tmp_path: Path) -> None:
    short = KindConfidence(
        LogisticModel({"margin": 0.5}, -1.0), LogisticModel({"margin": 0.4, "agreed": 1.0}, -1.5, {"agreed": 0.2}), 0.35
    )
    model = ConfidenceModel({"short": short, "list": replace(short, after=None)}, {"k": 5})
    model.write(tmp_path / "c.json")
    assert ConfidenceModel.read(tmp_path / "c.json") == model
    for text in ("{}", "[", '{"before": 3}', '{"version": 2, "kinds": {}, "about": {}}', "3", '{"version": "x"}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(WeightsError, match="is not a confidence model: `rag calibrate` writes one"):
            ConfidenceModel.read(tmp_path / "x.json")
    for old, new in (('"list"', '"poem"'), ('"margin"', '"mood"')):
        (tmp_path / "x.json").write_text((tmp_path / "c.json").read_text().replace(old, new))
        with pytest.raises(WeightsError, match="is not a confidence model"):
            ConfidenceModel.read(tmp_path / "x.json")
    (tmp_path / "x.json").write_text('{"version": 4}')
    with pytest.raises(WeightsError, match="has version 4: this release reads up to 3"):
        ConfidenceModel.read(tmp_path / "x.json")
    with pytest.raises(WeightsError, match="cannot be read"):
        ConfidenceModel.read(tmp_path / "none.json")


def test_a_file_of_an_earlier_release_is_for_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(
        '{"before": {"weights": {"margin": 0.5, "evidence": 3.0}, "bias": -4.0}, "after": null, "min_confidence": 0.15,'
        ' "about": {"k": 5}}'
    )
    model = ConfidenceModel.read(tmp_path / "c.json")
    before = LogisticModel({"margin": 0.5, "evidence": 3.0}, -4.0)
    assert model == ConfidenceModel({"short": KindConfidence(before, None, 0.15)}, {"k": 5})
    assert model.of("compare") == model.of("short")
    assert model.needs_reader


# --- signals ----------------------------------------------------------------------------------------------------------


def test_chances_by_hand() -> None:
    fitted = LogisticModel({"margin": 2.0, "agreed": 1.0}, -1.0)
    assert fitted.probability(Signals(margin=0.0, agreed=True)) == 0.5
    assert fitted.probability(Signals(margin=1.0, agreed=False)) == pytest.approx(1 / (1 + math.exp(-1)))
    assert fitted.probability(Signals(margin=1e9, agreed=False)) == pytest.approx(1 / (1 + math.exp(-39)))
    assert fitted.probability(Signals(margin=1.0)) is None
    assert fitted.probability(Signals(margin=float("-inf"), agreed=True)) is None
    many = LogisticModel({"sources": 1.0}, -3.0)
    assert many.probability(Signals(sources=9)) == 0.5, "no more than three count"


def test_the_best_case_is_what_later_signals_can_still_bring() -> None:
    fitted = LogisticModel({"margin": 1.0, "support": 2.0, "score": -1.0}, -2.0, {"score": 5.0})
    assert fitted.best_case(Signals(margin=0.0)) == 0.5
    assert fitted.best_case(Signals(margin=0.0, support=0.0)) == pytest.approx(1 / (1 + math.exp(2)))
    assert fitted.best_case(Signals(support=1.0)) is None, "the margin does not change any more"


def test_an_answers_citations_are_signals() -> None:
    chunk, other = Chunk(TEA, "tea.txt", 0, len(TEA)), Chunk(f"At {TEA}", "b.txt", 0, len(TEA) + 3)
    spans = [Span(section, section.text.index("four"), section.text.index("four") + 4, 3.0, 0.9)
             for section in (chunk, other)]  # fmt: skip
    rent = Chunk(RENT, "rent.txt", 0, len(RENT))
    question = Retrieved("When is tea served?", "short", [], [*spans, Span(rent, 0, 8, 1.0, 0.5)])
    citation = Citation(1, "tea.txt", 0, 37, TEA[:37], support=0.75)
    answer = question.answer("At four.", "m", Usage(), [citation, replace(citation, number=2, support=1.0)], score=0.6)
    assert answer.signals == Signals(score=0.6)
    assert signals_after(question, answer) == Signals(score=0.6, support=0.75, anchors=1.0, sources=2)
    bare = signals_after(question, question.answer("At nine.", "m", Usage()))
    assert (bare.support, bare.sources) == (0.0, 0)


def test_signals_are_the_surest_reading_and_the_two_best_cosines() -> None:
    chunk = Chunk(TEA, "t", 0, len(TEA))
    hits = [Hit(chunk, 1.0, {"dense": 0.5}), Hit(chunk, 0.9, {"bm25": 3.0}), Hit(chunk, 0.8, {"dense": 0.75})]
    readings = [Span(chunk, 0, 3, margin, 0.5) for margin in (1.0, 4.0)]
    assert signals_of(hits, rank_spans("When?", readings, hits)) == Signals(margin=4.0, evidence=0.75, lead=0.25)
    assert signals_of(hits[1:2], []) == Signals()
    assert signals_of(hits[:1], []) == Signals(evidence=0.5, lead=0.0)


def test_a_ranking_is_kept_beside_the_confidence_and_refused_with_unknown_signals(tmp_path: Path) -> None:
    model = ConfidenceModel(
        {"short": KindConfidence(LogisticModel({}, 0.0), None, 0.4)}, {}, RankingModel({"fits": 2.0})
    )
    model.write(tmp_path / "c.json")
    assert ConfidenceModel.read(tmp_path / "c.json").ranking == RankingModel({"fits": 2.0})
    assert model.fingerprint != replace(model, ranking=None).fingerprint
    (tmp_path / "c.json").write_text((tmp_path / "c.json").read_text().replace("fits", "taste"))
    with pytest.raises(WeightsError, match="not a confidence model"):
        ConfidenceModel.read(tmp_path / "c.json")


# --- in the pipeline --------------------------------------------------------------------------------------------------


class Pointing:
    """Reads "four" where a passage has it, else the first word, as sure as told."""

    name = "pointing"

    def __init__(self, margin: float) -> None:
        self.margin = margin

    def read(self, question: str, passages: Any) -> list[Span]:
        places = [(chunk, max(chunk.text.find("four"), 0)) for chunk in passages]
        return [
            Span(chunk, start, start + len(chunk.text[start:].split()[0]), self.margin, 0.5) for chunk, start in places
        ]

    def read_many(self, asked: Any) -> list[list[Span]]:
        return [self.read(question, passages) for question, passages in asked]


@pytest.fixture
def index(embedder: Any) -> Index:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    index.add([Document(TEA, "tea.txt"), Document(RENT, "rent.txt")])
    return index


MODEL = ConfidenceModel(
    {
        "short": KindConfidence(
            LogisticModel({"margin": 1.0}, 0.0), LogisticModel({"margin": 1.0, "agreed": 4.0}, -2.0), 0.5
        )
    }
)


@pytest.mark.parametrize(
    ("margin", "said", "least", "abstained", "prompts", "chance"),
    [
        (-3.0, "At four.", 0.5, True, 0, 1 / (1 + math.exp(3))),  # hopeless before: nothing is generated
        (-1.0, "At four.", 0.5, False, 1, 1 / (1 + math.exp(-1))),  # unsure before, and sure once the two agree
        (1.0, "At four.", 0.5, False, 1, 1 / (1 + math.exp(-3))),
        (1.0, "Ten.", 0.5, True, 1, 1 / (1 + math.e)),  # unsure after
        (1.0, "Ten.", 0.2, False, 1, 1 / (1 + math.e)),
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
    assert answer.signals.agreed is (None if not prompts else said == "At four.")
    stream = pipeline.stream("When is tea served?")
    assert "".join(stream) == stream.answer.text == answer.text


def test_what_will_not_be_answered_is_not_written_again(index: Index, scripted: Any) -> None:
    generator = scripted("Ten.")
    retriever = HybridRetriever(index.store, index.embedder)
    pipeline = Pipeline(retriever, generator, reader=Pointing(1.0), confidence=MODEL, min_confidence=0.5)
    assert pipeline.ask("When is tea served?").abstained
    assert len(generator.prompts) == 1


def test_a_confidence_without_a_reader_goes_by_retrieval(index: Index, scripted: Any) -> None:
    model = ConfidenceModel({"short": KindConfidence(LogisticModel({"evidence": 10.0}, -5.0), None, 0.5)})
    retriever = HybridRetriever(index.store, index.embedder)
    pipeline = Pipeline(retriever, scripted("At four."), confidence=model, min_confidence=0.5)
    assert not pipeline.ask("When is tea served in the library?").abstained
    assert pipeline.ask("Quantum?").abstained
    with pytest.raises(ValueError, match="fitted with a reader"):
        Pipeline(retriever, scripted("x"), confidence=MODEL)
    with pytest.raises(ValueError, match="needs a reader or a confidence"):
        Pipeline(retriever, scripted("x"), min_confidence=0.5)


def test_where_a_signal_is_not_known_the_reader_is_believed(index: Index) -> None:
    model = ConfidenceModel({"short": KindConfidence(LogisticModel({"margin": 1.0, "evidence": 1.0}, -9.0), None, 0.5)})
    by_words = Bm25Retriever(index.store)
    pipeline = Pipeline(by_words, None, reader=Pointing(3.0), confidence=model, min_confidence=0.4)
    answer = pipeline.ask("When is tea served?")
    assert (answer.text, answer.confidence) == ("four", 0.5)


@pytest.mark.parametrize(
    ("kind", "score", "least", "confidence", "abstained"),
    [
        ("list", 0.9, None, 0.5, False),  # fitted: the model judges the score
        ("list", 0.1, None, 1 / (1 + math.exp(3.2)), True),
        ("list", None, None, 1 / (1 + math.exp(2)), False),  # what is answered without a score
        ("list", 0.9, 0.6, 0.5, True),
        ("explain", 0.1, None, 0.1, False),  # not fitted: the score, and no threshold
        ("explain", 0.1, 0.2, 0.1, True),
        ("explain", None, None, 1 / (1 + math.exp(1)), False),  # as a short answer
    ],
)
def test_an_answer_is_judged_by_the_kind_of_question(
    kind: QuestionKind, score: float | None, least: float | None, confidence: float, abstained: bool
) -> None:
    listed = KindConfidence(LogisticModel({}, 0.0), LogisticModel({"score": 4.0}, -3.6, {"score": 1.6}), 0.1)
    model = ConfidenceModel({"short": KindConfidence(LogisticModel({}, -1.0), None, 0.9), "list": listed})
    question = Retrieved("What?", kind, [Hit(Chunk(TEA, "t", 0, len(TEA)), 1.0)], kind=kind)
    answer = question.answer("Tea.", "m", Usage(), score=score)
    concluded = Abstention(0.0, least, model, "m", 0).conclude(question, answer)
    assert (concluded.confidence, concluded.abstained) == (pytest.approx(confidence), abstained)
    assert concluded.signals.score == score


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
    assert set(model.of("short").before.weights) == {"margin", "evidence", "lead"}
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
