"""The result of a classification: a label with the scores behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.errors import InputError
from prompts.types import Dropped

Certainty = Literal["probability", "margin"]
Criterion = Literal["balanced_accuracy", "f1"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The certainty that a label needs for its text to be in scope.

    `of` is the probability of the label, or its margin over the second. A calibrated threshold has the criterion `by`,
    the value `reached` by it, and the numbers of texts in and out of scope that it was calibrated on.
    """

    value: float
    of: Certainty = "probability"
    by: Criterion | None = None
    reached: float | None = None
    rows_in: int = 0
    rows_out: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise InputError(f"a threshold of {self.of} is from 0 to 1, not {self.value}")


@dataclass(frozen=True, slots=True)
class Classification:
    """The label of a text.

    `scores` rank all allowed labels: natural log-probabilities, normalised and calibrated by the classifier's options.
    `probability` is the softmax over them. `examples` are the (text, label) pairs of the prompt, best first, `dropped`
    the ones that did not fit. With a `threshold`, `out_of_scope` marks a text that seems to belong to no label.
    """

    label: str
    probability: float
    scores: Mapping[str, float]
    prompt_tokens: int = 0
    seconds: float = 0.0
    examples: tuple[tuple[str, str], ...] = ()
    dropped: tuple[Dropped, ...] = ()
    threshold: Threshold | None = None
    model: str = ""

    @property
    def probabilities(self) -> dict[str, float]:
        """The probability of every allowed label, best first."""
        return softmax(self.scores)

    @property
    def margin(self) -> float:
        """The probability of the label less that of the second, or less 0 without a second."""
        best = [*self.probabilities.values(), 0.0]
        return best[0] - best[1]

    @property
    def out_of_scope(self) -> bool:
        """True where the label is less certain than the threshold; False without a threshold."""
        return self.threshold is not None and self.certainty(self.threshold.of) < self.threshold.value

    def certainty(self, of: Certainty) -> float:
        """Return the probability or the margin."""
        return self.probability if of == "probability" else self.margin


def softmax(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the scores as probabilities, best first; equal scores keep their order."""
    ordered = sorted(scores, key=lambda label: -scores[label])
    highest = scores[ordered[0]]
    weights = {label: math.exp(scores[label] - highest) for label in ordered}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}
