"""The kinds of values in cells: whether a cell holds a price, a time, a name, as a question wants it."""

from __future__ import annotations

import re

from rag.answer.asked import Wanted
from rag.answer.limits import weekdays_in
from rag.answer.lookup_terms import stems_of
from rag.answer.quantities import find_figures
from rag.answer.records import Record, RecordCell
from rag.answer.units import CURRENCIES, MeasureUnit, unit_named
from rag.answer.words import stem, tokens_of

IN_TITLES = 0.6  # fit of a bare number in a table whose titles alone say that it is about money


def cell_fit(wanted: Wanted | None, counted: str, cell: RecordCell, record: Record) -> float:
    """Return how well a cell is of the kind that is wanted, from 0 to 1; of no kind in particular, any cell is.

    `counted` is the stem of what a question for a number counts.
    """
    value = cell.value.strip()
    if _EMPTY.fullmatch(value):
        return 0.0
    figures = find_figures(value)
    dimensions = {quantity.unit.dimension for quantity in figures.quantities if quantity.unit}
    unit = unit_in_column(cell.column)
    is_number = bool(figures.quantities) and not any(quantity.kind == "clock" for quantity in figures.quantities)
    if is_number and unit is not None:
        dimensions.add(unit.dimension)
    match wanted:
        case None | "place":
            return 1.0
        case "price":
            return _money_fit(cell, record, dimensions, is_number)
        case "time":
            if dimensions & CURRENCIES:  # "2.50 EUR"
                return 0.0
            return float(bool(_CLOCK.search(value) or figures.dates or weekdays_in(value) or _WHENEVER.search(value)))
        case "day":
            return float(bool(weekdays_in(value) or _WHENEVER.search(value)))
        case "person":
            return 1.0 if _PERSON.search(value) else 0.0
        case "phone":
            return float(bool(_PHONE.search(value)))
        case "duration":
            return float(bool(dimensions & TIMES))
        case "mass":
            return float("mass" in dimensions)
        case "count":
            named = {stem(token) for token in tokens_of(f"{cell.column} {value}")}
            return float(bool(figures.quantities) and counted in named and not dimensions & CURRENCIES)
        case "mail":
            return float("@" in value)
        case "number" | "share":
            return float(bool(figures.quantities))


def _money_fit(cell: RecordCell, record: Record, dimensions: set[str], is_number: bool) -> float:
    """Return whether a cell states a price: by its currency, its column's name, or the titles of its table."""
    if dimensions & CURRENCIES:
        return 1.0
    if dimensions or not (is_number or _NOTHING.search(cell.value) or NOT_OFFERED.fullmatch(cell.value.strip())):
        return 0.0
    if _MONEY_NOUNS & {stem(token) for token in tokens_of(cell.column)} or unit_in_column(cell.column):
        return 1.0
    above = {stem(token) for title in record.titles for token in tokens_of(title)}
    has_currency = any(unit_in_column(f"x {title}") for title in record.titles)
    is_bare = _BARE.fullmatch(cell.value.strip()) or _NOTHING.search(cell.value)
    return IN_TITLES if is_bare and (has_currency or above & _MONEY_NOUNS) else 0.0


def text_of(cell: RecordCell) -> str:
    """Return the text of a cell, with the unit in the name of its column if it has none."""
    value = cell.value.strip()
    mark = re.search(r"\((?P<unit>[^\W\d_]+|[%°€$£])\)|(?:^|\s)(?P<last>[^\W\d_]+)$", cell.column)
    if not mark or unit_in_column(cell.column) is None or not re.fullmatch(r"[-+]?\d[\d.,\s]*", value):
        return value
    unit = mark["unit"] or mark["last"]
    if unit in "€$£":
        return f"{unit}{value}"
    return f"{value}{'' if unit in '%°' else ' '}{unit.upper() if len(unit) == 3 and unit.isalpha() else unit}"


def unit_in_column(column: str) -> MeasureUnit | None:
    """Return the unit that the name of a column ends with or has in brackets, as in "Weight (g)"; None without one."""
    marks = re.findall(r"[(\[/,] ?([^\W\d_]{1,9}|[%°€$£])\b[)\]]?|([%€$£])|\bin ([^\W\d_]+|[%€$£])", column)
    names = [name for groups in marks for name in groups if name]
    words = re.findall(r"[^\W\d_]+", column)
    names += words[-1:] if len(words) > 1 else []
    return next((unit for name in names if (unit := unit_named(name))), None)


_EMPTY = re.compile(r"[-–—.]*|n\.?/?a\.?|none given|unknown|\?", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\d.:])(?:[01]?\d|2[0-4])[.:][0-5]\d(?![\d.:]|\s?[%€$£])|\b\d{1,2}\s?[ap]\.?m\b|\bo['’]clock\b", re.I
)
_WHENEVER = re.compile(
    r"\b(?:noon|midday|midnight|daily|every|never|always|closed|any ?time"
    r"|mornings?|evenings?|afternoons?|today|tomorrow"
    r"|days? before|weeks? before)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?<!\w)[A-ZÀ-Þ][\w'’-]*\.?,? (?:(?:van|von|de|der|la|del|al) ){0,2}[A-ZÀ-Þ][\w'’-]+")
_PHONE = re.compile(r"\+?\(?\d[\d /().-]{5,}\d")
_NOTHING = re.compile(r"^\W*(?:free|none|nothing|included|no (?:charge|fee))\b", re.IGNORECASE)
NOT_OFFERED = re.compile(r"closed|never|none|not \w+|on request|(?:by|on) appointment(?: only)?", re.IGNORECASE)
_BARE = re.compile(r"[-+]?\d[\d.,\s']*")
TIMES = frozenset({"time", "month", "workday", "night"})
_MONEY_NOUNS = stems_of(
    "price cost fee charge rent fare rate deposit amount allowance salary wage fine tariff premium surcharge "
    "supplement payment pay toll"
)
