"""Products that no column calls by a name."""

from __future__ import annotations

import pytest

from rag.describe.fields.late_names import is_name_phrase
from rag.describe.fields.understand import understand_fields


@pytest.mark.parametrize(
    "column",
    [
        "Description", "Product description", "Item description", "Line description", "Goods description", "Item text",
        "Short text", "KURZTEXT", "Artikeltext", "Artikelbezeichnung", "ARTBEZ", "Bezeichnung 1", "Omschrijving",
        "Libellé", "post_title", "PRODUCTNAME", "Desc 1",
    ],
)  # fmt: skip
def test_a_short_phrase_of_what_it_is_names_the_product(column: str) -> None:
    name = understand_fields({"Item no": "B12", column: "Oak garden bench", "Colour": "red"}).name
    assert name is not None
    assert name.value == "Oak garden bench"


def test_a_surer_column_names_the_product() -> None:
    fields = {"Description": "Soft cotton throw", "Artikelbezeichnung": "Throw Vesta"}
    name = understand_fields(fields).name
    assert name is not None
    assert name.value == "Throw Vesta"


@pytest.mark.parametrize(
    "text",
    [
        "This bench is made of oak.",
        "Great.",
        "Very soft and warm",
        "For all hobs",
        "Made of oak",
        "Colour: red",
        "Seats two. Weatherproof.",
        "soft against the skin",
    ],
)
def test_what_says_how_a_product_is_names_none(text: str) -> None:
    assert not is_name_phrase(text)
    assert understand_fields({"Description": text, "Colour": "red"}).name is None


def test_sentences_under_a_label_of_names_name_nothing() -> None:
    assert understand_fields({"Article description": "It is a bench made of oak.", "Colour": "red"}).name is None
