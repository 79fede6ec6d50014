"""Forms of true texts that the licence check has to read right, and the untrue ones beside them."""

from __future__ import annotations

import pytest

from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence

TRUE = [
    ({"zip": "steel", "two-way zip": "no"}, "The zip is steel, but it has no two-way zip."),
    ({"zips": "2 zips", "two-way zip": "no"}, "It has 2 zips, but no two-way zip."),
    ({"not_compatible_with": "Calder C45, Calder C47"}, "Not compatible with: Calder C45, Calder C47."),
    ({"free of": "toluene, DBP, camphor", "price": "9 EUR"}, "Free from toluene, DBP and camphor, and costs 9 EUR."),
    ({"heat_resistant_up_to": "80 °C"}, "Heat resistant up to: 80 °C."),
    ({"supports5g": "false"}, "It does not support 5G."),
    ({"length": "27 in"}, "It is 27 inches long."),
    ({"batteries": "not required"}, "Batteries: not required."),
    ({"batteries": "8 x AA, not included"}, "Its batteries are 8 x AA, not included."),
    ({"output": "4 A", "fan": "yes"}, "It has an output of 4 A and a fan."),
    ({"Alcohol (% vol)": "11.0"}, "It has 11.0 % vol of alcohol."),
    ({"name": "Pale Ferry Zero", "isAlcoholFree": "true"}, "Pale Ferry Zero is alcohol-free."),
    ({"name": "Fenmoor Peat-Free", "peat": "no"}, "Fenmoor Peat-Free contains no peat."),
    ({"contents": "4 cans of 145 g", "drained weight per can": "102 g"}, "Contents: 4 cans of 145 g."),
    ({"BPA in can lining": "no"}, "BPA in can lining: no."),
    ({"cables": "USB-C to USB-C, USB-C to USB-A"}, "Its cables are USB-C to USB-C and USB-C to USB-A."),
    ({"compatible with": "Nexar 12, Nexar 12 Pro"}, "It is compatible with Nexar 12 and Nexar 12 Pro."),
    ({"sizes": "90 x 190 cm; 135 x 190 cm"}, "Its sizes are 90 x 190 cm and 135 x 190 cm."),
    ({"isOneShoulder": "false", "isWetsuit": "false"}, "It is neither one shoulder nor wetsuit."),
    ({"energy class": "A", "fan": "yes"}, "It is in energy class A and has a fan."),
    ({"lens_count": "3"}, "It has 3 lenses."),
    ({"viscosity": "20W-50"}, "Its viscosity is 20W-50."),
]  # fmt: skip

UNTRUE = [
    ({"zip": "two-way zip"}, "It has no two-way zip.", "contradiction"),
    ({"compatible with": "Calder C45"}, "Not compatible with: Calder C45.", "contradiction"),
    ({"not_compatible_with": "Calder C45"}, "It is compatible with Calder C45.", "unlicensed"),
    ({"contains": "milk, nuts"}, "It is free from milk and nuts, and costs little.", "contradiction"),
    ({"free of": "camphor", "price": "9 EUR"}, "It costs 9 EUR and contains camphor.", "contradiction"),
    ({"heat_resistant_to": "80 °C"}, "It resists up to 80 °C.", "number"),
    ({"length": "27 in"}, "It is 27 cm long.", "number"),
    ({"batteries": "8 x AA, not included"}, "The batteries are included.", "contradiction"),
    ({"batteries": "not required"}, "It has batteries.", "contradiction"),
    ({"isAlcoholFree": "true"}, "It contains alcohol.", "contradiction"),
    ({"contents": "4 cans of 145 g", "drained weight per can": "102 g"}, "Its drained weight is 145 g.", "number"),
    ({"BPA in can lining": "no"}, "BPA in can lining: yes.", "contradiction"),
    ({"compatible with": "Nexar 12"}, "It fits the Nexar 12, and the Nexar 12.", "repetition"),
    ({"viscosity": "20W-50"}, "Its viscosity is 10W-40.", "number"),
    ({"isOneShoulder": "true"}, "It is neither one shoulder nor long.", "contradiction"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "text"), TRUE)
def test_true_texts_have_no_finding(fields: dict[str, object], text: str) -> None:
    product = understand_fields({"name": "Halde", **fields})
    assert [(claim.kind, claim.text) for claim in check_licence(text, product).claims] == []


@pytest.mark.parametrize(("fields", "text", "kind"), UNTRUE)
def test_claims_of_the_same_form_are_found(fields: dict[str, object], text: str, kind: str) -> None:
    product = understand_fields({"name": "Halde", **fields})
    assert kind in {claim.kind for claim in check_licence(text, product).claims}
