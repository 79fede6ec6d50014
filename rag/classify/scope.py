"""Find the certainty below which a text belongs to none of the labels, on texts of which that is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rag.classify.types import Certainty, Classification, Criterion, Threshold


def calibrate_threshold(
    classifications: Sequence[Classification],
    in_scope: Sequence[bool],
    of: Certainty = "probability",
    by: Criterion = "balanced_accuracy",
) -> Threshold:
    """Return the threshold that tells the texts in scope from the others best, the lowest of equally good ones.

    `by` is the mean of both kinds' recall, or the F1 of finding those out of scope. Validation rows are for this, not
    those that the result is measured on. Raises ValueError where one kind is missing.
    """
    certain = [each.certainty(of) for each in classifications]
    rows_in, rows_out = sum(in_scope), len(in_scope) - sum(in_scope)
    if len(certain) != len(in_scope) or not rows_in or not rows_out:
        raise ValueError(f"texts of both kinds are needed: {rows_in} are in scope and {rows_out} out of it")
    marks = sorted({0.0, 1.0, *certain})
    best = Threshold(0.0, of, by, -1.0)
    for value in [0.0, *((low + high) / 2 for low, high in pairwise(marks))]:
        found = sum(not inside and each < value for each, inside in zip(certain, in_scope, strict=True))
        wrong = sum(inside and each < value for each, inside in zip(certain, in_scope, strict=True))
        reached = _CRITERIA[by](found, rows_out - found, wrong, rows_in - wrong)
        if reached > (best.reached or 0.0) + 1e-12 or best.reached == -1.0:
            best = Threshold(value, of, by, reached, rows_in, rows_out)
    return best


def _balanced_accuracy(found: int, missed: int, wrong: int, right: int) -> float:
    return (found / (found + missed) + right / (right + wrong)) / 2


def _f1(found: int, missed: int, wrong: int, right: int) -> float:
    return 2 * found / (2 * found + missed + wrong)


_CRITERIA = {"balanced_accuracy": _balanced_accuracy, "f1": _f1}
