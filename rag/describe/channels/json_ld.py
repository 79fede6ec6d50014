"""A product as schema.org JSON-LD (https://schema.org/Product): what its fields say, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

from rag.answer.quantities import Quantity, find_quantities
from rag.answer.units import CURRENCIES, MeasureUnit, unit_named
from rag.describe.product import Product, ProductField
from rag.describe.realise.label_value import full_label, is_colour, is_material, shown_value, truth_of

Node = dict[str, Any]

_UNIT_CODES = {
    ("mass", 1): "MGM", ("mass", 1000): "GRM", ("mass", 1e6): "KGM", ("mass", 1e9): "TNE", ("mass", 453592.37): "LBR",
    ("mass", 28349.523125): "ONZ", ("length", 1): "MMT", ("length", 10): "CMT", ("length", 1000): "MTR",
    ("length", 1e6): "KMT", ("length", 25.4): "INH", ("length", 304.8): "FOT", ("length", 914.4): "YRD",
    ("length", 1609344): "SMI", ("volume", 1): "MLT", ("volume", 10): "CLT", ("volume", 1000): "LTR",
    ("volume", 1e6): "MTQ", ("area", 1): "MTK", ("area", 10000): "HAR", ("area", 0.09290304): "FTK",
    ("power", 1): "WTT", ("power", 1000): "KWT", ("energy", 1): "WHR", ("energy", 1000): "KWH",
    ("voltage", 1): "VLT", ("voltage", 1000): "KVT", ("current", 1): "4K", ("current", 1000): "AMP",
    ("charge", 1): "E09", ("frequency", 1): "HTZ", ("frequency", 1000): "KHZ", ("frequency", 1e6): "MHZ",
    ("frequency", 1e9): "A86", ("pressure", 1): "BAR", ("sound", 1): "2N", ("speed", 1): "KMH",
    ("speed", 1.609344): "HM", ("celsius", 1): "CEL", ("fahrenheit", 1): "FAH", ("degree", 1): "DD",
    ("percent", 1): "P1", ("time", 1): "SEC", ("time", 60): "MIN", ("time", 3600): "HUR", ("time", 86400): "DAY",
    ("time", 604800): "WEE", ("month", 1): "MON", ("month", 12): "ANN", ("data", 1): "AD", ("data", 1e3): "2P",
    ("data", 1e6): "4L", ("data", 1e9): "E34", ("data", 1e12): "E35",
}  # fmt: skip
"""Codes of UN/CEFACT Recommendation 20 by dimension and size, as `rag.answer.units` has them."""

_MEASURES = frozenset(("weight", "width", "height", "depth"))
"""Labels of measures that schema.org has a property for."""

_TEXTS = {"pattern": "pattern", "size": "size", "model": "model", "country of origin": "countryOfOrigin"}
"""Labels of texts that schema.org has a property for."""

_PRICES = ("sale price", "current price", "our price", "price", "retail price", "list price", "unit price")
"""Labels of what a buyer pays, the most certain first."""

_GTIN_LABELS = frozenset(("gtin", "ean", "upc", "gtin8", "gtin12", "gtin13", "gtin14", "barcode", "isbn", "jan"))
_LABELS = {"sku": "sku", "mpn": "mpn", "part number": "mpn", "manufacturer part number": "mpn"}


def product_json_ld(product: Product, name: str, description: str = "", currency: str = "") -> str:
    """Return the JSON of a product, which may stand in a script element of HTML as it is.

    `name` is that of a product without a name field, `currency` the ISO code of prices that have none. Identifiers are
    data here, not text: of the hidden fields they alone are used. A price without a currency is a plain property.
    """
    node: Node = {"@context": "https://schema.org", "@type": "Product"}
    node["name"] = product.name.value if product.name else name
    if description:
        node["description"] = description
    if product.brand:
        node["brand"] = {"@type": "Brand", "name": product.brand.value}
    if product.type:
        node["category"] = product.type.value
    for field in product.fields:
        if field.kind == "identifier":
            _add_identifier(node, field)
    # One price makes an offer; all other fields are properties.
    price = _find_price(product, currency)
    if price:
        node["offers"] = _offer(product, price, currency)
    others: list[Node] = []
    for field in product.stated:
        if field.kind in ("name", "brand", "type", "identifier") or field is price:
            continue
        key, value = _named_property(field)
        if key and key not in node:
            node[key] = value
        else:
            others.append(_other_property(field))
    if others:
        node["additionalProperty"] = others
    # A script element ends at "</", whatever the JSON; these escapes mean the same to any reader of JSON.
    text = json.dumps({key: value for key, value in node.items() if value != ""}, ensure_ascii=False)
    return re.sub(r"[<>&\u2028\u2029\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


def price_without_currency(product: Product, currency: str = "") -> ProductField | None:
    """Return the first price of a product that no currency is known of, so that JSON-LD makes no offer of it."""
    if _find_price(product, currency):
        return None
    prices = (field for field in product.stated if field.kind == "money" and field.label.casefold() in _PRICES)
    return next((field for field in prices if not _currency(field, currency)), None)


def unit_code(unit: MeasureUnit) -> str:
    """Return the UN/CEFACT code of a unit, "" for one without."""
    return _UNIT_CODES.get((unit.dimension, unit.factor), "")


def gtin_key(digits: str) -> str:
    """Return "gtin13" or another property name for a valid GTIN, "" where its length or its check digit is wrong."""
    if not re.fullmatch(r"\d{8}|\d{12,14}", digits):
        return ""
    # GS1: weights 3 and 1 in turn, from the right; with the check digit the sum is a multiple of ten.
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return f"gtin{len(digits)}" if total % 10 == 0 else ""


def _add_identifier(node: Node, field: ProductField) -> None:
    label = re.sub(r"[\s_-]+", " ", field.label.casefold()).strip()
    digits = re.sub(r"[\s-]", "", field.value)
    if label.replace(" ", "") in _GTIN_LABELS or label.split(" ")[0] in _GTIN_LABELS:
        key = gtin_key(digits)
        if key and key not in node:
            node[key] = digits
        elif field.value:
            known = node.setdefault("identifier", [])
            known.append({"@type": "PropertyValue", "propertyID": field.label, "value": field.value})
    elif label in _LABELS and _LABELS[label] not in node:
        node[_LABELS[label]] = field.value


def _find_price(product: Product, currency: str) -> ProductField | None:
    """Return the field with the price that a buyer pays, None where it is uncertain or has no currency."""
    for label in _PRICES:
        for field in product.stated:
            quantity = field.quantity
            if field.kind == "money" and field.label.casefold() == label and quantity and _currency(field, currency):
                is_certain = len(quantity.values) == 1 and len(quantity.high) <= 1 and not _scale_letters(field)
                return field if is_certain and _is_bare(field) else None
    return None


def _currency(field: ProductField, otherwise: str) -> str:
    """Return the ISO code of an amount, "$" being USD and "¥" JPY, as in `rag.answer.units`; "" for "kr" or cents."""
    unit = _unit(field)
    if unit is None:
        return otherwise
    is_iso = unit.dimension in CURRENCIES and len(unit.dimension) == 3 and unit.dimension.isupper()
    return unit.dimension if is_iso else ""


def _offer(product: Product, field: ProductField, currency: str) -> Node:
    assert field.quantity is not None
    offer: Node = {"@type": "Offer", "priceCurrency": _currency(field, currency)}
    if field.quantity.high:
        offer |= {"@type": "AggregateOffer", "lowPrice": _amount(field.quantity.values[0])}
        offer["highPrice"] = _amount(field.quantity.high[0])
    else:
        offer["price"] = _amount(field.quantity.values[0])
    for other in product.stated:
        if other.is_true is not None and other.label.casefold() in ("in stock", "stock"):
            offer["availability"] = f"https://schema.org/{'InStock' if other.is_true else 'OutOfStock'}"
    return offer


def _named_property(field: ProductField) -> tuple[str, object]:
    """Return the property that schema.org has for a field and its value, ("", None) for any other."""
    label = field.label.casefold()
    texts: object = list(field.items) if len(field.items) > 1 else field.shown
    if field.kind in ("text", "list") and not field.absent and field.relation in ("", "is"):
        if is_colour(field) and " " not in label:
            return "color", texts
        if is_material(field) and " " not in label:
            return "material", texts
        if label in _TEXTS and len(field.items) <= 1:
            return _TEXTS[label], texts
    if label in _MEASURES and field.kind == "measure" and (value := _quantity_node(field)):
        return label, {"@type": "QuantitativeValue", **value}
    return "", None


def _other_property(field: ProductField) -> Node:
    """Return any field as a PropertyValue: a boolean, an amount with its unit, or a text."""
    node: Node = {"@type": "PropertyValue", "name": full_label(field)}
    if field.is_true is not None:
        statement, is_true = truth_of(field)
        return node | {"name": statement, "value": is_true}
    if field.kind == "measure" and (value := _quantity_node(field)):
        return node | value
    return node | {"value": list(field.items) if len(field.items) > 1 else shown_value(field) or field.shown}


def _quantity_node(field: ProductField) -> Node:
    """Return the value or the range of a measure with its unit; {} where the text says more or may mean two numbers."""
    quantity, unit = field.quantity, _unit(field)
    if quantity is None or not _is_bare(field):
        return {}
    code: Node = {}
    if letters := _scale_letters(field):
        # "2700 K" is a temperature, not 2.7 million; "10k" stays a text.
        numbers = find_quantities(re.sub(r"(?<=\d)\s?K\b", "", field.value))
        if letters != {"K"} or len(numbers) != 1:
            return {}
        quantity, code = numbers[0], {"unitCode": "KEL"}
    if len(quantity.values) != 1 or len(quantity.high) > 1 or (unit is None and field.unit):
        return {}
    if unit is not None:
        code = {"unitCode": unit_code(unit)} if unit_code(unit) else {"unitText": _unit_text(field, quantity)}
    if quantity.high:
        return {"minValue": _number(quantity.values[0]), "maxValue": _number(quantity.high[0])} | code
    return {"value": _number(quantity.values[0])} | code


def _unit(field: ProductField) -> MeasureUnit | None:
    own = field.quantity.unit if field.quantity else None
    return own or (unit_named(field.unit) if field.unit else None)


def _unit_text(field: ProductField, quantity: Quantity) -> str:
    return field.unit or re.sub(r"^[\d.,\s–-]+", "", field.value[quantity.start : quantity.end])


def _is_bare(field: ProductField) -> bool:
    """Tell whether a value is its quantity and nothing else, such as "approx." or "per 100 g"."""
    quantity = field.quantity
    if quantity is None:
        return False
    return not (field.value[: quantity.start] + field.value[quantity.end :]).strip(" .€$£¥₹")


def _scale_letters(field: ProductField) -> set[str]:
    """Return the letters and words that multiply the numbers of a field, as a text is read: {"K"} of "2700 K"."""
    quantity = field.quantity
    if quantity is None:
        return set()
    if quantity.unit is not None and quantity.unit.dimension not in CURRENCIES:
        return set()
    return set(_SCALE.findall(field.value[quantity.start : quantity.end]))


_SCALE = re.compile(r"(?<=\d)\s?(k|m|mn|mio|bn|[mbt]r?illions?|thousand)\b", re.IGNORECASE)


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _amount(value: float) -> str:
    return f"{value:.2f}" if round(value, 2) == value else f"{value:g}"
