"""A model's draft, sentence by sentence: what is true stays, what is not is written again or said by rules.

Whatever a model writes, no sentence of it reaches a description that claims what no field says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.sentences import sentence_spans
from rag.describe.drafts.sure_statements import read_sentence
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.licence.claims import Claim, say_claims
from rag.describe.licence.field_mentions import find_field_spans
from rag.describe.paragraphs.paragraph import Paragraph, ReplacedSentence, WrittenSentence
from rag.describe.paragraphs.write_paragraphs import find_sentence, planned_keys, write_paragraphs
from rag.describe.product import MUST, SHOULD, Product, SpannedText
from rag.describe.realise.english import begin_sentence, final_stop
from rag.describe.realise.plan import DescriptionPlan, plan_description
from rag.describe.spans import cut_text, join_texts, without_keys


@dataclass(frozen=True)
class DraftSentence:
    """A sentence of a draft with the finding of its check.

    `keys` are the fields that it states or was to state; `fault` is why it cannot stay, "" for one that can.
    `is_untrue` tells whether it claims what no field says, rather than being no good sentence. `before` is the sentence
    that it was written in place of.
    """

    content: SpannedText
    keys: tuple[str, ...]
    fault: str = ""
    is_untrue: bool = False
    before: ReplacedSentence | None = None

    @property
    def text(self) -> str:
        """The sentence without its spans."""
        return self.content.text


@dataclass(frozen=True)
class CheckedDraft:
    """The sentences of a draft for a product, and the model that wrote it."""

    product: Product
    model: str
    allowed: AllowedPhrases
    sentences: tuple[DraftSentence, ...]
    marks_claims: bool = False

    @classmethod
    def of(
        cls, text: str, product: Product, model: str, allowed: AllowedPhrases, *, marks_claims: bool = False
    ) -> CheckedDraft:
        """Cut a draft into sentences and check each. With `marks_claims` untrue ones stay, their claims in brackets."""
        sentences = [check_sentence(sentence, product, allowed) for sentence in dict.fromkeys(split_draft(text))]
        return cls(product, model, allowed, tuple(sentences), marks_claims)

    @property
    def untrue(self) -> tuple[int, ...]:
        """The places of the sentences that claim what no field says."""
        return tuple(place for place, sentence in enumerate(self.sentences) if sentence.is_untrue)

    def rewrite(self, place: int, text: str) -> CheckedDraft:
        """Return the draft with a sentence written again: the first true and good one of a model's answer."""
        old = self.sentences[place]
        again = (check_sentence(sentence, self.product, self.allowed) for sentence in split_draft(text))
        good = next((sentence for sentence in again if not sentence.fault), None)
        if good is None:
            return self
        gone = ReplacedSentence(old.text, self.model, old.fault)
        new = replace(good, keys=tuple(dict.fromkeys((*good.keys, *old.keys))), before=gone)
        return replace(self, sentences=(*self.sentences[:place], new, *self.sentences[place + 1 :]))

    def compose(self, plan: DescriptionPlan, most: int | None = None) -> Paragraph:
        """Return the good sentences, at most `most`, and by rules the planned fields that none of them states.

        Of the fields that the draft does not mention only those are added that a text should state. A text that is not
        true as a whole, or says a thing twice, loses further sentences until it is.
        """
        sentences = list(self.sentences)
        while True:
            kept = [one for one in sentences if not one.fault or (one.is_untrue and self.marks_claims)][:most]
            paragraph = self._complete(kept, sentences, plan, is_short=most is not None)
            if self.marks_claims:
                return self._mark(paragraph)
            check = check_licence(paragraph.content.text, self.product, self.allowed)
            place = find_sentence(paragraph, check.untrue)
            if place is None:
                place = _find_repeated(paragraph, check.of_kind("repetition"), self.model)
            if place is None:
                break
            wrong = paragraph.sentences[place]
            # The rules' own text is true: where it is not any more, no sentence of the model stays beside it.
            is_own = wrong.writer == self.model
            wrong_ones = [one for one in kept if not is_own or one.text == wrong.text]
            if not wrong_ones:
                break
            reason = say_claims(check.untrue) or "it says again what was said"
            sentences = [replace(one, fault=reason, is_untrue=False) if one in wrong_ones else one for one in sentences]
        return paragraph

    def _complete(
        self,
        kept: Sequence[DraftSentence],
        all_sentences: Sequence[DraftSentence],
        plan: DescriptionPlan,
        is_short: bool,
    ) -> Paragraph:
        """Return sentences with what is missing: before them where they do not name the product, else behind."""
        stated = {span.key for one in kept for span in one.content.spans}
        due = {key for one in all_sentences if one.fault for key in one.keys}
        lowest = MUST if is_short else SHOULD
        places = enumerate(plan.sentences)
        planned = {
            key for place, one in places for key in planned_keys(plan, one, is_opening=place == 0) if key not in stated
        }
        missing = [
            one for one in self.product.stated if one.key in planned and (one.key in due or one.priority <= lowest)
        ]
        gone = [
            ReplacedSentence(one.text, self.model, one.fault) for one in all_sentences if one.fault and one not in kept
        ]
        gone += [one.before for one in kept if one.before]
        own = Paragraph(tuple(WrittenSentence(one.content, self.model) for one in kept), tuple(gone))
        if not kept:
            return write_paragraphs([plan], [self.product], [self.allowed])[0].join(own)
        kind = plan.product.type
        named = plan.product.name or plan.product.brand or kind
        if named is not None and named.key not in stated:
            identity = {one.key for one in (plan.product.name, plan.product.brand, kind) if one}
            identity |= {one.key for one in missing}
            part = Product(tuple(one for one in self.product.stated if one.key in identity))
            return write_paragraphs([plan_description(part)], [self.product], [self.allowed])[0].join(own)
        if not missing:
            return own
        # "This kettle weighs 0.9 kg": the type is named, and not stated again.
        named_again = [kind] if kind and kind not in missing else []
        return own.join(realise_further(Product((*named_again, *missing)), self.product, self.allowed))

    def _mark(self, paragraph: Paragraph) -> Paragraph:
        """Return a paragraph with the claims of its sentences in brackets."""
        marked = []
        for sentence in paragraph.sentences:
            claims = check_licence(sentence.text, self.product, self.allowed, is_fragment=True).untrue
            if not claims and sentence.writer == self.model:
                claims = read_sentence(sentence.text, self.product, self.allowed).doubts
            marked.append(replace(sentence, content=mark_claims(sentence.content, claims)))
        return replace(paragraph, sentences=tuple(marked))


