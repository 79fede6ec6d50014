"""Columns as shop systems export them."""

from __future__ import annotations

import pytest

from rag.describe.fields.shop_columns import plain_column, read_shop_columns
from rag.describe.fields.understand import understand_fields


def stated(fields: dict[str, object]) -> dict[str, str]:
    product = understand_fields({"Name": "Thing T1", **fields})
    return {field.label: field.shown for field in product.stated if field.kind not in ("name", "type")}


@pytest.mark.parametrize(
    "fields",
    [
        {"Attribute 1 name": "Grape", "Attribute 1 value(s)": "Merlot"},
        {"Attribute 1 name": "Grape", "Attribute 1 value(s)": "Merlot", "Attribute 1 visible": "1"},
        {"Option1 Name": "Grape", "Option1 Value": "Merlot"},
        {"feature_2_name": "Grape", "feature_2_value": "Merlot"},
        {"specification 3 label": "Grape", "specification 3 text": "Merlot"},
        {"Grape (product.metafields.custom.grape)": "Merlot"},
        {"product.metafields.custom.grape": "Merlot"},
        {"Metafield: custom.grape [single_line_text_field]": "Merlot"},
        {"Meta: _grape": "Merlot"},
        {"customFields": '{"grape": "Merlot"}'},
        {"Feature(Name:Value:Position)": "Grape:Merlot:1"},
        {"grape-en_US": "Merlot"},
        {"Attribute name 1": "Grape", "Attribute value 1": "Merlot"},
        {"attributeName1": "Grape", "attributeValue1": "Merlot"},
        {"ATTR1_NAME": "Grape", "ATTR1_VAL": "Merlot"},
        {"Merkmal 1 Name": "Grape", "Merkmal 1 Wert": "Merlot"},
        {"Attribute 1": "Grape", "Value 1": "Merlot"},
        {"Attribute 1": "Grape", "Attribute 1 value": "Merlot"},
        {"Meta: _x_grape": "Merlot"},
        {"customFields[grape]": "Merlot"},
        {"customFields.grape": "Merlot"},
        {"translations[en-GB].customFields.grape": "Merlot"},
        {"Technical attr grape": "Merlot"},
        {"Item Specifics - Grape": "Merlot"},
        {"C:Grape": "Merlot"},
        {"grape-en_GB": "Merlot", "grape-fr_FR": "Merlot noir"},
    ],
)
def test_an_attribute_is_read_whatever_system_wrote_it(fields: dict[str, object]) -> None:
    assert {label.casefold(): value for label, value in stated(fields).items()} == {"grape": "Merlot"}


def test_an_attribute_that_the_shop_does_not_show_is_left_out() -> None:
    row = {"Attribute 1 name": "Margin", "Attribute 1 value(s)": "low", "Attribute 1 visible": "0", "Colour": "red"}
    assert read_shop_columns(row) == {"Colour": "red"}


def test_the_unit_of_a_pair_stands_behind_its_number() -> None:
    row = {"Specification 3 name": "Width", "Specification 3 value": "20", "Specification 3 unit": "cm"}
    assert read_shop_columns(row) == {"Width": "20 cm"}


def test_numbered_features_are_no_pairs() -> None:
    row = {"Feature 1": "With hood", "Feature 2": "Two pockets", "Attribute set": "Coats", "Size FR": "38"}
    assert read_shop_columns(row) == row


@pytest.mark.parametrize("column", ["Meta: _yoast_wpseo_title", "Meta: _edit_lock", "attribute_data:pa_size"])
def test_what_a_system_keeps_beside_its_attributes_is_not_stated(column: str) -> None:
    assert stated({column: "position:0|visible:1", "colour": "red"}) == {"colour": "red"}


def test_half_a_pair_and_a_name_that_is_taken_lose_nothing() -> None:
    assert read_shop_columns({"Option1 Name": "Size"}) == {"Option1 Name": "Size"}
    row = {"Colour": "red", "Option1 Name": "Colour", "Option1 Value": "blue"}
    assert read_shop_columns(row) == {"Colour": "red", "Colour 2": "blue"}


def test_features_in_one_cell_keep_their_commas_and_colons() -> None:
    cell = 'Hose:1,2 m steel:1,Valve:1/2" x 1/2", brass:2,Ratio:Glucose:Fructose 2:1:3'
    assert list(read_shop_columns({"Feature (Name:Value:Position)": cell}).items()) == [
        ("Hose", "1,2 m steel"),
        ("Valve", '1/2" x 1/2", brass'),
        ("Ratio", "Glucose:Fructose 2:1"),
    ]


def test_a_cell_that_is_no_list_of_features_stays() -> None:
    row = {"Feature(Name:Value:Position)": "soft, warm"}
    assert read_shop_columns(row) == row


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("Name *", "Name"),
        ("Active (0/1)", "Active"),
        ("Tags (x,y,z...)", "Tags"),
        ("Weight (kg)", "Weight (kg)"),
        ("*", "*"),
    ],
)
def test_the_words_of_a_form_are_no_name(key: str, name: str) -> None:
    assert plain_column(key) == name


def test_an_amount_and_its_currency_are_one_price() -> None:
    assert stated({"price": '{"amount": 24.99, "currency": "GBP", "was": null}'}) == {"price": "24.99 GBP"}


