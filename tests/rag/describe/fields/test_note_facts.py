"""What customers must know of a note that the shop wrote for itself."""

from __future__ import annotations

import pytest

from rag.describe.fields.note_facts import facts_of_note


@pytest.mark.parametrize(
    ("note", "facts"),
    [
        ("base game required", ("base game required",)),
        ("Base game required to play. Reorder in June", ("Base game required to play",)),
        ("Sold without frame; old stock in bay 4", ("Sold without frame",)),
        ("Requires a 12 V charger, not included.", ("Requires a 12 V charger, not included",)),
        ("plastic free packaging", ("plastic free packaging",)),
        (
            "Not suitable for kittens under 3 months. Supplier raises price.",
            ("Not suitable for kittens under 3 months",),
        ),
        ("Batteries sold separately - check margin", ("Batteries sold separately",)),
        ("indoor use only", ("indoor use only",)),
        ("Beans toxic when raw; window seller", ("Beans toxic when raw",)),
        ("may contain nuts", ("may contain nuts",)),
    ],
)
def test_a_requirement_an_exclusion_and_a_limit_are_facts(note: str, facts: tuple[str, ...]) -> None:
    assert facts_of_note(note) == facts


@pytest.mark.parametrize(
    "note",
    [
        "new photo required", "price approval required", "supplier contains costs", "sold without margin",
        "customer complaint, check lid", "no deposit required", "Nice seller. Put it in the window", "only 3 left",
        "display model not for sale", "we need the text",
    ],
)  # fmt: skip
def test_the_work_of_the_shop_is_none(note: str) -> None:
    assert facts_of_note(note) == ()
