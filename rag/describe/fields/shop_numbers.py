"""Numbers as an English shop prints them: "€1,250.00", "0.45 m", "2 seats", whatever a spreadsheet made of them.

>>> shop_price("1250.5 €"), shop_measure("0.4500000 m"), shop_measure("33.3333333 cm")
('€1,250.50', '0.45 m', '33.33 cm')
"""

from __future__ import annotations

import re
from decimal import Decimal

from rag.describe.fields.unit_names import CURRENCY_SIGNS

_PRICE = re.compile(
    rf"(?P<before>[{CURRENCY_SIGNS}]|[A-Z]{{3}} )? ?(?P<whole>\d+|\d{{1,3}}(?:,\d{{3}})+)(?:\.(?P<part>\d+))?"
    rf"(?: ?(?P<sign>[{CURRENCY_SIGNS}])|(?P<code> [A-Z]{{3}}))?"
)
_DECIMALS = re.compile(r"(?<![\d.,])(?P<whole>\d+)\.(?P<part>\d+)(?![\d.,]*\d)")
_LONGEST = 4


def shop_price(value: str) -> str:
    """Return an amount of money with the sign before it, commas for thousands and no or two decimals.

    A price of several amounts, and one whose marks are not those of English, stay as they are.
    """
    match = _PRICE.fullmatch(value)
    if match is None or len(part := match["part"] or "") == 3 or (match["before"] and match["sign"]):
        return value
    amount = Decimal(f"{match['whole'].replace(',', '')}.{part or '0'}")
    is_small = part and amount != round(amount, 2)  # 0.0125 a sheet
    if is_small and len(part) <= _LONGEST:
        return value
    printed = f"{amount:,.2f}" if part else f"{amount:,.0f}"
    return f"{match['before'] or match['sign'] or ''}{printed}{match['code'] or ''}"


_MONTHS = re.compile(
    r"(?P<before>(?:from|ab|over|up to|under) )?(?P<numbers>\d+(?:\s?[-–]\s?\d+)?)"
    r"(?P<unit> ?(?:months?|mths?|mos?|mon|m))?\.?(?P<more> ?\+| and (?:up|over|older))?",
    re.IGNORECASE,
)


def years_of_age(value: str, unit: str) -> tuple[str, str]:
    """Return an age in months, of two years or more, in years where these are whole: "144" of months is 12 years.

    "12-36 months" is how shops of children's goods say it, and stays; its "m" is spelt out, as no age is in metres.
    """
    match = _MONTHS.fullmatch(value)
    if match is None or not (match["unit"] or unit in ("month", "months")):
        return value, unit
    months = list(map(int, re.findall(r"\d+", match["numbers"])))
    before, more = match["before"] or "", match["more"] or ""
    plus, more = ("+", "") if "+" in more else ("", more)
    if any(number < 24 or number % 12 for number in months):
        word = "month" if months == [1] else "months"
        return (f"{before}{match['numbers']}{plus} {word}{more}", "") if match["unit"] else (value, unit)
    years = "-".join(str(number // 12) for number in months)
    return f"{before}{years}{plus} years{more}", ""


def shop_measure(value: str) -> str:
    """Return a measure without zeros that say nothing, its longest decimals rounded: those of a division.

    "10.9-14.0 mm" stays: both ends have one decimal.
    """
    value = re.sub(r"(?<![\d.,])\.(?=\d)", "0.", value)
    is_whole = not any(match["part"].strip("0") for match in _DECIMALS.finditer(value))
    return _DECIMALS.sub(lambda match: match["whole"] if is_whole else _shorten(match[0]), value)


def _shorten(number: str) -> str:
    part = number.partition(".")[2]
    if len(part) <= _LONGEST:
        return number
    exact = Decimal(number)
    # Three figures of a number below one: 0.0123.
    places = 2 if exact >= 1 else 2 - exact.adjusted()
    return f"{round(exact, places).normalize():f}"
