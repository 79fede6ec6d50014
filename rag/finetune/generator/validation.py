"""One number for what a model writes on validation rows: what early stopping goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.classify.labels import readable
from rag.data.rows import Row


def score(metric: str, texts: Sequence[str], rows: Sequence[Row]) -> float:
    """Return the metric of these texts, in percent or points; higher is better. Raises ValueError for another name."""
    if metric == "bleu":
        from rag.evaluate.metrics.text import text_metrics

        found = {each.name: each for each in text_metrics(texts, rows)}
        return float(found["bleu"].value)
    from rag.evaluate.metrics.answers import AnswerOutput, answer_metrics

    # A label is learnt in words, "card arrival" for "card_arrival".
    rows = [replace(row, references=(readable(row.target),)) if row.task == "classify" else row for row in rows]
    outputs = [AnswerOutput(text, text == "I don't know.", (), 0, 0) for text in texts]
    found = {each.name: each for each in answer_metrics(outputs, rows)}
    if metric not in found:
        raise ValueError(f"unknown metric {metric!r}; known: loss, bleu, {', '.join(found)}")
    return float(found[metric].value)
