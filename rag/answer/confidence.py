"""Confidence: the probability that an answer is right, from the signals of reader, retriever and answer together.

A logistic function of named signals for each kind of question, fitted to questions whose answers are known to be right
or wrong (`rag calibrate`). Some signals are known before an answer is there, others only afterwards.

>>> model = ConfidenceModel.read("confidence.json")
>>> model.of("short").before.probability(Signals(margin=3.1, evidence=0.62, lead=0.08))
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import exp, isfinite
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.errors import WeightsError
from ingest.fingerprint import fingerprint
from ingest.models.weights import folder_named, is_builtin
from rag.answer.anchors_held import missing_anchors
from rag.answer.evidence import Evidence
from rag.answer.kinds import QuestionKind
from rag.answer.ranking import SPAN_SIGNALS, Candidate, RankingModel, lead_of
from rag.answer.support import judge_support
from rag.answer.types import Answer, Citation, Retrieved, Signals
from stores.base import Hit

FILE = "confidence.json"  # in the folder of an embedded model that answers
VERSION = 3  # of the file; those of version 1 have no version and one function for all kinds, those of 2 no ranking

SignalName = Literal["margin", "evidence", "lead", "rank", "rival", "agreed", "support", "anchors", "score", "sources"]
BEFORE: tuple[SignalName, ...] = ("margin", "evidence", "lead", "rank", "rival")
AFTER: tuple[SignalName, ...] = get_args(SignalName)

LARGEST_MARGIN = 20.0  # logits: margins beyond it are clipped
MOST_SOURCES = 3  # further passages that say the same add nothing

# The least and the greatest value of the signals that are known afterwards only.
RANGES: Mapping[SignalName, tuple[float, float]] = {
    "agreed": (0, 1),
    "support": (0, 1),
    "anchors": (0, 1),
    "score": (0, 1),
    "sources": (0, MOST_SOURCES),
}


@dataclass(frozen=True)
class LogisticModel:
    """A logistic function of named signals.

    A signal in `unknown` may be unknown, and then adds that value to the logit instead of its weighted one. Only some
    of the ways to answer a question have a score.
    """

    weights: Mapping[SignalName, float]
    bias: float
    unknown: Mapping[SignalName, float] = field(default_factory=dict)

    def probability(self, signals: Signals) -> float | None:
        """Return the probability of a right answer; None if a signal is unknown that has to be known."""
        return self._probability({name: signal_value(signals, name) for name in self.weights})

    def best_case(self, signals: Signals) -> float | None:
        """Return the highest probability that the signals which are known afterwards can still lead to."""
        values = {name: signal_value(signals, name) for name in self.weights}
        best = {name: RANGES[name][self.weights[name] > 0] for name in self.weights if name in RANGES}
        return self._probability({name: best.get(name) if value is None else value for name, value in values.items()})

    def _probability(self, values: Mapping[SignalName, float | None]) -> float | None:
        logit = self.bias
        for name, value in values.items():
            if value is None and name not in self.unknown:
                return None
            logit += self.unknown[name] if value is None else self.weights[name] * value
        return 1 / (1 + exp(-max(min(logit, 500.0), -500.0)))


@dataclass(frozen=True)
class KindConfidence:
    """The confidence in answers to one kind of question, `before` the answer is there and `after`.

    `after` is None if nothing more is known afterwards. Below `min_confidence` a question is left unanswered.
    """

    before: LogisticModel
    after: LogisticModel | None
    min_confidence: float


@dataclass(frozen=True)
class ConfidenceModel:
    """The confidence in answers, by the kind of question; a kind that was not fitted has that of "short".

    `about` describes the rows and models of the fit. `ranking` orders the candidate spans whose signals the functions
    were fitted to; None leaves them in the reader's order.
    """

    kinds: Mapping[QuestionKind, KindConfidence]
    about: Mapping[str, Any] = field(default_factory=dict)
    ranking: RankingModel | None = None

    def of(self, kind: QuestionKind) -> KindConfidence:
        """Return the confidence in answers to this kind of question."""
        return self.kinds.get(kind) or self.kinds["short"]

    @property
    def fingerprint(self) -> str:
        """A hash of all functions and thresholds."""
        kinds = {kind: asdict(confidence) for kind, confidence in self.kinds.items()}
        return fingerprint(kinds, asdict(self.ranking)) if self.ranking else fingerprint(kinds)

    @property
    def needs_reader(self) -> bool:
        """True if it was fitted to what a reader says."""
        return any("margin" in confidence.before.weights for confidence in self.kinds.values())

    @property
    def extractive(self) -> bool | None:
        """True if it was fitted to the answers of a reader alone; None if unknown."""
        model, reader = (self.about.get(name) for name in ("model", "reader"))
        return None if model is None else model == reader

    @classmethod
    def read(cls, file: str | Path) -> ConfidenceModel:
        """Read a file that `write` wrote, in this or an earlier version. Raises WeightsError for any other."""
        try:
            content = json.loads(Path(file).read_text("utf-8"))
            version = content.get("version", 1)
            if version <= VERSION:
                stored = content["kinds"] if "version" in content else {"short": content}
                kinds = {kind: _kind_from(stored[kind]) for kind in get_args(QuestionKind) if kind in stored}
                if len(kinds) < len(stored) or "short" not in kinds:
                    raise KeyError
                return cls(kinds, content["about"], _ranking_from(content.get("ranking")))
        except OSError as error:
            raise WeightsError(f"{file} cannot be read: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise WeightsError(f"{file} is not a confidence model: `rag calibrate` writes one") from None
        raise WeightsError(f"{file} has version {version}: this release reads up to {VERSION}")

    def write(self, file: str | Path) -> None:
        """Write the model as JSON."""
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(json.dumps({"version": VERSION} | asdict(self), indent=1) + "\n", "utf-8")


def _kind_from(values: Mapping[str, Any]) -> KindConfidence:
    before, after = (
        None if part is None else LogisticModel(part["weights"], part["bias"], part.get("unknown", {}))
        for part in (values["before"], values["after"])
    )
    if before is None or any(set(part.weights) - set(AFTER) for part in (before, after) if part):
        raise KeyError
    return KindConfidence(before, after, float(values["min_confidence"]))


def _ranking_from(values: Mapping[str, Any] | None) -> RankingModel | None:
    if values is None:
        return None
    if set(values["weights"]) - set(SPAN_SIGNALS):
        raise KeyError
    return RankingModel({name: float(weight) for name, weight in values["weights"].items()})


def embedded_confidence(model: str) -> ConfidenceModel | None:
    """Return the confidence model of an embedded model that answers with the embedded reader; None for any other."""
    if not is_builtin(model):
        return None
    file = folder_named(model) / FILE
    return ConfidenceModel.read(file) if file.is_file() else None


def signals_of(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> Signals:
    """Return the signals that are known before an answer is there; the margin is that of the best candidate."""
    # Hits that only word search found have no cosine.
    cosines = sorted((cosine for hit in hits if (cosine := hit.parts.get("dense")) is not None), reverse=True)
    best = candidates[0] if candidates else None
    return Signals(
        margin=best.span.margin if best else None,
        evidence=cosines[0] if cosines else None,
        lead=cosines[0] - cosines[1] if len(cosines) > 1 else 0.0 if cosines else None,
        rank=best.score if best else None,
        rival=lead_of(candidates),
    )


def signals_after(question: Retrieved, answer: Answer) -> Signals:
    """Return the signals of an answer that cites: those that it has, and what its citations add."""
    cited = [evidence for citation in answer.citations if (evidence := find_evidence(citation, question)) is not None]
    anchors = list(question.anchors)
    missing = [set(missing_anchors(question.anchors, evidence)) for evidence in cited]
    held = sum(not all(anchor in lacking for lacking in missing) for anchor in anchors)

    # Of several passages that a reader points at, those where it says the same.
    places = {citation.place[:2] for citation in answer.citations}
    for span in question.spans:
        evidence = Evidence(span.chunk, span.start, span.end).sentence
        if span.text and judge_support(answer.text, question.question, evidence, question.anchors):
            places.add((span.chunk.source, span.chunk.start + evidence.start))
    return replace(
        answer.signals,
        support=min((citation.support for citation in answer.citations), default=0.0),
        anchors=held / len(anchors) if anchors else 1.0,
        sources=len(places),
    )


def find_evidence(citation: Citation, question: Retrieved) -> Evidence | None:
    """Return the place of a citation in the sections that were retrieved; None if it is in none of them."""
    for section in question.read_sections:
        start = citation.start - section.start
        if section.source == citation.source and 0 <= start < len(section.text):
            return Evidence(section, start, min(citation.end - section.start, len(section.text)))
    return None


def signal_value(signals: Signals, name: SignalName) -> float | None:
    """Return the value of a signal, the margin and the number of sources clipped; None if it is unknown."""
    value = getattr(signals, name)
    if value is None or not isfinite(value):
        return None
    if name == "margin":
        return max(-LARGEST_MARGIN, min(LARGEST_MARGIN, float(value)))
    return min(float(value), MOST_SOURCES) if name == "sources" else float(value)
