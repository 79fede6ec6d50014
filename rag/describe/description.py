"""A description: the texts of a product, what wrote each sentence, and the findings of the check of what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.describe.channels.json_ld import price_without_currency
from rag.describe.channels.write_channels import ChannelText
from rag.describe.fields.explain import explain_fields
from rag.describe.licence.claims import LicenceCheck
from rag.describe.paragraphs.paragraph import ReplacedSentence, WrittenSentence
from rag.describe.product import FieldSpan, Product, SpannedText
from rag.describe.realise.plan import DescriptionPlan


@dataclass(frozen=True)
class Description:
    """The texts of a product, one a channel, in the order of `CHANNELS`.

    A text that cannot be true, that breaks a rule of the house, or that lacks what it is made of is "" and has a
    reason. `sentences` are those of the long paragraph, or else of the short one, `lines` the details below them, and
    `replaced` the sentences that a model or a realiser wrote and that do not stand there; `plan` is its plan, and
    `left_out` the keys of planned fields that neither could state truly. `check` is the licence check of `text`.
    `model` is "" where rules alone wrote; the tokens are those of all its drafts.
    """

    product: Product
    texts: tuple[ChannelText, ...]
    plan: DescriptionPlan
    sentences: tuple[WrittenSentence, ...]
    check: LicenceCheck
    lines: tuple[WrittenSentence, ...] = ()
    replaced: tuple[ReplacedSentence, ...] = ()
    left_out: tuple[str, ...] = ()
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def main(self) -> ChannelText:
        """The long text, or else the short one, or else the first."""
        return main_text(self.texts)

    @property
    def text(self) -> str:
        """The main text, "" where it was not written."""
        return self.main.text

    @property
    def spans(self) -> tuple[FieldSpan, ...]:
        """The spans of the main text: which words state which field."""
        return self.main.content.spans

    @property
    def refused(self) -> tuple[ChannelText, ...]:
        """The channels without a text, each with its reason."""
        return tuple(text for text in self.texts if not text.text)

    @property
    def omitted(self) -> tuple[str, ...]:
        """The keys of fields that the main text should state and does not.

        These are fields of priority 1, fields that no sentence could state truly, and those that a limit cut.
        """
        return tuple(dict.fromkeys((*self.check.omitted, *self.left_out, *self.main.cut)))

    @property
    def unlicensed(self) -> tuple[str, ...]:
        """The words of the main text that no field licenses; there are none unless they were allowed to stay."""
        return tuple(claim.text for claim in self.check.untrue)


def main_text(texts: Sequence[ChannelText]) -> ChannelText:
    """Return the long text, or else the short one, or else the first."""
    order = ("long", "short")
    return min(texts, key=lambda text: order.index(text.channel) if text.channel in order else len(order))


def description_object(description: Description) -> dict[str, Any]:
    """Return a description as JSON values, as `rag describe --json` prints them."""
    written = [text for text in description.texts if text.text]
    return {
        "fields": {field.key: field.shown for field in description.product.fields},
        "description": description.text,
        "texts": {text.channel: text.text for text in written},
        "spans": {text.channel: [[span.start, span.end, span.key] for span in text.content.spans] for text in written},
        "sentences": [{"text": one.text, "writer": one.writer} for one in description.sentences],
        "lines": [{"text": one.text, "writer": one.writer} for one in description.lines],
        "replaced": [{"text": one.text, "writer": one.writer, "reason": one.reason} for one in description.replaced],
        "stated": list(description.check.stated),
        "omitted": list(description.omitted),
        "cut": {text.channel: list(text.cut) for text in description.texts if text.cut},
        "unlicensed": list(description.unlicensed),
        "refused": {text.channel: text.reason for text in description.refused},
        "model": description.model,
    }


def explain_description(description: Description) -> str:
    """Return the lines of an explanation: fields, plan, sentences with their spans, and what was left out and why."""
    return "\n".join(_lines(description))


def _lines(description: Description) -> Iterator[str]:
    yield explain_fields(description.product)
    if price := price_without_currency(description.product):
        yield f'no currency is known for {price.key}: JSON-LD has no offer of it (unit = "EUR" in its rule gives one)'
    yield "\nplan"
    for place, sentence in enumerate(description.plan.sentences):
        clauses = [
            f"{clause.kind} ({', '.join(field.label for field in clause.fields)})"
            for clause in (*(description.plan.modifiers if place == 0 else ()), *sentence.clauses)
        ]
        yield f"  {sentence.pattern:10}  {'; '.join(clauses)}".rstrip()
    if description.plan.omitted:
        yield f"  for other channels: {', '.join(description.plan.omitted)}"
    for heading, written in (("sentences", description.sentences), ("lines of details", description.lines)):
        if written:
            yield f"\n{heading}"
        for one in written:
            yield f"  {one.writer}: {one.text}"
            yield f"    {_said(one.content)}"
    if description.replaced:
        yield "\nnot kept"
    for gone in description.replaced:
        yield f"  {gone.writer}: {gone.text}"
        yield f"    {gone.reason}"
    if description.left_out:
        yield f"\ncannot be stated truly: {', '.join(description.left_out)}"
    for text in description.texts:
        if text.cut:
            yield f"\ncut from {text.channel}, which had to be shorter: {', '.join(text.cut)}"
    # Bullets and titles have spans of their own.
    for text in description.texts:
        if text.text and text.content.spans and text.channel not in ("long", "short"):
            yield f"\n{text.channel}\n    {_said(text.content)}"


def _said(content: SpannedText) -> str:
    """Return the words that state fields, each with its field."""
    return "; ".join(f'{span.key}: "{content.text[span.start : span.end]}"' for span in content.spans) or "no field"
