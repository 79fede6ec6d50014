"""`Comparison`: systems measured on the same rows, as comparison.json holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field

from rag.describe.licence.claims import Claim
from rag.describe.product import FieldSpan
from rag.evaluate.metrics.metric import Better, Metric


def round_finite(value: float | None, digits: int = 6) -> float | None:
    """Return a value rounded for JSON, None if it is undefined."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


Number = Annotated[float | None, Field(strict=True), AfterValidator(round_finite)]
"""A number, or None where it is undefined (null or NaN in a file)."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """A metric's value with its 95% interval."""

    value: Number = None
    low: Number = None
    high: Number = None

    @classmethod
    def of(cls, metric: Metric) -> Score:
        """Return the score of a metric over its rows."""
        low, high = metric.interval()
        return cls(value=round_finite(metric.value), low=round_finite(low), high=round_finite(high))


@dataclass(frozen=True, kw_only=True)
class ComparedMetric:
    """A metric that all systems are measured by."""

    name: str
    title: str
    unit: str
    better: Better
    meaning: str = ""
    signature: str | None = None

    def rank(self, value: float | None) -> float:
        """Return a number that is higher the better the value is; minus infinity for an undefined value."""
        if value is None:
            return -math.inf
        return -value if self.better == "lower" else value

    def rank_ends(self, score: Score) -> tuple[float, float]:
        """Return the ranks of the worst and the best value within a score's interval."""
        ranks = [self.rank(end) for end in (score.low, score.value, score.high) if end is not None]
        return min(ranks), max(ranks)


@dataclass(frozen=True, kw_only=True)
class TrainingCost:
    """The training of a fine-tuned system."""

    rows: int | None = None
    epochs: Number = None
    seconds: Number = None
    parameters: int | None = None
    method: str | None = None
    init: str | None = None


@dataclass(frozen=True, kw_only=True)
class RowCost:
    """The cost of one row: seconds, tokens, megabytes. `cut` is the share of texts that end at the token limit."""

    latency_p50: Number = None
    latency_p95: Number = None
    prompt_tokens: Number = None
    completion_tokens: Number = None
    peak_memory_mb: Number = None
    cpu_seconds_a_row: Number = None
    cut: Number = None


@dataclass(frozen=True, kw_only=True)
class SystemResult:
    """A system with its scores and costs; `checked` tells whether the licence check replaced sentences of its texts."""

    name: str
    kind: str
    model: str = ""
    examples: int | None = None
    similar: Annotated[int | None, Field(validation_alias=AliasChoices("similar", "passages"))] = None
    attempts: int | None = None
    checked: bool = False
    trained: TrainingCost | None = None
    metrics: Mapping[str, Score] = field(default_factory=dict)
    cost: RowCost = field(default_factory=RowCost)
    prompt_example: str = ""

    def score(self, metric: str) -> Score:
        """Return the system's score in a metric, without a value if it was not measured."""
        return self.metrics.get(metric, Score())


@dataclass(frozen=True, kw_only=True)
class PairedDifference:
    """The score of system `a` minus that of system `b` on the same rows, with its 95% interval and p-value."""

    a: str
    b: str
    difference: Number = None
    low: Number = None
    high: Number = None
    p: Number = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint(Score):
    """The score after training on `rows` rows."""

    rows: int


@dataclass(frozen=True, kw_only=True)
class CurveLine:
    """The scores of a trained system by the number of its training rows."""

    system: str
    points: tuple[CurvePoint, ...]

    @cached_property
    def measured(self) -> list[CurvePoint]:
        """The points that have a value, fewest rows first."""
        return sorted((point for point in self.points if point.value is not None), key=lambda point: point.rows)


@dataclass(frozen=True, kw_only=True)
class Baseline(Score):
    """The score of an untrained system, which is the same for any number of training rows."""

    system: str


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """Quality against the number of training rows."""

    metric: str
    lines: tuple[CurveLine, ...]
    baselines: Annotated[tuple[Baseline, ...], Field(validation_alias=AliasChoices("baselines", "flat"))] = ()


@dataclass(frozen=True, kw_only=True)
class SampleOutput:
    """The text of one system for a row.

    A description has the `claims` that its licence check found, the parts that are `stated` fields, and the keys of the
    fields of first priority that it leaves out.
    """

    text: str
    claims: tuple[Claim, ...] = ()
    stated: tuple[FieldSpan, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A test row with the outputs of all systems; `checked_references` are references of a description as outputs."""

    row: str | int
    input: Annotated[str, Field(validation_alias=AliasChoices("input", "given"))] = ""
    fields: Mapping[str, object] | None = None
    references: tuple[str, ...] = ()
    checked_references: tuple[SampleOutput, ...] = ()
    outputs: Mapping[str, SampleOutput] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DataSplit:
    """The rows of one split, and the file that they were read from."""

    path: str
    rows: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class DataCheck:
    """A check of the data: the number of rows concerned, and the action taken."""

    check: str
    count: int | None = None
    action: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparedData:
    """The rows of a comparison."""

    train: DataSplit | None = None
    valid: DataSplit | None = None
    test: DataSplit | None = None
    checks: tuple[DataCheck, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The settings under which all outputs were generated, and the machine."""

    decoding: Mapping[str, object] = field(default_factory=dict)
    seed: int | None = None
    batch_size: Annotated[int | None, Field(validation_alias=AliasChoices("batch_size", "batch"))] = None
    latency: str = ""
    hardware: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Systems measured on the same rows. The first metric is the main one.

    `references` are the scores of the rows' own references in the metrics that need none.
    """

    openbook: str = ""
    title: str
    task: str
    created: str = ""
    command: str = ""
    seconds: Number = None
    data: ComparedData = field(default_factory=ComparedData)
    settings: RunSettings = field(default_factory=RunSettings)
    metrics: Annotated[tuple[ComparedMetric, ...], Field(min_length=1)]
    systems: Annotated[tuple[SystemResult, ...], Field(min_length=1)]
    references: Mapping[str, Score] = field(default_factory=dict)
    differences: Mapping[str, tuple[PairedDifference, ...]] = field(default_factory=dict)
    curve: LearningCurve | None = None
    samples: tuple[Sample, ...] = ()
    advice: str = ""
    caveats: tuple[str, ...] = ()

    def metric(self, name: str) -> ComparedMetric:
        """Return the metric of this name. Raises KeyError."""
        return {metric.name: metric for metric in self.metrics}[name]

    def system(self, name: str) -> SystemResult:
        """Return the system of this name. Raises KeyError."""
        return {system.name: system for system in self.systems}[name]

    def value(self, system: str, metric: str) -> float | None:
        """Return a system's value of a metric, None if it is undefined. Raises KeyError for an unknown name."""
        return self.system(system).metrics[metric].value

    def difference(self, metric: str, a: str, b: str) -> PairedDifference | None:
        """Return the difference of `a` minus `b`, None if it was not tested."""
        for pair in self.differences.get(metric, ()):
            if (pair.a, pair.b) == (a, b):
                return pair
            # Each pair is held once: the other way round, the ends of the interval change places, too.
            if (pair.a, pair.b) == (b, a):
                low, high = negate(pair.high), negate(pair.low)
                return PairedDifference(a=a, b=b, difference=negate(pair.difference), low=low, high=high, p=pair.p)
        return None

    def save(self, file: Path) -> None:
        """Write the comparison as JSON, whole or not at all."""
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1, allow_nan=False), "utf-8")
        part.replace(file)


def negate(value: float | None) -> float | None:
    """Return minus the value, None for None."""
    return None if value is None else -value
