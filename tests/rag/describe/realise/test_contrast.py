"""Contrasts, openings and verbs that are said once."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.realise.realiser import realise


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        # Two parts are a pair, a part and a service are none.
        ({"type": "tent", "pockets": "2", "hood": "no"}, "This tent has 2 pockets.\n\n- Hood: no"),
        ({"type": "grill", "lid": "yes", "lid thermometer": "no"}, "This grill has a lid.\n\n- Lid thermometer: no"),
        ({"type": "wig", "lid": "yes", "free delivery": "no"}, "This wig has a lid.\n\n- Free delivery: no"),
        # Qualities contrast where they share a word, or are both diets.
        ({"type": "lamp", "damp rated": "yes", "wet rated": "no"}, "This lamp is damp rated.\n\n- Wet rated: no"),
        ({"type": "bar", "vegetarian": "yes", "vegan": "no"}, "This is a vegetarian bar.\n\n- Vegan: no"),
        ({"type": "lamp", "waterproof": "yes", "vegan": "no"}, "This is a waterproof lamp.\n\n- Vegan: no"),
        # A guarantee is no pair of a part that is left out.
        (
            {"type": "fence", "guarantee": "10 years", "posts": "not included"},
            "This fence comes without posts. It comes with a 10-year guarantee.",
        ),
        # The product first, what it has behind it.
        (
            {"name": "Tide 2", "type": "cable", "net weight": "65 g"},
            "The Tide 2 is a cable.\n\n- Net weight: 65 g",
        ),
    ],
)  # fmt: skip
def test_texts_by_value(fields: dict[str, object], text: str) -> None:
    for variant in range(3):
        assert realise(understand_fields(fields), variant).text == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"name": "Cut 3", "type": "shredder", "oil": "not included"},
            "The Cut 3 is a shredder. It comes without oil.",
        ),
        ({"name": "Brannock Set", "type": "Drill bits", "pieces": "19"}, "The Brannock Set is a set of 19 drill bits."),
        ({"name": "Castle", "type": "jigsaw puzzle", "pieces": "500"}, "Castle is a jigsaw puzzle with 500 pieces."),
        ({"name": "Jotling", "type": "pen", "pack size": "12"}, "Jotling is a pack of 12 pens."),
        (
            {"name": "Hall", "type": "floor", "surface guarantee": "25 years"},
            "Hall is a floor.\n\n- Surface guarantee: 25 years",
        ),
        (
            {"name": "Oil", "countries of origin": "Spain, Tunisia"},
            "Oil comes from Spain and Tunisia.",
        ),
    ],
)
def test_sets_and_what_belongs_to_a_part(fields: dict[str, object], text: str) -> None:
    assert realise(understand_fields(fields)).text == text
