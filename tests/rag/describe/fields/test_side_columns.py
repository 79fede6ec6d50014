"""Sides, weights, prices and ages whose unit stands in another column, or in none."""

from __future__ import annotations

import pytest

from rag.describe.fields.side_columns import join_sides
from rag.describe.fields.understand import understand_fields


def stated(fields: dict[str, object]) -> dict[str, str]:
    product = understand_fields({"Name": "Thing T1", "Colour": "red", **fields})
    return {field.label: field.shown for field in product.stated if field.kind not in ("name", "type")} | {"colour": ""}


@pytest.mark.parametrize(
    "fields",
    [
        {"Price amount": "12.50", "Price currency": "EUR"},
        {"price_amount": "12.5", "price_currency_code": "eur"},
        {"Price value": "12.50", "Price unit": "EUR"},
        {"Price": "12.50", "Price currency": "EUR"},
    ],
)
def test_an_amount_and_the_currency_beside_it_are_one_price(fields: dict[str, object]) -> None:
    assert stated(fields) == {"price": "12.50 EUR", "colour": ""}


def test_a_whole_amount_may_be_in_pence() -> None:
    assert "price" not in stated({"price_amount": 2499, "price_currency": "GBP"})
    assert stated({"price": 2499, "price_currency": "GBP"})["price"] == "2,499 GBP"


@pytest.mark.parametrize(
    "fields",
    [
        {"Weight": "2.5", "Weight unit": "kg"},
        {"Weight value": "2.5", "Weight unit": "KGM"},
        {"Weight amount": "2.5", "Weight UOM": "KILOGRAM"},
        {"Weight": "2.5", "Unit of weight": "kg"},
    ],
)
def test_a_weight_has_the_unit_of_the_column_beside_it(fields: dict[str, object]) -> None:
    assert stated(fields) == {"weight": "2.5 kg", "colour": ""}


@pytest.mark.parametrize(
    "column", ["Dimension unit", "Dimensions UOM", "Unit of dimensions", "LWH unit", "dim_unit", "measure_unit"]
)
def test_one_unit_of_dimensions_is_that_of_each_side_but_not_of_a_part(column: str) -> None:
    fields: dict[str, object] = {"Length": "20", "Width": "10", "Cable length": "2", column: "cm"}
    assert stated(fields) == {"length": "20 cm", "width": "10 cm", "colour": ""}


@pytest.mark.parametrize(
    "fields",
    [
        {"L": "20 cm", "W": "10 cm", "H": "5 cm"},
        {"L (cm)": "20", "W (cm)": "10", "H (cm)": "5"},
        {"L_cm": "20", "B_cm": "10", "H_cm": "5"},
        {"Dim L cm": "20", "Dim W cm": "10", "Dim H cm": "5"},
        {"L": "20", "W": "10", "H": "5", "Dim unit": "cm"},
    ],
)
def test_sides_of_one_letter_are_the_dimensions(fields: dict[str, object]) -> None:
    assert stated(fields) == {"dimensions (L x W x H)": "20 x 10 x 5 cm", "colour": ""}


def test_sides_without_a_unit_are_not_stated() -> None:
    assert stated({"L": "20", "W": "10", "H": "5"}) == {"colour": ""}


@pytest.mark.parametrize(
    "columns",
    [{"W": "32", "L": "34"}, {"S": "3", "M": "4", "L": "5"}, {"L": "20 cm", "W": "10 cm", "H": "5 kg"}],
)
def test_letters_that_may_be_other_things_stay(columns: dict[str, str]) -> None:
    rows = [(key, (value,)) for key, value in columns.items()]
    assert join_sides(rows) == rows


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("Minimum age", "96 months", "8 years"),
        ("Minimum age", "30 months", "30 months"),
        ("Minimum age (months)", "24", "2 years"),
        ("Age", "36m+", "3+ years"),
        ("Age", "18 m+", "18+ months"),
        ("Age", "12-36m", "12-36 months"),
        ("Age group", "36 months +", "3+ years"),
        ("Recommended age", "from 36 months", "from 3 years"),
        ("Minimum", "96 months", "8 years"),
        ("Age", "40+", "40+"),
        ("Minimum age", "18", "18"),
    ],
)
def test_an_age_in_months_of_two_years_and_more_is_said_in_years(column: str, value: str, said: str) -> None:
    assert set(stated({column: value}).values()) == {said, ""}


def test_a_minimum_age_of_so_many_is_one_of_months_that_nobody_named() -> None:
    assert stated({"mfg_minimum_age": "144"}) == {"colour": ""}
