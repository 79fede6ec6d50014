"""Find which words of a model's sentence state which field: a model's text comes without spans."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rag.answer.words import stem, tokens_of
from rag.describe.product import FieldSpan, Product, ProductField, SpannedText


def find_field_spans(text: str, product: Product, stated: Collection[str]) -> SpannedText:
    """Return a sentence with a span for each of its `stated` fields.

    A span is the field's value where the sentence has it, or the words of its label or value; where neither is there as
    it is written, it is the whole sentence.
    """
    spans = []
    for field in product.stated:
        if field.key in stated:
            start, end = next(_places(text, field), (0, len(text)))
            spans.append(FieldSpan(start, end, field.key))
    return SpannedText(text, tuple(sorted(spans, key=lambda span: (span.start, -span.end))))


def _places(text: str, field: ProductField) -> Iterator[tuple[int, int]]:
    """Yield the places of a field in a text, the surest first."""
    runs = [field.label] if field.kind == "boolean" else [field.shown, field.value]
    for run in runs:
        if match := _find_run(text, run):
            yield match
    # The items of a list, from the first to the last.
    items = [place for item in field.items if (place := _find_run(text, item))]
    if len(items) > 1:
        yield min(start for start, _ in items), max(end for _, end in items)
    # Any of the words, in another order or form.
    words = field.label if field.kind == "boolean" else f"{field.value} {' '.join(field.absent)}"
    wanted = set(map(stem, tokens_of(words)))
    said = [match.span() for match in re.finditer(r"\w+", text) if stem(match[0].casefold()) in wanted]
    if said:
        yield said[0][0], said[-1][1]


def _find_run(text: str, run: str) -> tuple[int, int] | None:
    words = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", run.strip()) if word)
    match = re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) if words else None
    return match.span() if match else None
