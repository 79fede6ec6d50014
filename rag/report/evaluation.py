"""An evaluation as one HTML file: what `rag evaluate --json` says, as tables and plots; no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rag.evaluate.metrics.info import metric_info
from rag.report.html import environment, write_whole
from rag.report.plots import plot_coverage, plot_reliability

WIDE, NARROW, PANEL = (800.0, 400.0), (340.0, 320.0), (300.0, 280.0)
CONFUSIONS = 15
COSTS = (("latency_p50", "Latency, median"), ("latency_p95", "Latency, 95th percentile"))
UNITS = {"percent": "%", "megabytes": "MB", "seconds": "s"}


def write_evaluation(measured: Mapping[str, Any], file: Path) -> None:
    """Write the object of `rag evaluate --json` as one HTML file, whole or not at all."""
    write_whole(render_evaluation(measured), file)


def render_evaluation(measured: Mapping[str, Any]) -> str:
    """Return the page's HTML."""
    systems: Mapping[str, Any] = measured["systems"]
    trusted: Mapping[str, Any] = measured.get("confidence", {})
    curves = {name: each["curve"] for name, each in trusted.items()}
    measure = metric_info(next(iter(trusted.values()))["measure"]).title if trusted else ""
    page: str = (
        environment()
        .get_template("evaluation.html.jinja")
        .render(
            title=f"{str(measured['task']).capitalize()}: {Path(str(measured['path'])).name}",
            about={name: value for name, value in measured.items() if name not in _SHOWN},
            names=list(systems),
            rows=_rows(systems),
            costs=_costs(systems),
            signs=UNITS,
            style=Markup(environment().get_template("style.css").render()),
            measure=measure,
            coverage=_both_widths(curves, measure),
            reliability=[(name, plot_reliability(each["bins"], name, *PANEL)) for name, each in trusted.items()],
            shares=[(name, each["surest"]) for name, each in trusted.items()],
            differences=_differences(measured.get("differences", {})),
            confusions={name: _confused(table) for name, table in measured.get("confusion", {}).items()},
            checks=measured.get("checks", []),
        )
    )
    return page


_SHOWN = {"systems", "differences", "confusion", "confidence", "checks"}


def _rows(systems: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row a metric: its title, meaning and unit, and each system's value, None where it has none."""
    names = list(dict.fromkeys(each["name"] for system in systems.values() for each in system["metrics"]))
    found = []
    for name in names:
        cells = [next((m for m in system["metrics"] if m["name"] == name), None) for system in systems.values()]
        first = next(cell for cell in cells if cell is not None)
        meaning = metric_info(name)
        found.append({**first, "title": meaning.title, "text": meaning.text, "cells": cells})
    return found


def _costs(systems: Mapping[str, Any]) -> list[tuple[str, list[float | None]]]:
    rows = [(title, [(system["cost"] or {}).get(name) for system in systems.values()]) for name, title in COSTS]
    return [(title, cells) for title, cells in rows if any(cell is not None for cell in cells)]


def _both_widths(curves: Mapping[str, Sequence[Any]], title: str) -> tuple[Markup, Markup] | None:
    wide, narrow = plot_coverage(curves, title, *WIDE, "wide"), plot_coverage(curves, title, *NARROW, "narrow")
    return (wide, narrow) if wide is not None and narrow is not None else None


def _differences(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"title": metric_info(metric).title, **pair} for metric, pairs in found.items() for pair in pairs]


def _confused(table: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Return the commonest confusions: right label, given label, rows."""
    pairs = [
        (right, given, count)
        for right, counts in zip(table["labels"], table["counts"], strict=True)
        for given, count in zip(table["labels"], counts, strict=True)
        if right != given and count
    ]
    return sorted(pairs, key=lambda pair: -pair[2])[:CONFUSIONS]
