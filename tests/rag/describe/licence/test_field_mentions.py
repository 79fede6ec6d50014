"""The parts of a text that state fields, with the field of each."""

from __future__ import annotations

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.field_mentions import find_field_mentions, find_field_spans


def spans(text: str, **fields: object) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.key) for span in find_field_mentions(text, understand_fields(fields))]


def test_values_figures_and_labels_know_their_field() -> None:
    text = "Vesta 3 is a black kettle of 1.5 l. Its weight is 0.9 kg, and it is not dishwasher-safe."
    fields = {"name": "Vesta 3", "type": "kettle", "capacity_l": 1.5, "colour": "black", "weight": "0,9 kg"}
    assert spans(text, **fields, dishwasher_safe="no") == [
        ("Vesta 3", "name"),
        ("black", "colour"),
        ("kettle", "type"),
        ("1.5 l", "capacity_l"),
        ("weight is 0.9 kg", "weight"),
        ("dishwasher-safe", "dishwasher_safe"),
    ]


def test_words_are_those_of_the_field_that_has_most_of_them() -> None:
    text = "The Satellite Pan 72 is in the Satellite Pro family."
    assert spans(text, name="Satellite Pan 72", family="satellite pro") == [
        ("Satellite Pan 72", "name"),
        ("Satellite Pro family", "family"),
    ]


def test_a_list_is_one_span_within_a_sentence() -> None:
    text = "Made of oak and steel. Steel legs of 30 x 40 cm."
    assert spans(text, name="Table", material="oak, steel", size="30 x 40 cm") == [
        ("oak and steel", "material"),
        ("Steel", "material"),
        ("30 x 40 cm", "size"),
    ]


def test_what_no_field_says_is_in_no_span() -> None:
    assert spans("An elegant design.", name="Vesta 3", colour="black") == []
    assert spans("", name="Vesta 3") == []


def test_the_fields_of_a_sentence_may_share_words_and_other_words_are_the_whole_sentence() -> None:
    product = understand_fields({"name": "Vesta 3", "colour": "black", "frame": "black steel", "cordless": "yes"})
    text = "Its black steel frame needs no lead."
    spans = find_field_spans(text, product, ["colour", "frame", "cordless"]).spans
    assert [(span.key, text[span.start : span.end]) for span in spans] == [
        ("cordless", text),
        ("frame", "black steel frame"),
        ("colour", "black"),
    ]
