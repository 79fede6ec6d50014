"""A product as it was understood: each field with its kind, its readable label and its value in plain text.

>>> product = understand_fields({"name": "Kettle K1", "cordless": "no", "weight": "0,9 kg"})
>>> [(field.label, field.kind) for field in product.stated]
[('name', 'name'), ('cordless', 'boolean'), ('weight', 'measure')]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rag.answer.quantities import Quantity
from rag.describe.review import Review

FieldKind = Literal["name", "brand", "type", "boolean", "measure", "money", "date", "list", "identifier", "text"]

Relation = Literal[
    "", "is", "has", "contains", "may contain", "free from", "includes", "excludes", "requires", "supports", "suits",
    "does not suit",
]  # fmt: skip
"""The word that joins a product and a label (of a boolean) or the items (of any other field); "" where none is sure.

A realiser that knows it needs no grammar of labels: is cordless, has a hood, contains no palm oil, includes a cushion,
requires assembly, supports fast charging, suits oily skin. "free from", "excludes" and "does not suit" deny by
themselves: their items are not there, or not fit ("not included: batteries", "not suitable for: children under 3").
"""

MUST, SHOULD, MAY = 1, 2, 3
"""Priorities: a description has to state a field, should state it, or may where there is room."""


@dataclass(frozen=True)
class ProductField:
    """What one field says.

    `key` is its name as given, `label` a readable one ("dishwasher safe"), `value` its text without markup. `items` are
    those of a list, else the value alone. `is_true` is None unless `kind` is "boolean". `quantity` is that of a measure
    or an amount of money, `unit` the unit that its label or a rule gives, where the value has none. `hidden` says why
    the field is never stated, "" for one that may be. `merged` are the keys of other fields that say the same.

    `relation` keeps what a readable label has lost: "contains nuts: no" is the label "nuts", is_true False, relation
    "contains". `absent` are the things that the field says are not there, whatever its form, so that no text asserts
    them: ("palm oil",) of "palm oil: no", ("fragrance",) of "fragrance-free: yes", ("gluten",) of "free from: gluten".

    `note` is what a boolean says beside yes or no: "removable" of "rear light: yes, removable".

    `quotation` is the field as it was given, "Label: value". It is all that may be said of one that `is_quoted`, whose
    words are not sure to mean what they seem to, such as "Allergens absent: nuts"; they license no other text.

    A field that says two things gives two: "allergens: milk, may contain nuts" has the keys "allergens" and
    "allergens:may contain"; a type that only the name shows has the key "name:type". Keys are unique.
    """

    key: str
    label: str
    kind: FieldKind
    value: str
    items: tuple[str, ...] = ()
    is_true: bool | None = None
    quantity: Quantity | None = None
    unit: str = ""
    priority: int = SHOULD
    hidden: str = ""
    merged: tuple[str, ...] = ()
    relation: Relation = ""
    absent: tuple[str, ...] = ()
    note: str = ""
    quotation: str = ""
    is_quoted: bool = False

    @property
    def shown(self) -> str:
        """The value with the unit that its label gives: "0.9 kg" of "weight_kg: 0.9"."""
        if not self.unit:
            return self.value
        return f"{self.value}{self.unit}" if self.unit in ("%", "°", '"') else f"{self.value} {self.unit}"


@dataclass(frozen=True)
class Product:
    """The fields of a product, in the order in which they are stated; hidden ones are last.

    What its `reviews` say is nothing that a field says: they are quoted and counted, and license no other word.
    """

    fields: tuple[ProductField, ...]
    reviews: tuple[Review, ...] = ()

    @property
    def stated(self) -> tuple[ProductField, ...]:
        """The fields that a text may state."""
        return tuple(field for field in self.fields if not field.hidden)

    @property
    def name(self) -> ProductField | None:
        """The field with the product's name, None without one."""
        return _first("name", self.stated)

    @property
    def brand(self) -> ProductField | None:
        """The field with the brand, None without one."""
        return _first("brand", self.stated)

    @property
    def type(self) -> ProductField | None:
        """The field that says what kind of thing the product is, such as "kettle", None without one."""
        return _first("type", self.stated)

    def field(self, key: str) -> ProductField:
        """Return the field of a key. Raises KeyError without one."""
        for field in self.fields:
            if key == field.key or key in field.merged:
                return field
        raise KeyError(key)


def _first(kind: FieldKind, fields: Iterable[ProductField]) -> ProductField | None:
    return next((field for field in fields if field.kind == kind), None)


@dataclass(frozen=True)
class FieldSpan:
    """The part `text[start:end]` of a description, and the key of the field that it states."""

    start: int
    end: int
    key: str


@dataclass(frozen=True)
class SpannedText:
    """A text with the spans that state fields, in order; the words between them claim nothing."""

    text: str
    spans: tuple[FieldSpan, ...] = ()
