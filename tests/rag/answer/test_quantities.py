"""Numbers and dates: equal as values however they are written, different if one digit, unit or sign differs."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from rag.answer.quantities import Quantity, find_figures, find_quantities
from rag.answer.units import UNITS, unit_named

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """Return a number below a million in English words."""
    if number >= 1000:
        rest = number % 1000
        joint = " and " if 0 < rest < 100 else " "
        return f"{in_words(number // 1000)} thousand" + (joint + in_words(rest) if rest else "")
    if number >= 100:
        return f"{ONES[number // 100]} hundred" + (f" and {in_words(number % 100)}" if number % 100 else "")
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def only(text: str) -> Quantity:
    [quantity] = find_quantities(text)
    return quantity


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 999_999), st.sampled_from(["", " days", " euros", " km", " litres"]))
def test_words_and_digits_are_the_same_number(number: int, unit: str) -> None:
    forms = [f"{in_words(number)}{unit}", f"{number}{unit}", f"{number:,}{unit}"]
    first, *others = map(only, forms)
    assert all(first.equals(other) for other in others)
    assert not first.equals(only(f"{number + 1}{unit}"))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 9_999_999), st.integers(0, 99))
def test_english_and_european_amounts_are_the_same(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02}"
    european = english.translate(str.maketrans(",.", ".,"))
    amounts = [only(f"€{english}"), only(f"{english} EUR"), only(f"{european} €"), only(f"EUR {european}")]
    assert all(amounts[0].equals(amount) for amount in amounts)
    assert not amounts[0].equals(only(f"${english}"))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 500))
def test_units_of_one_dimension_are_converted(number: int) -> None:
    assert only(f"{number} years").equals(only(f"{12 * number} months"))
    assert only(f"{number} weeks").equals(only(f"{7 * number} days"))
    assert only(f"{number} km").equals(only(f"{1000 * number} metres"))
    assert not only(f"{number} months").equals(only(f"{number} days"))


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)))
def test_the_forms_of_a_date_are_the_same(day: date) -> None:
    month = f"{day:%B}"
    forms = [f"{day:%Y-%m-%d}", f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}"]
    forms += [f"{day.day} {month[:3]} {day.year}", f"{day:%d.%m.%Y}"]
    for text in forms:
        [stated] = find_figures(f"on {text}").dates
        assert (stated.year, stated.month, stated.day) == (day.year, day.month, day.day), text
    [year] = find_figures(f"in {day.year}").dates
    assert stated.holds(year)
    assert not year.holds(stated)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_figures_that_are_where_they_say(text: str) -> None:
    figures = find_figures(text)
    assert len(figures.rest) == len(text)
    for figure in (*figures.quantities, *figures.dates):
        assert 0 <= figure.start < figure.end <= len(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("FX-1042 and 0x80070490", []),
        ("version 4.2.2", []),
        ("in the 1990s", []),
        ("no one came, and this one left", []),
        ("12 weeks", [12]),
        ("1 1/2 cups", [1.5]),
        ("½ litre", [0.5]),
        ("$5m", [5_000_000]),
        ("5 m", [5]),
        ("a hundred", [100]),
        ("5-10", [5]),
    ],
)
def test_what_is_a_number(text: str, values: list[float]) -> None:
    assert [quantity.values[0] for quantity in find_quantities(text)] == values


def test_units_are_known_by_their_names() -> None:
    assert unit_named("Months") is unit_named("month") is UNITS["month"]
    assert unit_named("kg.") is UNITS["kg"]
    assert unit_named("persons") is None


def test_has_is_no_unit() -> None:
    [number] = find_quantities("The Vesta 3 has a screen.")
    assert (number.unit, number.end) == (None, 11)
    assert find_quantities("a garden of 3 ha")[0].unit == unit_named("hectares")
