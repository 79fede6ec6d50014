"""A minimum and a maximum of one thing are one range."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields


def shown(**fields: str) -> dict[str, str]:
    product = understand_fields({"name": "The Fog", **fields})
    return {field.label: field.shown for field in product.stated if field.kind not in ("name", "type")}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"playersMin": "2", "playersMax": "4"}, {"players": "2-4"}),
        ({"playersMax": "4", "playersMin": "4"}, {"players": "4"}),
        ({"min_age": "3", "max_age": "10"}, {"age range": "3-10"}),
        ({"minTemp": "5 °C", "maxTemp": "30 °C"}, {"temperature range": "5-30 °C"}),
        ({"min height (cm)": "40", "max height (cm)": "87"}, {"height range": "40-87 cm"}),
        ({"playTimeMin": "20", "playTimeMax": "40"}, {"play time": "20-40 min"}),
    ],
)
def test_a_minimum_and_a_maximum_are_a_range(fields: dict[str, str], expected: dict[str, str]) -> None:
    assert shown(**fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"min_age": "10", "max_age": "3"},  # one of the two is wrong
        {"min weight": "5 kg", "max weight": "200 g"},
        {"min temperature": "5 °C", "max load": "30 kg"},
        {"max temperature": "30 °C"},
        {"min_age": "3"},
        {"min_age": "3-4", "max_age": "10"},
    ],
)
def test_what_is_no_pair_of_bounds_stays_as_it_is(fields: dict[str, str]) -> None:
    assert len(shown(**fields)) == len(fields)


def test_the_range_knows_both_fields() -> None:
    product = understand_fields({"name": "The Fog", "playersMin": "2", "playersMax": "4"})
    (field,) = (field for field in product.stated if field.label == "players")
    assert (field.key, field.merged) == ("playersMin", ("playersMax",))
