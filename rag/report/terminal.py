"""The comparison's tables for a terminal: aligned, in blocks of as many columns as fit."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.compare.comparison import ComparedMetric, Comparison, System, read_comparison
from rag.compare.number_format import NONE, SIGNS, count, decimals, duration, number, plural
from rag.compare.ranking import ALPHA, best, not_worse, overtakings
from rag.report.ansi import BOLD, DIM, colour

WIDEST, NARROWEST = 100, 40
GAP = "  "


@dataclass(frozen=True)
class _Cell:
    text: str
    strong: bool = False


@dataclass(frozen=True)
class _Column:
    title: str
    below: str
    cells: Sequence[_Cell]

    @property
    def width(self) -> int:
        return max(map(_width, (self.title, self.below, *(cell.text for cell in self.cells))))


def terminal_table(comparison: Mapping[str, Any], width: int | None = None) -> str:
    """Return the comparison's numbers and advice as lines of at most `width` columns (the terminal's, 100 at most).

    "*" stands at the best of a metric, "~" where a system is not significantly worse; colours are only for terminals.
    Raises ValueError for an object that is no comparison.
    """
    read = read_comparison(comparison)
    width = width or min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    return "\n".join(line.rstrip() for line in _lines(read, max(width, NARROWEST))) + "\n"


def _lines(comparison: Comparison, width: int) -> Iterator[str]:
    yield from (colour(line, BOLD) for line in textwrap.wrap(comparison.title, width))
    yield colour(_facts(comparison), DIM)
    names = _names(comparison.systems, width)
    room = width - max(_width(line) for lines in names for line in lines) - len(GAP)
    for columns in (_metric_columns(comparison), _cost_columns(comparison.systems)):
        for block in _blocks(columns, room):
            yield ""
            yield from _block(names, block)
    yield ""
    if len(comparison.systems) > 1:
        legend = f"* best, ~ not significantly worse than the best (p >= {ALPHA}), [95% interval]"
        yield from (colour(line, DIM) for line in textwrap.wrap(legend, width))
    for text in (*map(str, overtakings(comparison)), comparison.advice):
        yield from textwrap.wrap(text, width)


def _facts(comparison: Comparison) -> str:
    facts = [plural(len(comparison.systems), "system")]
    if comparison.data.test and comparison.data.test.rows is not None:
        facts.append(plural(comparison.data.test.rows, "test row"))
    if comparison.seconds is not None:
        facts.append(duration(comparison.seconds))
    return ", ".join(facts)


def _names(systems: Sequence[System], width: int) -> list[list[str]]:
    """Return each system's name in lines of at most a third of the width."""
    return [textwrap.wrap(system.name, max(width // 3, 14)) or [""] for system in systems]


def _metric_columns(comparison: Comparison) -> list[_Column]:
    return [_metric_column(comparison, metric) for metric in comparison.metrics]


def _metric_column(comparison: Comparison, metric: ComparedMetric) -> _Column:
    first, close = best(comparison, metric), not_worse(comparison, metric)
    estimates = [system.of(metric.name) for system in comparison.systems]
    signs = ["*" if s.name in first else "~" if s.name in close else " " for s in comparison.systems]
    shared = decimals([each.value for each in estimates], metric.unit)
    values = _right([s + number(each.value, metric.unit, shared) for s, each in zip(signs, estimates, strict=True)])
    lows, highs = (
        _right([number(end, metric.unit, shared) if end is not None else "" for end in ends])
        for ends in ([each.low for each in estimates], [each.high for each in estimates])
    )
    cells = [
        _Cell(f"{value} [{low}, {high}]" if low.strip() and high.strip() else value, sign == "*")
        for value, low, high, sign in zip(values, lows, highs, signs, strict=True)
    ]
    unit = {"percent": "%"}.get(metric.unit, "" if metric.unit == "points" else SIGNS.get(metric.unit, metric.unit))
    better = {"higher": "higher is better", "lower": "lower is better", "neither": ""}[metric.better]
    return _Column(textwrap.shorten(metric.title, 40), ", ".join(part for part in (unit, better) if part), cells)


def _cost_columns(systems: Sequence[System]) -> list[_Column]:
    costs = [system.cost for system in systems]
    trained = [duration(system.trained.seconds) if system.trained else "-" for system in systems]
    rows = [count(system.trained.rows) if system.trained else "-" for system in systems]
    columns = [
        ("p50", "s a row", _numbers([cost.latency_p50 for cost in costs], "seconds")),
        ("p95", "s a row", _numbers([cost.latency_p95 for cost in costs], "seconds")),
        ("CPU", "s a row", _numbers([cost.cpu_seconds_a_row for cost in costs], "seconds")),
        ("prompt", "tokens", _numbers([cost.prompt_tokens for cost in costs], "tokens")),
        ("output", "tokens", _numbers([cost.completion_tokens for cost in costs], "tokens")),
        ("memory", "MB", _numbers([cost.peak_memory_mb for cost in costs], "megabytes")),
        ("training", "time", trained),
        ("training", "rows", rows),
    ]
    told = [column for column in columns if set(column[2]) - {"-", NONE}]
    return [_Column(title, below, [_Cell(text) for text in _right(values)]) for title, below, values in told]


def _numbers(values: Sequence[float | None], unit: str) -> list[str]:
    shared = decimals(values, unit)
    return [number(value, unit, shared) for value in values]


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    """Yield as many columns at a time as fit, at least one."""
    block: list[_Column] = []
    for column in columns:
        if block and sum(each.width + len(GAP) for each in (*block, column)) > room + len(GAP):
            yield block
            block = []
        block.append(column)
    if block:
        yield block


def _block(names: Sequence[Sequence[str]], columns: Sequence[_Column]) -> Iterator[str]:
    side = max(_width(line) for lines in names for line in lines)
    for heads in ([each.title for each in columns], [each.below for each in columns]):
        padded = [_padded(head, each.width) for head, each in zip(heads, columns, strict=True)]
        yield colour(GAP.join([" " * side, *padded]).rstrip(), BOLD if heads[0] == columns[0].title else DIM)
    for number_, (first, *further) in enumerate(names):
        cells = [each.cells[number_] for each in columns]
        shown = [_strong(_padded(cell.text, each.width), cell) for cell, each in zip(cells, columns, strict=True)]
        yield GAP.join([_padded(first, side), *shown])
        yield from further


def _strong(text: str, cell: _Cell) -> str:
    return colour(text, BOLD) if cell.strong else text


def _right(texts: Sequence[str]) -> list[str]:
    widest = max(map(_width, texts))
    return [" " * (widest - _width(text)) + text for text in texts]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return the columns that a terminal gives a text: two for wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
