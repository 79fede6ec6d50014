from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rag.answer.quantities import find_quantities
from rag.describe.channels.json_ld import gtin_key, price_without_currency, product_json_ld
from rag.describe.product import FieldKind, Product, ProductField

LOW_TO_HIGH = {"lowPrice": "10.00", "highPrice": "20.00"}


def quantity_field(label: str, value: str, kind: FieldKind = "measure", unit: str = "") -> ProductField:
    return ProductField(label, label, kind, value, (value,), quantity=find_quantities(value)[0], unit=unit)


def identifier(label: str, value: str) -> ProductField:
    return ProductField(label, label, "identifier", value, (value,), hidden="an identifier")


def node(*fields: ProductField, currency: str = "") -> dict[str, Any]:
    content: dict[str, Any] = json.loads(product_json_ld(Product(fields), "Kettle K1", currency=currency))
    assert content.pop("@context") == "https://schema.org"
    assert content.pop("@type") == "Product"
    assert content.pop("name") == "Kettle K1"
    return content


def test_a_product_is_what_its_fields_say() -> None:
    fields = (
        ProductField("brand", "brand", "brand", "Lund", ("Lund",)),
        ProductField("type", "type", "type", "kettle", ("kettle",)),
        quantity_field("price", "39,90 €", "money"),
        ProductField("colour", "colour", "text", "copper", ("copper",)),
        ProductField("material", "material", "list", "steel, copper", ("steel", "copper")),
        quantity_field("weight", "0.9", unit="kg"),
        ProductField("nuts", "nuts", "boolean", "no", (), False, relation="contains"),
        ProductField("lid", "lid", "boolean", "no", (), False, relation="includes"),
        quantity_field("capacity", "1.5 - 1.7 l"),
        identifier("sku", "K-1"),
        identifier("EAN", "4006381333931"),
    )
    assert node(*fields) == {
        "brand": {"@type": "Brand", "name": "Lund"},
        "category": "kettle",
        "sku": "K-1",
        "gtin13": "4006381333931",
        "offers": {"@type": "Offer", "priceCurrency": "EUR", "price": "39.90"},
        "color": "copper",
        "material": ["steel", "copper"],
        "weight": {"@type": "QuantitativeValue", "value": 0.9, "unitCode": "KGM"},
        "additionalProperty": [
            {"@type": "PropertyValue", "name": "contains nuts", "value": False},
            {"@type": "PropertyValue", "name": "lid included", "value": False},
            {"@type": "PropertyValue", "name": "capacity", "minValue": 1.5, "maxValue": 1.7, "unitCode": "LTR"},
        ],
    }


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("180 g", "", {"value": 180, "unitCode": "GRM"}),
        ("2 lb", "", {"value": 2, "unitCode": "LBR"}),
        ("approx. 3 kg", "", {"value": "approx. 3 kg"}),
        ("1.200 g", "", {"value": "1.200 g"}),
        ("2 stone", "", {"value": "2 stone"}),
        ("3", "", {"value": 3}),
    ],
)
def test_a_measure_is_a_number_only_where_it_is_surely_that(value: str, unit: str, expected: dict[str, Any]) -> None:
    (other,) = node(quantity_field("load", value, unit=unit))["additionalProperty"]
    assert other == {"@type": "PropertyValue", "name": "load", **expected}


@pytest.mark.parametrize(
    ("label", "value", "currency", "offer"),
    [
        ("price", "£1,299", "", {"priceCurrency": "GBP", "price": "1299.00"}),
        ("price", "12.5", "CHF", {"priceCurrency": "CHF", "price": "12.50"}),
        ("price", "12.5", "", None),
        ("price", "99 kr", "", None),
        ("price", "from 12 EUR", "", None),
        ("shipping cost", "5 EUR", "", None),
        ("price", "10 - 20 EUR", "", {"@type": "AggregateOffer", "priceCurrency": "EUR", **LOW_TO_HIGH}),
    ],
)
def test_an_offer_needs_a_sure_price_and_a_currency(
    label: str, value: str, currency: str, offer: dict[str, str] | None
) -> None:
    content = node(quantity_field(label, value, "money"), currency=currency)
    assert content.get("offers") == (offer and {"@type": "Offer", **offer})
    assert ("additionalProperty" in content) == (offer is None)


@pytest.mark.parametrize(
    ("digits", "key"),
    [
        ("4006381333931", "gtin13"),
        ("96385074", "gtin8"),
        ("036000291452", "gtin12"),
        ("4006381333932", ""),
        ("123", ""),
    ],
)
def test_a_gtin_is_known_by_length_and_check_digit(digits: str, key: str) -> None:
    assert gtin_key(digits) == key


def test_an_invalid_number_stays_an_identifier_and_internal_fields_stay_out() -> None:
    cost = replace(quantity_field("cost price", "3 EUR", "money"), hidden="internal")
    assert node(identifier("ean", "4006381333932"), cost) == {
        "identifier": [{"@type": "PropertyValue", "propertyID": "ean", "value": "4006381333932"}]
    }


def test_a_script_element_cannot_be_left() -> None:
    evil = ProductField("note", "note", "text", "</script><!-- & \u2028 \"'", ())
    text = product_json_ld(Product((evil,)), "K")
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["additionalProperty"][0]["value"] == "</script><!-- & \"'"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2700 K", {"value": 2700, "unitCode": "KEL"}),
        ("2700K", {"value": 2700, "unitCode": "KEL"}),
        ("2700-6500 K", {"minValue": 2700, "maxValue": 6500, "unitCode": "KEL"}),
        ("2700 K - 6500 K", {"minValue": 2700, "maxValue": 6500, "unitCode": "KEL"}),
        ("10k", {"value": "10k"}),
        ("16 bn", {"value": "16 bn"}),
        ("95 °C", {"value": 95, "unitCode": "CEL"}),
    ],
)
def test_a_letter_after_a_number_multiplies_nothing(value: str, expected: dict[str, object]) -> None:
    [published] = node(quantity_field("colour temperature", value))["additionalProperty"]
    assert published == {"@type": "PropertyValue", "name": "colour temperature", **expected}


def test_a_price_in_thousands_makes_no_offer() -> None:
    assert "offers" not in node(quantity_field("price", "€10k", "money"))


def test_a_price_without_a_currency_is_told() -> None:
    product = Product((quantity_field("price", "12.90", "money"),))
    assert price_without_currency(product) == product.fields[0]
    assert price_without_currency(product, "EUR") is None
    assert price_without_currency(Product((quantity_field("price", "12.90 €", "money"),))) is None
