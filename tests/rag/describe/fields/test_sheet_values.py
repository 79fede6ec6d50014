"""Values as the systems of shops keep them: codes, countries, answers, capitals, amounts with a unit of their own."""

from __future__ import annotations

import pytest

from rag.describe.fields.sheet_values import is_shouted, lower_shouted, title_shouted, words_of_value
from rag.describe.fields.understand import understand_fields


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("light colour", "warm_white", "warm white"),
        ("dimmable", "depends_on_bulb", "depends on bulb"),
        ("protocol", "wifi_2_4", "wifi 2.4"),
        ("model", "MAX_3", "MAX_3"),
        ("country of origin", "IT", "Italy"),
        ("origin", "IT/CN/DE", "Italy/China/Germany"),
        ("origin", "DE, own cultivation", "Germany, own cultivation"),
        ("origin", "IT support", "IT support"),
        ("language", "IT", "IT"),
        ("suitable for tub", "J (from 15 l)", "yes (from 15 l)"),
        ("seams taped", "ja, voll", "yes, voll"),
        ("animal origin", "nein", "no"),
        ("size", "N", "N"),
        ("language", "NO", "NO"),
        ("guarantee", "2 J.", "2 years"),
        ("guarantee", "24m", "24 months"),
        ("guarantee", "1 J", "1 year"),
        ("battery", "2 J", "2 J"),
        ("harvest", "06-10 repeat", "June to October repeat"),
        ("flowering", "4-5", "April to May"),
        ("sowing depth", "1-2 cm", "1-2 cm"),
        ("ip rating", "20", "IP20"),
    ],
)
def test_codes_are_words_where_they_are_sure(label: str, value: str, words: str) -> None:
    assert words_of_value(value, tuple(label.split())) == words


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("warning", "DO NOT HEAT EMPTY", "do not heat empty"),
        ("material", "ST/STEEL, PVC FREE", "stainless steel, PVC free"),
        ("colour", "BLK", "black"),
        ("colour", "OXBLOOD", "oxblood"),
        ("fits", "MINI, FORD FOCUS", "MINI, FORD FOCUS"),
        ("feature", "VITR ENAMEL", "VITR ENAMEL"),
        ("feature", "Fits A4", "Fits A4"),
    ],
)
def test_capitals_are_lowered_where_all_words_are_known(label: str, value: str, words: str) -> None:
    assert lower_shouted(value, tuple(label.split())) == words


def test_a_name_in_capitals_is_a_title() -> None:
    assert title_shouted("HAND BLENDER SET 4PC") == "Hand Blender Set 4PC"
    assert title_shouted("Hand blender BX") == "Hand blender BX"


def test_a_sheet_is_in_capitals_by_its_texts() -> None:
    assert is_shouted(["CAST IRON", "OXBLOOD", "FRANCE", "12"])
    assert not is_shouted(["Cast iron", "Oxblood", "FRANCE", "ABS"])


def test_an_amount_has_its_unit_and_a_group_no_name() -> None:
    product = understand_fields(
        {
            "name": "Lamp",
            "values": {
                "grp_elec": {"attr_power": {"amount": "4.9", "unit": "WATT"}, "attr_noise": {"min": 31, "max": 48}},
                "grp_dim": {"attr_w_h_d_mm": [18, 85, 75], "attr_area": {"amount": "2.5", "unit": "SQUARE_MILLIMETER"}},
            },
            "ports": [{"type": "A", "max": "18W"}],
            "family": "fam_lamp_led",
        }
    )
    assert {field.key: field.shown for field in product.stated if field.key.startswith(("attr", "ports"))} == {
        "attr_power": "4.9 W",
        "attr_noise": "31-48",
        "attr_w_h_d_mm": "18 x 85 x 75 mm",
        "attr_area": "2.5 mm²",
        "ports": "type A, max 18W",
    }
    assert product.field("family").hidden == "internal: a number of the shop"


def test_a_unit_in_a_column_of_its_own_stands_behind_its_value() -> None:
    product = understand_fields(
        {
            "name": "Seat", "Item Weight": "3900", "item_weight_unit_of_measure": "grams",
            "mfg_minimum": "40", "mfg_minimum_unit_of_measure": "centimeters",
            "unit_count": "3", "unit_count_type": "Count",
        }
    )  # fmt: skip
    assert [(field.label, field.shown) for field in product.stated if field.kind == "measure"] == [
        ("item weight", "3900 g"), ("minimum height", "40 cm"), ("content", "3"),
    ]  # fmt: skip


def test_a_weight_in_a_unit_of_volume_is_not_stated() -> None:
    product = understand_fields(
        {"name": "Balm", "Item Weight": "75", "item_weight_unit_of_measure": "milliliters", "colour": "red"}
    )
    assert product.field("Item Weight").hidden


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PWR_W", "0"),
        ("warranty_months", "0"),
        ("number of speeds", "0"),
        ("warranty_months", "999"),
        ("windproof", "x"),
    ],
)
def test_a_number_that_stands_for_no_value_is_not_stated(key: str, value: str) -> None:
    assert understand_fields({"name": "Thing", key: value}).field(key).hidden


@pytest.mark.parametrize(("key", "value"), [("drop_mm", "0"), ("salt_g", "0"), ("temperature_min_c", "0")])
def test_a_zero_that_is_one_is_stated(key: str, value: str) -> None:
    assert understand_fields({"name": "Thing", key: value}).field(key).hidden == ""


def test_the_sign_of_one_price_is_that_of_all() -> None:
    product = understand_fields({"name": "Pen", "Trade £ (ex VAT)": "5.64", "RRP inc.": "11.49"})
    assert [(field.label, field.shown) for field in product.stated if field.kind == "money"] == [("RRP", "11.49 GBP")]
