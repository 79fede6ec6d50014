r"""The texts of one product for each place where a shop needs one: title, bullets, paragraphs, meta, alt text, JSON-LD.

>>> product = understand_fields({"name": "Kettle K1", "brand": "Lund", "colour": "copper", "cordless": "no"})
>>> [(text.channel, text.text) for text in write_channels(product, ["title", "bullets"])]
[('title', 'Lund Kettle K1, copper'), ('bullets', 'Colour: copper\nCordless: no')]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol, get_args

from ingest.errors import InputError
from ingest.plugins import suggest
from ingest.sentences import sentence_spans
from rag.describe.channels.json_ld import product_json_ld
from rag.describe.channels.titles import ATTRIBUTES, write_alt_text, write_title
from rag.describe.licence.review_statements import state_reviews
from rag.describe.product import MUST, Product, SpannedText
from rag.describe.realise.label_value import label_and_value
from rag.describe.realise.plan import Length
from rag.describe.realise.realiser import realise
from rag.describe.spans import cut_text, join_texts, without_lines

Channel = Literal[
    "title", "bullets", "short", "long", "meta_title", "meta_description", "alt_text", "json_ld", "reviews"
]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
"""The channels, in the order in which they are written out."""

CHANNELS_OF_LENGTH: dict[Length, frozenset[Channel]] = {
    "long": frozenset(("long", "meta_description")),
    "short": frozenset(("short", "meta_description", "json_ld")),
}
"""The channels that need a paragraph of each length."""


class Realise(Protocol):
    """Write a product's fields as a paragraph: "short" is one or two sentences, "long" states all that it can.

    Below the sentences of the long one may stand lines of details.
    """

    def __call__(self, product: Product, /, *, length: Length) -> SpannedText: ...


@dataclass(frozen=True)
class ChannelText:
    """The text of a channel; `reason` says why there is none, "" where there is one.

    Bullets are lines, without a mark before them. The spans of JSON-LD are empty. `cut` are the keys of the fields that
    went because the text had to be shorter.
    """

    channel: Channel
    content: SpannedText
    reason: str = ""
    cut: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text without its spans."""
        return self.content.text


@dataclass(frozen=True)
class ChannelLimits:
    """The longest texts, in characters, and the most bullets, None for all. `attributes` are those of a title.

    `currency` is the ISO code of prices that have none; without it they make no offer in JSON-LD. `quotations` are the
    reviews that are quoted, `counted` the words that are counted in them.
    """

    title: int = 80
    meta_title: int = 60
    meta_description: int = 155
    alt_text: int = 125
    attributes: int = ATTRIBUTES
    bullets: int | None = None
    quotations: int = 3
    counted: int = 3
    currency: str = ""


DEFAULT_LIMITS = ChannelLimits()
"""The limits of search engines and of the usual market places."""


def check_channels(names: Collection[str]) -> tuple[Channel, ...]:
    """Return the channels of these names in the order of `CHANNELS`. Raises InputError for an unknown name."""
    for name in names:
        if name not in CHANNELS:
            raise InputError(f"unknown channel {name!r}; {suggest(name, CHANNELS)}")
    return tuple(channel for channel in CHANNELS if channel in names)


def write_channels(
    product: Product, names: Collection[str], realise: Realise = realise, limits: ChannelLimits = DEFAULT_LIMITS
) -> tuple[ChannelText, ...]:
    """Return the text of each channel named, in the order of `CHANNELS`.

    `realise` writes the paragraphs, by rules unless another is given. A text that cannot be true within its limit is ""
    and has a reason. Raises InputError for an unknown name.
    """
    channels = check_channels(names)
    # The paragraphs are written once, though several channels use them.
    paragraphs = {
        length: realise(product, length=length) if needing & set(channels) else SpannedText("")
        for length, needing in CHANNELS_OF_LENGTH.items()
    }
    return tuple(_write_channel(channel, product, paragraphs, limits) for channel in channels)


