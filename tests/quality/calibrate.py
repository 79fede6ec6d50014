"""Fit the confidence of the embedded models to mixed documents and to rows of prose, and write their confidence.json.

    .venv/bin/python tests/quality/calibrate.py build/reader/valid.jsonl --out rag/weights

The questions of the collections with split "tune" are asked over their documents and judged by `make quality`'s rule.
The rows are asked over all of their contexts, and once more without those that answer them; only short and yes/no
questions, since overlap with a reference does not judge a longer answer. Within each kind of question collections and
rows weigh the same. Figures are cross-validated, each collection as fitted to the others: reliability, the share right
of the answers with a confidence of .5 or more, and the threshold with at most a tenth wrong.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

sys.path.append(str(Path(__file__).parent))

from judge import judge
from run import BATCH, SURE, Collection, Share, ingest_documents, read_collections

from ingest import Document
from ingest.models.weights import MINILM_READER, SMOLLM2_ANSWERS
from rag import Config, Pipeline
from rag.answer.defaults import CONFIDENCE_WORDS, word_confidence
from rag.answer.kinds import QuestionKind, choose_format, kind_of
from rag.data.rows import Row, read_rows
from rag.evaluate.answers import are_right, evaluate_answers, read_signals
from rag.evaluate.calibrate import Calibration, CalibrationRow, fit_confidence
from rag.evaluate.metrics.confidence import confidence_bins
from rag.evaluate.run import Run
from rag.evaluate.unanswerable import unanswerable_rows

Models = Literal["generator", "extractive"]
NAMES = {"generator": SMOLLM2_ANSWERS, "extractive": MINILM_READER}
LEAST = 6  # right answers and wrong ones of a kind: the collections are small, and each kind borrows from the others
BINS = 5
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
JUDGED: tuple[QuestionKind, ...] = ("short", "yes-no")  # the kinds that overlap with a reference judges
CONTRADICTING = "swap"  # sets of rows whose contexts contradict those of another set


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, nargs="*", help="rows of questions with contexts, JSONL")
    parser.add_argument("--out", type=Path, help="folder of the weights, to write confidence.json into")
    parser.add_argument("--models", nargs="+", choices=get_args(Models), default=list(get_args(Models)))
    parser.add_argument("--only", nargs="+", metavar="NAME", help="collections to ask (default: all to be tuned on)")
    parser.add_argument("--limit", type=int, default=60, help="answerable rows of each file (default: 60)")
    parser.add_argument("--most-wrong", type=float, default=0.1, help="of the answers given (default: 0.1)")
    parser.add_argument("--stores", type=Path, default=Path("build/calibrate"))
    options = parser.parse_args()

    # One store for each collection, and one for the contexts of each file.
    collections = [one for one in read_collections("tune") if not options.only or one.name in options.only]
    shutil.rmtree(options.stores, ignore_errors=True)
    for collection in collections:
        if not ingest_documents(collection, configure(options.stores / collection.name)):
            parser.exit(1, f"{collection.name} was not read whole: answers without its documents teach nothing\n")
    files = {file: read_prose(file) for file in options.rows}
    for file, prose in files.items():
        texts = dict.fromkeys(chunk.text for row in prose for chunk in row.passages)
        with configure(options.stores / file.stem).index() as index:
            index.add(Document(text, f"passage-{number}") for number, text in enumerate(texts))

    for models in options.models:
        rows: list[CalibrationRow] = []
        for fold, collection in enumerate(collections):
            with open_pipeline(models, options.stores / collection.name) as pipeline:
                rows += ask_collection(collection, pipeline, fold)
        counts = [len(rows)]
        for file, prose in files.items():
            with open_pipeline(models, options.stores / file.stem) as pipeline:
                rows += ask_rows(prose, pipeline, options.limit, max(len(collections), 2))
            counts.append(len(rows) - sum(counts))
        rows = balance(rows, counts[0])
        about = {
            "model": NAMES[models],
            "reader": MINILM_READER,
            "collections": [collection.name for collection in collections],
            "files": {file.name: count for file, count in zip(options.rows, counts[1:], strict=True)},
        }
        calibration = fit_confidence(rows, about, most_wrong=options.most_wrong, least=LEAST)
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


def open_pipeline(models: Models, store: Path) -> Pipeline:
    """Return a pipeline that answers whatever it can from a store."""
    config = configure(store).override("pipeline", min_evidence=-1.0)
    if models == "extractive":
        config = config.override("generator", kind="extractive")
    return replace(config.pipeline(), confidence=False, min_confidence=0.0)


def ask_collection(collection: Collection, pipeline: Pipeline, fold: int) -> Iterator[CalibrationRow]:
    """Yield the judged answers to the questions of a collection."""
    for low in range(0, len(collection.questions), BATCH):
        questions = collection.questions[low : low + BATCH]
        for question, answer in zip(questions, pipeline.ask_many([one.text for one in questions]), strict=True):
            verdict = judge(question, answer.text, answer.abstained)
            yield CalibrationRow(
                question.text,
                kind_of(choose_format(pipeline.answer_format, question.text)),
                answer.signals,
                "abstained" if verdict == "declined" else verdict,
                not question.is_answerable,
                fold,
            )


def read_prose(file: Path) -> list[Row]:
    """Return the rows of a file that no others contradict."""
    return [row for row in read_rows(file, "answer") if CONTRADICTING not in row.id.split("-")[0]]


def ask_rows(prose: Sequence[Row], pipeline: Pipeline, limit: int, folds: int) -> list[CalibrationRow]:
    """Return the judged answers to some rows, over the contexts of all."""

    def kind_asked(row: Row) -> QuestionKind:
        return kind_of(choose_format(pipeline.answer_format, str(row.values["question"])))

    # As many rows of each set, and once more without what answers them.
    sets: dict[str, list[Row]] = {}
    for row in prose:
        if not row.unanswerable and kind_asked(row) in JUDGED:
            sets.setdefault(row.id.split("-")[0], []).append(row)
    draw = random.Random(0)
    rows = [row for part in sets.values() for row in draw.sample(part, min(limit // len(sets), len(part)))]
    unanswerable = unanswerable_rows(rows)
    predictions = evaluate_answers(pipeline, rows, run=Run(batch=BATCH), unanswerable=unanswerable).outputs
    asked_rows = [*rows, *unanswerable]
    places = {question: number for number, question in enumerate(sorted({str(r.values["question"]) for r in rows}))}
    return [
        CalibrationRow(
            question,
            kind_asked(row),
            read_signals(prediction),
            "abstained" if prediction.abstained else "right" if is_right else "wrong",
            row.unanswerable,
            places[question] % folds,
        )
        for row, prediction, is_right in zip(asked_rows, predictions, are_right(predictions, asked_rows), strict=True)
        for question in [str(row.values["question"])]
    ]


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
