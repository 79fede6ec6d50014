"""What the trained realiser sees of a sentence: labels and shapes of its fields, never their values.

>>> fields = understand_fields({"name": "Kettle K1", "capacity": "1.5 l", "cordless": "no"})
>>> read_sentence(fields, fields.stated, is_first=True).text
'kettle, first, it: [name] name; [capacity] volume; is cordless: no; [type] thing'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.units import CURRENCIES, unit_named
from rag.describe.fields.labels import is_predicate
from rag.describe.product import Product, ProductField
from rag.describe.realise.english import is_plural
from rag.describe.realise.phrases import shown_label
from rag.describe.realise.word_classes import COLOURS, MASS_NOUNS, MATERIALS

_DIMENSIONS = {"mass": "weight", "celsius": "temperature", "fahrenheit": "temperature", "month": "time"}


@dataclass(frozen=True)
class Placeholder:
    """The place of a field's value in a pattern: `mark` is "[capacity]"; `before_noun` is "[capacity-]".

    The second takes the form that a measure has before a noun: "a 2-year warranty".
    """

    mark: str
    field: ProductField
    shape: str

    @property
    def before_noun(self) -> str:
        """The mark of the form before a noun."""
        return f"{self.mark[:-1]}-]"


@dataclass(frozen=True)
class SentenceInput:
    """A sentence to write: the text that the model reads, the placeholders, and the booleans to put into words.

    Sentences with the same text have the same patterns, whatever their values.
    """

    text: str
    placeholders: tuple[Placeholder, ...]
    booleans: tuple[ProductField, ...]


def read_sentence(
    product: Product, fields: Sequence[ProductField], *, is_first: bool, is_many: bool = False
) -> SentenceInput:
    """Return the input of a sentence that states these fields, in this order.

    `is_many` says that the product is spoken of as "they". A boolean is shown as "label: yes" or "label: no".
    """
    kind = product.type.value.strip() if product.type else ""
    noun = re.sub(r"\s+", " ", kind).lower() if 0 < len(kind) <= 40 else "product"
    placeholders: list[Placeholder] = []
    booleans: list[ProductField] = []
    shown: list[str] = []
    counts = Counter[str]()
    for field in fields:
        label = re.sub(r"[\[\]:;,\s]+", " ", shown_label(field)).strip() or field.kind
        if field.kind in ("name", "brand", "type"):
            label = field.kind
        relation = f"{field.relation} " if field.relation and not label.startswith(field.relation) else ""
        if field.kind == "boolean" and field.is_true is not None:
            booleans.append(field)
            shown.append(f"{relation}{label}: {'yes' if field.is_true else 'no'}")
            continue
        # Two fields may share a label: "allergens" and what the product may contain.
        counts[label] += 1
        mark = f"[{label} {counts[label]}]" if counts[label] > 1 else f"[{label}]"
        shape = _shape(field, is_many=is_many)
        placeholders.append(Placeholder(mark, field, shape))
        shown.append(f"{relation}{mark} {shape}")
    place, number = ("first" if is_first else "later"), ("they" if is_many else "it")
    return SentenceInput(f"{noun}, {place}, {number}: {'; '.join(shown)}", tuple(placeholders), tuple(booleans))


def _shape(field: ProductField, *, is_many: bool) -> str:
    """Return what kind of value stands in a placeholder, in a word or two."""
    value = field.value.strip()
    if field.kind == "type":
        last = value.rpartition(" ")[2].casefold()
        return "things" if is_many or is_plural(value) else ("stuff" if last in MASS_NOUNS else "thing")
    if field.kind in ("name", "brand"):
        return field.kind
    if field.kind == "money":
        return "price"
    if field.kind == "date" or re.fullmatch(r"(?:19|20)\d\d", value):
        return "year" if re.fullmatch(r"\d{4}", value) else "date"
    if field.kind == "list" and len(field.items) > 1:
        return f"{len(field.items)} {_word_shape(field.items[0], plural=True)}"
    if field.quantity and (field.unit or field.quantity.unit):
        unit = field.quantity.unit or unit_named(field.unit)
        dimension = unit.dimension if unit else "measure"
        return "price" if dimension in CURRENCIES else _DIMENSIONS.get(dimension, dimension)
    if re.fullmatch(r"\d[\d.,]*", value):
        return "one" if value in ("1", "1.0") else "number"
    return _word_shape(value)


def _word_shape(value: str, *, plural: bool = False) -> str:
    """Return the class of a value in words."""
    words = value.split()
    last = re.sub(r"\W+$", "", words[-1]).casefold() if words else ""
    if len(words) > 6:
        return "clauses" if plural else "clause"
    if last in COLOURS:
        shape = "colour"
    elif last in MATERIALS:
        shape = "material"
    elif re.match(r"[^\w]*\d", value):
        shape = "figure"
    elif value[:1].isupper() and not is_predicate(value):
        shape = "title"
    elif is_predicate(value):
        shape = "adjective"
    elif len(words) > 3:
        shape = "phrase"
    else:
        return "things" if plural or is_plural(value) else "thing"
    return f"{shape}s" if plural else shape
