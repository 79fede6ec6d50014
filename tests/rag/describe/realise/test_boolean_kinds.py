"""Booleans of every kind of label, understood and said by rules; the values and denials stay."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.realise.realiser import realise


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rear light": "yes, removable"}, "Rear light: yes (removable)"),
        ({"washable": "yes, at 60 °C"}, "Washable: yes (at 60 °C)"),
        ({"machine washable": "no, hand wash only"}, "Machine washable: no (hand wash only)"),
        ({"cable": "included (USB-C, 50 cm)"}, "Cable included (USB-C, 50 cm)"),
        ({"hood": "no (sold separately)"}, "Hood: no (sold separately)"),
        ({"isSparkling": "false"}, "Sparkling: no"),
        ({"isExpansion": "true"}, "Expansion: yes"),
        ({"spare parts available": "yes"}, "Spare parts available: yes"),
        ({"reel replaceable": "no"}, "Replaceable reel: no"),
        ({"packagingRecyclable": "true"}, "Recyclable packaging: yes"),
        ({"front light": "no"}, "Front light: no"),
        ({"studded": "no"}, "Studded: no"),
        ({"canBeCooled": "true"}, "Can be cooled: yes"),
        ({"can be cooled": "no"}, "Can be cooled: no"),
        ({"folds flat": "yes"}, "folds flat"),
        ({"makes noise": "no"}, "Makes noise: no"),
        ({"works without internet": "yes"}, "works without internet"),
        ({"batteries_needed": "no"}, "Batteries needed: no"),
        ({"requires_tv": "true"}, "TV required"),
        ({"online required": "no"}, "Online required: no"),
        ({"tumble dry": "no"}, "Do not tumble dry"),
        ({"controllers included": "2"}, "includes 2 controllers"),
        ({"updates included": "12 months"}, "Updates included: 12 months"),
        ({"blackout": "yes"}, "Blackout: yes"),
        ({"raw support": "yes"}, "Raw support: yes"),
    ],
)
def test_booleans_are_said_as_their_labels_need(fields, words):
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert words in text
    assert not check_licence(text, product).untrue


@pytest.mark.parametrize(
    "value", ["no, but may contain traces", "yes, see label", "no (see allergens)", "traces, maybe"]
)
def test_what_is_said_of_a_substance_is_not_taken_apart(value):
    product = understand_fields({"name": "Vesta 3", "type": "biscuit", "nuts": value})
    assert product.field("nuts").kind != "boolean"
    assert value in realise(product).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"consume after opening": "within 2 days"}, "Consume after opening: within 2 days"),
        ({"type": "soundbar", "remote": "included"}, "remote"),
        ({"packaging": "aluminium tube"}, "Packaging: aluminium tube"),
        ({"format": "stick"}, "Format: stick"),
        ({"terrain": "trail"}, "errain"),
        ({"pump type": "floor pump"}, "is a floor pump"),
        ({"helmetType": "bicycle helmet"}, "is a bicycle helmet"),
        ({"licence": "One-time purchase"}, "Licence: One-time purchase"),
        ({"battery_mAh": "3,700"}, "3,700 mAh battery"),
        ({"output_ml_h": "300"}, "Output: 300 ml/h"),
        ({"energyPer100ml": "19 kcal"}, "per 100 ml"),
        ({"graduation_g": "100"}, "100 g"),
        ({"length_m": "5 (stretched)"}, "5 m (stretched)"),
        ({"field_of_view": "150°"}, "ield of view"),
        ({"release date": "March 2027"}, "March 2027"),
    ],
)
def test_values_are_said_as_their_nouns_need(fields, words):
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert words in text
    assert not check_licence(text, product).untrue


def test_what_is_included_is_never_a_quality():
    product = understand_fields({"name": "Vesta 3", "type": "soundbar", "remote": "included"})
    assert "remote soundbar" not in realise(product).text
