"""Understand the fields of a product: their kinds, readable labels and clean values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from ingest.errors import InputError
from ingest.types import Scalar
from rag.answer.quantities import find_quantities
from rag.answer.units import CURRENCIES, unit_named
from rag.describe.field_rules import NO_RULES, FieldRules
from rag.describe.product import MAY, MUST, SHOULD, FieldKind, Product, ProductField, Relation

_KINDS: dict[str, FieldKind] = {
    "name": "name", "title": "name", "product name": "name", "brand": "brand", "manufacturer": "brand",
    "type": "type", "product type": "type", "category": "type", "style": "type",
    "sku": "identifier", "ean": "identifier", "gtin": "identifier", "isbn": "identifier", "mpn": "identifier",
    "id": "identifier", "url": "identifier", "stock": "identifier",
}  # fmt: skip
_TRUE = frozenset(["yes", "true", "y", "ja", "available", "included"])
_FALSE = frozenset(("no", "false", "n", "nein", "not available", "not included"))
_NOTHING = frozenset(("", "-", "n/a", "none", "null", "?", "tbd", "dontcare"))


def understand_fields(given: Mapping[str, Scalar | Sequence[Scalar]], rules: FieldRules = NO_RULES) -> Product:
    """Return the product that fields describe. Raises InputError where none has a value."""
    fields = list(_read_fields(given))
    if not any(not field.hidden for field in fields):
        raise InputError("no field has a value: there is nothing to describe")
    order = ("name", "brand", "type")
    rank = {kind: place for place, kind in enumerate(order)}
    return Product(tuple(sorted(fields, key=lambda one: (bool(one.hidden), one.priority, rank.get(one.kind, 9)))))


def _read_fields(given: Mapping[str, Scalar | Sequence[Scalar]]) -> Iterator[ProductField]:
    taken: set[FieldKind] = set()
    for key, value in given.items():
        parts = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        items = tuple(_clean(part) for part in parts if part is not None)
        text = ", ".join(items)
        label = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\s]+", " ", key).strip(" :").lower()
        relation: Relation = ""
        for prefix, named in (("is ", "is"), ("has ", "has"), ("contains ", "contains")):
            if label.startswith(prefix):
                label, relation = label.removeprefix(prefix), named  # type: ignore[assignment]
        if text.casefold() in _NOTHING:
            yield ProductField(key, label, "text", text, items, hidden="it has no value")
            continue
        kind = _KINDS.get(label)
        if kind == "identifier":
            yield ProductField(key, label, kind, text, (text,), hidden="an identifier", priority=MAY)
        elif kind and kind not in taken:
            taken.add(kind)
            text = re.split(r"\s*[>/|]\s*", text)[-1].lower() if kind == "type" else text
            yield ProductField(key, label, kind, text, (text,), priority=MUST)
        elif (said := text.casefold()) in _TRUE | _FALSE:
            relation = "includes" if "included" in said else relation
            absent = (label,) if said in _FALSE else ()
            yield ProductField(key, label, "boolean", text, (text,), said in _TRUE, relation=relation, absent=absent)
        else:
            yield _read_value(key, label, text, items)


def _read_value(key: str, label: str, text: str, items: tuple[str, ...]) -> ProductField:
    *head, last = label.split() or [""]
    unit = last.strip("()") if head and unit_named(last.strip("()")) else ""
    quantities = find_quantities(text)
    if len(quantities) == 1 and (quantities[0].end - quantities[0].start) > 0.7 * len(text):
        quantity = quantities[0]
        named = quantity.unit or unit_named(unit)
        kind: FieldKind = "money" if named and named.dimension in CURRENCIES else "measure"
        unit = "" if quantity.unit else unit
        label = " ".join(head) if unit else label
        return ProductField(key, label, kind, text, (text,), quantity=quantity, unit=unit, priority=SHOULD)
    if len(items) == 1:
        parts = tuple(part.strip() for part in re.split(r"[,;|\n]", text) if part.strip())
        items = parts if len(parts) > 1 and all(len(part.split()) <= 4 for part in parts) else items
    return ProductField(key, label, "list" if len(items) > 1 else "text", text, items, priority=SHOULD)


def _clean(value: Scalar) -> str:
    text = "yes" if value is True else "no" if value is False else str(value)
    for _ in range(3):
        text = html.unescape(text)
    return re.sub(r"\s+", " ", re.sub(r"<[a-zA-Z/][^>]*>", " ", text)).strip()
