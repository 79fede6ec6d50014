"""Leave out the fields that customers have no use for, as far as marked examples tell (`worth`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.describe.fields.attribute_table import attribute_row
from rag.describe.fields.field_names import is_price
from rag.describe.fields.quoted import warns
from rag.describe.fields.word_lists import listed_words
from rag.describe.fields.worth import USELESS, worth_of
from rag.describe.product import MUST, ProductField


def hide_useless(fields: Sequence[ProductField], shown: Collection[str]) -> list[ProductField]:
    """Return the fields, those that are hardly of use hidden, but for the keys that a rule shows."""
    return [
        replace(field, hidden="customers hardly have a use for it: a rule can show it")
        if field.key not in shown and _is_useless(field)
        else field
        for field in fields
    ]


def _is_useless(field: ProductField) -> bool:
    # A statement that is true is one about the product more often than the words of its label alone tell.
    least = USELESS / 2 if field.is_true else USELESS
    return _is_weighed(field) and worth_of(field.label, field.value).useful < least


def _is_weighed(field: ProductField) -> bool:
    """Return whether what a field is worth may leave it out.

    Not so a price, what has to be stated, and what commerce has a phrase for.
    """
    if field.hidden or field.is_quoted or field.priority == MUST or field.kind in ("name", "brand", "type", "money"):
        return False
    words = tuple(field.label.casefold().split())
    is_known = is_price(words) or attribute_row(field.label) is not None
    # A pack of several is what is sold, and the handle of a kettle no address.
    is_known = is_known or "pack" in words or bool(set(words) & listed_words("addresses_or_things"))
    return not is_known and field.relation in ("", "has", "is") and not warns(field.value)
