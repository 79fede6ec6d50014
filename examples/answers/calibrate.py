"""Measure the calibration of the embedded models on test rows of SQuAD and Natural Questions.

    python examples/reader/prepare.py ../shared/data/qa build/reader
    python examples/answers/calibrate.py build/reader ../shared/data

The rows are asked over all passages of their corpus, and once more without those that answer them. The embedded
confidence is compared with the reader's own probability. tests/quality/calibrate.py fits it, and `rag calibrate` fits
one to rows of your own.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest import Document
from ingest.models.weights import MINILM_READER
from rag import Config, Pipeline
from rag.answer.defaults import MIN_CONFIDENCE
from rag.answer.kinds import choose_format, kind_of
from rag.answer.match import token_f1
from rag.data.rows import Row, read_rows
from rag.evaluate.answers import are_right, evaluate_answers, read_signals
from rag.evaluate.metrics import at_coverage, balanced_accuracy, calibration_error, coverage_curve
from rag.evaluate.predictions import Prediction
from rag.evaluate.run import Run
from rag.evaluate.unanswerable import unanswerable_rows

SETS = ("squad", "nq")
BATCH = 32
MODELS = ("generator", "extractive")  # the generator with the reader, and the reader alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="the folder that examples/reader/prepare.py wrote")
    parser.add_argument("data", type=Path, help="the folder with qa/ and retrieval/")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--limit", type=int, default=150, help="answerable rows per set")
    parser.add_argument("--stores", type=Path, default=Path("build/calibrate"))
    options = parser.parse_args()

    for name in SETS:
        all_rows = [row for row in read_rows(options.rows / f"test-{name}.jsonl", "answer") if not row.unanswerable]
        rows = random.Random(0).sample(all_rows, min(options.limit, len(all_rows)))
        unanswerable = unanswerable_rows(rows)
        config = _config(name, options.data, options.stores)
        for models in options.models:
            answering = config.override("generator", kind="extractive" if models == "extractive" else None)
            pipeline = answering.override("pipeline", min_evidence=-1.0).pipeline()
            run = Run(options.stores / "records.jsonl", BATCH)
            bare = replace(pipeline, confidence=False, min_confidence=0.0)
            outputs = evaluate_answers(bare, rows, run=run, unanswerable=unanswerable).outputs
            _measure(f"{name}, {models}", pipeline, [*rows, *unanswerable], outputs)


def _config(name: str, data: Path, stores: Path) -> Config:
    """Return a configuration over a store of all passages of the set."""
    config = Config().override("store", path=str((stores / name).absolute()))
    index = config.index()
    if name == "nq":
        index.sync([data / "retrieval/nq_wiki_passages_derived/corpus.jsonl"])
    else:
        rows = read_rows(data / "qa/squad_subset/squad_subset.jsonl", "answer")
        texts = dict.fromkeys(row.passages[0].text for row in rows)
        index.add(Document(text, f"passage-{number}") for number, text in enumerate(texts))
    index.store.close()
    return config


def _measure(title: str, pipeline: Pipeline, rows: Sequence[Row], records: Sequence[Prediction]) -> None:
    """Print the calibration of the reader's own confidence, and of that fitted on all signals."""
    right = are_right(records, rows)
    own = [record.confidence or 0.0 for record in records]
    silent = {"reader alone": [chance < MIN_CONFIDENCE[MINILM_READER] for chance in own]}
    chances = {"reader alone": own}
    if pipeline.confidence:
        kinds = [kind_of(choose_format(pipeline.answer_format, str(row.values["question"]))) for row in rows]
        fitted = [pipeline.confidence.of(kind) for kind in kinds]
        chances["all signals"] = [
            0.0 if record.abstained else (kind.after or kind.before).probability(read_signals(record)) or 0.0
            for record, kind in zip(records, fitted, strict=True)
        ]
        silent["all signals"] = [
            chance < kind.min_confidence for chance, kind in zip(chances["all signals"], fitted, strict=True)
        ]
    worth = [100 * token_f1(record.output, row.references) for record, row in zip(records, rows, strict=True)]
    none = [row.unanswerable for row in rows]
    for name, values in chances.items():
        curve = coverage_curve(values, worth)
        figures = {
            "rows": len(rows),
            "balanced accuracy": str(balanced_accuracy(silent[name], none)),
            "calibration error": str(calibration_error(values, right)),
            "F1, all": round(curve[-1].value, 1),
            "F1 at 70% coverage": round(at_coverage(curve, 0.7).value, 1),
        }
        print(json.dumps({"set": title, "confidence": name} | figures), flush=True)


if __name__ == "__main__":
    main()
