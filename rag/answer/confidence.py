"""Confidence: the probability that an answer is right, from the signals of reader, retriever and generator together.

A logistic function of four signals, fitted to held-out rows whose answers are known to be right or wrong (`rag
calibrate`). Three signals are known before anything is generated; whether generator and reader agree is known
afterwards.

>>> model = ConfidenceModel.read("confidence.json")
>>> model.before.probability(Signals(margin=3.1, evidence=0.62, lead=0.08))
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
LEAST = 20  # right and wrong rows that a fit needs, of each
LARGEST_MARGIN = 20.0  # logits: margins beyond it are clipped
THRESHOLDS = [share / 100 for share in range(5, 96, 5)]


@dataclass(frozen=True)
class LogisticModel:
    """A logistic function of named signals."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, signals: Signals) -> float | None:
        """Return the probability of a right answer; None if a signal is unknown."""
        values = values_of(signals, tuple(self.weights))
        if values is None:
            return None
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights.values(), values, strict=True))
        return 1 / (1 + exp(-max(min(logit, 500.0), -500.0)))


@dataclass(frozen=True)
class ConfidenceModel:
    """The confidence `before` an answer is generated, and `after`; None if no generator was there to agree.

    At the threshold `min_confidence`, abstention separates answerable from unanswerable rows best. `about` describes
    the rows and models of the fit.
    """

    before: LogisticModel
    after: LogisticModel | None
    min_confidence: float
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """A hash of both functions."""
        return fingerprint(asdict(self.before), self.after and asdict(self.after))

    @property
    def extractive(self) -> bool | None:
        """True if it was fitted to the answers of a reader alone; None if unknown."""
        model, reader = (self.about.get(name) for name in ("model", "reader"))
        return None if model is None else model == reader

    @classmethod
    def read(cls, file: str | Path) -> ConfidenceModel:
        """Read a file that `write` wrote. Raises WeightsError for any other."""
        try:
            content = json.loads(Path(file).read_text("utf-8"))
            before, after = content["before"], content["after"]
            return cls(
                LogisticModel(before["weights"], before["bias"]),
                None if after is None else LogisticModel(after["weights"], after["bias"]),
                content["min_confidence"],
                content["about"],
            )
        except OSError as error:
            raise WeightsError(f"{file} cannot be read: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError):
            raise WeightsError(f"{file} is not a confidence model: `rag calibrate` writes one") from None

    def write(self, file: str | Path) -> None:
        """Write the model as JSON."""
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def embedded_confidence(model: str) -> ConfidenceModel | None:
    """Return the confidence model of an embedded model that answers with the embedded reader; None for any other."""
    if not is_builtin(model):
        return None
    file = folder_named(model) / FILE
    return ConfidenceModel.read(file) if file.is_file() else None


def signals_of(hits: Sequence[Hit], spans: Sequence[Span]) -> Signals:
    """Return the signals that are known before an answer is generated."""
    # Hits that only word search found have no cosine.
    cosines = sorted((cosine for hit in hits if (cosine := hit.parts.get("dense")) is not None), reverse=True)
    best = best_span(spans)
    return Signals(
        margin=best.margin if best else None,
        evidence=cosines[0] if cosines else None,
        lead=cosines[0] - cosines[1] if len(cosines) > 1 else 0.0 if cosines else None,
    )


def values_of(signals: Signals, names: Sequence[str]) -> list[float] | None:
    """Return the values of the named signals, the margin clipped; None if one of them is unknown."""
    values = [getattr(signals, name) for name in names]
    if any(value is None or not isfinite(value) for value in values):
        return None
    return [max(-LARGEST_MARGIN, min(LARGEST_MARGIN, float(value))) for value in values]
