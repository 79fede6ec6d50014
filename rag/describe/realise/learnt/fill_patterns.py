"""Fill a pattern with the values of a product, and check that it says of each field what the field says.

>>> read = read_sentence(product, product.stated, is_first=True)
>>> fill_pattern("The [name] is a [type] with a capacity of [capacity].", read, product).text
'The Kettle K1 is a kettle with a capacity of 1.5 l.'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.words import stem, tokens_of
from rag.describe.licence.check import check_licence
from rag.describe.licence.field_mentions import find_field_spans
from rag.describe.product import Product, ProductField, SpannedText
from rag.describe.realise.english import article, begin_sentence
from rag.describe.realise.learnt.agreement import find_disagreement, stands_before_noun
from rag.describe.realise.learnt.label_words import find_wrong_label
from rag.describe.realise.learnt.sentence_input import Placeholder, SentenceInput
from rag.describe.realise.phrases import Piece, modifier_text, phrase_spans, phrase_text, value_text
from rag.describe.realise.product_words import is_plural_product, name_pieces, takes_article, type_noun

_MARK = re.compile(r"\[[^\[\]]*\]")


def fill_pattern(pattern: str, read: SentenceInput, product: Product, *, is_work: bool = False) -> SpannedText | None:
    """Return a pattern with values in its placeholders, None for one that cannot be filled.

    Each placeholder has to occur once, and none that the input lacks. Articles follow the values; the name has "the"
    where the rules give it one, never before a work (`is_work`): "the Kettle K1", "Dune". Every field has a span.
    """
    places = {form: (one, form == one.before_noun) for one in read.placeholders for form in (one.mark, one.before_noun)}
    marks = _MARK.findall(pattern)
    known = [places[mark][0] for mark in marks if mark in places]
    if len(known) != len(marks) or len(set(known)) != len(known) or set(known) != set(read.placeholders):
        return None
    if product.name is not None:
        pattern = _with_article(pattern, takes_article(product, product.name.value.strip(), is_work=is_work))
    pieces: list[Piece] = []
    end = 0
    for match in _MARK.finditer(pattern):
        literal = pattern[end : match.start()]
        one, is_modifier = places[match[0]]
        is_modifier = is_modifier or stands_before_noun(pattern[: match.start()], pattern[match.end() :])
        filled = _value_pieces(one, product, is_modifier=is_modifier)
        value = "".join(piece.text for piece in filled)
        end = match.end()
        if not value or _repeats(literal, value, pattern[end:]):
            return None
        # "A" or "an", by the sound of the value.
        if found := re.search(r"\b([Aa])n? $", literal):
            word = article(value)
            literal = literal[: found.start()] + (word if found[1] == "a" else word.capitalize()) + " "
        pieces += [Piece(literal), *filled] if literal else filled
    pieces.append(Piece(pattern[end:]))
    return _with_spans(pieces, read.booleans, product)


def _value_pieces(one: Placeholder, product: Product, *, is_modifier: bool) -> list[Piece]:
    field = one.field
    if field.kind == "name":
        return list(name_pieces(product))
    if field.kind == "type":
        noun = type_noun(product, is_plural_product(product))
        return list(noun or ())
    if field.kind == "brand":
        return [Piece(field.value.strip(), (field.key,))]
    text = modifier_text(field) if is_modifier and field.quantity else value_text(field)
    return [Piece(text.strip().rstrip("."), (field.key,))]


def _with_article(pattern: str, has_article: bool) -> str:
    """Return a pattern whose name has "the" before it, or has it no longer."""
    match = re.search(r"(\b[Tt]he )?((?:\[brand\] )?\[name\])", pattern)
    if match is None:
        return pattern
    before, after = pattern[: match.start()], pattern[match.start(2) :]
    if match[1] is not None:
        return before + (match[0] if has_article else match[2]) + pattern[match.end() :]
    # Another determiner, or the type before the name, needs no article.
    is_free = not before or re.search(r"(?:[,;:]|\b(?:of|in|with|by|for|from|to|is|are|and|but|comes)) $", before)
    return f"{before}{'the ' if before else 'The '}{after}" if has_article and is_free else pattern


def _repeats(before: str, value: str, after: str) -> bool:
    """Tell whether a value says a word again that stands right beside its placeholder: "3 drawers drawers"."""
    words = [stem(word) for word in tokens_of(value)]
    last = [stem(word) for word in tokens_of(before)][-1:]
    following = re.match(r"[ -]([A-Za-z%°]+)", after)
    is_behind = following is not None and stem(following[1].casefold()) in words[-1:]
    return bool(words) and (last == words[:1] or is_behind)


def _with_spans(pieces: Sequence[Piece], booleans: Sequence[ProductField], product: Product) -> SpannedText | None:
    """Return the text of pieces with a span for each field, those of booleans by the words of their labels."""
    text = phrase_text(tuple(pieces))
    text = begin_sentence(text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}.")
    stated = find_field_spans(text, product, [one.key for one in booleans])
    spans = [*phrase_spans(pieces), *stated.spans]
    return SpannedText(text, tuple(sorted(spans, key=lambda span: (span.start, -span.end))))


@dataclass(frozen=True)
class SentenceCheck:
    """Checks filled sentences against the product, and against the fields that the sentence is about alone.

    The words of another field would be licensed by the product: "its frame is ash" of an ash seat.
    """

    product: Product
    read: SentenceInput

    def find_fault(self, pattern: str, content: SpannedText) -> str:
        """Return why a sentence cannot be used, "" for a true and grammatical one."""
        if reason := find_wrong_label(pattern, self.read) or find_disagreement(pattern, self.read):
            return reason
        own = [one.field for one in self.read.placeholders] + list(self.read.booleans)
        context = [field for field in (self.product.type, self.product.name) if field and field not in own]
        for product in (Product(tuple(own + context)), self.product):
            check = check_licence(content.text, product, is_fragment=True)
            if check.claims:
                claim = check.claims[0]
                return f"{claim.kind}: {claim.text}"
            lacking = [one.key for one in self.read.booleans if one.key not in check.stated]
            if lacking:
                return f"does not state {lacking[0]}"
        return ""
