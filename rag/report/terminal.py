"""Tables of a comparison for a terminal, in blocks of as many columns as fit."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rag.compare.comparison import ComparedMetric, Comparison, SystemResult
from rag.compare.number_format import (
    NONE,
    UNITS,
    format_count,
    format_duration,
    format_number,
    pluralize,
    shared_decimals,
)
from rag.compare.ranking import ALPHA, best_systems, find_crossovers, tied_systems

MAX_WIDTH, MIN_WIDTH, GAP = 100, 40, 2
REFERENCES = "references"


@dataclass(frozen=True)
class _Column:
    """A column of equally wide cells. `strong` are the numbers of the cells in bold."""

    title: str
    unit: str
    cells: Sequence[str]
    strong: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        return max(map(cell_len, (self.title, self.unit, *self.cells)))


def terminal_table(comparison: Comparison, width: int | None = None) -> str:
    """Return the numbers and the advice in lines of at most `width` columns (the terminal's, at most 100).

    "*" marks the best of a metric, "~" those that are not significantly worse. Only a terminal gets colours.
    """
    width = max(width or min(shutil.get_terminal_size((MAX_WIDTH, 24)).columns, MAX_WIDTH), MIN_WIDTH)
    has_colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    # Rich writes into a string, with the colours that stdout would get.
    file = StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=has_colours,
        color_system="standard" if has_colours else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for section in _sections(comparison, width):
        console.print(section)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def _sections(comparison: Comparison, width: int) -> Iterator[RenderableType]:
    facts = [pluralize(len(comparison.systems), "system")]
    if comparison.data.test and comparison.data.test.rows is not None:
        facts.append(pluralize(comparison.data.test.rows, "test row"))
    if comparison.seconds is not None:
        facts.append(format_duration(comparison.seconds))
    yield Text(comparison.title, "bold")
    yield Text(", ".join(facts), "dim")

    # Names take at most a third of the width, and each block as many columns as fit beside them.
    names = ["\n".join(textwrap.wrap(system.name, max(width // 3, 14))) for system in comparison.systems]
    room = width - max(cell_len(line) for name in names for line in name.split("\n") or [""])
    blocks: list[list[_Column]] = []
    for columns in ([_metric_column(comparison, metric) for metric in comparison.metrics], _cost_columns(comparison)):
        blocks.append([])
        for column in columns:
            if blocks[-1] and sum(GAP + other.width for other in (*blocks[-1], column)) > room:
                blocks.append([])
            blocks[-1].append(column)
    # The references are a line of their own below the systems, where a block has a metric of theirs.
    for block in blocks:
        if block:
            yield Text()
            rows = max(len(column.cells) for column in block)
            yield _table([*names, REFERENCES][:rows], block)

    # The advice, and the crossovers that it does not tell.
    yield Text()
    if len(comparison.systems) > 1:
        yield Text(f"* best, ~ not significantly worse than the best (p >= {ALPHA}), [95% interval]", "dim")
    for crossover in map(str, find_crossovers(comparison)):
        if crossover not in comparison.advice:
            yield Text(crossover)
    yield Text(comparison.advice)
    for caveat in comparison.caveats:
        yield Text(textwrap.fill(f"- {caveat}", width, subsequent_indent="  "))


def _table(names: Sequence[str], columns: Sequence[_Column]) -> Table:
    """Return a table with a row for each name; its columns keep their widths."""
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column(Text())
    for column in columns:
        head = Text(column.title, "bold").append(f"\n{column.unit}", "not bold dim")
        table.add_column(head, no_wrap=True, width=column.width)
    for number, name in enumerate(names):
        cells = [
            Text(column.cells[number], "bold" if number in column.strong else "", no_wrap=True)
            if number < len(column.cells)
            else Text()
            for column in columns
        ]
        table.add_row(Text(name), *cells)
    return table


def _metric_column(comparison: Comparison, metric: ComparedMetric) -> _Column:
    """Return a column of values with their intervals, the best and those tied with it marked."""
    best, tied = best_systems(comparison, metric), tied_systems(comparison, metric)
    scores = [system.score(metric.name) for system in comparison.systems]
    scores += [comparison.references[metric.name]] if metric.name in comparison.references else []
    names = [*(system.name for system in comparison.systems), ""]
    decimals = shared_decimals([score.value for score in scores], metric.unit)

    # Values and both ends of the intervals stand below each other.
    signs = ["*" if name in best else "~" if name in tied else " " for name in names[: len(scores)]]
    numbers = [
        [format_number(end, metric.unit, decimals) if end is not None else "" for end in ends]
        for ends in zip(*((score.low, score.high) for score in scores), strict=True)
    ]
    values = _align_right(
        [sign + format_number(score.value, metric.unit, decimals) for sign, score in zip(signs, scores, strict=True)]
    )
    lows, highs = (_align_right(ends) for ends in numbers)
    cells = [
        f"{value} [{low}, {high}]" if low.strip() and high.strip() else value
        for value, low, high in zip(values, lows, highs, strict=True)
    ]
    unit = {"percent": "%", "points": ""}.get(metric.unit, UNITS.get(metric.unit, metric.unit))
    better = {"higher": "higher is better", "lower": "lower is better", "neither": ""}[metric.better]
    strong = frozenset(number for number, sign in enumerate(signs) if sign == "*")
    return _Column(textwrap.shorten(metric.title, 40), ", ".join(filter(None, (unit, better))), cells, strong)


def _cost_columns(comparison: Comparison) -> list[_Column]:
    """Return the columns that hold a number."""
    systems = comparison.systems
    columns = []
    for title, unit, attribute, kind in (
        ("p50", "s a row", "latency_p50", "seconds"),
        ("p95", "s a row", "latency_p95", "seconds"),
        ("CPU", "s a row", "cpu_seconds_a_row", "seconds"),
        ("prompt", "tokens", "prompt_tokens", "tokens"),
        ("output", "tokens", "completion_tokens", "tokens"),
        ("memory", "MB", "peak_memory_mb", "megabytes"),
    ):
        values = [getattr(system.cost, attribute) for system in systems]
        decimals = shared_decimals(values, kind)
        columns.append((title, unit, [format_number(value, kind, decimals) for value in values]))
    columns.append(("training", "time", _training(systems, "seconds")))
    columns.append(("training", "rows", _training(systems, "rows")))
    return [_Column(title, unit, _align_right(cells)) for title, unit, cells in columns if set(cells) - {"-", NONE}]


def _training(systems: Sequence[SystemResult], attribute: str) -> list[str]:
    write = format_duration if attribute == "seconds" else format_count
    return [write(getattr(system.trained, attribute)) if system.trained else "-" for system in systems]


def _align_right(texts: Sequence[str]) -> list[str]:
    width = max(map(cell_len, texts))
    return [" " * (width - cell_len(text)) + text for text in texts]
