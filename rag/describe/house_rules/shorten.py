"""The sentences and bullets of a text that is too long: which may go, and what goes with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.sentences import sentence_spans
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import MUST, Product, ProductField, SpannedText
from rag.describe.spans import compose_text, cut_text, join_texts, lines_of, without_lines


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


@dataclass(frozen=True)
class TextParts:
    """The parts of a text that a limit may cut: its sentences, or bullets, and the lines of details below them."""

    sentences: tuple[SpannedText, ...]
    lines: tuple[SpannedText, ...] = ()

    @property
    def content(self) -> SpannedText:
        """The parts as one text."""
        sentences = join_texts(self.sentences)
        return compose_text([cut_text(sentences, 0, len(sentences.text.rstrip()))], self.lines)

    def last_first(self) -> Iterator[tuple[SpannedText, frozenset[str]]]:
        """Yield the parts in the order in which they go, each with the units of which there have to be too many.

        Where there are too many sentences, the last go; of too many words or characters the last lines, and then the
        last sentences. The first part stays.
        """
        sentences = self.sentences[:0:-1]
        lines = self.lines[::-1] if self.sentences else self.lines[:0:-1]
        yield from ((part, frozenset(("sentences",))) for part in sentences)
        yield from ((part, frozenset(("characters", "words"))) for part in (*lines, *sentences))

    def without(self, part: SpannedText) -> TextParts:
        """Return the other parts."""
        return TextParts(*(tuple(one for one in parts if one is not part) for parts in (self.sentences, self.lines)))

    def __contains__(self, part: SpannedText) -> bool:
        return any(one is part for one in (*self.sentences, *self.lines))


def split_paragraph(text: SpannedText) -> TextParts:
    """Return the sentences of a text, each with the blanks or line breaks that follow it, and its lines of details."""
    sentences = without_lines(text)
    return TextParts(_cut_at(sentences, sentence_starts(sentences.text)), tuple(lines_of(text)))


def split_lines(text: SpannedText) -> TextParts:
    """Return the lines of a text without sentences, each with its line break."""
    return TextParts(_cut_at(text, [line.start() for line in re.finditer(r".+", text.text)]))


def sentence_starts(text: str) -> list[int]:
    """Return where the sentences of a text begin, of which no line has less than one; a line of details is none."""
    lines = re.finditer(r".+", without_lines(SpannedText(text)).text)
    return [line.start() + start for line in lines for start, _ in sentence_spans(line[0])]


def fields_cut(whole: SpannedText, shorter: SpannedText) -> tuple[str, ...]:
    """Return the keys of the fields that a text states and its shorter form does not."""
    kept = {span.key for span in shorter.spans}
    return tuple(dict.fromkeys(span.key for span in whole.spans if span.key not in kept))


def _cut_at(text: SpannedText, starts: Sequence[int]) -> tuple[SpannedText, ...]:
    return tuple(cut_text(text, start, end) for start, end in pairwise((*starts, len(text.text))))
