"""One fact under several labels is stated once; other facts are not."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields


def stated(fields: dict[str, object]) -> dict[str, str]:
    product = understand_fields({"Name": "Thing T1", **fields})
    return {field.label: field.shown for field in product.stated if field.kind not in ("name", "type")}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Size": "60 g", "Net content": "60g", "Unit pricing measure": "60g"}, {"net content": "60g"}),
        ({"Size": "0.5 l", "Volume": "500 ml"}, {"volume": "500 ml"}),
        ({"Wattage": "20 W", "Power": "20 W"}, {"power": "20 W"}),
        ({"Age": "3+", "Minimum age": "3 years", "Age from": "36 months"}, {"minimum age": "3 years"}),
        ({"Material": "oak", "Wood": "Oak", "Wood type": "oak"}, {"material": "oak"}),
        ({"Pack": "6 pieces", "Pack quantity": "6"}, {"pack quantity": "6"}),
        ({"Made in": "Portugal", "Country of origin": "Portugal"}, {"country of origin": "Portugal"}),
        (
            {"Dimensions (L x W x H)": "20 x 10 x 5 cm", "Length": "20 cm", "Width": "10 cm", "Height": "5 cm"},
            {"dimensions (L x W x H)": "20 x 10 x 5 cm"},
        ),
        (
            {"Dimensions": "20 x 10 x 5 cm", "Length": "20 cm", "Width": "10 cm", "Height": "5 cm"},
            {"length": "20 cm", "width": "10 cm", "height": "5 cm"},
        ),
    ],
)
def test_a_fact_of_several_columns_is_stated_once(fields: dict[str, object], said: dict[str, str]) -> None:
    assert stated(fields) == said


@pytest.mark.parametrize(
    "fields",
    [
        {"Size": "60 g", "Net content": "90 g"},
        {"Capacity": "5 kg", "Net weight": "5 kg"},
        {"Age": "3 years", "Minimum age": "3 years"},
        {"Material": "oak", "Upper material": "oak"},
        {"Power": "20 W", "Standby power": "20 W"},
        {"Dimensions": "20 x 10 x 5 cm", "Length": "20 cm", "Seat height": "5 cm"},
    ],
)
def test_what_is_of_another_thing_or_amount_stays(fields: dict[str, object]) -> None:
    assert len(stated(fields)) == len(fields)


def test_the_pieces_that_a_name_says_are_merged_into_it() -> None:
    product = understand_fields({"Name": "Puzzle 1000 pieces", "Pieces": "1000"})
    assert product.name is not None
    assert product.name.merged == ("Pieces",)
    assert len(stated({"Name": "Puzzle 1000 pieces", "Pieces": "500"})) == 1


def test_what_has_to_be_stated_is_never_merged() -> None:
    fields = understand_fields({"Name": "Bar T1", "Contents": "milk", "Allergens": "milk"})
    assert {"Contents", "Allergens"} <= {field.key for field in fields.stated}
