"""The trained realiser with canned patterns: what the model sees, how values are put in, what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.product import Product
from rag.describe.realise.learnt.agreement import find_disagreement
from rag.describe.realise.learnt.decode_patterns import ScoredPattern
from rag.describe.realise.learnt.fill_patterns import SentenceCheck, fill_pattern
from rag.describe.realise.learnt.label_words import find_wrong_label
from rag.describe.realise.learnt.sentence_input import SentenceInput, read_sentence
from rag.describe.realise.learnt.writer import LearntRealiser
from rag.describe.realise.plan import plan_description

KETTLE = {"name": "Haldora Mist", "type": "kettle", "capacity": "1.5 l", "warranty": "2 years", "cordless": "no"}


def read(fields: Mapping[str, Any], *keys: str, is_first: bool = True) -> tuple[Product, SentenceInput]:
    product = understand_fields(fields)
    return product, read_sentence(product, [product.field(key) for key in keys], is_first=is_first)


def fill(fields: Mapping[str, Any], keys: Sequence[str], pattern: str) -> str | None:
    product, one = read(fields, *keys)
    content = fill_pattern(pattern, one, product)
    return content.text if content else None


def test_the_input_has_labels_and_shapes_and_no_value() -> None:
    _, one = read(KETTLE, "name", "type", "capacity", "cordless")
    assert one.text == "kettle, first, it: [name] name; [type] thing; [capacity] volume; is cordless: no"


def test_products_with_the_same_columns_share_an_input() -> None:
    _, one = read(KETTLE, "name", "type", "capacity")
    _, other = read({**KETTLE, "name": "Pebble Go", "capacity": "800 ml"}, "name", "type", "capacity")
    assert one.text == other.text


def test_two_fields_of_one_label_have_placeholders_of_their_own() -> None:
    fields = {"name": "Oat Bar", "allergens": "oats, may contain nuts"}
    product = understand_fields(fields)
    one = read_sentence(product, [field for field in product.stated if field.label == "allergens"], is_first=False)
    assert len({placeholder.mark for placeholder in one.placeholders}) == len(one.placeholders)


@pytest.mark.parametrize(
    ("keys", "pattern", "text"),
    [
        (["name", "type"], "The [name] is a [type].", "Haldora Mist is a kettle."),
        (["name", "capacity"], "[name] holds [capacity].", "Haldora Mist holds 1.5 l."),
        (["name", "warranty"], "[name] has a [warranty-] warranty.", "Haldora Mist has a 2-year warranty."),
        (["name", "warranty"], "[name] has a [warranty] warranty.", "Haldora Mist has a 2-year warranty."),
        (["name", "warranty"], "[name] has a warranty of [warranty].", "Haldora Mist has a warranty of 2 years."),
        (["name", "capacity"], "[name] holds [volume].", None),  # invents a placeholder
        (["name", "capacity"], "[name] is a kettle.", None),  # loses one
        (["name", "capacity"], "[name] holds [capacity], yes [capacity].", None),  # repeats one
        (["name", "capacity"], "[name] holds [capacity] l.", None),  # says the unit again
    ],
)  # fmt: skip
def test_values_are_put_in_as_they_are(keys: list[str], pattern: str, text: str | None) -> None:
    assert fill(KETTLE, keys, pattern) == text


def test_the_article_follows_the_value() -> None:
    fields = {"name": "Aster", "type": "lamp", "finish": "oiled", "power": "8 W"}
    assert fill(fields, ["name", "type", "finish"], "[name] is a [finish] [type].") == "Aster is an oiled lamp."
    assert fill(fields, ["name", "power"], "[name] has a [power] output.") == "Aster has an 8 W output."


def test_a_name_has_the_article_that_the_rules_give_it() -> None:
    fields = {"name": "Kettle K1", "capacity": "1.5 l"}
    assert fill(fields, ["name", "capacity"], "[name] holds [capacity].") == "The Kettle K1 holds 1.5 l."
    text = "With a capacity of [capacity], [name] is large."
    assert fill(fields, ["name", "capacity"], text) == "With a capacity of 1.5 l, the Kettle K1 is large."


def test_every_field_has_its_span_those_of_booleans_too() -> None:
    product, one = read(KETTLE, "name", "capacity", "cordless")
    content = fill_pattern("[name] holds [capacity] and is not cordless.", one, product)
    assert content is not None
    spans = {span.key: content.text[span.start : span.end] for span in content.spans}
    assert spans == {"name": "Haldora Mist", "capacity": "1.5 l", "cordless": "cordless"}


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("It is not cordless and holds [capacity].", ""),
        ("It is cordless and holds [capacity].", "contradiction: cordless"),
        ("It holds [capacity].", "does not state cordless"),
        ("It is not cordless, is durable and holds [capacity].", "unlicensed: durable"),
    ],
)
def test_a_denial_is_never_lost_and_nothing_is_invented(pattern: str, fault: str) -> None:
    product, one = read(KETTLE, "capacity", "cordless", is_first=False)
    content = fill_pattern(pattern, one, product)
    assert content is not None
    assert SentenceCheck(product, one).find_fault(pattern, content) == fault


@pytest.mark.parametrize(
    ("pattern", "is_right"),
    [
        ("The frame is [frame material] and the seat is [seat material].", True),
        ("A [seat material] seat sits on a [frame material] frame.", True),
        ("The seat is [frame material] and the frame is [seat material].", False),
        ("It is made of [frame material] and [seat material].", False),
    ],
)
def test_a_value_stands_beside_its_own_label(pattern: str, is_right: bool) -> None:
    fields = {"name": "Olm", "frame material": "steel", "seat material": "ash"}
    _, one = read(fields, "frame material", "seat material", is_first=False)
    assert (find_wrong_label(pattern, one) == "") == is_right


def test_the_words_of_a_field_that_the_sentence_is_not_about_are_refused() -> None:
    product, one = read({"name": "Olm", "hood": "yes", "weight": "2 kg"}, "weight", is_first=False)
    content = fill_pattern("Its hood weighs [weight].", one, product)
    assert content is not None
    assert SentenceCheck(product, one).find_fault("Its hood weighs [weight].", content) == "unlicensed: hood"


class TestWriter:
    def realiser(self, *patterns: str, calls: list[Sequence[str]] | None = None) -> LearntRealiser:
        def decode(inputs: Sequence[str]) -> list[list[ScoredPattern]]:
            if calls is not None:
                calls.append(inputs)
            return [[ScoredPattern(text, -0.1 * place) for place, text in enumerate(patterns, 1)] for _ in inputs]

        return LearntRealiser("canned", decode, "0")

    def test_the_most_likely_true_pattern_is_taken(self) -> None:
        plan = plan_description(understand_fields({"name": "Haldora Mist", "type": "kettle", "colour": "red"}))
        written = self.realiser("The durable [name] is a [colour] [type].", "[name] is a [colour] [type].").write(
            [plan]
        )
        assert [text.text if text else None for text in written[0]] == ["Haldora Mist is a red kettle."]

    def test_the_rules_write_what_no_pattern_says(self) -> None:
        plan = plan_description(understand_fields(KETTLE))
        assert set(self.realiser("It is durable.").write([plan])[0]) == {None}

    def test_an_unlikely_pattern_is_not_used(self) -> None:
        plan = plan_description(understand_fields({"name": "Haldora Mist", "type": "kettle", "colour": "red"}))

        def decode(inputs: Sequence[str]) -> list[list[ScoredPattern]]:
            return [[ScoredPattern("[name] is a [colour] [type].", -3.0)] for _ in inputs]

        assert LearntRealiser("canned", decode, "0").write([plan]) == [(None,)]

    def test_patterns_are_decoded_once_for_all_products_with_the_same_columns(self) -> None:
        calls: list[Sequence[str]] = []
        realiser = self.realiser("[name] is a [colour] [type].", calls=calls)
        products = [{"name": name, "type": "kettle", "colour": "red"} for name in ("Haldora Mist", "Pebble Go")]
        plans = [plan_description(understand_fields(fields)) for fields in products]
        texts = [text.text for [text] in realiser.write(plans) if text]
        assert texts == ["Haldora Mist is a red kettle.", "Pebble Go is a red kettle."]
        realiser.write(plans)
        assert [len(inputs) for inputs in calls] == [1]


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("The [name] is a blue [type] with a capacity of [capacity].", ""),
        ("The [name] is a [capacity] [type].", ""),
        ("[name] are [type] with a capacity of [capacity].", "number of the product"),
        ("The [name] [type] is a foldable [capacity] with a lid.", "no noun after 1.5 l"),
        ("The [name] is blue [type] of [capacity].", "no article before kettle"),
    ],
)
def test_number_articles_and_nouns_agree(pattern: str, fault: str) -> None:
    _, one = read(KETTLE, "name", "type", "capacity")
    assert find_disagreement(pattern, one) == fault


def test_a_product_that_is_many_takes_no_article() -> None:
    product = understand_fields({"name": "Rigg", "type": "jeans", "colour": "blue"})
    one = read_sentence(product, product.stated, is_first=True, is_many=True)
    assert find_disagreement("[name] are a [colour] [type].", one) == "article before jeans"
    assert find_disagreement("[name] are [colour] [type].", one) == ""
    assert find_disagreement("It is [colour].", one) == "number of the product"


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("It weighs [weight] and its filling is [filling].", ""),
        ("It fills [filling] and weighs [weight].", "says fills in another sense"),
        ("It has a lid of [weight] and a filling of [filling].", "says lid in another sense"),
    ],
)
def test_a_value_is_not_given_to_another_thing(pattern: str, fault: str) -> None:
    _, one = read({"name": "Olm", "lid": "yes", "weight": "2 kg", "filling": "foam"}, "lid", "weight", "filling")
    assert find_wrong_label(pattern, one) == fault
