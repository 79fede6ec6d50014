"""Abbreviated names of columns: spelt out where their meaning is sure, else not stated."""

from __future__ import annotations

import pytest

from rag.describe.fields.labels import read_label
from rag.describe.fields.understand import understand_fields


@pytest.mark.parametrize(
    ("key", "label", "unit"),
    [
        ("WGT_NET_G", "net weight", "g"),
        ("Weight net kg", "net weight", "kg"),
        ("HGT_MM", "height", "mm"),
        ("DIA_CM", "diameter", "cm"),
        ("PWR_W", "power", "W"),
        ("CORD_M", "cord length", "m"),
        ("TMAX_C", "maximum temperature", "°C"),
        ("WARR_M", "warranty", "months"),
        ("WTY_MTH", "warranty", "months"),
        ("Guarantee (yrs)", "guarantee", "years"),
        ("COL", "colour", ""),
        ("CAP", "capacity", ""),
        ("MATL", "material", ""),
        ("QTY_PK", "pack quantity", ""),
        ("DESC1", "description 1", ""),
        ("Water column (mm)", "water column", "mm"),
        ("Germ. temp. °C", "germination temperature", "°C"),
        ("Spacing cm (row x plant)", "spacing (row x plant)", "cm"),
        ("Size at delivery", "size on delivery", ""),
        ("attr_light_colour", "light colour", ""),
        ("attr_w_h_d_mm", "dimensions (W x H x D)", "mm"),
        ("attr_material_shade", "shade material", ""),
        ("attr_power_max", "maximum power", ""),
        ("bullet_point2", "feature 2", ""),
        ("cap", "cap", ""),  # may be one of a bottle
        ("gsm / micron", "GSM / micron", ""),
    ],
)
def test_labels_are_spelt_out(key: str, label: str, unit: str) -> None:
    assert (read_label(key).bare, read_label(key).unit) == (label, unit)


@pytest.mark.parametrize(
    ("key", "value", "label", "truth"),
    [
        ("DW_F", "0", "dishwasher safe", False),
        ("OVN_F", "1", "oven safe", True),
        ("HOB_IND", "1", "for induction hobs", True),
        ("LID_F", "J", "lid", True),
        ("waterproof_flag", "1", "waterproof", True),
    ],
)
def test_flags_are_yes_or_no(key: str, value: str, label: str, truth: bool) -> None:
    field = understand_fields({"name": "Pan", key: value}).field(key)
    assert (field.label, field.is_true, field.hidden) == (label, truth, "")


def test_flags_of_a_group_say_nothing_where_none_is_true() -> None:
    product = understand_fields({"name": "Toaster", "HOB_IND": "0", "HOB_GAS": "0", "DW_F": "0"})
    assert [field.key for field in product.fields if field.hidden] == ["HOB_IND", "HOB_GAS"]
    pan = understand_fields({"name": "Pan", "HOB_IND": "0", "HOB_GAS": "1"})
    assert [field.is_true for field in pan.stated if field.kind == "boolean"] == [True, False]


SHEET = {"DESC_1": "PAN", "COL": "RED", "WGT_G": "900"}


def test_an_abbreviation_that_is_not_sure_is_hidden_unless_it_warns() -> None:
    product = understand_fields(SHEET | {"OE_QUAL": "1", "QX_TXT": "KEEP AWAY FROM CHILDREN, DO NOT COVER"})
    assert product.field("OE_QUAL").hidden == "its label is an abbreviation that is not sure"
    assert product.field("QX_TXT").hidden == ""
    assert {"description 1", "colour", "weight"} <= {field.label for field in product.stated}


@pytest.mark.parametrize(("key", "value"), [("GWP", "675"), ("Okoume", "yes"), ("CADR", "230 m³/h")])
def test_terms_of_a_trade_in_a_sheet_in_words_are_stated(key: str, value: str) -> None:
    assert understand_fields({"name": "Thing", "colour": "red", "weight": "1 kg", key: value}).field(key).hidden == ""


def test_a_number_of_one_unit_or_another_is_not_stated() -> None:
    product = understand_fields({"name": "Paper", "gsm / micron": "80"})
    assert product.field("gsm / micron").hidden == "its label names two units"
