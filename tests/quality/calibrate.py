"""Fit ranking and confidence of the embedded models to mixed documents and prose, and write their confidence.json.

    .venv/bin/python tests/quality/calibrate.py build/reader/valid.jsonl --out rag/weights

The questions of the collections with split "tune" are asked over their documents and judged by `make quality`'s rule,
and so are those of organisations that the reader did not learn from (`--organisations`).
The rows are asked over all of their contexts, and once more without those that answer them; only short and yes/no
questions, since overlap with a reference does not judge a longer answer. Within each kind of question collections and
rows weigh the same. Everything is retrieved and read once. Then the ranking is fitted to the candidate spans of short
questions, and the questions are answered in the order of the ranking fitted to the other collections. Figures are
cross-validated, each collection as fitted to the others: spans ranked first that are right, reliability, the share
right of the answers with a confidence of .5 or more, and the threshold with at most a tenth wrong.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

sys.path.append(str(Path(__file__).parent))

from judge import Verdict, judge
from organisation_papers import read_organisations
from run import BATCH, SURE, Collection, Share, ingest_documents, read_collections

from ingest import Document
from ingest.models.weights import MINILM_READER, SMOLLM2_ANSWERS
from rag import Config, Pipeline
from rag.answer.confidence import ConfidenceModel, KindConfidence, LogisticModel
from rag.answer.defaults import CONFIDENCE_WORDS, word_confidence
from rag.answer.extractive import text_of
from rag.answer.kinds import QuestionKind, choose_format, kind_of
from rag.answer.ranking import RankingModel, rank_spans, signals_of_spans
from rag.answer.types import Retrieved
from rag.data.rows import Row, read_rows
from rag.evaluate.calibrate import Calibration, CalibrationRow, fit_confidence
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.confidence import confidence_bins
from rag.evaluate.rank_fit import RankingRow, fit_ranking
from rag.evaluate.unanswerable import WithoutGold, unanswerable_rows

Models = Literal["generator", "extractive"]
NAMES = {"generator": SMOLLM2_ANSWERS, "extractive": MINILM_READER}
LEAST = 6  # right answers and wrong ones of a kind: the collections are small, and each kind borrows from the others
BINS = 5
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BY_MARGIN = RankingModel({"margin": 1.0})
JUDGED: tuple[QuestionKind, ...] = ("short", "yes-no")  # the kinds that overlap with a reference judges
CONTRADICTING = "swap"  # sets of rows whose contexts contradict those of another set


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, nargs="*", help="rows of questions with contexts, JSONL")
    parser.add_argument("--out", type=Path, help="folder of the weights, to write confidence.json into")
    parser.add_argument("--models", nargs="+", choices=get_args(Models), default=list(get_args(Models)))
    parser.add_argument("--only", nargs="+", metavar="NAME", help="collections to ask (default: all to be tuned on)")
    parser.add_argument("--organisations", type=Path, help="folder of examples/reader/office.py's organisations")
    parser.add_argument("--limit", type=int, default=60, help="answerable rows of each file (default: 60)")
    parser.add_argument("--most-wrong", type=float, default=0.1, help="of the answers given (default: 0.1)")
    parser.add_argument("--stores", type=Path, default=Path("build/calibrate"))
    options = parser.parse_args()

    # One store for each collection, and one for the contexts of each file.
    collections = [one for one in read_collections("tune") if not options.only or one.name in options.only]
    shutil.rmtree(options.stores, ignore_errors=True)
    if options.organisations:
        collections += read_organisations(options.organisations, options.stores / "organisations")
    for collection in collections:
        if not ingest_documents(collection, configure(options.stores / collection.name)):
            parser.exit(1, f"{collection.name} was not read whole: answers without its documents teach nothing\n")
    files = {file: read_prose(file) for file in options.rows}
    for file, prose in files.items():
        texts = dict.fromkeys(chunk.text for row in prose for chunk in row.passages)
        with configure(options.stores / file.stem).index() as index:
            index.add(Document(text, f"passage-{number}") for number, text in enumerate(texts))

    # Retrieve and read once.
    asked: list[AskedQuestion] = []
    for fold, collection in enumerate(collections):
        with open_pipeline(options.stores / collection.name) as pipeline:
            asked += ask_collection(collection, pipeline, options.stores / collection.name, fold)
    counts = [len(asked)]
    for file, prose in files.items():
        with open_pipeline(options.stores / file.stem) as pipeline:
            asked += ask_rows(prose, pipeline, options.stores / file.stem, options.limit, max(len(collections), 2))
        counts.append(len(asked) - sum(counts))

    # Rank by what the other folds teach, and answer in that order.
    spans = [(one.fold, row) for one in asked if (row := judge_spans(one)) is not None]
    folds = sorted({one.fold for one in asked})
    rankings = {fold: fit_ranking([row for other, row in spans if other != fold]) for fold in folds}
    ranking = fit_ranking([row for _, row in spans])
    show_ranking(asked, rankings)
    answered: dict[Models, list[CalibrationRow]] = {models: [] for models in options.models}
    for store, part in groupby(asked, key=lambda one: one.store):
        questions = list(part)
        with open_pipeline(store) as pipeline:
            for models, rows in answered.items():
                rows += answer_questions(questions, pipeline, models, rankings)

    for models, rows in answered.items():
        rows = balance(rows, counts[0])
        about = {
            "model": NAMES[models],
            "reader": MINILM_READER,
            "collections": [collection.name for collection in collections],
            "files": {file.name: count for file, count in zip(options.rows, counts[1:], strict=True)},
        }
        calibration = fit_confidence(rows, about, most_wrong=options.most_wrong, least=LEAST, ranking=ranking)
        show_calibration(f"{models}, collections", rows[: counts[0]], calibration, calibration.chances[: counts[0]])
        if len(rows) > counts[0]:
            show_calibration(f"{models}, rows", rows[counts[0] :], calibration, calibration.chances[counts[0] :])
        if options.out:
            file = options.out / NAMES[models].removeprefix("builtin:") / "confidence.json"
            calibration.model.write(file)
            print(f"{file} written", flush=True)


def configure(store: Path) -> Config:
    """Return the default configuration over this store."""
    return Config().override("store", path=str(store.absolute()))


def open_pipeline(store: Path) -> Pipeline:
    """Return a pipeline that answers whatever it can from a store, spans in doubt as well, in the reader's order."""
    pipeline = configure(store).override("pipeline", min_evidence=-1.0).pipeline()
    unfitted = ConfidenceModel({"short": KindConfidence(LogisticModel({}, 0.0), None, 0.0)}, ranking=BY_MARGIN)
    return replace(pipeline, confidence=unfitted, min_confidence=0.0)