def test_letters_of_sizes_are_no_answers() -> None:
    assert stated({"ring_sizes": ["J", "K", "N", "O"]}) == {"ring sizes": "J, K, N, O"}


@pytest.mark.parametrize("value", ["0", "1"])
def test_a_bare_1_that_may_be_an_answer_is_left_out(value: str) -> None:
    assert stated({"Rounded corners": value, "colour": "red"}) == {"colour": "red"}
    assert stated({"Number of drawers": "1", "colour": "red"}) != {"colour": "red"}


def test_a_region_and_its_country_are_one_origin() -> None:
    assert stated({"Country": "Portugal", "Region": "Douro"}) == {"origin": "Douro, Portugal"}
    assert stated({"Country": "Spain", "Region": "South of Spain"}) == {"origin": "South of Spain"}
    assert len(stated({"Country": "Spain", "Region": "EU (7 states)"})) == 2


@pytest.mark.parametrize(
    "column",
    ["Text when in stock", "Customizable (0/1)", "Visibility in catalog", "Allow customer reviews?", "Upsells",
     "Minimal quantity", "order_quantity_minimum", "Categories", "Purchase unit", "Season code", "isCloseout",
     "Catalog visibility", "Cross-sells", "Tax rule", "Tags", "Unit pricing base measure", "Catalogue page",
     "Meta title", "Discontinued date", "Pallet quantity", "Case price", "Launch date", "packUnit", "Track inventory",
     "Allow Purchases", "Included / Germany", "Additional shipping cost", "Product creation date", "End of life date",
     "Dispatch time max", "Unit pricing measure", "First available"],
)  # fmt: skip
def test_settings_of_a_shop_are_hidden(column: str) -> None:
    assert stated({column: "2", "colour": "red"}) == {"colour": "red"}


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("Rind not edible. Reorder in May", "Rind not edible"),
        ("Goes with LV-CHE-102", ""),
        ("back in stock wk 34", ""),
        ("Keep out of reach of children; lot 24/3", "Keep out of reach of children"),
    ],
)
def test_a_note_keeps_what_it_says_of_the_product(note: str, said: str) -> None:
    assert list(stated({"Note": note, "colour": "red"}).values()) == ([said] if said else []) + ["red"]


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ({"amount": 24.99, "currency": "GBP", "compareAt": None}, {"price": "24.99 GBP"}),
        ({"amount": "24.99", "currencyCode": "GBP", "compareAt": 29.99}, {"price": "24.99 GBP"}),
        ({"amount": 2499, "currency": "GBP", "vat": 20}, {}),  # 24.99 in pence, or 2,499
        ({"currency": "EUR", "gross": 12, "net": 10.08}, {}),
    ],
)
def test_a_whole_amount_that_may_be_in_pence_is_not_stated(price: dict[str, object], said: dict[str, str]) -> None:
    assert stated({"price": price, "colour": "red"}) == {**said, "colour": "red"} or not said
    if not said:
        assert stated({"price": price, "colour": "red"}) == {"colour": "red"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Condition", "new"),
        ("condition_type", "New, New"),
        ("Item condition", "NewItem"),
        ("Condition ID", "1000"),
        ("Product type", "variable"),
        ("Type", "configurable"),
        ("Category", "Home > Oak > Chairs"),
        ("Category", "Home -> Chairs"),
        ("Group", "OUTDOOR"),
        ("groups", "SUMMER_24"),
        ("Merch group", "HOMEDECO"),
        ("Unit", "item"),
        ("Accessories (x,y,z...)", "12,14"),
        ("Format", "FixedPrice"),
        ("Duration", "GTC"),
    ],
)
def test_a_value_that_only_a_shop_sets_is_hidden(column: str, value: str) -> None:
    assert stated({column: value, "colour": "red"}) == {"colour": "red"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Condition", "refurbished"),
        ("Condition", "New with tags"),
        ("Accessories", "2 straps, 1 case"),
        ("Launch angle", "30°"),
        ("Minimum height", "20 cm"),
        ("Minimum age", "3 years"),
    ],
)
def test_what_a_customer_asks_for_under_such_a_label_stays(column: str, value: str) -> None:
    assert list(stated({column: value}).values()) == [value]


@pytest.mark.parametrize(
    "column",
    [
        "Minimum order quantity", "MOQ", "Min. qty", "Minimum sale qty", "Minimum cart quantity", "Smallest order",
        "Order minimum", "Quantity minimum", "min_purchase", "Minimum units", "Min. pack", "Minimal", "Minimals",
        "Minimum", "Order from", "Mindestbestellmenge", "Mindestmenge", "Bestelmenge",
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", ["1", "2"])
def test_how_many_a_shop_sells_at_least_is_never_stated(column: str, number: str) -> None:
    assert stated({column: number, "colour": "red"}) == {"colour": "red"}


def test_a_minimum_of_something_named_stays() -> None:
    assert stated({"mfg_minimum": "30", "mfg_minimum_unit_of_measure": "months"}) == {"minimum age": "30 months"}
    assert stated({"Minimum players": "2"}) == {"minimum players": "2"}
