"""The parts of any text that state a field, whoever wrote it: a value, a figure, the words of a label.

>>> [(text[span.start : span.end], span.key) for span in find_field_mentions(text, product)]
[('Vesta 3', 'name'), ('1.5 l', 'capacity'), ('black', 'colour')]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.describe.licence.denials import ScopedWord, read_words
from rag.describe.licence.numbers import check_figures
from rag.describe.licence.vocabulary import ProductVocabulary, is_content, normal_stems, read_vocabulary
from rag.describe.product import FieldSpan, Product, SpannedText


def find_field_mentions(text: str, product: Product) -> tuple[FieldSpan, ...]:
    """Return the spans of a text that state a field, in order and without overlaps.

    Words are those of the field that has most of them in succession, a value before a label, an earlier field before a
    later one. Neighbours of one field are one span, with the function words between them. Whether the text says them
    rightly is the licence check's to tell: a word that contradicts its field has a span as well.
    """
    vocabulary = read_vocabulary(product)
    content = [word for word in read_words(text) if is_content(word)]
    spans = list(_run_spans(content, vocabulary))
    # Figures: of several fields that give one, the first; the stop behind "40 cm." may be that of the sentence.
    order = [field.key for field in product.fields]
    figures = check_figures(text, vocabulary)
    for quantity, keys in figures.mentions:
        end = quantity.start + len(text[quantity.start : quantity.end].rstrip("."))
        if keys and not _overlaps(quantity.start, end, spans):
            spans.append(FieldSpan(quantity.start, end, min(keys, key=order.index)))
    # The words that are left, those of figures that no field gives excepted.
    for word, stem in zip(content, normal_stems(content), strict=True):
        own = [*vocabulary.affirming.get(stem, ()), *vocabulary.denying.get(stem, ())]
        is_figure = any(start < word.end and word.start < end for start, end in figures.spans)
        if own and not is_figure and not _overlaps(word.start, word.end, spans):
            spans.append(FieldSpan(word.start, word.end, min(own, key=lambda one: one.is_label).key))
    claiming = [(word.start, word.end) for word in content]
    return tuple(_join_neighbours(text, sorted(spans, key=lambda span: span.start), claiming))


def find_field_spans(text: str, product: Product, stated: Collection[str]) -> SpannedText:
    """Return a sentence with a span for each of its `stated` fields, which may overlap.

    A span is the longest mention of the field, and the whole sentence where that states it in other words.
    """
    spans = []
    for field in product.stated:
        if field.key in stated:
            mentions = find_field_mentions(text, Product((field,)))
            longest = max(mentions, key=lambda span: span.end - span.start, default=FieldSpan(0, len(text), field.key))
            spans.append(longest)
    return SpannedText(text, tuple(sorted(spans, key=lambda span: (span.start, -span.end))))


def _run_spans(content: Sequence[ScopedWord], vocabulary: ProductVocabulary) -> Iterator[FieldSpan]:
    """Yield the places of statements of several words, the longest first, of equal ones values before labels."""
    stems = normal_stems(content)
    taken: set[int] = set()
    for statement in sorted(vocabulary.statements, key=lambda one: (-len(one.run), one.is_label)):
        size = len(statement.run)
        for at in range(len(stems) - size + 1) if size > 1 else ():
            places = set(range(at, at + size))
            if tuple(stems[at : at + size]) == statement.run and not taken & places:
                taken |= places
                yield FieldSpan(content[at].start, content[at + size - 1].end, statement.key)


def _overlaps(start: int, end: int, spans: Sequence[FieldSpan]) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def _join_neighbours(text: str, spans: Sequence[FieldSpan], claiming: Sequence[tuple[int, int]]) -> Iterator[FieldSpan]:
    """Yield the spans, those of one field in one sentence joined where no word that claims something is between."""
    last: FieldSpan | None = None
    for span in spans:
        if last is None:
            last = span
        elif span.start >= last.end:
            is_parted = _SENTENCE_END.search(text, last.end, span.start) is not None or any(
                last.end < end and start < span.start for start, end in claiming
            )
            if last.key == span.key and not is_parted:
                last = FieldSpan(last.start, span.end, span.key)
                continue
            yield last
            last = span
    if last is not None:
        yield last


_SENTENCE_END = re.compile(r"[.!?;\n]")