def realise_further(part: Product, product: Product, allowed: AllowedPhrases) -> Paragraph:
    """Write fields of a product that a text before has named: its type may be named again, but is not stated."""
    [paragraph] = write_paragraphs([plan_description(part)], [product], [allowed])
    own = [one for one in part.fields if one.kind != "type"]
    if not own:
        return paragraph
    type_keys = {one.key for one in part.fields if one.kind == "type"}
    kept = []
    for sentence in paragraph.sentences:
        keys = {span.key for span in sentence.content.spans}
        if keys - type_keys:  # "This is a kettle." was said before
            kept.append(replace(sentence, content=without_keys(sentence.content, type_keys)))
    return replace(paragraph, sentences=tuple(kept))


def check_sentence(text: str, product: Product, allowed: AllowedPhrases) -> DraftSentence:
    """Return a sentence of a draft with its finding."""
    check = check_licence(text, product, allowed, is_fragment=True)
    sure = read_sentence(text, product, allowed)
    content = find_field_spans(text, product, sure.stated)
    untrue = check.untrue or sure.doubts
    meant = [claim.key for claim in (*check.claims, *sure.doubts) if claim.key]
    if untrue:
        keys = tuple(dict.fromkeys((*check.stated, *sure.stated, *meant)))
        return DraftSentence(content, keys, say_claims(untrue), is_untrue=True)
    keys = tuple(dict.fromkeys((*sure.stated, *meant)))
    poor = check.of_kind("grammar", "repetition")
    if poor:
        return DraftSentence(content, keys, say_claims(poor))
    if not sure.stated and not allowed.spans(text):
        return DraftSentence(content, keys, "it states no field")
    if match := re.match(r"([^:.,]{1,40}):\s", text):
        labels = {one.label.casefold() for one in product.fields} | {one.key.casefold() for one in product.fields}
        if match[1].strip().casefold() in labels:
            return DraftSentence(content, keys, "a label and a value are no sentence")
    return DraftSentence(content, keys)


def split_draft(text: str) -> list[str]:
    """Return the sentences of a draft, tidied: no marks of lists or headings, a capital, a final stop."""
    plain = re.sub(r"(?m)^\s*(?:[-*•+]|#{1,6}|\d{1,2}[.)])\s+", "", re.sub(r"\*\*|__|`", "", text))
    sentences = []
    for line in plain.splitlines():
        for start, end in sentence_spans(line):
            sentence = " ".join(line[start:end].split())
            sentence = re.sub(r" (?=[,;.!?](?:\s|$))", "", sentence)
            if re.search(r"\w", sentence):
                stop = final_stop(sentence)
                sentences.append(begin_sentence(sentence.rstrip(" ,;:") if stop else sentence) + stop)
    return sentences


def mark_claims(content: SpannedText, claims: Sequence[Claim]) -> SpannedText:
    """Return a text with the words of claims in brackets: "It is [durable]."."""
    parts: list[str | SpannedText] = []
    end = 0
    for claim in claims:
        if claim.start >= end:
            parts += [cut_text(content, end, claim.start), f"[{claim.text}]"]
            end = claim.end
    return join_texts([part for part in (*parts, cut_text(content, end, len(content.text))) if part])


def _find_repeated(paragraph: Paragraph, claims: Sequence[Claim], model: str) -> int | None:
    """Return the place of a model's sentence that repeats and states nothing new, None where there is none."""
    place = find_sentence(paragraph, claims)
    if place is None or paragraph.sentences[place].writer != model:
        return None
    others = {span.key for at, one in enumerate(paragraph.sentences) if at != place for span in one.content.spans}
    return place if {span.key for span in paragraph.sentences[place].content.spans} <= others else None
