"""Number formats of tables and texts: few digits, by unit, with a true minus sign."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

NONE = "none"
UNITS = {"percent": "%", "points": "points", "tokens": "tokens", "words": "words", "seconds": "s", "megabytes": "MB",
         "share": "share"}  # fmt: skip


def format_number(value: float | None, unit: str = "", decimals: int | None = None) -> str:
    """Return a value with as many decimals as its unit deserves: 41.3 percent, 0.034 s, 1,204 MB."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:,.{_decimals(abs(value), unit) if decimals is None else decimals}f}"
    return text.replace("-", "−" if text.strip("-0.,") else "")  # "-0.0" loses its sign


def shared_decimals(values: Iterable[float | None], unit: str = "") -> int:
    """Return the decimals for a column of values: those of the value that needs most."""
    return max((_decimals(abs(value), unit) for value in values if value), default=0)


def format_interval(low: float | None, high: float | None, unit: str = "", decimals: int | None = None) -> str:
    """Return "39.9–42.7", or with "to" where a minus sign would meet the dash; "" for an undefined interval."""
    if low is None or high is None:
        return ""
    dash = " to " if min(low, high) < 0 else "–"
    return f"{format_number(low, unit, decimals)}{dash}{format_number(high, unit, decimals)}"


def format_difference(value: float | None, unit: str = "") -> str:
    """Return a value with its sign, a plus included."""
    text = format_number(value, unit)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.,") else text


def format_p_value(p: float | None) -> str:
    """Return "p < 0.001", "p = 0.012" or "p = 0.48"."""
    if p is None:
        return f"p {NONE}"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def format_duration(seconds: float | None) -> str:
    """Return "0.8 s", "45 s", "28 min" or "1 h 12 min"."""
    if seconds is None:
        return NONE
    if seconds < 100:
        return f"{seconds:.{1 if seconds < 10 else 0}f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def format_count(value: float | None) -> str:
    """Return a number with commas, and with one decimal unless it is whole."""
    if value is None:
        return NONE
    return format_number(value, decimals=0 if value == round(value) else 1)


def format_parameters(value: float | None) -> str:
    """Return the size of a model: "10.2 M", "1.5 B"."""
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value is not None and value >= size:
            return f"{value / size:.{0 if value >= 100 * size else 1}f} {sign}"
    return format_count(value)


def format_date(iso: str) -> str:
    """Return "24 November 2026, 06:31 UTC"; a text that is no date stays as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    zone = f" {when.tzname()}" if when.tzinfo else ""
    return f"{when.day} {when:%B} {when.year}, {when:%H:%M}{zone}"


def pluralize(value: float | None, noun: str) -> str:
    """Return "1 row", "500 rows"."""
    return f"{format_count(value)} {noun}{'' if value == 1 else 's'}"


def _decimals(size: float, unit: str) -> int:
    if unit in ("percent", "points", "tokens", "words"):
        return 1 if size < 1000 else 0
    if unit == "megabytes":
        return 1 if size < 10 else 0
    if unit == "share":
        return 3
    # Seconds and plain numbers: three significant digits.
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or not size else 3
