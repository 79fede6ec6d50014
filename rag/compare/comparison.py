"""The comparison object as types: what comparison.json may hold, checked where it comes in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


Number = Annotated[float | None, Field(strict=True), AfterValidator(_finite)]
"""A number, or None where it is not defined (null, but also NaN)."""

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value with its interval."""

    value: Number = None
    low: Number = None
    high: Number = None


@dataclass(frozen=True, kw_only=True)
class ComparedMetric:
    """What is measured, in which unit, and which way is up."""

    name: str
    title: str
    unit: str
    better: Better
    meaning: str = ""
    signature: str | None = None


@dataclass(frozen=True, kw_only=True)
class Training:
    """What a trained system cost before its first answer."""

    rows: Number = None
    epochs: Number = None
    seconds: Number = None
    parameters: Number = None
    method: str | None = None
    init: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one row costs: seconds, tokens, megabytes, CPU seconds; `cut` is the share of texts at the token limit."""

    latency_p50: Number = None
    latency_p95: Number = None
    prompt_tokens: Number = None
    completion_tokens: Number = None
    peak_memory_mb: Number = None
    cpu_seconds_a_row: Number = None
    cut: Number = None


@dataclass(frozen=True, kw_only=True)
class System:
    """One way of doing the task, with its numbers."""

    name: str
    kind: str
    model: str = ""
    examples: Number = None
    passages: Number = None
    attempts: Number = None
    trained: Training | None = None
    metrics: Mapping[str, Estimate] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)
    prompt_example: str = ""

    def of(self, metric: str) -> Estimate:
        """Return the system's value of a metric; undefined where it was not measured."""
        return self.metrics.get(metric, Estimate())


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`a` minus `b` on the same rows."""

    a: str
    b: str
    difference: Number = None
    low: Number = None
    high: Number = None
    p: Number = None


@dataclass(frozen=True, kw_only=True)
class Point(Estimate):
    """A value after training on so many rows."""

    rows: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A trained system's values by the number of its training rows."""

    system: str
    points: Sequence[Point]


@dataclass(frozen=True, kw_only=True)
class Flat(Estimate):
    """An untrained system's value, the same for any number of rows."""

    system: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Quality against the number of training rows."""

    metric: str
    lines: Sequence[Line]
    flat: Sequence[Flat] = ()


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a system wrote for a row, and what its check found; `spans` are places in `text`."""

    text: str
    missing: Sequence[str] = ()
    wrong: Sequence[tuple[str, str]] = ()
    invented: Sequence[str] = ()
    spans: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A row with every system's output."""

    row: str | int
    given: str = ""
    fields: Mapping[str, Any] | None = None
    references: Sequence[str] = ()
    outputs: Mapping[str, Output] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Split:
    """A file of rows."""

    path: str
    rows: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class DataCheck:
    """Something that was looked for in the data, and what was done about it."""

    check: str
    count: Number = None
    action: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Data:
    """The rows that were used."""

    train: Split | None = None
    valid: Split | None = None
    test: Split | None = None
    checks: Sequence[DataCheck] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the outputs were generated, and on what."""

    decoding: Mapping[str, Any] = field(default_factory=dict)
    seed: Any = None
    hardware: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Systems measured on the same rows; the first metric is the main one."""

    title: str
    task: str
    metrics: Annotated[Sequence[ComparedMetric], Field(min_length=1)]
    systems: Annotated[Sequence[System], Field(min_length=1)]
    openbook: str = ""
    created: str = ""
    command: str = ""
    seconds: Number = None
    data: Data = field(default_factory=Data)
    settings: Settings = field(default_factory=Settings)
    differences: Mapping[str, Sequence[Difference]] = field(default_factory=dict)
    curve: Curve | None = None
    samples: Sequence[Sample] = ()
    advice: str = ""

    def metric(self, name: str) -> ComparedMetric:
        """Return the metric of this name."""
        return next(metric for metric in self.metrics if metric.name == name)

    def system(self, name: str) -> System:
        """Return the system of this name."""
        return next(system for system in self.systems if system.name == name)

    def difference(self, metric: str, a: str, b: str) -> Difference | None:
        """Return `a` minus `b`, whichever way round it is held; None where it was not tested."""
        for each in self.differences.get(metric, ()):
            if (each.a, each.b) == (a, b):
                return each
            if (each.a, each.b) == (b, a):
                turned = [None if n is None else -n for n in (each.difference, each.high, each.low)]
                return Difference(a=a, b=b, difference=turned[0], low=turned[1], high=turned[2], p=each.p)
        return None


