"""The licence check: what a product description says that no field says.

>>> check = check_licence("The cordless option is durable.", product)
>>> [(claim.kind, claim.text) for claim in check.claims]
[('contradiction', 'cordless'), ('unlicensed', 'durable')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.claims import Claim, ClaimKind, LicenceCheck
from rag.describe.licence.closed_words import closed_words
from rag.describe.licence.denials import ScopedWord, read_words
from rag.describe.licence.grammar import check_grammar
from rag.describe.licence.numbers import FigureCheck, check_figures
from rag.describe.licence.quotations import find_quotations
from rag.describe.licence.repetition import find_repetitions
from rag.describe.licence.reversals import find_reversals
from rag.describe.licence.review_statements import find_statements
from rag.describe.licence.type_nouns import find_type_nouns
from rag.describe.licence.vocabulary import (
    FieldStatement,
    ProductVocabulary,
    is_content,
    normal_stems,
    read_vocabulary,
    says_yes_or_no,
)
from rag.describe.licence.work_titles import blank_denials
from rag.describe.product import MUST, Product, ProductField

ENOUGH = 0.7
"""Share of the words of a value of more than four that a text has to say, to state the field."""


def check_licence(
    text: str, product: Product, allowed: AllowedPhrases | None = None, *, is_fragment: bool = False
) -> LicenceCheck:
    """Return what a text claims that no field of a product says.

    The rule. A content word is licensed by a field whose label or value has a word with the same stem, written together
    or apart, and by an approved phrase that the text says word for word. Function words and a closed list of neutral
    words (`licence_words.toml`) claim nothing; verbs and nouns that state a kind of field (weighs, costs, colour) are
    licensed beside such a field. Every other content word is `unlicensed`: kinds of thing, materials, colours,
    qualities, uses, audiences.

    A word that fields only deny ("no palm oil", `cordless=no`) is a `contradiction` where the text affirms all that the
    field denies, else unlicensed; so is a statement of a field that the text denies, and another colour, material or
    audience than the field's. A noun that the text gives as the kind of thing and no field says is a `type`. A `number`
    is a figure, date or code that no field gives, with another unit or bound, or with the label of a field that gives
    another figure. What the text states about reviews as `state_reviews` says it is quoted: it is true, and states no
    field. A field that it quotes as it was given is true as well. `repetition` and `grammar` concern style, not truth.
    A fragment, such as a title, needs no capital and no final stop.
    """
    text, product = blank_denials(text, product)
    vocabulary = read_vocabulary(product)
    quotations = tuple(find_quotations(text, product))
    whole, quoted = text, (*find_statements(text, product), *((one.start, one.end) for one in quotations))
    for start, end in quoted:  # nothing in it counts as a word of the text, and every place stays as it is
        text = text[:start] + " " * (end - start) + text[end:]
    words = read_words(text)
    approved = (allowed or AllowedPhrases()).spans(text)
    figures = check_figures(text, vocabulary)
    reading = _Reading(text, words, vocabulary, figures, approved)
    findings = [
        *_merge(text, reading.word_claims()),
        *(claim for claim in figures.claims if not _overlaps(claim, approved)),
        *find_reversals(text, words, product, figures),
    ]
    values = " | ".join(field.value for field in product.fields)
    faults = check_grammar(whole, values, is_fragment=is_fragment)
    findings += [fault for fault in faults if not _overlaps(fault, quoted)]
    findings += find_repetitions(text, words, product, vocabulary, figures)
    as_given = {one.key for one in quotations}
    stated = tuple(one.key for one in product.fields if one.key in as_given or reading.states(one))
    return LicenceCheck(
        claims=tuple(sorted(findings, key=lambda claim: (claim.start, claim.end))),
        words=len(reading.content) + len(figures.mentions),
        stated=stated,
        omitted=tuple(field.key for field in product.stated if field.priority == MUST and field.key not in stated),
    )


def _overlaps(part: Claim | ScopedWord, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < part.end and part.start < end for start, end in spans)


@dataclass(frozen=True)
class _Reading:
    """A text read beside what the fields license."""

    text: str
    words: tuple[ScopedWord, ...]
    vocabulary: ProductVocabulary
    figures: FigureCheck
    approved: tuple[tuple[int, int], ...]

    @cached_property
    def stems(self) -> list[str]:
        return normal_stems(self.words)

    @cached_property
    def content(self) -> list[int]:
        """The places of the words that can claim something, those of figures left out."""
        return [
            place
            for place, word in enumerate(self.words)
            if not _overlaps(word, self.figures.spans)
            and (is_content(word) if len(word.text) > 1 else self._is_letter(word))
        ]

    def _is_letter(self, word: ScopedWord) -> bool:
        """Tell whether a single letter says something: size M, USB-A."""
        return self.text[word.start].isupper() and (word.text not in "ai" or word.gap == "-")

    @cached_property
    def denied(self) -> frozenset[int]:
        """The places of denied words, those among them whose phrase a field denies as a whole: "palm oil-free"."""
        denied = {place for place, word in enumerate(self.words) if word.denied}
        for statement in self.vocabulary.statements:
            size = len(statement.run)
            is_named = bool(statement.affirmed) and statement.affirmed <= self.vocabulary.naming
            if not statement.denied or size < 2 or is_named or statement.run[-1] not in statement.denied:
                continue
            for at in range(len(self.stems) - size + 1):
                places = range(at, at + size)
                if tuple(self.stems[at : at + size]) == statement.run and denied & set(places):
                    denied |= set(places)
        return frozenset(denied)

    @cached_property
    def affirmed_by_sentence(self) -> dict[int, set[str]]:
        return self._by_sentence(
            [
                place
                for place, word in enumerate(self.words)
                if place not in self.denied and not _overlaps(word, self.figures.spans)
            ]
        )

    @cached_property
    def denied_by_sentence(self) -> dict[int, set[str]]:
        return self._by_sentence(self.denied)

    @cached_property
    def all_affirmed(self) -> frozenset[str]:
        return frozenset().union(*self.affirmed_by_sentence.values())

    @cached_property
    def all_denied(self) -> frozenset[str]:
        return frozenset().union(*self.denied_by_sentence.values())

    def _by_sentence(self, places: Sequence[int] | frozenset[int]) -> dict[int, set[str]]:
        stems: dict[int, set[str]] = {word.sentence: set() for word in self.words}
        for place in places:
            stems[self.words[place].sentence].add(self.stems[place])
        return stems

    # --- truth --------------------------------------------------------------------------------------------------------

    def word_claims(self) -> Iterator[Claim]:
        """Yield the words that no field licenses."""
        heads = frozenset(find_type_nouns(self.words))
        for place in self.content:
            word = self.words[place]
            if any(start <= word.start and word.end <= end for start, end in self.approved):
                continue
            kind, key, note = self._judge(place, place in heads)
            if kind:
                yield Claim(word.start, word.end, self.text[word.start : word.end], kind, key, note, words=1)

    def _judge(self, place: int, is_head: bool) -> tuple[ClaimKind | None, str, str]:
        """Return the kind of claim that a word makes, None for a licensed one, with the field and the reason."""
        word, stem, sentence = self.words[place], self.stems[place], self.words[place].sentence
        affirming, denying = self.vocabulary.affirming.get(stem, ()), self.vocabulary.denying.get(stem, ())
        if place in self.denied and affirming and not denying:
            denied = self.denied_by_sentence[sentence]
            for statement in affirming:
                if self._is_whole(statement) and statement.affirmed <= denied:
                    return "contradiction", statement.key, "the field says that it is so"
            if stem not in self.vocabulary.naming:  # which is only near the denial
                return "unlicensed", affirming[0].key, "no field denies it"
        elif place not in self.denied and denying and not affirming:
            affirmed = self.affirmed_by_sentence[sentence]
            for statement in denying:
                if statement.denied <= affirmed:
                    return "contradiction", statement.key, "the field denies it"
            return "unlicensed", denying[0].key, "the fields have the word only in a denial"
        if place not in self.denied and (key := self._changed_hedge(place, affirming)):
            return "contradiction", key, "to contain and to be able to contain are two things"
        if affirming or denying or stem in self.vocabulary.stating:
            return None, "", ""
        if self._is_joined(place) or self._is_measured(place):
            return None, "", ""
        if any(letter.isdigit() for letter in word.text):
            return "number", "", "no field gives this code or figure"
        if place not in self.denied and (key := self._excluding_field(stem)):
            return "contradiction", key, "the field gives another one"
        if is_head and stem not in closed_words().judging:
            return "type", "", "no field says that it is one"
        return "unlicensed", "", "no field says it"

    def _changed_hedge(self, place: int, affirming: Sequence[FieldStatement]) -> str:
        """Return the key of a field that says "may contain" where the text says "contains", or the reverse, else ""."""
        keys = [statement.key for statement in affirming if not statement.is_label]
        hedges = {key in self.vocabulary.hedged for key in keys}
        if len(hedges) != 1 or not self.vocabulary.hedged:
            return ""
        sentence = self.words[place].sentence
        before = [word.text for word in self.words[:place] if word.sentence == sentence]
        is_hedged = "may" in before or "traces" in before or "trace" in before
        return keys[0] if is_hedged not in hedges else ""

    @staticmethod
    def _is_whole(statement: FieldStatement) -> bool:
        """Tell whether a statement is short enough that to deny its words is to deny it."""
        return 0 < len(statement.affirmed) <= 4

    def _is_joined(self, place: int) -> bool:
        """Tell whether the fields write a word apart, or as a part of one word with its neighbours in the text."""
        joined = self.vocabulary.joined
        if re.sub(r"\W", "", self.words[place].text) in joined:
            return True
        for size in (2, 3):
            for at in range(max(0, place - size + 1), min(place + 1, len(self.words) - size + 1)):
                run = self.words[at : at + size]
                is_run = all(re.fullmatch(r"[\s./'’-]*", word.gap) for word in run[1:])
                if is_run and re.sub(r"\W", "", "".join(word.text for word in run)) in joined:
                    return True
        return False

    def _is_measured(self, place: int) -> bool:
        """Tell whether a word says along which side a figure measures: 5 cm tall, a height of 5 cm."""
        word = self.words[place]
        is_near = any(0 <= word.start - end < 3 or (0 <= start - word.end < 5) for start, end in self.figures.spans)
        labels = self.vocabulary.labels.values()
        return is_near and any(
            self.stems[place] in words.stems and any(words.labels & label for label in labels)
            for words in closed_words().measured
        )

    def _excluding_field(self, stem: str) -> str:
        """Return the key of the field that says another colour, material or audience than a word, "" without one."""
        for words in closed_words().exclusive:
            if stem in words.stems:
                for key, label in self.vocabulary.labels.items():
                    if label & words.labels:
                        return key
                said = (statement for other in words.stems for statement in self.vocabulary.affirming.get(other, ()))
                return next((statement.key for statement in said), "")
        return ""

    # --- fields -------------------------------------------------------------------------------------------------------

    def states(self, field: ProductField) -> bool:
        """Tell whether the text states a field."""
        if field.is_quoted:  # in no words but its own
            return False
        if field.kind in ("measure", "money", "date") and field.key in self.figures.stated:
            return True
        own = [statement for statement in self.vocabulary.statements if statement.key == field.key]
        labels = [one for one in own if one.is_label and one.run]
        values = [one for one in own if not one.is_label and one.run]
        if field.kind == "boolean" or (says_yes_or_no(field) and not values):
            return any(self._says(one, 1.0) for one in labels)
        if values:
            return all(self._says(one, 1.0 if len(one.run) <= 4 else ENOUGH) for one in values)
        # A value without content words, such as "M" or "2".
        value = re.escape(field.value.casefold())
        return field.key in self.figures.stated or (
            bool(value) and re.search(rf"(?<!\w){value}(?!\w)", self.text.casefold()) is not None
        )

    def _says(self, statement: FieldStatement, share: float) -> bool:
        affirmed, denied = self.all_affirmed, self.all_denied
        given = len(statement.affirmed) + len(statement.denied)
        said = len(statement.affirmed & affirmed) + len(statement.denied & denied)
        said += sum(self._is_figure(stem, statement.key) for stem in statement.affirmed - affirmed)
        return bool(given) and said >= share * given

    def _is_figure(self, stem: str, key: str) -> bool:
        """Tell whether a stem of a field's value, such as "16" or "gb", is part of a figure that the text has of it."""
        own = (quantity for quantity, keys in self.figures.mentions if key in keys)
        return any(stem in fold_figure(self.text[quantity.start : quantity.end]) for quantity in own)


def fold_figure(figure: str) -> list[str]:
    """Return the parts of a figure as fields may write them: "16GB" as 16, gb and 16gb."""
    words = [word.stem for word in read_words(figure)]
    return [*re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", figure.casefold()), *words, figure.casefold()]


def _merge(text: str, claims: Iterator[Claim]) -> Iterator[Claim]:
    """Yield the claims, neighbours of one kind and field as one."""
    last: Claim | None = None
    for claim in claims:
        if last and (last.kind, last.key) == (claim.kind, claim.key) and not text[last.end : claim.start].strip(" -'’"):
            last = replace(last, end=claim.end, text=text[last.start : claim.end], words=last.words + claim.words)
            continue
        if last:
            yield last
        last = claim
    if last:
        yield last
