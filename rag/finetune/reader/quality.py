"""How well a reader reads held-out rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answer.match import exact_match, token_f1
from rag.data.rows import Row
from rag.evaluate.metrics.labels import auroc


def reading_metrics(rows: Sequence[Row], texts: Sequence[str], margins: Sequence[float]) -> dict[str, float]:
    """Return exact match and F1 over answerable rows, in percent, and how well margins tell answerable from not.

    `auroc` is the chance that an answerable row's margin is above an unanswerable one's, 0 to 1; left out where all
    rows are one of the two.
    """
    asked = [(row, text) for row, text in zip(rows, texts, strict=True) if not row.unanswerable]
    exact = [float(exact_match(text, row.references)) for row, text in asked] or [0.0]
    shared = [token_f1(text, row.references) for row, text in asked] or [0.0]
    measured = {"exact_match": 100 * float(np.mean(exact)), "f1": 100 * float(np.mean(shared))}
    answerable = np.array([not row.unanswerable for row in rows])
    if answerable.all() or not answerable.any():
        return measured
    return {**measured, "auroc": auroc("auroc", margins, answerable).value / 100}
