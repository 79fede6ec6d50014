"""How well does a reader read, know when to be silent, follow the passage, and how quickly?

    python examples/reader/prepare.py ../shared/data/qa build/reader
    python examples/reader/wide.py ../shared/data build/reader
    rag finetune-reader build/reader/train.jsonl --valid build/reader/valid.jsonl --out build/my-reader
    python tests/benchmarks/reader.py build/my-reader build/reader ../shared/data/retrieval/nq_wiki_passages_derived

Gold passage: each test row's own passage is read, answerable rows for exact match and F1 (also with a declined answer
counted as wrong), all for abstention at the default setting, for F1 at 70% coverage and for calibration. Open book: the
test part's questions over all passages of the corpus, k = 5. Nothing here was trained on; intervals are 95% by
bootstrap over the questions.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingest import Chunk
from ingest.models.weights import MINILM_READER
from rag import Config
from rag.answer.defaults import MIN_CONFIDENCE
from rag.answer.match import exact_match, holds, token_f1
from rag.answer.pipeline import Pipeline
from rag.data.rows import Row, read_rows
from rag.evaluate.metrics import at_coverage, balanced_accuracy, calibration_error, coverage_curve
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.metric import Metric, mean_metric
from rag.reader import ExtractiveReader, Span

SETS = ("squad", "nq", "nq_swap", "policyqa", "covidqa", "squad2", "squadshifts_new_wiki", "squadshifts_amazon",
        "squadshifts_reddit", "subjqa_reviews")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", help="builtin:minilm-reader, or a folder")
    parser.add_argument("rows", type=Path, help="the folder that prepare.py wrote")
    parser.add_argument("corpus", type=Path, nargs="?", help="a BEIR folder: also ask open book")
    parser.add_argument("--min-confidence", type=float, default=MIN_CONFIDENCE[MINILM_READER])
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks/nq"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="rows a set, spread over all of it")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--backend", choices=("auto", "transformers"), default="auto")
    options = parser.parse_args()

    reader = ExtractiveReader(options.reader, threads=options.threads, backend=options.backend)
    for name in options.sets:
        file = options.rows / f"test-{name}.jsonl"
        if file.exists():
            rows = read_rows(file, "answer")
            rows = rows[:: max(1, len(rows) // (options.limit or len(rows)))]
            report(name, gold(reader, rows, options.min_confidence))
    if options.corpus:
        rows = [row for row in read_rows(options.rows / "test-nq.jsonl", "answer") if not row.unanswerable]
        report("open book", open_book(reader, rows, options.corpus, options.store))
    report("cost", cost(reader, read_rows(options.rows / "test-squad.jsonl", "answer")[:100]))


def gold(reader: ExtractiveReader, rows: Sequence[Row], min_confidence: float) -> dict[str, object]:
    """Return the figures of rows read in their own passages."""
    readings = [each[0] for each in reader.read_many([(row.values["question"], row.passages) for row in rows])]
    pairs = list(zip(rows, readings, strict=True))
    asked = [(row, reading) for row, reading in pairs if not row.unanswerable]
    right = [is_right(reading.text, row) for row, reading in pairs]
    confidence = [reading.probability for reading in readings]
    worth = [100 * token_f1(reading.text, row.references or ("",)) * (not row.unanswerable) for row, reading in pairs]
    curve = coverage_curve(confidence, worth)
    silent = [chance < min_confidence for chance in confidence]
    kept = [
        (row, reading)
        for (row, reading), declined in zip(pairs, silent, strict=True)
        if not (row.unanswerable or declined)
    ]
    declined = [is_silent for row, is_silent in zip(rows, silent, strict=True) if row.unanswerable]
    return {
        "rows": len(rows),
        "exact match": str(_mean([exact_match(reading.text, row.references) for row, reading in asked])),
        "F1": str(_mean([token_f1(reading.text, row.references) for row, reading in asked])),
        "exact match, declined as wrong": round(
            100 * sum(exact_match(span.text, row.references) for row, span in kept) / max(len(asked), 1), 1
        ),
        "F1, declined as wrong": round(
            100 * sum(token_f1(span.text, row.references) for row, span in kept) / max(len(asked), 1), 1
        ),
        "unanswerable declined": str(_mean(declined)) if declined else None,
        "balanced accuracy": str(balanced_accuracy(silent, [row.unanswerable for row in rows])),
        "calibration error": str(calibration_error(confidence, right)),
        "F1, all rows answered": round(curve[-1].value, 1),
        "F1 at 70% coverage": round(at_coverage(curve, 0.7).value, 1),
    }


def open_book(reader: ExtractiveReader, rows: Sequence[Row], corpus: Path, folder: Path) -> dict[str, object]:
    """Return the figures of the whole path over a corpus, and where answers are lost."""
    config = Config().override("store", path=str(folder.absolute()))
    index = config.index()
    index.sync([corpus / "corpus.jsonl"])
    index.store.close()
    always = {"confidence": False, "min_confidence": 0.0, "min_evidence": 0.0, "answer_format": "short"}
    pipeline = Pipeline(config.retriever(), None, reader=reader, **always)  # type: ignore[arg-type]
    answers = pipeline.ask_many([row.values["question"] for row in rows])
    pairs = list(zip(rows, answers, strict=True))
    found = [any(holds(hit.chunk.text, row.references) for hit in answer.hits) for row, answer in pairs]
    exact = [exact_match(answer.text, row.references) for row, answer in pairs]
    cited = [any(holds(citation.text, row.references) for citation in answer.citations) for row, answer in pairs]
    return {
        "rows": len(rows),
        "exact match": str(_mean(exact)),
        "F1": str(_mean([token_f1(answer.text, row.references) for row, answer in pairs])),
        "lost to retrieval": str(_mean([not each for each in found])),
        "lost to reading": str(_mean([each and not right for each, right in zip(found, exact, strict=True)])),
        "with a citation": str(_mean([bool(answer.citations) for answer in answers])),
        "cited sentence holds a reference": str(_mean(cited)),
        "calibration error": str(
            calibration_error(
                [answer.confidence or 0.0 for answer in answers], [is_right(a.text, row) for row, a in pairs]
            )
        ),
    }


def cost(reader: ExtractiveReader, rows: Sequence[Row]) -> dict[str, object]:
    """Return milliseconds a question over five passages, one question at a time."""
    chunks: list[Chunk] = [row.passages[0] for row in rows]
    seconds = []
    for place, row in enumerate(rows):
        passages = [chunks[(place + step) % len(chunks)] for step in range(5)]
        began = time.perf_counter()
        readings: list[Span] = reader.read(row.values["question"], passages)
        seconds.append(time.perf_counter() - began)
        assert len(readings) == 5
    milliseconds = [1000 * each for each in seconds[5:]]
    return {
        "p50 ms a question over five passages": round(statistics.median(milliseconds), 1),
        "p95": round(float(np.percentile(milliseconds, 95)), 1),
    }


def _mean(values: Sequence[float]) -> Metric:
    return mean_metric("share", [100 * value for value in values], "higher", "percent")


def report(name: str, figures: dict[str, object]) -> None:
    print(json.dumps({"set": name} | figures), flush=True)


if __name__ == "__main__":
    main()
