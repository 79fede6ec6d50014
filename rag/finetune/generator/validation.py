"""The metric of generated texts that selects a generator's checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.classify.labels import readable
from rag.data.rows import Row
from rag.evaluate.metrics.answers import AnswerOutput, answer_metrics
from rag.evaluate.metrics.text import text_metrics


def evaluate_texts(metric: str, texts: Sequence[str], rows: Sequence[Row]) -> float:
    """Return the metric of texts generated for rows, in percent or BLEU points."""
    if metric == "bleu":
        metrics = text_metrics(texts, rows)
    else:
        # A label is learnt in words: "card arrival" for "card_arrival".
        rows = [replace(row, references=(readable(row.target),)) if row.task == "classify" else row for row in rows]
        outputs = [AnswerOutput(text, text == "I don't know.", (), 0, 0) for text in texts]
        metrics = answer_metrics(outputs, rows)
    return float(next(item.value for item in metrics if item.name == metric))
