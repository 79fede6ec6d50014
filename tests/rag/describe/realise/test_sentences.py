"""Sentences that read as a person writes them: their order, what they share, and how they begin."""

from __future__ import annotations

import re

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.realise.plan import plan_description
from rag.describe.realise.realiser import realise

TENT = {
    "name": "Aurora 3", "brand": "Fjellvik", "type": "tent", "price": "299 EUR", "persons": "3", "weight": "3.2 kg",
    "waterproof": "yes", "freestanding": "no", "windows": "2", "footprint": "no", "repair kit": "no",
    "pegs included": "yes", "carry bag included": "no", "pole material": "aluminium", "made in": "Latvia",
    "warranty": "3 years", "season": "summer",
}  # fmt: skip


def text_of(**fields: str) -> str:
    return realise(understand_fields(fields)).text


def test_a_description_says_what_it_is_first_and_what_it_costs_last() -> None:
    text = realise(understand_fields(TENT)).text
    first, last = text.split(". ")[0], text.rsplit("\n", 1)[-1]
    assert "waterproof tent" in first
    assert last == "- Price: 299 EUR"
    assert "- Footprint: no\n- Repair kit: no" in text
    assert "an aluminium pole" in text
    assert "comes with a 3-year warranty and pegs, but without a carry bag" in text


@pytest.mark.parametrize("variant", range(6))
def test_every_variant_is_true_and_says_the_priority_fields(variant: int) -> None:
    product = understand_fields(TENT)
    for length in ("short", "long"):
        check = check_licence(realise(product, variant, length=length).text, product)
        assert (check.claims, check.omitted) == ((), ())


def test_no_three_sentences_in_a_row_begin_with_it() -> None:
    sentences = realise(understand_fields(TENT)).text.split(". ")
    starts = "".join("i" if re.match(r"It\b", sentence) else "-" for sentence in sentences)
    assert "iii" not in starts


def test_what_it_is_not_opens_no_description() -> None:
    text = text_of(name="Calm Tee", vegan="no", lined="no", sleeves="2")
    assert text.startswith("The Calm Tee has 2 sleeves")
    assert text.endswith("\n\n- Vegan: no\n- Lined: no")


def test_a_label_read_out_is_no_sentence() -> None:
    fields = {f"{part} length": f"{size} cm" for size, part in enumerate(("blade", "handle", "cord", "strap"), 11)}
    assert text_of(name="Tool T1", type="tool", **fields) == (
        "The Tool T1 has a 13 cm cord and a 14 cm strap.\n\n- Blade length: 11 cm\n- Handle length: 12 cm"
    )


def test_allergens_stand_last_in_the_list() -> None:
    text = text_of(name="Oat Bar", type="bar", allergens="oats, may contain nuts", origin="Spain", price="2 EUR")
    assert text.endswith("- Price: 2 EUR\n- Allergens: oats\n- May contain nuts")


def test_the_colour_of_a_frame_is_not_that_of_the_product() -> None:
    product = understand_fields({"name": "Lift 160", "type": "desk", "frame colour": "white", "weight": "20 kg"})
    assert plan_description(product).modifiers == ()
    assert "a white frame" in realise(product).text


def test_authors_stand_behind_the_name() -> None:
    text = text_of(title="The Salt Road", author="Mira Holt", publisher="Northgate", pages="320")
    assert text == "The Salt Road, by Mira Holt and published by Northgate, has 320 pages."


def test_a_diameter_in_inches_does_not_stumble() -> None:
    assert "a diameter of 10 in" in text_of(name="Pan P1", type="pan", colour="red", diameter="10 in")
    text = text_of(name="Pan P1", type="pan", colour="red", diameter="10 in", depth="2 in")
    assert "in in" not in text


def test_the_price_stays_last_behind_an_origin() -> None:
    text = text_of(name="Cask C1", type="barrel", hoops="6", **{"made in": "France"}, price="135 EUR")
    assert text.endswith("It is made in France.\n\n- Price: 135 EUR")