@dataclass(frozen=True)
class AskedQuestion:
    """A question that was retrieved from a store and read, with the rule that judges the text of an answer."""

    retrieved: Retrieved
    store: Path
    judge: Callable[[str], Verdict]
    is_answerable: bool
    fold: int


def ask_collection(collection: Collection, pipeline: Pipeline, store: Path, fold: int) -> list[AskedQuestion]:
    """Return the questions of a collection."""
    retrieved = pipeline.prepare([question.text for question in collection.questions])
    return [
        AskedQuestion(row, store, partial(judge, question, abstained=False), question.is_answerable, fold)
        for question, row in zip(collection.questions, retrieved, strict=True)
    ]


def read_prose(file: Path) -> list[Row]:
    """Return the rows of a file that no others contradict."""
    return [row for row in read_rows(file, "answer") if CONTRADICTING not in row.id.split("-")[0]]


def ask_rows(prose: Sequence[Row], pipeline: Pipeline, store: Path, limit: int, folds: int) -> list[AskedQuestion]:
    """Return the questions of some rows, over the contexts of all, and once more without what answers them."""

    def kind_asked(row: Row) -> QuestionKind:
        return kind_of(choose_format(pipeline.answer_format, str(row.values["question"])))

    # As many rows of each set.
    sets: dict[str, list[Row]] = {}
    for row in prose:
        if not row.unanswerable and kind_asked(row) in JUDGED:
            sets.setdefault(row.id.split("-")[0], []).append(row)
    draw = random.Random(0)
    rows = [row for part in sets.values() for row in draw.sample(part, min(limit // len(sets), len(part)))]
    misled = replace(pipeline, retriever=WithoutGold.of(pipeline.retriever, rows))
    questions = [str(row.values["question"]) for row in rows]
    pairs = [
        *zip(rows, pipeline.prepare(questions), strict=True),
        *zip(unanswerable_rows(rows), misled.prepare(questions), strict=True),
    ]
    places = {question: number for number, question in enumerate(sorted(set(questions)))}
    return [
        AskedQuestion(
            retrieved, store, partial(judge_row, row), not row.unanswerable, places[retrieved.question] % folds
        )
        for row, retrieved in pairs
    ]


def judge_row(row: Row, text: str) -> Verdict:
    """Return the verdict on an answer to a row."""
    return "right" if is_right(text, row) else "wrong"


def judge_spans(asked: AskedQuestion) -> RankingRow | None:
    """Return the signals of the candidate spans, and which are right; None where one span is no answer."""
    retrieved = asked.retrieved
    if retrieved.kind != "short":
        return None
    spans = signals_of_spans(retrieved.question, retrieved.spans, retrieved.hits, retrieved.anchors)
    right = [asked.judge(text_of(span, retrieved.anchors)) == "right" for span, _ in spans]
    return RankingRow([signals for _, signals in spans], right)


def answer_questions(
    asked: Sequence[AskedQuestion], pipeline: Pipeline, models: Models, rankings: Mapping[int, RankingModel | None]
) -> Iterator[CalibrationRow]:
    """Yield the judged answers to the questions, each in the order of its fold's ranking."""
    answering = pipeline if models == "generator" else replace(pipeline, generator=None)
    for low in range(0, len(asked), BATCH):
        batch = asked[low : low + BATCH]
        questions = [answering.assess(one.retrieved, rankings[one.fold]) for one in batch]
        for one, answer in zip(batch, answering.strategy.answer(questions), strict=True):
            verdict = "abstained" if answer.abstained or not answer.text.strip() else one.judge(answer.text)
            yield CalibrationRow(
                answer.question, one.retrieved.kind, answer.signals, verdict, not one.is_answerable, one.fold
            )


def show_ranking(asked: Sequence[AskedQuestion], rankings: Mapping[int, RankingModel | None]) -> None:
    """Print the share of short answerable questions whose first span is right, in the reader's order and ranked."""
    short = [one for one in asked if one.is_answerable and one.retrieved.kind == "short"]
    first: list[list[bool]] = [[], [], []]
    for one in short:
        row = one.retrieved
        ranked = rank_spans(row.question, row.spans, row.hits, rankings[one.fold], row.anchors)
        verdicts = [
            [one.judge(text_of(candidate.span, row.anchors)) == "right" for candidate in candidates]
            for candidates in (row.candidates, ranked)
        ]
        for shares, right in zip(first, (verdicts[0][:1], verdicts[1][:1], verdicts[0]), strict=True):
            shares.append(any(right))
    shares = [Share(sum(right), len(right)) for right in first]
    print(f"right spans of {len(short)}: first by margin {shares[0]}, first by rank {shares[1]}, any {shares[2]}")


def balance(rows: Sequence[CalibrationRow], first: int) -> list[CalibrationRow]:
    """Return the rows so weighted that within a kind the first ones together count as much as the others."""
    parts = [(row.kind, place < first) for place, row in enumerate(rows)]
    counts, kinds = Counter(parts), Counter(row.kind for row in rows)
    return [
        replace(row, weight=kinds[row.kind] / (2 * counts[part]))
        if len({(row.kind, True), (row.kind, False)} & counts.keys()) == 2
        else row
        for row, part in zip(rows, parts, strict=True)
    ]


def show_calibration(
    title: str, rows: Sequence[CalibrationRow], calibration: Calibration, chances: Sequence[float | None]
) -> None:
    """Print the reliability of each kind and of all, and what its threshold does."""
    print(f"\n{title}: {len(rows)} questions; calibration error of all {calibration.calibration_error}%")
    columns = ("answers", "at .5: right", "threshold", "given", "right given", "wrong given")
    print(f"{'':10}" + "".join(f"{column:>16}" for column in columns) + "   confidence: share right (answers)")
    kinds = [kind for kind in get_args(QuestionKind) if any(row.kind == kind for row in rows)]
    for name in [*kinds, "all"]:
        pairs = [
            (row, chance, calibration.model.of(row.kind).min_confidence)
            for row, chance in zip(rows, chances, strict=True)
            if chance is not None and name in (row.kind, "all")
        ]
        given = [row.verdict for row, chance, least in pairs if chance >= least]
        sure = [row.verdict == "right" for row, chance, _ in pairs if chance >= SURE]
        thresholds = {least for _, _, least in pairs}
        cells = (
            len(pairs),
            Share(sum(sure), len(sure)),
            f"{thresholds.pop():.2f}" if len(thresholds) == 1 else "-",
            len(given),
            Share(given.count("right"), len(given)),
            Share(given.count("wrong"), len(given)),
        )
        bins = confidence_bins(
            [chance for _, chance, _ in pairs], [row.verdict == "right" for row, _, _ in pairs], BINS
        )
        reliability = "  ".join(f"{one.confidence:.2f}: {one.right:.2f} ({one.rows})" for one in bins)
        print(f"{name:10}" + "".join(f"{cell!s:>16}" for cell in cells) + f"   {reliability}")

        # What other thresholds would do.
        others = []
        for least in STEPS:
            verdicts_there = [row.verdict for row, chance, _ in pairs if chance >= least]
            if verdicts_there:
                right_there, wrong_there = verdicts_there.count("right"), verdicts_there.count("wrong")
                others.append(f"{least:.1f}: {len(verdicts_there)} ({right_there}, {wrong_there})")
        print(f"{'':10}from a confidence of: given (right, wrong)  " + "  ".join(others))

    # The words for the confidence of answers that are given.
    verdicts: dict[str, list[bool]] = {word: [] for _, word in CONFIDENCE_WORDS}
    for row, chance in zip(rows, chances, strict=True):
        if chance is not None and chance >= calibration.model.of(row.kind).min_confidence:
            verdicts[word_confidence(chance)].append(row.verdict == "right")
    shares = {word: Share(sum(right), len(right)) for word, right in verdicts.items()}
    print("right: " + ", ".join(f"{word} {share}" for word, share in shares.items()), flush=True)


if __name__ == "__main__":
    main()
