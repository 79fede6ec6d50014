"""The texts of channels, each checked: what no field says is left out of them, or the text is not written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from rag.describe.channels.write_channels import Channel, ChannelLimits, ChannelText, Realise, write_channels
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.check import check_licence
from rag.describe.licence.claims import say_claims
from rag.describe.product import Product, SpannedText
from rag.describe.realise.label_value import quote_field
from rag.describe.spans import cut_text, join_texts


def write_licensed_channels(
    product: Product,
    names: tuple[Channel, ...],
    realise: Realise,
    limits: ChannelLimits,
    allowed: Callable[[Channel], AllowedPhrases],
    *,
    keeps_claims: bool = False,
) -> tuple[ChannelText, ...]:
    """Return the text of each channel, without claims; a text that cannot do without them is "" and has a reason.

    Bullets lose the lines that claim something, and a title its attributes. `allowed` gives the phrases of a channel
    that need no field.
    """
    texts = []
    for text in write_channels(product, names, realise, limits):
        # JSON-LD is data, as the fields give it. In a paragraph that keeps claims they are marked.
        is_marked = keeps_claims and text.channel in ("short", "long", "meta_description")
        if not text.text or text.channel == "json_ld" or is_marked:
            texts.append(text)
            continue
        phrases = allowed(text.channel)
        if text.channel == "bullets":
            texts.append(_keep_lines(text, product, phrases))
            continue
        reason = _find_claims(text, product, phrases)
        if reason and text.channel in ("title", "meta_title", "alt_text"):
            [plain] = write_channels(product, (text.channel,), realise, replace(limits, attributes=0))
            if plain.text and not _find_claims(plain, product, phrases):
                text, reason = plain, ""
        texts.append(ChannelText(text.channel, SpannedText(""), reason) if reason else text)
    return tuple(texts)


def _find_claims(text: ChannelText, product: Product, allowed: AllowedPhrases) -> str:
    return say_claims(check_licence(text.text, product, allowed, is_fragment=True).untrue)


def _keep_lines(text: ChannelText, product: Product, allowed: AllowedPhrases) -> ChannelText:
    """Return bullets whose lines claim only what a field says: others quote their field, or are left out."""
    lines = [cut_text(text.content, match.start(), match.end()) for match in re.finditer(r".+", text.text)]
    true = []
    for line in lines:
        # As it was given, a field claims nothing else.
        ways = [line, *(quote_field(product.field(span.key)) for span in line.spans[:1])]
        licensed = (one for one in ways if one and check_licence(one.text, product, allowed, is_fragment=True).is_true)
        true += [one for one in [next(licensed, None)] if one]
    if not true:
        return ChannelText(text.channel, SpannedText(""), "no line says only what a field says")
    return text if true == lines else replace(text, content=join_texts(true, "\n"))
