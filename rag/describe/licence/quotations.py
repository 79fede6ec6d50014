"""Fields that a text quotes as they were given: "Allergens (traces): nuts"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.describe.product import FieldSpan, Product

_BEFORE = r"(?:^|(?<=^- )|(?<=\n)|(?<=\n- )|(?<=[.!?;]\s)|(?<=[.!?;][”\"')]\s))"
_BEHIND = r"(?=[.;!?]*(?:\s|$))"


def find_quotations(text: str, product: Product) -> Iterator[FieldSpan]:
    """Yield the places where a text quotes a stated field word for word, as a line or a sentence of its own."""
    folded = text.casefold()
    for field in product.stated:
        quotation = field.quotation.rstrip(".")
        if quotation and quotation[1:].casefold() in folded:
            words = re.escape(quotation)
            for match in re.finditer(rf"{_BEFORE}{words}{_BEHIND}", text, re.IGNORECASE):
                yield FieldSpan(match.start(), match.end(), field.key)
