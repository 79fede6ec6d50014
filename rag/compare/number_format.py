"""How numbers are written: few digits, by unit, with a true minus sign, and "none" where there is no value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

NONE = "none"
SIGNS = {"percent": "%", "points": "points", "tokens": "tokens", "words": "words", "seconds": "s", "megabytes": "MB",
         "share": "share"}  # fmt: skip


def number(value: float | None, unit: str = "", decimals: int | None = None) -> str:
    """Return a value in as many digits as its unit deserves, 41.3 percent, 0.034 s, 1,204 MB, or with so many."""
    if value is None or not math.isfinite(value):
        return NONE
    return _minus(f"{value:,.{_decimals(abs(value), unit) if decimals is None else decimals}f}")


def decimals(values: Iterable[float | None], unit: str = "") -> int:
    """Return how many decimals the values of a column share: those of the one that needs most."""
    return max((_decimals(abs(value), unit) for value in values if value), default=0)


def interval(low: float | None, high: float | None, unit: str = "", decimals: int | None = None) -> str:
    """Return "39.9–42.7", or with "to" where a minus sign would meet the dash; empty where there is none."""
    if low is None or high is None:
        return ""
    between = " to " if min(low, high) < 0 else "–"
    return f"{number(low, unit, decimals)}{between}{number(high, unit, decimals)}"


def difference(value: float | None, unit: str = "") -> str:
    """Return a value with its sign, also when it is positive."""
    text = number(value, unit)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.,") else text


def p_value(p: float | None) -> str:
    """Return "p < 0.001", "p = 0.012" or "p = 0.48"."""
    if p is None:
        return "p none"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def duration(seconds: float | None) -> str:
    """Return "0.8 s", "45 s", "28 min" or "1 h 12 min"."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def count(value: float | None) -> str:
    """Return a whole number with commas; one decimal where it is not whole."""
    if value is None:
        return NONE
    return _minus(f"{value:,.0f}" if value == round(value) else f"{value:,.1f}")


def parameters(value: float | None) -> str:
    """Return a model's size: "10.2 M", "1.5 B"."""
    if value is None:
        return NONE
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.{0 if value >= 100 * size else 1}f} {sign}"
    return count(value)


def date(iso: str) -> str:
    """Return "24 November 2026, 06:31 UTC"; a text that is no date comes back as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    zone = f" {when.tzname()}" if when.tzinfo else ""
    return f"{when.day} {when:%B} {when.year}, {when:%H:%M}{zone}"


def plural(value: float | None, name: str) -> str:
    """Return "1 row", "500 rows"."""
    return f"{count(value)} {name}{'' if value == 1 else 's'}"


def _decimals(size: float, unit: str) -> int:
    if unit in ("percent", "points", "tokens", "words"):
        return 1 if size < 1000 else 0
    if unit == "megabytes":
        return 1 if size < 10 else 0
    if unit == "share":
        return 3
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or not size else 3


def _minus(text: str) -> str:
    return text.replace("-", "−" if text.strip("-0.,") else "")
