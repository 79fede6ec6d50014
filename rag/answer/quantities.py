"""Quantities: the numbers, times and dates that a text states, equal where they mean the same.

>>> find_quantities("within thirty months")[0].equals(find_quantities("2.5 years")[0])
True
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isclose
from typing import Literal

from rag.answer.units import CURRENCIES, UNITS, MeasureUnit, unit_named


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text, `text[start:end]`, with its unit.

    `values` are the numbers that it may mean, one as a rule: "1.200" may be 1.2 and 1200. `high` are those of the upper
    end of a range.
    """

    start: int
    end: int
    values: tuple[float, ...]
    unit: MeasureUnit | None = None
    high: tuple[float, ...] = ()
    kind: Literal["number", "ordinal", "clock"] = "number"

    def equals(self, other: Quantity) -> bool:
        """Tell whether two quantities are the same; one without a unit may have any."""
        if self.kind != other.kind or bool(self.high) != bool(other.high):
            return False
        one = other_factor = 1.0
        if self.unit and other.unit:
            if self.unit.dimension != other.unit.dimension:
                return False
            one, other_factor = self.unit.factor, other.unit.factor

        def meet(mine: Sequence[float], theirs: Sequence[float]) -> bool:
            return any(isclose(m * one, t * other_factor, rel_tol=1e-9) for m in mine for t in theirs)

        return meet(self.values, other.values) and (not self.high or meet(self.high, other.high))

    def ends(self) -> list[Quantity]:
        """Return the lower and the upper end of a range, or the quantity itself."""
        if not self.high:
            return [self]
        return [replace(self, high=()), replace(self, values=self.high, high=())]


