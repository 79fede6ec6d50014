"""What comes out of classifying: a label with the scores that it was chosen by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from prompts.types import Dropped

Certainty = Literal["probability", "margin"]
Criterion = Literal["balanced_accuracy", "f1"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """How certain a label must be for its text to be in scope.

    `of` is the probability of the label, or its margin over the second. `reached` is how well the threshold did by its
    criterion, on `rows_in` texts of the labels and `rows_out` others that it was chosen on; None where it was given.
    """

    value: float
    of: Certainty = "probability"
    by: Criterion | None = None
    reached: float | None = None
    rows_in: int = 0
    rows_out: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise ValueError(f"a threshold of {self.of} is from 0 to 1, not {self.value}")


@dataclass(frozen=True, slots=True)
class Classification:
    """The label of a text.

    `scores` are those that the labels were ranked by, all that were allowed: natural log-probabilities, normalised and
    calibrated as the classifier was told; `probability` is the softmax over them. `examples` are the (text, label)
    pairs that the prompt held, best first, `dropped` those that did not fit. With a `threshold`, `out_of_scope` says
    whether the text seems to belong to no label.
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
        """Every allowed label's probability, best first."""
        return softmax(self.scores)

    @property
    def margin(self) -> float:
        """How much more probable the label is than the second; 1 where there is no second."""
        best = [*self.probabilities.values(), 0.0]
        return best[0] - best[1]

    @property
    def out_of_scope(self) -> bool:
        """Whether the label is less certain than the threshold wants; never without a threshold."""
        return self.threshold is not None and self.certainty(self.threshold.of) < self.threshold.value

    def certainty(self, of: Certainty) -> float:
        """Return the probability or the margin."""
        return self.probability if of == "probability" else self.margin


def softmax(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the scores as probabilities, best first; of equal scores, the first given stays first."""
    ordered = sorted(scores, key=lambda label: -scores[label])
    highest = scores[ordered[0]]
    weights = {label: math.exp(scores[label] - highest) for label in ordered}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}
