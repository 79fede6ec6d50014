"""Codes and flags of systems, and numbers of sheets with decimal commas."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields


def stated(fields: dict[str, object]) -> dict[str, str]:
    product = understand_fields({"Name": "Thing T1", "Colour": "red", **fields})
    fields_of_text = (field for field in product.stated if field.kind not in ("name", "type"))
    return {field.label: field.shown for field in fields_of_text if field.label not in ("colour", "farbe")}


@pytest.mark.parametrize(
    ("column", "code", "words"),
    [
        ("Print technology", "DIRECT_THERMAL", "direct thermal"),
        ("Video", "4K_60P", "4K 60P"),
        ("Connection", "USB_C, HDMI_2_1", "USB-C, HDMI 2.1"),
        ("Modes", "AUTO_FOCUS;MANUAL", "auto focus, manual"),
        ("Finish", "MATT_BLK", "matt black"),
        ("Lens", "WIDE_ANGLE_LENS", "wide angle lens"),
    ],
)
def test_a_code_of_words_is_said_in_words(column: str, code: str, words: str) -> None:
    assert list(stated({column: code}).values()) == [words]


@pytest.mark.parametrize("code", ["FLIPA_MINI", "SONY_E", "AUTO_FOCUS, FLIPA_MINI"])
def test_a_code_of_no_words_is_left_out(code: str) -> None:
    assert stated({"Mount": code}) == {}


def test_a_code_that_people_must_know_is_stated_as_it_is() -> None:
    assert "WHT_GLTN" in stated({"Allergens": "WHT_GLTN"}).values()


@pytest.mark.parametrize("column", ["Outdoor ok", "OUTDOOR_OK", "FROST_OK", "CE_FLG"])
def test_a_0_that_may_be_no_answer_is_left_out(column: str) -> None:
    assert stated({column: "0"}) == {}


@pytest.mark.parametrize("column", ["Child safe", "CHILD_SAFE_FLG", "Microwave safe ok"])
def test_a_0_that_warns_is_stated(column: str) -> None:
    assert len(stated({column: "0"})) == 1


@pytest.mark.parametrize(
    ("fields", "power"),
    [
        ({"Power": "2.200 W", "Farbe": "rot"}, "2,200 W"),
        ({"Power": "1.700 W", "Gewicht": "3"}, "1,700 W"),
        ({"Power": "2.200 W", "Cord length": "1,5 m"}, "2,200 W"),
        ({"Power": "2.200 W"}, "2.200 W"),
        ({"Power": "2.200 W", "Farbe": "rot", "Cord length": "1.5 m"}, "2.200 W"),
        ({"Power": "0.500 W", "Farbe": "rot"}, "0.500 W"),
    ],
)
def test_thousands_of_a_european_sheet(fields: dict[str, object], power: str) -> None:
    assert stated(fields)["power"] == power


def test_a_weight_of_such_a_sheet_may_be_either() -> None:
    assert stated({"Weight": "1.250 kg", "Farbe": "rot"})["weight"] == "1.250 kg"
