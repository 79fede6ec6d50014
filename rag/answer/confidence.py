"""The chance that an answer is right, from all that is known of it: what the reader, retrieval and the generator say.

A logistic function of four signals, fitted to held-out rows of which it is known whether they were answered right
(`rag calibrate`). Before generating three of them are there; whether generator and reader agree is seen afterwards.

>>> model = ConfidenceModel.read("confidence.json")
>>> model.before.chance(Signals(margin=3.1, evidence=0.62, lead=0.08))
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import exp, isfinite
from pathlib import Path
from typing import Any

from ingest.errors import WeightsError
from ingest.fingerprint import fingerprint
from ingest.models.weights import folder_named, is_builtin
from rag.answer.types import Signals
from rag.reader.base import Span, best_span
from stores.base import Hit

FILE = "confidence.json"  # in the folder of an embedded model that answers
BEFORE = ("margin", "evidence", "lead")
AFTER = (*BEFORE, "agreed")
FOLDS = 5
LEAST = 20  # rows of either kind that a fit needs
CLIPPED = 20.0  # logits: beyond it a margin says no more
THRESHOLDS = [share / 100 for share in range(5, 96, 5)]


@dataclass(frozen=True)
class Fitted:
    """A logistic function of signals by name."""

    weights: Mapping[str, float]
    bias: float

    def chance(self, signals: Signals) -> float | None:
        """Return the chance of a right answer, from 0 to 1; None where a signal is not known."""
        known = values_of(signals, tuple(self.weights))
        if known is None:
            return None
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights.values(), known, strict=True))
        return 1 / (1 + exp(-max(min(logit, 500.0), -500.0)))


@dataclass(frozen=True)
class ConfidenceModel:
    """How sure to be `before` an answer is generated, and `after`; None where there was no generator to agree.

    Below `min_confidence` abstaining told answerable from unanswerable best. `about` says what it was fitted to.
    """

    before: Fitted
    after: Fitted | None
    min_confidence: float
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """A hash of both functions."""
        return fingerprint(asdict(self.before), self.after and asdict(self.after))

    @classmethod
    def read(cls, file: str | Path) -> ConfidenceModel:
        """Read a file that `write` wrote. Raises WeightsError for another one."""
        try:
            content = json.loads(Path(file).read_text("utf-8"))
            before, after = content["before"], content["after"]
            return cls(
                Fitted(before["weights"], before["bias"]),
                None if after is None else Fitted(after["weights"], after["bias"]),
                content["min_confidence"],
                content["about"],
            )
        except OSError as error:
            raise WeightsError(f"{file} cannot be read: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError):
            raise WeightsError(f"{file} is no confidence: `rag calibrate` writes one") from None

    @property
    def extractive(self) -> bool | None:
        """Whether a reader alone gave the answers that it was fitted to; None where nothing tells."""
        model, reader = (self.about.get(name) for name in ("model", "reader"))
        return None if model is None else model == reader

    def write(self, file: str | Path) -> None:
        """Write it as JSON."""
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def embedded_confidence(model: str) -> ConfidenceModel | None:
    """Return the confidence of an embedded model that answers with the embedded reader; None of another one."""
    if not is_builtin(model):
        return None
    file = folder_named(model) / FILE
    return ConfidenceModel.read(file) if file.is_file() else None


def signals_of(hits: Sequence[Hit], readings: Sequence[Span]) -> Signals:
    """Return what is known before an answer is generated."""
    cosines = sorted(_cosines(hits), reverse=True)
    surest = best_span(readings)
    return Signals(
        margin=surest.margin if surest else None,
        evidence=best_cosine(hits),
        lead=cosines[0] - cosines[1] if len(cosines) > 1 else 0.0 if cosines else None,
    )


def best_cosine(hits: Sequence[Hit]) -> float | None:
    """Return the highest cosine among hits, None when none of them was found by dense search."""
    return max(_cosines(hits), default=None)


def _cosines(hits: Sequence[Hit]) -> list[float]:
    return [cosine for hit in hits if (cosine := hit.parts.get("dense")) is not None]


def values_of(signals: Signals, names: Sequence[str]) -> list[float] | None:
    """Return signals by name, the margin clipped; None where one is not known."""
    given = [getattr(signals, name) for name in names]
    if any(value is None or not isfinite(value) for value in given):
        return None
    return [max(-CLIPPED, min(CLIPPED, float(value))) for value in given]
