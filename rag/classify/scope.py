"""Calibrate the threshold of certainty below which a text belongs to none of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.errors import InputError
from rag.classify.types import Certainty, Classification, Criterion, Threshold


def calibrate_threshold(
    classifications: Sequence[Classification],
    in_scope: Sequence[bool],
    of: Certainty = "probability",
    by: Criterion = "balanced_accuracy",
) -> Threshold:
    """Return the threshold that best separates texts in scope from the others, the lowest of equally good ones.

    `by` is the mean recall of both kinds, or the F1 of finding the texts out of scope. Use validation rows, not those
    that the result is measured on. Raises InputError where one kind is missing.
    """
    certain = [classification.certainty(of) for classification in classifications]
    rows_in, rows_out = sum(in_scope), len(in_scope) - sum(in_scope)
    if len(certain) != len(in_scope) or not rows_in or not rows_out:
        raise InputError(f"texts of both kinds are needed: {rows_in} are in scope and {rows_out} out of it")
    # Candidates lie halfway between neighbouring certainties.
    marks = sorted({0.0, 1.0, *certain})
    best = Threshold(0.0, of, by, -1.0)
    for value in [0.0, *((low + high) / 2 for low, high in pairwise(marks))]:
        # Texts below the threshold: rightly out of scope, and wrongly.
        right = sum(not inside and one < value for one, inside in zip(certain, in_scope, strict=True))
        wrong = sum(inside and one < value for one, inside in zip(certain, in_scope, strict=True))
        if by == "f1":
            reached = 2 * right / (right + wrong + rows_out)
        else:
            reached = (right / rows_out + (rows_in - wrong) / rows_in) / 2
        if reached > (best.reached or 0.0) + 1e-12 or best.reached == -1.0:
            best = Threshold(value, of, by, reached, rows_in, rows_out)
    return best
