"""Columns as shops export them: flags, forms of text, torn units, abbreviations, notes."""

from __future__ import annotations

import pytest

from rag.describe.fields.labels import read_label
from rag.describe.fields.understand import understand_fields
from rag.describe.product import ProductField
from rag.describe.realise.label_value import label_and_value


def read(key: str, value: str, **others: str) -> ProductField:
    fields = understand_fields({"name": "Aurora 3", "brand": "Holmen", **others, key: value})
    return fields.field(key)


def line_of(key: str, value: str, **others: str) -> str:
    """Return the line of a field in a list of details, "" for a field that is not stated."""
    field = read(key, value, **others)
    line = None if field.hidden else label_and_value(field)
    return line.text if line else ""


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("Needs assembly", "0", "Assembly not required"),
        ("needs_charger", "1", "Charger required"),
        ("Vegan", "Y", "Vegan: yes"),
        ("Vegan", "J", "Vegan: yes"),
        ("Vegan", "F", "Vegan: no"),
        ("Organic", "N", "Organic: no"),
        ("Refill pack?", "0", "Refill pack: no"),
        ("Waterproof (Y/N)", "1", "Waterproof: yes"),
        ("Do not iron", "1", "Do not iron: yes"),
        ("Sans gluten", "non", "Sans gluten: non"),
        ("Adapter supplied", "0", "Adapter supplied: no"),
        # Numbers and letters that answer nothing.
        ("Incl. battery", "0", "Battery not included"),
        ("Expansion", "1", ""),
        ("Energy label", "F", "Energy label: F"),
        ("Thread", "T", "Thread: T"),
    ],
)
def test_an_answer_is_a_word(key: str, value: str, line: str) -> None:
    assert line_of(key, value) == line


@pytest.mark.parametrize(
    ("key", "text", "unit"),
    [
        ("Feeding / Care (HTML)", "feeding / Care", ""),
        ("Ingredients (text)", "ingredients", ""),
        ("Price (raw)", "price", ""),
        ("colour_label", "colour", ""),
        ("Description short en", "short description", ""),
        ("Storage [plain text] (en-GB)", "storage", ""),
        ("Coffee raw", "coffee raw", ""),
        ("Noise dB(A)", "noise", "dB(A)"),
        ("Noise level [dB (A)]", "noise level", "dB(A)"),
        ("Volume (l)", "volume", "l"),
        ("Weight g (net)", "net weight", "g"),
        ("Spacing cm (row x plant)", "spacing (row x plant)", "cm"),
        ("Speed km / h", "speed", "km/h"),
        ("Price per 100 g / 100", "price per 100 g", ""),
        ("Unit price (per kg) / kg", "unit price (per kg)", ""),
        ("Price / kg", "price / kg", ""),
        ("Price per kg (EUR)", "price per kg", "EUR"),
        ("No. of pieces", "number of pieces", ""),
        ("Age min", "minimum age", ""),
        ("Age (min)", "minimum age", ""),
        ("Weight approx. kg", "approximate weight", "kg"),
        ("Content pcs", "content", "pieces"),
        ("Compatible w/", "compatible with", ""),
        ("Playing time (min)", "playing time", "min"),
        ("Noise dB(A) max", "maximum noise", "dB(A)"),
        ("Weight w/o packaging (g)", "weight without packaging", "g"),
    ],
)
def test_a_label_has_neither_its_form_nor_half_a_unit(key: str, text: str, unit: str) -> None:
    label = read_label(key)
    assert (label.bare, label.unit) == (text, unit)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("Noise dB(A)", "72", "Noise: 72 dB(A)"),
        ("Power kW / PS", "0.9 / 1.2", "Power: 0.9 kW / 1.2 PS"),
        ("Weight kg/lb", "12.0 / 26.4", "Weight: 12.0 kg / 26.4 lb"),
        ("Power kW / PS", "7", ""),
        ("Size cm / in", "68 x 49 / 27 x 19", "Size: 68 x 49 cm / 27 x 19 in"),
        ("Unit price (per kg) / kg", "9.98", "Unit price (per kg): 9.98"),
        ("Length m", "0.4500000", "Length: 0.45 m"),
        ("Seats", "2.0", "Seats: 2"),
        ("Bluetooth", "5.0", "Bluetooth: 5.0"),
        ("Price €", "1249.5", "Price: €1,249.50"),
        ("price_eur", "12,5", "Price: 12.50 EUR"),
        ("PAO", "9M", "Use after opening: within 9 months"),
        ("PAO (months)", "6", "Use after opening: within 6 months"),
        ("SPF", "30", "SPF: 30"),
        ("BBD", "MHD 05.2027", "Best before: 05.2027"),
        ("EAN", "4006381333931", ""),
        ("No. of pieces", "3 pcs", "Number of pieces: 3"),
        ("Content pcs", "1.0", "Content: 1 piece"),
        ("Incl. accessories", "cable", "Accessories included: cable"),
        ("Contents", "1 pcs", "Contents: 1 piece"),
        ("Contents", "box w/ lid, approx. 2 l", "Contents: box with lid, approximately 2 l"),
        ("Scope", "lid incl.", "Scope: lid included"),
        ("Strength", "5% w/w", "Strength: 5% w/w"),
        ("Heat", "15 w/m", "Heat: 15 w/m"),
        ("Parts", "board, 4 w/ holes", "Parts: board, 4 with holes"),
    ],
)
def test_a_value_is_as_a_shop_prints_it(key: str, value: str, line: str) -> None:
    assert line_of(key, value) == line