@dataclass(frozen=True, slots=True)
class Date:
    """A date of a text, `text[start:end]`, as far as it is stated: a year, a month of a year, a day."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def holds(self, other: Date) -> bool:
        """Tell whether this date states all that the other does: "3 May 2026" holds "May 2026"."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(theirs is None or mine == theirs for mine, theirs in pairs)

    def contradicts(self, other: Date) -> bool:
        """Tell whether the two state different years, months or days."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities and dates of a text, each in order. `rest` is the text with blanks in their place."""

    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    rest: str


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text, in order, those of its dates left out."""
    return find_figures(text).quantities


@lru_cache(maxsize=4096)
def find_figures(text: str) -> Figures:
    """Return the numbers, times and dates of a text. Those within identifiers, such as FX-1042, are none."""
    # Dates first, then what is left.
    dates = tuple(_find_dates(text))
    rest = text
    for date in dates:
        if not _is_bare_year(date):  # which may be a number: "2000 rooms"
            rest = _blank(rest, date.start, date.end)
    quantities = tuple(_find_numbers(rest))
    for quantity in quantities:
        rest = _blank(rest, quantity.start, quantity.end)
    # A year with a unit is none.
    numbers = {quantity.start: quantity for quantity in quantities}
    kept = tuple(
        date for date in dates if not (_is_bare_year(date) and (same := numbers.get(date.start)) and same.unit)
    )
    return Figures(quantities, kept, rest)


def _is_bare_year(date: Date) -> bool:
    return date.month is None and date.day is None


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


# --- dates ------------------------------------------------------------------------------------------------------------

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}

_MONTH = rf"(?P<month>{'|'.join(_MONTH_NAMES)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1\d{3}|20\d\d|21\d\d)"
_DATES = [
    # 12 January 2026, 12th of January, the 3-5 May
    re.compile(
        rf"(?<![\w.,-])(?:[0-3]?\d(?:st|nd|rd|th)?\s?(?:-|–|to|and|/)\s?)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR}\b)?",
        re.IGNORECASE,
    ),
    # January 12, 2026
    re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?!\s*(?:{_MONTH.replace('?P<month>', '?:')}|[:.]\d))(?:,?\s+{_YEAR}\b)?", re.I),
    # January 2026
    re.compile(rf"\b{_MONTH},?\s+{_YEAR}\b", re.I),
    # 2026-01-12, 2026-01-12T09:30
    re.compile(
        rf"(?<![\w.-]){_YEAR}(?P<dash>[-/.])(?P<month>[01]?\d)(?P=dash)(?P<day>[0-3]?\d)(?:(?=T\d\d:)|(?![\w-]))"
    ),
    # 12.01.2026, 01/12/2026
    re.compile(r"(?<![\w.-])(?P<day>[0-3]?\d)(?P<dash>[./-])(?P<month>[0-3]?\d)(?P=dash)(?P<year>\d{4})(?![\w-])"),
    # A month alone, in capitals: "may" and "march" are other words
    re.compile(rf"\b(?P<month>{'|'.join(name.title() for name in _MONTH_NAMES)})\b"),
    # A year alone
    re.compile(rf"(?:(?<![\w.,/$€£-])|(?<=\d[-–/])){_YEAR}(?![\w%]|[.,]\d|-\d{{3}}(?!\d))"),
]  # fmt: skip


_VERB_AFTER = re.compile(r"\s+(?!(?:at|in|on|of|from|to|for|and|or|until|till|by|is|was|are|we)\b)[a-z]")

_TRACES_AFTER = re.compile(r"\s+(?:contain|cause)\b")


def _find_dates(text: str) -> Iterator[Date]:
    taken: list[Date] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < date.end and date.start < end for date in taken):
                continue
            if (match[0].endswith("may") or (match[0] == "May" and not start)) and _VERB_AFTER.match(text[end:]):
                continue  # "children from 12 to 15 may work there", "May cooks wear rings?"
            if match[0] == "May" and _TRACES_AFTER.match(text[end:]):
                continue  # "Allergens: milk. May contain nuts."
            groups = match.groupdict()
            name = groups.get("month")
            month = None if name is None else _MONTHS.get(name.casefold()) or int(name)
            day = int(groups["day"]) if groups.get("day") else None
            year = int(groups["year"]) if groups.get("year") else None
            if month is not None and day is not None and month > 12 >= day:  # the American order
                month, day = day, month
            if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
                continue
            taken.append(Date(start, end, year, month, day))
            # The first day of "3-5 May".
            first = re.match(r"([0-3]?\d)(?:st|nd|rd|th)?\s?(?:-|–|to|and|/)", match[0]) if name and day else None
            if first and name and not name.isdigit():
                taken.append(Date(start, end, year, month, int(first[1])))
    return iter(sorted(taken, key=lambda date: date.start))


# --- numbers ----------------------------------------------------------------------------------------------------------

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL = {word: number for number, word in enumerate(_ONES)} | {"dozen": 12} | _TENS
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "bn": 10**9} | _SCALES
_ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", *(f"{word}th" for word in _ONES[13:]),
)  # fmt: skip
_ORDINAL = {word: number for number, word in enumerate(_ORDINALS)}
_ORDINAL |= {f"{word[:-1]}ieth": number for word, number in _TENS.items()}
_PARTS = {"half": 2, "halves": 2, "quarter": 4, "third": 3, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_SIGNS = "€$£¥₹"  # before a number
_CODES = {name for name, unit in UNITS.items() if unit.dimension in CURRENCIES and len(name) == 3 and name.isalpha()}

_WORD_OR_NUMBER = re.compile(
    r"""(?P<clock>(?<![\d:.\w])(?:[01]?\d|2[0-4])(?::[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?|(?:\.[0-5]\d)?\s?[ap]\.?m\b\.?)(?![:\d]))
    | (?P<ordinal>(?<![\w.,])\d+(?:st|nd|rd|th)\b)
    | (?P<fraction>(?<![\w./])(?:\d+\s)?\d+\s?/\s?\d+(?![\w/]))
    | (?P<number>(?<![\w.,/])(?<![^\W\d_]-)
        (?:\d{1,3}(?:[\u0020\u00a0'\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)(?:\s?[½¼¾⅓⅔⅛])?|[½¼¾⅓⅔⅛])
    | (?P<word>[^\W\d_]+)""",
    re.VERBOSE | re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: str
    text: str


def _find_numbers(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a text with their units, ranges joined."""
    tokens = [
        _Token(match.start(), match.end(), match.lastgroup or "", match[0].casefold())
        for match in _WORD_OR_NUMBER.finditer(text)
    ]
    numbers: list[Quantity] = []
    place = 0
    while place < len(tokens):
        quantity, used = _read_number(text, tokens, place)
        if quantity is None:
            place += 1
            continue
        place += used
        numbers.append(_with_unit(text, quantity))
    yield from _join_ranges(text, numbers)


def _read_number(text: str, tokens: Sequence[_Token], place: int) -> tuple[Quantity | None, int]:
    """Return the number that begins with a token, and how many tokens it has; None where none begins."""
    token = tokens[place]
    if token.kind == "clock":
        return Quantity(token.start, token.end, (_minutes(token.text),), kind="clock"), 1
    if token.kind == "ordinal":
        value = float(re.match(r"\d+", token.text)[0])  # type: ignore[index]
        return Quantity(token.start, token.end, (value,), kind="ordinal"), 1
    if token.kind == "fraction":
        *whole, over = token.text.replace(" /", "/").replace("/ ", "/").split()
        one, other = map(float, over.split("/"))
        if not other:
            return None, 0
        return Quantity(token.start, token.end, (sum(map(float, whole)) + one / other,)), 1
    if token.kind == "number":
        # A letter right behind makes a code of it, unless it is a unit or a scale: "5km", "10k".
        tail = re.match(r"[^\W\d_]+", text[token.end :])
        if tail and tail[0].casefold() == "s":  # 1990s
            return None, 0
        if re.match(r"[A-Z]-\d+(?!\w|[.,]\d)", text[token.end :]):  # 20W-50
            return None, 0
        if tail and not unit_named(tail[0]) and tail[0].casefold() not in _SUFFIXES:
            return None, 0
        if re.match(r"-\d|-[^\W\d_]", text[token.end :]) and re.search(r"[^\W_][-_./]$", text[: token.start]):
            return None, 0
        values, used, end = _digits(token.text), 1, token.end
        if not values:  # a version: 4.2.2
            return None, 0
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        is_near = following and not text[token.end : following.start].strip()
        if following and is_near and following.text in _SUFFIXES:
            # An m is metres, not millions, unless a currency stands before the number.
            before = rf"(?:[{_SIGNS}]|\b[A-Z]{{3}}) ?$"
            if following.text != "m" or re.search(before, text[: token.start]):
                values = tuple(value * _SUFFIXES[following.text] for value in values)
                used, end = 2, following.end
        # A sign, where it is no dash between two things.
        start = token.start
        sign = re.search(r"(?:^|[\s(])(?P<sign>[-−–]|minus )(?:[€$£] ?)?$", text[:start], re.IGNORECASE)
        if sign and not re.search(r"\d\s*[-−–]\s*$", text[:start]):
            values = tuple(-value for value in values)
            start = start if text[sign.end("sign") : start].strip() else sign.start("sign")
        return Quantity(start, end, values), used
    return _read_number_words(text, tokens, place)


def _read_number_words(text: str, tokens: Sequence[_Token], place: int) -> tuple[Quantity | None, int]:
    """Return the number in words that begins with a token: forty-five, two and a half, one hundred and five, third."""
    token = tokens[place]
    if token.text == "one" and re.search(
        r"\b(?:no|every|any|some|this|that|the|each|which)[\s-]+$", text[: token.start], re.I
    ):
        return None, 0  # a pronoun
    if token.text in _TIMES:
        return Quantity(token.start, token.end, (float(_TIMES[token.text]),), UNITS["time"]), 1
    total = current = 0.0
    used, last = 0, place
    kind: Literal["number", "ordinal"] = "number"
    while place + used < len(tokens):
        word = tokens[place + used]
        if used and not re.fullmatch(r"[\s-]*", text[tokens[place + used - 1].end : word.start]):
            break
        if word.text in _SMALL and not (used and current % 100 and not (current % 10 == 0 and _SMALL[word.text] < 10)):
            current += _SMALL[word.text]
        elif word.text in _SCALES and (used or word.text in ("hundred", "thousand", "million")):
            size = _SCALES[word.text]
            if size == 100:
                current = (current or 1) * 100
            else:
                total, current = total + (current or 1) * size, 0.0
        elif (
            word.text == "a" and not used and place + 1 < len(tokens) and tokens[place + 1].text in (*_SCALES, "dozen")
        ):
            used += 1
            continue
        elif word.text == "and" and used and place + used + 1 < len(tokens):
            following = tokens[place + used + 1].text
            after = tokens[place + used + 2].text if place + used + 2 < len(tokens) else ""
            if following == "a" and after in _PARTS:
                current += 1 / _PARTS[after]
                used += 3
                last = place + used - 1
                break
            if not (following in _SMALL and tokens[place + used - 1].text in _SCALES):
                break
            used += 1
            continue
        elif word.text in _ORDINAL and (not used or current % 10 == 0):
            if used and _PARTS.get(word.text) and current < 10:  # one third
                current /= _PARTS[word.text]
            else:
                current, kind = current + _ORDINAL[word.text], "ordinal"
            used += 1
            last = place + used - 1
            break
        elif used and word.text.rstrip("s") in _PARTS and 0 < current < 20:  # three quarters
            current /= _PARTS[word.text.rstrip("s")]
            used += 1
            last = place + used - 1
            break
        elif not used and word.text in ("half", "quarter"):
            used, current, last = 1, 1 / _PARTS[word.text], place
            break
        else:
            break
        used += 1
        last = place + used - 1
    if last < place or not used or (used == 1 and token.text == "a"):
        return None, 0
    return Quantity(token.start, tokens[last].end, (total + current,), kind=kind), used


def _digits(text: str) -> tuple[float, ...]:
    """Return the numbers that digits with separators may mean: 1,299.00, 1.299,00, 49,90 or 1'200."""
    glyph = _GLYPHS.get(text[-1:], 0.0)
    text = re.sub(r"[\s ' ½¼¾⅓⅔⅛]", "", text)
    if not text:
        return (glyph,)
    marks = re.findall(r"[.,]", text)
    if not marks:
        return (float(text) + glyph,)
    head, last = re.split(r"[.,](?=\d*$)", text)
    whole = re.sub(r"[.,]", "", head)
    decimal = float(f"{whole}.{last}")
    grouped = float(whole + last)
    # The last of two kinds of marks is the decimal one; one kind repeated groups thousands.
    if len(set(marks)) == 2:
        return (decimal,) if marks[-1] != marks[0] and marks.count(marks[-1]) == 1 else (grouped,)
    if len(marks) > 1:
        return (grouped,) if all(len(group) == 3 for group in re.split(r"[.,]", text)[1:]) else ()
    if len(last) != 3 or head == "0" or len(head) > 3:
        return (decimal,)
    return (grouped,) if marks[0] == "," else (decimal, grouped)


def _minutes(text: str) -> float:
    """Return a time of day in minutes: 22:00, 10 pm, 9:30 a.m."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    letters = re.sub(r"[^apm]", "", text)
    if letters.startswith("p") and hour < 12:
        hour += 12
    elif letters.startswith("a") and hour == 12:
        hour = 0
    return 60.0 * hour + minute


_UNIT_AFTER = re.compile(
    r"""[\s-]{0,2}(?P<article>(?:of\ )?an?\s+)?(?P<name>
      per\s?cent | percentage\ points? | (?:square|cubic)\s\w+ | (?:working|business)\sdays? | kilowatt\ hours?
    | [a-zµ]+/[a-z]+\b | °\s?[cf]\b | us\$ | m[²³23]\b | [^\W\d_]+\.? | [%‰°€$£¥₹"])""",
    re.IGNORECASE | re.VERBOSE,
)


def _with_unit(text: str, quantity: Quantity) -> Quantity:
    """Return a number with the unit after it, or the currency before it."""
    if quantity.kind != "number" or quantity.unit:
        return quantity
    match = _UNIT_AFTER.match(text, quantity.end)
    if match:
        name = re.sub(r"\s+", " ", match["name"])
        unit = unit_named(name.replace("° ", "°"))
        # A single letter is a unit only as units are written: "5 m", "2 h", but not "5 a".
        letter = name.rstrip(".")  # "5G." ends a sentence
        is_letter = len(letter) == 1 and letter.isalpha()
        is_written = not is_letter or (letter in "mglLhsdVWA" and text[quantity.end - 1].isdigit())
        if unit and is_written and (not match["article"] or max(quantity.values) < 1):  # half a day
            return replace(quantity, end=match.end(), unit=unit)
    before = re.search(
        rf"(?:(?P<sign>(?:US|C|A)?\$|[{_SIGNS}])|\b(?P<code>[A-Za-z]{{2,3}}))[\s-]?$", text[: quantity.start]
    )
    if before:
        name = (before["sign"] or before["code"]).casefold()
        if before["sign"] or name in _CODES or name == "kr":
            return replace(quantity, start=before.start(), unit=unit_named(name))
    return quantity


_RANGE = re.compile(r"\s*(?:-|–|—|to|and|\.\.\.?|until|till)\s*", re.IGNORECASE)


def _join_ranges(text: str, numbers: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield the numbers, two that are the ends of a range as one: 5-10 days, between 5 and 10, € 5 to € 10."""
    place = 0
    while place < len(numbers):
        low = numbers[place]
        high = numbers[place + 1] if place + 1 < len(numbers) else None
        between = _RANGE.fullmatch(text[low.end : high.start]) if high else None
        is_years = all(number and 1900 <= number.values[0] < 2100 and not number.unit for number in (low, high))
        is_range = (
            high
            and between
            and not is_years
            and low.kind == high.kind == "number"
            and max(high.values) > min(low.values)
        )
        if is_range and high and between and between[0].strip().casefold() == "and":
            is_range = re.search(r"\bbetween\W+$", text[: low.start], re.IGNORECASE) is not None
        if is_range and high and (low.unit is None or high.unit is None or low.unit == high.unit):
            unit = high.unit or low.unit
            yield Quantity(low.start, high.end, low.values, unit, high.values)
            place += 2
            continue
        yield low
        place += 1
