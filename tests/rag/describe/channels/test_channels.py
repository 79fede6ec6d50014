from __future__ import annotations

from typing import Literal

import pytest

from ingest.errors import InputError
from rag.answer.quantities import find_quantities
from rag.describe.channels.write_channels import (
    CHANNELS,
    Channel,
    ChannelLimits,
    shorten_paragraph,
    write_bullets,
    write_channels,
)
from rag.describe.product import Product, ProductField, SpannedText
from rag.describe.spans import join_texts, state_field

CORDLESS = ProductField("cordless", "cordless", "boolean", "no", ("no",), is_true=False, relation="is")
WEIGHT = ProductField("weight", "weight", "measure", "0.9", ("0.9",), quantity=find_quantities("0.9")[0], unit="kg")
NAME = ProductField("name", "name", "name", "Kettle K1", ("Kettle K1",))
KETTLE = Product((NAME, WEIGHT, CORDLESS))


def realise(product: Product, /, *, length: Literal["short", "long"]) -> SpannedText:
    fields = product.stated[:1] if length == "short" else product.stated
    return join_texts([join_texts(("It has ", state_field(field, field.value), ".")) for field in fields], " ")


def texts(product: Product, *channels: Channel, limits: ChannelLimits | None = None) -> dict[str, str]:
    written = write_channels(product, channels or CHANNELS, realise, limits or ChannelLimits())
    return {text.channel: text.text or f"({text.reason})" for text in written}


def test_channels_come_in_their_order_and_unknown_ones_are_refused() -> None:
    assert list(texts(KETTLE, "short", "title")) == ["title", "short"]
    assert tuple(texts(KETTLE)) == CHANNELS
    with pytest.raises(InputError, match="unknown channel 'titel'; did you mean title"):
        write_channels(KETTLE, ["titel"], realise)


@pytest.mark.parametrize(
    ("field", "bullet"),
    [
        (WEIGHT, "Weight: 0.9 kg"),
        (CORDLESS, "Cordless: no"),
        (ProductField("x", "cushion", "boolean", "no", (), False, relation="includes"), "Cushion not included"),
        (ProductField("x", "assembly", "boolean", "yes", (), True, relation="requires"), "Assembly required"),
        (ProductField("x", "nuts", "boolean", "no", (), False, relation="contains"), "Contains no nuts"),
        (ProductField("x", "nuts", "boolean", "yes", (), True, relation="may contain"), "May contain nuts"),
        (ProductField("x", "allergens", "list", "nuts", ("nuts",), relation="may contain"), "May contain nuts"),
        (ProductField("x", "nuts", "boolean", "no", (), False, relation="may contain"), "May contain nuts: no"),
        (ProductField("x", "oily skin", "boolean", "no", (), False, relation="suits"), "Not suitable for oily skin"),
        (ProductField("x", "gluten", "boolean", "yes", (), True, relation="free from"), "Free from gluten"),
        (ProductField("x", "gluten", "boolean", "no", (), False, relation="free from"), "Free from gluten: no"),
        (ProductField("x", "lid", "boolean", "yes", (), True, relation="excludes"), "Lid not included"),
        (ProductField("x", "free from", "list", "", ("milk", "soya"), relation="free from"), "Free from milk, soya"),
        (ProductField("x", "contents", "list", "", ("pump", "bag"), relation="excludes"), "Not included: pump, bag"),
        (ProductField("x", "use", "text", "babies", ("babies",), relation="does not suit"), "Not suitable for babies"),
        (ProductField("x", "allergens", "list", "", ("milk", "soya")), "Allergens: milk, soya"),
        (ProductField("x", "iPhone model", "text", "15", ("15",)), "iPhone model: 15"),
        (ProductField("x", "", "text", "soft", ("soft",)), "Soft"),
    ],
)
def test_a_bullet_says_label_and_value_in_words(field: ProductField, bullet: str) -> None:
    bullets = write_bullets(Product((NAME, field)))
    assert bullets is not None
    assert bullets.text == bullet


def test_bullets_keep_the_order_know_their_fields_and_stop_at_a_number() -> None:
    bullets = write_bullets(KETTLE)
    assert bullets is not None
    assert bullets.text == "Weight: 0.9 kg\nCordless: no"
    stated = [(bullets.text[span.start : span.end], span.key) for span in bullets.spans]
    assert stated == [("0.9 kg", "weight"), ("Cordless: no", "cordless")]
    assert texts(KETTLE, "bullets", limits=ChannelLimits(bullets=1)) == {"bullets": "Weight: 0.9 kg"}


def test_200_fields_are_200_bullets_and_a_long_text_is_cut_after_a_sentence() -> None:
    many = tuple(ProductField(f"f{number}", f"f{number}", "text", "x", ("x",)) for number in range(200))
    long = ProductField("about", "about", "text", "It boils water. " + "More text. " * 500)
    unbroken = ProductField("code", "code", "text", "x" * 5000)
    bullets = write_bullets(Product((*many, long, unbroken)))
    assert bullets is not None
    lines = bullets.text.split("\n")
    assert len(lines) == 201
    assert lines[-1].startswith("About: It boils water. More text.")
    assert lines[-1].endswith("More text.")
    assert len(lines[-1]) <= 310


def test_meta_descriptions_are_whole_sentences() -> None:
    paragraph = SpannedText("It weighs 0.9 kg. It is red.")
    assert shorten_paragraph(paragraph, 28) == paragraph
    shortened = shorten_paragraph(paragraph, 27)
    assert shortened == SpannedText("It weighs 0.9 kg.")
    assert shorten_paragraph(paragraph, 13) is None


def test_a_listing_sentence_is_cut_between_its_entries() -> None:
    weight = join_texts(("Weight: ", state_field(WEIGHT, "0.9 kg; net"), "; colour: red; size: M."))
    shortened = shorten_paragraph(weight, 35)
    assert shortened is not None
    assert shortened.text == "Weight: 0.9 kg; net; colour: red."
    assert shorten_paragraph(weight, 18) is None


def test_fields_are_listed_where_every_sentence_is_too_long() -> None:
    def long_winded(product: Product, /, *, length: str) -> SpannedText:
        return SpannedText("It is " + "very " * 40 + "long.")

    (text,) = write_channels(KETTLE, ["meta_description"], long_winded)
    assert text.text == "Kettle K1. Weight: 0.9 kg; Cordless: no."


def test_what_cannot_be_written_has_a_reason() -> None:
    nameless = Product((CORDLESS,))
    written = texts(nameless)
    assert written["title"] == written["json_ld"] == "(the product has neither name, brand nor type)"
    assert written["bullets"] == "Cordless: no"
    long = Product((ProductField("name", "name", "name", "x" * 90),))
    assert texts(long, "title") == {"title": "(neither name, brand nor type fits in 80 characters)"}
    assert texts(Product(()), "long") == {"long": "(no field can be stated)"}