def _write_channel(
    channel: Channel, product: Product, paragraphs: dict[Length, SpannedText], limits: ChannelLimits
) -> ChannelText:
    content: SpannedText | None
    short, long = paragraphs["short"], paragraphs["long"]
    has_head = bool(product.name or product.brand or product.type)
    no_head = "the product has neither name, brand nor type"
    reason = "no field can be stated"
    match channel:
        case "title" | "meta_title":
            limit = limits.title if channel == "title" else limits.meta_title
            content = write_title(product, limit, limits.attributes)
            reason = f"neither name, brand nor type fits in {limit} characters" if has_head else no_head
        case "alt_text":
            content = write_alt_text(product, limits.alt_text)
            reason = f"neither name, brand nor type fits in {limits.alt_text} characters" if has_head else no_head
        case "bullets":
            content = write_bullets(product, limits.bullets)
            due = sum(field.priority == MUST and field.kind not in _HEADS for field in product.stated)
            reason = "no field has a value short enough for a line"
            if limits.bullets is not None and due > limits.bullets:
                content, reason = None, f"{due} fields have to be stated, and the limit is {limits.bullets} lines"
        case "short" | "long":
            content = paragraphs[channel]
        case "meta_description":
            content = shorten_paragraph(without_lines(long), limits.meta_description)
            content = content or shorten_paragraph(short, limits.meta_description)
            content = content or _list_fields(product, limits.meta_description)
            reason = f"no sentence and no field fits in {limits.meta_description} characters"
        case "json_ld":
            title = write_title(product, limits.title, 0)
            name = title.text if title else product.name.value if product.name else ""
            content = SpannedText(product_json_ld(product, name, short.text, limits.currency)) if name else None
            reason = no_head
        case "reviews":
            content = SpannedText("\n".join(state_reviews(product, limits.quotations, limits.counted)))
            reason = "no field holds a review that can be quoted, or ratings on one scale"
    return ChannelText(channel, content) if content and content.text else ChannelText(channel, SpannedText(""), reason)


def write_bullets(product: Product, limit: int | None = None) -> SpannedText | None:
    """Return a line "Label: value" of each field, up to `limit`, in order; booleans are said in words.

    Fields that have to be stated, such as allergens and warnings, take the place of others that come before them.

    Name, brand and type stand in the title; they are bullets only of a product without any other field. A field without
    a short form, such as a text of 5,000 characters, has no bullet.
    """
    lines = [(field, line) for field in product.stated if (line := label_and_value(field))]
    features = [(field, line) for field, line in lines if field.kind not in _HEADS]
    ranked = sorted(features or lines, key=lambda pair: pair[0].priority != MUST)[:limit]
    kept = {field.key for field, _ in ranked}
    chosen = [line for field, line in lines if field.key in kept]
    return join_texts(chosen, "\n") if chosen else None


_HEADS = ("name", "brand", "type")


def shorten_paragraph(paragraph: SpannedText, limit: int) -> SpannedText | None:
    """Return the first sentence and the later ones that fit in `limit` characters, None where the first does not.

    A sentence that lists "Label: value; label: value." is cut between these.
    """
    if len(paragraph.text) <= limit:
        return paragraph if paragraph.text else None
    kept: list[SpannedText] = []
    used = 0
    for start, stop in sentence_spans(paragraph.text):
        sentence = cut_text(paragraph, start, stop)
        if used + len(sentence.text) <= limit:
            kept.append(sentence)
            used += len(sentence.text) + 1
        elif not kept:
            return _first_entries(sentence, limit)
    return join_texts(kept, " ") if kept else None


def _first_entries(sentence: SpannedText, limit: int) -> SpannedText | None:
    """Return the first entries that fit of a sentence "Label: value; label: value.", None for any other."""
    spans = [(span.start, span.end) for span in sentence.spans]
    marks = [match.start() for match in re.finditer("; ", sentence.text)]
    cuts = [mark for mark in marks if not any(start < mark < end for start, end in spans)]
    entries = [sentence.text[start:end] for start, end in pairwise((0, *cuts, len(sentence.text)))]
    short = [cut for cut in cuts if cut < limit]
    if short and all(re.match(r"(?:; )?[^:;]+: ", entry) for entry in entries):
        return join_texts((cut_text(sentence, 0, short[-1]), "."))
    return None


def _list_fields(product: Product, limit: int) -> SpannedText | None:
    """Return the title and as many entries "Label: value" as fit: what remains where every sentence is too long."""
    title = write_title(product, limit - 1, 0)
    opening = [join_texts((title, "."))] if title else []
    said = {span.key for span in title.spans} if title else set()
    entries: list[SpannedText] = []
    for field in product.stated:
        entry = label_and_value(field)
        if entry and field.key not in said and len(_close_list(opening, [*entries, entry]).text) <= limit:
            entries.append(entry)
    return _close_list(opening, entries) if opening or entries else None


def _close_list(opening: Sequence[SpannedText], entries: Sequence[SpannedText]) -> SpannedText:
    listed = join_texts(entries, "; ")
    closing = [join_texts((listed, "" if listed.text[-1] in ".!?" else "."))] if entries else []
    return join_texts((*opening, *closing), " ")
