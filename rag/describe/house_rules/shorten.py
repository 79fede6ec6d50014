"""The sentences and bullets of a text that is too long: which may go, and what goes with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.sentences import sentence_spans
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import MUST, Product, ProductField, SpannedText
from rag.describe.spans import cut_text


def is_vital(field: ProductField) -> bool:
    """Tell whether no limit may cut a field: one of priority 1, an allergen, ingredients or a warning.

    Name, brand and type, which have priority 1 too, stand in the first sentence, which is never cut.
    """
    if field.kind in ("name", "brand", "type"):
        return False
    words = set(re.findall(r"\w+", field.label.casefold()))
    return field.priority == MUST or field.relation == "may contain" or bool(words & listed_words("vital"))


def vital_fields(text: SpannedText, product: Product) -> tuple[ProductField, ...]:
    """Return the fields of a product that a text states and no limit may cut, in the order of the product."""
    stated = {span.key for span in text.spans}
    return tuple(field for field in product.stated if field.key in stated and is_vital(field))


def split_sentences(text: SpannedText) -> list[SpannedText]:
    """Return the sentences of a text, each with its spans and the blanks or line breaks that follow it."""
    return _cut_at(text, sentence_starts(text.text))


def sentence_starts(text: str) -> list[int]:
    """Return where the sentences of a text begin, of which no line has less than one."""
    lines = re.finditer(r".+", text)
    return [line.start() + start for line in lines for start, _ in sentence_spans(line[0])]


def split_lines(text: SpannedText) -> list[SpannedText]:
    """Return the lines of a text, each with its spans and its line break."""
    return _cut_at(text, [line.start() for line in re.finditer(r".+", text.text)])


def fields_cut(whole: SpannedText, shorter: SpannedText) -> tuple[str, ...]:
    """Return the keys of the fields that a text states and its shorter form does not."""
    kept = {span.key for span in shorter.spans}
    return tuple(dict.fromkeys(span.key for span in whole.spans if span.key not in kept))


def strip_end(text: SpannedText) -> SpannedText:
    """Return a text without the blanks at its end."""
    return cut_text(text, 0, len(text.text.rstrip()))


def _cut_at(text: SpannedText, starts: Sequence[int]) -> list[SpannedText]:
    ends = [*starts[1:], len(text.text)]
    return [cut_text(text, start, end) for start, end in zip(starts, ends, strict=True)]
