"""The rule-based realiser: a description in plain English that says what the fields say, and nothing else.

>>> realise(understand_fields({"name": "Vesta", "brand": "Lund", "type": "kettle", "colour": "copper"})).text
'Vesta is a kettle from Lund. It comes in copper.'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.fingerprint import fingerprint
from rag.describe.fields.lexicon import infinitive
from rag.describe.product import Product, SpannedText
from rag.describe.realise.english import begin_sentence, final_stop
from rag.describe.realise.grouping import PlannedClause, PlannedSentence
from rag.describe.realise.label_value import label_and_value
from rag.describe.realise.opening import Opening
from rag.describe.realise.phrases import (
    LONGEST_PROSE,
    Phrase,
    Piece,
    attribute_phrase,
    first_sentences,
    join_phrases,
    line_phrase,
    phrase,
    phrase_spans,
    phrase_text,
    split_statement,
    statement_phrase,
)
from rag.describe.realise.plan import DescriptionPlan, Length, plan_description
from rag.describe.realise.predicates import Predicates, fronted, join_verbs, predicates_of
from rag.describe.realise.product_words import is_plural_product, short_type, subject_name, type_noun
from rag.describe.realise.word_classes import COUNT_NOUNS
from rag.describe.spans import compose_text


def realise(product: Product, variant: int = 0, *, length: Length = "long") -> SpannedText:
    """Describe a product by rules: true and grammatical for any catalogue.

    Products differ in the ways that they say alike fields, by their own content; `variant` chooses others for the same
    product. For `length` see `plan_description`. The text is "" for a product that states nothing.
    """
    plan = plan_description(product, length)
    parts: dict[bool, list[SpannedText]] = {False: [], True: []}
    for sentence, texts in zip(plan.sentences, realise_by_sentence(plan, variant), strict=True):
        parts[sentence.pattern == "list"] += texts
    return compose_text(parts[False], parts[True])


def realise_by_sentence(plan: DescriptionPlan, variant: int = 0) -> tuple[tuple[SpannedText, ...], ...]:
    """Return the sentences that say each planned sentence; none for an opening without anything to say.

    A list gives its lines, which have no final stop.
    """
    writer = _Writer(plan, variant)
    return tuple(
        tuple(filter(None, (label_and_value(one.field) for one in sentence.clauses)))
        if sentence.pattern == "list"
        else tuple(_spanned(words, writer.is_plural) for words in said)
        for sentence, said in zip(plan.sentences, writer.sentences(), strict=True)
    )


_MARKED = re.compile(r"<(\w+)>")
_PLURAL_FORMS = {"is": "are", "has": "have", "was": "were", "does": "do", "it": "they", "its": "their"}


def _plural_form(word: str) -> str:
    """Return a verb or a pronoun in angle brackets as it is for several: "is" is "are", "its" is "their"."""
    return _PLURAL_FORMS.get(word) or infinitive(word) or word.removesuffix("s")


def _spanned(sentence: Phrase, is_many: bool) -> SpannedText:
    """Return the text of a sentence, its verbs in the number of the subject, with the spans of its fields."""
    pieces = [replace(piece, text=_said(piece, is_many)) for piece in sentence]
    text = phrase_text(tuple(pieces))
    spans = sorted(phrase_spans(pieces), key=lambda span: (span.start, -span.end))
    return SpannedText(begin_sentence(text) + final_stop(text), tuple(spans))


def _said(piece: Piece, is_many: bool) -> str:
    """Return the words of a piece, verbs and pronouns in their form; angle brackets within a value are its own."""
    if piece.keys and not _MARKED.fullmatch(piece.text):
        return piece.text
    return _MARKED.sub(lambda match: _plural_form(match[1]) if is_many else match[1], piece.text)


MOST_PRONOUNS = 1
"""Sentences one after the other that begin with "it" or "its", where the type or the name can stand instead."""

LONGEST_SUBJECT = 25
"""Characters of a type or a name that stands in the place of "it"."""


_REPEATED = ("<has> ", "<contains> ", "<comes> with ")


def _verbs_of(sentence: Phrase) -> tuple[str, ...]:
    """Return the verbs of a sentence that read badly when the next one has them too."""
    return tuple(verb for verb in _REPEATED if any(verb in f"{piece.text} " for piece in sentence if not piece.keys))


class _Writer:
    """Writes the sentences of one plan. Choices between ways to say the same depend on the product and the variant."""

    def __init__(self, plan: DescriptionPlan, variant: int) -> None:
        self.plan = plan
        self.product = plan.product
        self._seed = fingerprint(variant, *([one.key, one.value] for one in self.product.fields))
        self.is_plural = is_plural_product(self.product)
        self.type = type_noun(self.product, self.is_plural)
        # A type that only the name shows may be a taste: "Protein Bar Peanut".
        kind = self.product.type
        is_given = kind is not None and not kind.key.endswith(":type")
        is_sure = is_given or (kind is not None and kind.value.rpartition(" ")[2].casefold() in COUNT_NOUNS)
        noun = short_type(self.product, self.type) if self.type and is_sure else None
        self._noun = phrase("the {}", noun) if noun and len(phrase_text(noun)) < LONGEST_SUBJECT else None
        name = subject_name(self.product) if self.product.name else ()
        self._again = self._noun or (name if 0 < len(phrase_text(name)) < LONGEST_SUBJECT else None)
        self._starts = 0
        self._verbs: tuple[str, ...] = ()
        self._statements = self._fronts = 0
        self._is_first = True

    def pick(self, name: str, ways: Sequence[str]) -> str:
        """Return one of several ways to say the same."""
        return ways[int(fingerprint(self._seed, name)[:8], 16) % len(ways)]

    def sentences(self) -> list[list[Phrase]]:
        """Return the sentences of each planned sentence, verbs and pronouns still in angle brackets."""
        written = [Opening(self.plan, self.type, self.is_plural, self.pick).write()]
        self._verbs = _verbs_of(written[0][0]) if written[0] else ()
        for sentence in self.plan.sentences[1:]:
            self._is_first = not any(written)
            written.append(self._sentence(sentence))
        return written

    def _sentence(self, sentence: PlannedSentence) -> list[Phrase]:
        clauses = sentence.clauses
        if sentence.pattern == "predicates":
            return self._predicates(predicates_of(clauses, self.pick))
        if sentence.pattern == "statements":
            return [self._statement(clauses)]
        self._verbs = ()
        self._starts = MOST_PRONOUNS  # what stands between is no sentence of the product
        if sentence.pattern == "list":
            return []  # its lines are no sentences
        if sentence.pattern == "prose":
            return [words for one in clauses if phrase_text(words := self._prose(one))]
        if sentence.pattern == "line":
            return [
                attribute_phrase(one.field) if one.kind == "instruction" else line_phrase(one.field) for one in clauses
            ]
        lines = [line_phrase(one.field, is_inner=place > 0) for place, one in enumerate(clauses)]
        return [phrase("; ".join(["{}"] * len(lines)), *lines)]

    # --- sentences that begin with the product ------------------------------------------------------------------------

    def _predicates(self, predicates: Predicates) -> list[Phrase]:
        """Return "It weighs A and has B", "With B, it weighs A", and sentences with subjects of their own."""
        verbs, clauses = list(predicates.verbs), list(predicates.clauses)
        sentences = []
        if verbs:
            if "<comes> with " in self._verbs and verbs[0][0].text.startswith("<comes> from "):
                verbs[0] = (Piece(verbs[0][0].text.replace("<comes>", "<is>")), *verbs[0][1:])
            front = self._front(verbs)
            subject = self._subject(has_front=front is not None)
            # "It also has" after another "has".
            is_again = front is None and any(verbs[0][0].text.startswith(verb) for verb in self._verbs)
            is_again = is_again and not re.search(r"\b(?:no|not|without)\b", phrase_text(verbs[0]))
            words = phrase("{} also {}" if is_again else "{} {}", subject, join_verbs(verbs))
            self._verbs = _verbs_of(words)
            sentences.append(phrase("{}, {}", front, words) if front else words)
        if sentences and len(clauses) == 1 and clauses[0][0].text.startswith("<its> ") and len(verbs) < 3:
            sentences[0] = phrase("{}, and {}", sentences[0], clauses[0])
        else:
            sentences += clauses
        return sentences

    def _front(self, verbs: list[Phrase]) -> Phrase | None:
        """Take away a predicate that stands before the subject, where the sentence before began with it; else None."""
        if len(verbs) < 2 or self._fronts > 1 or self._is_first or not self._starts:
            return None
        words, rest = fronted(verbs[0]), verbs[1][0].text
        if words is None or verbs[0][0].text.startswith("<comes> with"):
            return None
        # "With a cable tray, it costs 9 EUR": the price would be for both.
        start = phrase_text(words).split()[0]
        follows = {"with": "is|weighs|measures|fits|runs", "weighing": "is|has", "measuring": "is|has|weighs"}
        if not re.match(rf"<(?:{follows.get(start, 'is|has|weighs|comes')})>", rest):
            return None
        self._fronts += 1
        del verbs[0]
        return words

    def _subject(self, *, has_front: bool) -> Phrase:
        """Return "it", or after another "it" the type or the name: "the kettle"."""
        if self._is_first:
            return phrase("this product")
        if not has_front and self._starts >= MOST_PRONOUNS and self._again:
            self._starts = 0
            again, self._again = self._again, self._noun  # the name comes again once
            return again
        self._starts = 1 if has_front else self._starts + 1
        return phrase("<it>")

    # --- others -------------------------------------------------------------------------------------------------------

    def _statement(self, clauses: Sequence[PlannedClause]) -> Phrase:
        self._verbs = ()
        self._statements += 1
        self._starts += 1
        statements = [statement_phrase(one) for one in clauses]
        # "Its cover is grey and made of wool", of the two that say something of the cover.
        statements.sort(key=lambda one: one[0].text.endswith("made of "))
        if len(statements) == 2 and statements[1][0].text == f"{statements[0][0].text}made of ":
            statements = [phrase("{} and made of {}", statements[0], statements[1][1:])]
        determiner = "<its>" if self._statements % 2 else "the"
        parts = [phrase(f"{determiner} {{}}", one) for one in statements]
        if self._is_first:
            parts[0] = phrase("the {} of this product {}", *split_statement(statements[0]))
        return join_phrases(parts)

    def _prose(self, clause: PlannedClause) -> Phrase:
        field = clause.field
        if re.search(r"description|summary|about|overview|intro|text|blurb|detail|synopsis|story", field.label, re.I):
            return (Piece(first_sentences(field.value, LONGEST_PROSE), (field.key,)),)
        return line_phrase(field)
