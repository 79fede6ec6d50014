"""The phrases of common attributes: which form of value each label is sure of, and what their words license."""

from __future__ import annotations

import pytest

from rag.describe.fields.attribute_table import attribute_row
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.realise.attribute_phrases import phrase_of, value_forms
from rag.describe.realise.realiser import realise

HEAD = {"name": "Tarn 4", "type": "lamp", "price": "€10.00"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Operating temperature": "5 to 45 °C"}, "Operating temperature: 5 to 45 °C"),
        ({"Power source": "4 AA batteries"}, "runs on 4 AA batteries"),
        ({"Power source": "4 × AA"}, "Power source: 4 × AA"),
        ({"batteries": "2 x AAA, not included"}, "Batteries: 2 x AAA, not included"),
        ({"protein per 100 g": "21 g"}, "Protein per 100 g: 21 g"),
        ({"Strokes per minute": "2,700"}, "Strokes per minute: 2,700"),
        ({"key material": "plastic"}, "plastic keys"),
        ({"auto shut-off": "yes"}, "switches off automatically"),
        ({"ports": ["2 x HDMI", "1 x USB-C"]}, "Ports: 2 x HDMI, 1 x USB-C"),
        ({"filling": "foam and feathers"}, "is filled with foam and feathers"),
        ({"Max. branch thickness (mm)": "28"}, "cuts branches up to 28 mm thick"),
        ({"room size": "up to 30 m²"}, "for rooms of up to 30 m²"),
        ({"binding": "leather"}, "is bound in leather"),
        ({"Servings": "4"}, "serves 4"),
        ({"charging": "USB-C"}, "Charging: USB-C"),
        ({"charging_time": "2.5 hours"}, "charges in 2.5 hours"),
        ({"standard": "EN 1078"}, "Standard: EN 1078"),
        ({"light": "bright indirect"}, "needs bright indirect light"),
        ({"Bluetooth version": "5.3"}, "Bluetooth 5.3"),
        ({"noise level": "34 dB"}, "Noise level: 34 dB"),
        ({"maxLoad": "120 kg"}, "supports up to 120 kg"),
        ({"cable length": "1.8 m"}, "a 1.8 m cable"),
        ({"handle material": "oak"}, "an oak handle"),
        ({"screen size": "11 in"}, "an 11-inch screen"),
        ({"condition": "refurbished"}, "is a refurbished lamp"),
        ({"IP rating": "IP68"}, "is rated IP68"),
        ({"shelf life": "24 months"}, "keeps for 24 months"),
        ({"tumble dry": "no"}, "Do not tumble dry."),
        ({"wash at": "30 °C"}, "Wash at 30 °C."),
        ({"sow_indoors": "February to April"}, "Sow indoors from February to April."),
        ({"minimum age": "3 years"}, "uitable from 3 years"),
        ({"packaging": "cardboard box"}, "Packaging: cardboard box"),
    ],
)
def test_an_attribute_is_said_by_its_own_phrase(fields: dict[str, str], words: str) -> None:
    product = understand_fields({**HEAD, **fields})
    text = realise(product).text
    assert words in text
    assert check_licence(text, product).untrue == ()


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("power source", "none"),
        ("filling", "no feathers"),
        ("scent", "fragrance-free"),
        ("standard", "not certified"),
        ("maximum load", "20 to 30 kg"),  # "up to 20 to 30 kg" says nothing
        ("screen size", "17–32 in"),  # of a monitor arm
        ("cable length", "included"),
        ("season", "see label"),
        ("light", "warm white"),  # a lamp gives it, a plant needs it
        ("drive", "belt"),
        ("iron", "no"),  # of a shirt, or of a supplement
        ("packaging", "box; recyclable"),
    ],
)
def test_a_value_that_does_not_fit_has_no_phrase(label: str, value: str) -> None:
    for field in understand_fields({**HEAD, label: value}).stated:
        assert field.key in HEAD or phrase_of(field) is None


@pytest.mark.parametrize(
    ("fields", "text", "words"),
    [
        ({"charging": "USB-C"}, "It charges by USB-C.", "charges"),
        ({"maximum branch thickness": "28 mm"}, "It cuts branches up to 28 mm thick.", "cuts branches thick"),
        ({"room size": "30 m²"}, "It is for rooms of 30 m².", "rooms"),
        ({"filling": "wool"}, "It is filled with wool.", "filled"),
        ({"flowering time": "May"}, "It flowers in May.", "flowers"),
        ({"standard": "EN 71"}, "It is certified to EN 71.", "certified"),
        ({"power source": "4 × AA"}, "It runs on 4 × AA cells.", "cells"),
        ({"burn time": "40 hours"}, "It burns for 40 hours.", "burns"),
    ],
)
def test_the_words_of_a_phrase_are_licensed_by_its_field_alone(fields: dict[str, str], text: str, words: str) -> None:
    assert check_licence(text, understand_fields({**HEAD, **fields})).untrue == ()
    (value,) = fields.values()
    claims = check_licence(text, understand_fields({**HEAD, "zyrbit": value})).of_kind("unlicensed")
    assert " ".join(claim.text for claim in claims).split() == words.split()


def test_labels_are_read_in_any_spelling() -> None:
    row = attribute_row("run time")
    assert row is not None
    assert {attribute_row(label) for label in ("Runtime", "run-time", "RUN TIME", "running times")} == {row}
    load = attribute_row("Max. load")
    assert load is not None
    assert load.bound == "up to"
    assert attribute_row("colour of the sky") is None


def test_a_maximum_is_a_bound_of_the_value_and_of_nothing_else() -> None:
    product = understand_fields({**HEAD, "maximum load": "120 kg"})
    assert "up to 120 kg" in realise(product).text
    assert "up to" not in realise(understand_fields({**HEAD, "load capacity": "120 kg"})).text


def test_forms_of_values() -> None:
    def forms(value: str) -> frozenset[str]:
        return value_forms(understand_fields({"zyrbit": value}).fields[0])

    assert {"measure", "length"} <= forms("28 mm")
    assert "range" in forms("5–45 °C")
    assert "code" in forms("USB-C")
    assert "list" not in forms("polyester, removable")
    assert forms("no nuts") == frozenset()
