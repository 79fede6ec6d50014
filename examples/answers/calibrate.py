"""Calibrate the confidence of the embedded models on questions that they were not trained on.

    python examples/reader/prepare.py ../shared/data/qa build/reader
    python examples/answers/calibrate.py build/reader ../shared/data --out rag/weights

The script writes a confidence.json for the generator with the reader, and one for the reader alone. The validation rows
of SQuAD and Natural Questions are asked over all passages of their corpus, and once more without those that answer
them. `--measure` fits nothing: it asks the test rows, and reports the calibration of the embedded confidence and of the
reader's own probability.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ingest import Document
from ingest.models.weights import MINILM_READER
from rag import Config, Pipeline
from rag.answer.defaults import MIN_CONFIDENCE
from rag.answer.match import token_f1
from rag.data.rows import Row, read_rows
from rag.evaluate.answers import are_right, evaluate_answers, read_signals
from rag.evaluate.calibrate import fit_confidence
from rag.evaluate.metrics import at_coverage, balanced_accuracy, calibration_error, coverage_curve
from rag.evaluate.predictions import Prediction
from rag.evaluate.run import Run
from rag.evaluate.unanswerable import unanswerable_rows

SETS = ("squad", "nq")
BATCH = 32
KINDS = {"generator": "smollm2-answers", "extractive": "minilm-reader"}  # the folder of each confidence.json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="the folder that examples/reader/prepare.py wrote")
    parser.add_argument("data", type=Path, help="the folder with qa/ and retrieval/")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--limit", type=int, default=150, help="answerable rows per set")
    parser.add_argument("--stores", type=Path, default=Path("build/calibrate"))
    options = parser.parse_args()

    questions = {name: _sample_rows(options.rows, name, options.limit, options.measure) for name in SETS}
    configs = {name: _config(name, options.data, options.stores) for name in SETS}
    for kind in options.kinds:
        rows: list[Row] = []
        records: list[Prediction] = []
        for name in SETS:
            config = configs[name].override("generator", kind="extractive" if kind == "extractive" else None)
            pipeline = config.override("pipeline", min_evidence=-1.0).pipeline()
            unanswerable = unanswerable_rows(questions[name])
            run = Run(options.stores / "records.jsonl", BATCH)
            bare = replace(pipeline, confidence=False, min_confidence=0.0)
            outputs = evaluate_answers(bare, questions[name], run=run, unanswerable=unanswerable).outputs
            if options.measure:
                _measure(f"{name}, {kind}", pipeline, [*questions[name], *unanswerable], outputs)
            rows += [*questions[name], *unanswerable]
            records += outputs
        if options.measure:
            continue
        right = are_right(records, rows)
        about = {"sets": list(SETS), "k": pipeline.k}
        calibration = fit_confidence(rows, [read_signals(record) for record in records], right, about)
        if options.out is not None:
            calibration.model.write(options.out / KINDS[kind] / "confidence.json")
        alone = calibration_error([record.confidence or 0.0 for record in records], right)
        figures = {
            "calibration error": str(calibration.calibration_error),
            "balanced accuracy": str(calibration.balanced_accuracy),
            "reader alone": str(alone),
        }
        print(json.dumps({"kind": kind, "rows": len(rows), **figures, **asdict(calibration.model)}))


def _sample_rows(folder: Path, name: str, limit: int, is_test: bool) -> list[Row]:
    file = folder / (f"test-{name}.jsonl" if is_test else "valid.jsonl")
    rows = [row for row in read_rows(file, "answer") if not row.unanswerable and row.id.startswith(f"{name}-")]
    return random.Random(0).sample(rows, min(limit, len(rows)))


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
    model = pipeline.confidence
    chances: dict[str, list[float]] = {"reader alone": [record.confidence or 0.0 for record in records]}
    if model:
        fitted = model.after or model.before
        chances["all signals"] = [fitted.probability(read_signals(record)) or 0.0 for record in records]
    worth = [100 * token_f1(record.output, row.references) for record, row in zip(records, rows, strict=True)]
    none = [row.unanswerable for row in rows]
    for name, values in chances.items():
        threshold = MIN_CONFIDENCE[MINILM_READER] if name == "reader alone" else pipeline.min_confidence
        curve = coverage_curve(values, worth)
        figures = {
            "rows": len(rows),
            "threshold": threshold,
            "balanced accuracy": str(balanced_accuracy([chance < threshold for chance in values], none)),
            "calibration error": str(calibration_error(values, right)),
            "F1, all": round(curve[-1].value, 1),
            "F1 at 70% coverage": round(at_coverage(curve, 0.7).value, 1),
        }
        print(json.dumps({"set": title, "confidence": name} | figures), flush=True)


if __name__ == "__main__":
    main()
