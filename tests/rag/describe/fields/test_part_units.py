"""The unit of a label stands behind each number of its parts."""

from __future__ import annotations

import pytest

from rag.describe.fields.part_units import unit_of_parts


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("sofa 132, chair 70", "sofa 132 cm, chair 70 cm"),
        ("sofa: 132; chair: 70,5", "sofa: 132 cm; chair: 70,5 cm"),
        ("100 per bed", "100 cm per bed"),
        ("30 / extended 45", "30 cm / extended 45 cm"),
        ("seat 40-48", "seat 40-48 cm"),
    ],
)
def test_every_number_gets_the_unit(value: str, said: str) -> None:
    assert unit_of_parts(value, "cm") == said


@pytest.mark.parametrize("value", ["82,5", "12 x 30", "size 3 of 7 chairs", "see drawing", "A4, 3 holes", "1, 2, 3"])
def test_other_values_get_none(value: str) -> None:
    assert unit_of_parts(value, "cm") == ""