def check_comparison(comparison: Mapping[str, Any]) -> None:
    """Raise ValueError, in one line, for an object that is not a comparison."""
    read_comparison(comparison)


def read_comparison(comparison: Mapping[str, Any]) -> Comparison:
    """Return the object as types, its texts free of control characters. Raises ValueError with one line."""
    if not isinstance(comparison, Mapping):
        raise ValueError(f"a comparison is an object with title, metrics and systems, not {type(comparison).__name__}")
    try:
        read: Comparison = _adapter().validate_python(_printable(comparison))
    except ValidationError as error:
        raise ValueError(_one_line(error)) from None
    _check_names(read)
    return read


def load_comparison(file: Path) -> dict[str, Any]:
    """Return the object of a comparison.json, checked. Raises ValueError with one line that names the file."""
    try:
        content = json.loads(file.read_text("utf-8-sig"))
        check_comparison(content)
    except FileNotFoundError:
        raise ValueError(f"no comparison at {file}") from None
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{file} is not JSON: {error.msg}, line {error.lineno}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text") from None
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    return dict(content)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Comparison]:
    return TypeAdapter(Comparison)


_SYMBOLS = {code: 0x2400 + code for code in range(0x20)} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_SYMBOLS |= {0x202D: 0xFFFD, 0x202E: 0xFFFD}  # what turns the rest of a line round
_SYMBOLS |= {0x7F: 0x2421, ord("\t"): ord("\t"), ord("\n"): ord("\n"), ord("\r"): ord(" ")}
_SURROGATE = re.compile("[\ud800-\udfff]")


def _printable(value: Any) -> Any:
    """Put a visible sign for each control character and half a surrogate pair; lengths, and so spans, stay."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value.translate(_SYMBOLS))
    if isinstance(value, Mapping):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    if first["type"] == "missing":
        return f"comparison: {place} is missing"
    reason = " ".join(first["msg"].split())
    return f"comparison: {place} is {repr(first['input'])[:60]}: {reason[:1].lower()}{reason[1:]}"


def _check_names(comparison: Comparison) -> None:
    systems = [system.name for system in comparison.systems]
    metrics = [metric.name for metric in comparison.metrics]
    _check_unique("systems", systems)
    _check_unique("metrics", metrics)
    for metric, differences in comparison.differences.items():
        _check_known("differences", metric, "metric", metrics)
        for each in differences:
            _check_known(f"differences.{metric}", each.a, "system", systems)
            _check_known(f"differences.{metric}", each.b, "system", systems)
    if comparison.curve:
        _check_known("curve", comparison.curve.metric, "metric", metrics)
        drawn = [each.system for each in comparison.curve.lines] + [each.system for each in comparison.curve.flat]
        for name in drawn:
            _check_known("curve", name, "system", systems)
    for number, sample in enumerate(comparison.samples):
        for name, output in sample.outputs.items():
            _check_known(f"samples[{number}].outputs", name, "system", systems)
            _check_spans(f"samples[{number}].outputs.{name}", output)


def _check_unique(place: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"comparison: {place}: {name!r} stands there twice; names have to differ")


def _check_known(place: str, name: str, kind: str, known: Sequence[str]) -> None:
    if name not in known:
        raise ValueError(f"comparison: {place}: {name!r} is no {kind} of it; known: {', '.join(known)}")


def _check_spans(place: str, output: Output) -> None:
    for start, end in output.spans:
        if not 0 <= start < end <= len(output.text):
            raise ValueError(f"comparison: {place}: span {start} to {end} is not in its {len(output.text)} characters")
