"""Sentences of drafts: whole statements stay, and what joins true words to an untrue one does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prompts.types import RenderedPrompt
from rag.describe import Describer
from rag.describe.drafts.draft_writer import DraftWriter
from rag.describe.drafts.sure_statements import read_sentence
from rag.describe.fields.understand import understand_fields
from rag.generate.base import Decoding, Generation

KETTLE = understand_fields({
    "name": "Nova kettle", "brand": "Acme", "type": "kettle", "colour": "red", "capacity": "1.7 l", "weight": "0.9 kg",
    "cordless": "no", "material": "stainless steel", "lid material": "plastic", "height": "24 cm", "width": "18 cm",
    "warranty": "2 years", "price": "from 49.90 EUR", "BPA free": "yes", "waterproof": "yes, except the base",
    "max temperature": "up to 100 °C", "accessories": "filter, brush", "origin": "Italy",
})  # fmt: skip
TABLET = understand_fields({
    "name": "Ibuflex", "type": "tablet", "dose": "400 mg", "max daily dose": "1200 mg", "allergens": "milk, egg",
    "may contain": "nuts", "contains lactose": "yes", "indication": "headache", "not for": "pregnant women",
    "composition": "60 % silk, 40 % cotton", "season": "3", "persons": "2",
})  # fmt: skip

DRILL = understand_fields({
    "name": "Drill X", "type": "drill", "voltage": "18 V", "allergens absent": "nuts", "charger included": "yes",
    "for wood": "yes", "for steel": "up to 10 mm", "made in": "Poland", "timer": "yes", "LED colour": "white",
    "colour": "blue", "sizes": "M, L", "memory": "64 GB", "organic": "yes", "raisins": "yes",
})  # fmt: skip


@pytest.mark.parametrize(
    ("product", "sentence", "stated"),
    [
        (KETTLE, "The Nova kettle by Acme weighs 0.9 kg.", ("name", "brand", "weight")),
        (KETTLE, "The Acme Nova kettle is a red kettle.", ("name", "brand", "type", "colour")),
        (KETTLE, "It is made of stainless steel and has a capacity of 1.7 litres.", ("capacity", "material")),
        (KETTLE, "It comes in red, with a 2-year warranty.", ("colour", "warranty")),
        (KETTLE, "It is 24 cm high and 18 cm wide.", ("height", "width")),
        (KETTLE, "Its lid material is plastic.", ("lid material",)),
        (KETTLE, "It is not cordless, but BPA free.", ("BPA free", "cordless")),
        (KETTLE, "It is waterproof, except the base.", ("waterproof",)),
        (KETTLE, "It costs from 49.90 EUR.", ("price",)),
        (KETTLE, "The accessories are a brush and a filter.", ("accessories",)),
        (TABLET, "The dose is 400 mg and the max daily dose is 1200 mg.", ("dose", "max daily dose")),
        (TABLET, "Ibuflex contains egg and milk.", ("name", "allergens")),
        (TABLET, "It may contain nuts.", ("may contain",)),
        (TABLET, "It contains lactose.", ("contains lactose",)),
        (DRILL, "It comes in sizes L and M, with 64 GB of memory.", ("sizes", "memory")),
        (DRILL, "It has a voltage of 18 V and comes with a charger.", ("voltage", "charger included")),
        (DRILL, "The drill is made in Poland.", ("type", "made in")),
        (DRILL, "The LED colour is white.", ("LED colour",)),
    ],
)
def test_whole_statements_stay(product, sentence, stated) -> None:
    reading = read_sentence(sentence, product)
    assert (reading.stated, [claim.text for claim in reading.doubts]) == (stated, [])


@pytest.mark.parametrize(
    ("product", "sentence"),
    [
        # A condition or a part of a list is gone, or a statement is weaker.
        (KETTLE, "It is waterproof."),
        (KETTLE, "It costs 49.90 EUR."),
        (KETTLE, "It comes with a filter."),
        (KETTLE, "The max temperature is 100 °C."),
        (TABLET, "It contains milk."),
        (TABLET, "It contains nuts."),
        (TABLET, "It may contain lactose."),
        (TABLET, "It may contain milk and egg."),
        (TABLET, "It contains milk or egg."),
        # Values stand with another field or another thing.
        (KETTLE, "It is 24 cm wide and 18 cm high."),
        (KETTLE, "The kettle weighs 1.7 l."),
        (KETTLE, "The lid is made of stainless steel."),
        (KETTLE, "The lid is red."),
        (KETTLE, "The Nova kettle is made of plastic."),
        (KETTLE, "The lid has a 2-year warranty."),
        (KETTLE, "Acme is made of stainless steel."),
        (KETTLE, "It is made in Italy."),
        (KETTLE, "Its weight is 0.9 kg without the base."),
        (TABLET, "The dose is 1200 mg."),
        (TABLET, "The max daily dose is 400 mg."),
        (TABLET, "It contains 400 mg of lactose."),
        (TABLET, "The composition is 40 % silk and 60 % cotton."),
        (TABLET, "It has 3 seasons."),
        (TABLET, "It is for pregnant women."),
        (KETTLE, "The base is 24 cm high."),
        (KETTLE, "It has a BPA free base."),
        (DRILL, "The timer has a voltage of 18 V."),
        (DRILL, "The charger is made in Poland."),
        (DRILL, "It has a timer that is blue."),
        (DRILL, "It has a white LED."),
        (DRILL, "It is for wood up to 10 mm."),
        (DRILL, "The allergens are nuts."),
        (DRILL, "The timer is included."),
        (DRILL, "It has organic raisins."),
        (DRILL, "It is made for a timer."),
        (DRILL, "It is in the drill."),
        (DRILL, "It comes with a drill."),
        # Comparisons, degrees and effects.
        (KETTLE, "You need no other kettle."),
        (KETTLE, "No other kettle has a capacity of 1.7 l."),
        (KETTLE, "It is the kettle."),
        (KETTLE, "It is the one red kettle for everyone."),
        (KETTLE, "It weighs only 0.9 kg."),
        (KETTLE, "It holds more than 1.7 l."),
        (KETTLE, "It has a capacity of about 1.7 l."),
        (TABLET, "It takes your headache."),
        (TABLET, "It causes headache."),
        (TABLET, "It makes you egg."),
    ],
)
def test_what_is_not_surely_licensed_is_doubted(product, sentence) -> None:
    assert read_sentence(sentence, product).doubts


class Saying:
    """A generator that writes one sentence, whatever it is asked."""

    special_tokens: frozenset[str] = frozenset()
    name = fingerprint = "saying"
    style = "completion"
    context_window = 3000

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        return [Generation(self.sentence, 7, 3, "stop") for _ in prompts]


def test_a_field_whose_condition_is_lost_is_said_whole_by_rules() -> None:
    describer = Describer(drafts=DraftWriter(Saying("The Trek tent is waterproof."), attempts=1))
    description = describer.describe({"name": "Trek tent", "type": "tent", "waterproof": "yes, except the floor"})
    assert description.text == "This is the Trek tent.\n\n- Waterproof: yes (except the floor)"
    assert [one.reason for one in description.replaced] == [
        '"waterproof": the field waterproof is not stated whole, with its label'
    ]


def test_a_marked_sentence_does_not_stand_for_the_condition_that_it_loses() -> None:
    drafts = DraftWriter(Saying("The Trek tent is waterproof."), attempts=1)
    fields = {"name": "Trek tent", "type": "tent", "waterproof": "yes, except the floor"}
    description = Describer(drafts=drafts, allow_unlicensed=True).describe(fields)
    assert description.text.startswith("The Trek tent is [waterproof].")
    assert description.text.endswith("\n\n- Waterproof: yes (except the floor)")
