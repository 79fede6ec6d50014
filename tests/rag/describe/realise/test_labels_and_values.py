"""Labels that are no nouns, and values in two halves, as a sentence says them; nothing in them is unlicensed."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.realise.realiser import realise


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"legs": "3, telescopic"}, "3 telescopic legs"),
        ({"surcingles": "2, crossed"}, "2 crossed surcingles"),
        ({"balls": "3, included"}, "includes 3 balls"),
        ({"pouches": "20 included"}, "includes 20 pouches"),
        ({"engine": "2-stroke petrol, 25.4 cc"}, "a 25.4 cc 2-stroke petrol engine"),
        ({"door": "toughened glass, 3 mm"}, "a 3 mm toughened glass door"),
        ({"material": "polyester, lining cotton"}, "polyester with a cotton lining"),
        ({"capacityOptionsGb": "256, 512, 1024"}, "- Capacity options: 256, 512, 1024 GB"),
        ({"pH": "5.9"}, "pH: 5.9"),
        ({"pole length": "extends from 1.5 to 3 m"}, "Pole length: extends from 1.5 to 3 m"),
        ({"use within": "6 months"}, "Use within 6 months."),
        ({"supplier": "Bluestem & Daughters"}, "Supplier: Bluestem & Daughters"),
        ({"cuts": "paper and card"}, "Cuts: paper, card"),
    ],
)
def test_values_are_said_in_the_order_of_english(fields, words):
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert words in text
    check = check_licence(text, product)
    assert (check.claims, check.omitted) == ((), ())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"auto reverse": "yes"}, "auto reverse"),
        ({"auto_shut_off": "yes"}, "switches off automatically"),
        ({"quickDrying": "no"}, "Quick drying: no"),
        ({"two stroke": "no"}, "Two stroke: no"),
        ({"spiral_bound": "yes"}, "spiral-bound"),
        ({"isInGround": "true"}, "In ground: yes"),
        ({"anti_vibration": "yes"}, "anti-vibration"),
        ({"drinkingWaterSafe": "no"}, "Drinking water safe: no"),
        ({"pet safe": "no"}, "Pet safe: no"),
        ({"dishwasher safe": "yes"}, "dishwasher safe"),
        ({"built_in_speaker": "yes"}, "a built-in speaker"),
        ({"anti-slip dots": "yes"}, "anti-slip dots"),
        ({"earPadsWashable": "true"}, "washable ear pads"),
        ({"returns accepted": "yes"}, "Returns accepted: yes"),
        ({"scans receipts": "yes"}, "scans receipts"),
        ({"scans photos": "no"}, "Scans photos: no"),
        ({"lights up": "no"}, "Lights up: no"),
        ({"toast from frozen": "yes"}, "Toast from frozen: yes"),
        ({"isWetsuit": "no"}, "Wetsuit: no"),
        ({"salt added": "no"}, "no added salt"),
        ({"windows": "no"}, "Windows: no"),
        ({"prescription required": "no"}, "Prescription not required"),
        ({"light": "no"}, "Light: no"),
        ({"accessories": "none"}, "without accessories"),
    ],
)
def test_booleans_of_every_shape_of_label(fields, words):
    product = understand_fields({"name": "Vesta 3", **fields})
    text = realise(product).text
    assert words in text
    check = check_licence(text, product)
    assert (check.claims, check.omitted) == ((), ())