@pytest.mark.parametrize(
    ("key", "value"),
    [("Colour", "assorted"), ("Colour", "TBA"), ("Material", "see description"), ("Size", "n.v."), ("Colour", "tbc")],
)
def test_what_the_shop_has_not_looked_up_is_not_stated(key: str, value: str) -> None:
    assert line_of(key, value) == ""


def test_an_assortment_of_flavours_is_stated_and_where_allergens_are_is_quoted() -> None:
    assert line_of("Flavours", "assorted") == "Flavours: assorted"
    assert line_of("Allergens", "see description") == "Allergens: see description"


@pytest.mark.parametrize("maker", ["Holmen Ltd", "Holmen, Inc.", "HOLMEN GmbH & Co. KG", "Holmen S.r.l."])
def test_a_maker_that_is_the_brand_is_said_once(maker: str) -> None:
    assert read("Manufacturer", maker).key == "brand"
    assert read("Manufacturer", "Holmen Lamps Ltd").key == "Manufacturer"


def test_one_count_under_two_labels_is_said_once() -> None:
    assert read("Pieces", "1000 pcs", **{"No. of pieces": "1000.0"}).merged == ("Pieces",)


def test_one_price_with_and_without_its_currency_is_said_once() -> None:
    assert read("Price (raw)", "199.0", Price="199.00 EUR").value == "199.00 EUR"


@pytest.mark.parametrize(
    ("key", "note", "line"),
    [
        ("Staff note", "Base game required. Reorder in June", "Base game required"),
        ("Internal note", "plastic free packaging", "Plastic free packaging"),
        ("Note", "Sold without strap. Ask supplier for pictures.", "Sold without strap"),
        ("Staff note", "customer complaint, photo required", ""),
        ("Remarks", "Not for use on broken skin. Reorder Q3.", "Not for use on broken skin"),
        ("Remarks", "Do not freeze. Ask for gift wrap.", "Do not freeze. Ask for gift wrap."),
    ],
)
def test_a_note_of_the_shop_keeps_what_customers_must_know(key: str, note: str, line: str) -> None:
    assert line_of(key, note) == line


def test_attributes_in_one_cell_are_fields_of_their_own() -> None:
    product = understand_fields({"name": "Sheet", "additional_attributes": "closure_type=Buttons,reversible=No"})
    assert [(field.label, field.value) for field in product.stated if field.kind not in ("name", "type")] == [
        ("closure type", "Buttons"),
        ("reversible", "No"),
    ]
    assert understand_fields({"name": "Sheet", "formula": "a=b"}).field("formula").value == "a=b"


def test_what_a_system_says_of_its_rows_is_hidden() -> None:
    fields = {"name": "Sheet", "product_type": "simple", "unit": "PC", "group": "BED/LINEN", "case qty": "6"}
    assert [field.key for field in understand_fields(fields).stated] == ["name", "name:type"]


def test_attributes_of_a_group_need_no_name_of_it() -> None:
    product = understand_fields({"name": "K5", "technical": {"attr_lens_mount": "OV-X"}, "optics": {"attr_zoom": "4x"}})
    assert {field.label for field in product.stated} >= {"lens mount", "zoom"}


def test_the_name_of_a_german_sheet() -> None:
    name = understand_fields(
        {"BEZ1": "CORDLESS DRILL 18V", "MANUF": "KRANTZ", "CONTENT": "TWO BATTERIES", "COLOUR": "DARK GREEN"}
    ).name
    assert name is not None
    assert name.value == "Cordless Drill 18V"


@pytest.mark.parametrize(
    ("label", "value", "line"),
    [
        ("suitable_diabetics", "yes", "Suitable for diabetics"),
        ("Suitable vegans", "no", "Not suitable for vegans"),
        ("not suitable puppies", "yes", "Not suitable for puppies"),
    ],
)
def test_whom_a_product_suits_needs_its_preposition(label: str, value: str, line: str) -> None:
    said = label_and_value(understand_fields({"name": "Biscuits", label: value}).field(label))
    assert said is not None
    assert said.text.startswith(line)


def test_choices_that_are_objects_refuse_no_product() -> None:
    choices = [{"label": "Fine", "price": 0}, {"label": "Broad", "price": 6}]
    fields = {"name": "Model 3", "type": "physical", "options": [{"display_name": "Nib", "option_values": choices}]}
    assert [(field.label, field.items) for field in understand_fields(fields).stated][1:] == [
        ("nib", ("Fine", "Broad"))
    ]
