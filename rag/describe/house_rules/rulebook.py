"""A house's rules for its texts: banned words, required mentions, allowed phrases, lengths and forms of address.

    # rules.toml
    banned = ["cheap*", "best in class"]     # words and phrases in any of their forms; "cheap*" bans "cheapest", too
    required = ["{capacity}", "CE marked"]   # what short and long texts have to say: a field by its key, or words
    allowed = ["since 1921"]                 # words that need no field; a banned word within them is no fault
    address = "none"                         # "you", "none" or "formal"; left out, anything goes

    [channel.title]                          # further rules for a channel
    max_characters = 80
    [channel.short]
    max_sentences = 2
    [type.kettle]                            # for products of a type: a kettle, and an "electric kettle"
    required = ["{power}"]
    [type.kettle.channel.long]               # for a channel of products of a type
    min_words = 30
    max_words = 120

Characters and words are those of the whole text; a line "- Label: value" is no sentence. Lists of several tables that
fit a text add up. Of numbers and of `address` the most particular table's holds: that of the type and channel, then of
the channel, then of the type. A field that a product lacks is not required of its text, and of a title, bullets or
another short form only what a table of that channel requires.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.fingerprint import fingerprint
from rag.answer.words import stem
from rag.data.ngrams import split_words
from rag.describe.channels.write_channels import DEFAULT_LIMITS, Channel, ChannelLimits, ChannelText
from rag.describe.house_rules.address import find_address
from rag.describe.house_rules.banned import BannedWords
from rag.describe.house_rules.shorten import (
    fields_cut,
    sentence_starts,
    split_lines,
    split_paragraph,
    vital_fields,
)
from rag.describe.house_rules.toml_rules import Place, TextRules, read_text_rules
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.product import Product, SpannedText
from rag.describe.spans import compose_text, lines_of, without_lines

PARAGRAPHS = frozenset(("short", "long"))
"""Channels that have to make every required mention; the others only those that a table of the channel asks for."""

_CAN_BE_CUT = PARAGRAPHS | {"bullets", "meta_description", "reviews"}


@dataclass(frozen=True)
class BrokenRule:
    """A rule that a text breaks, as the file names it, and the words of the text that do: `text[start:end]`.

    `message` says it in a line. What is missing has its place at the end of the text, what is too long runs to it.
    """

    channel: Channel
    rule: str
    message: str
    start: int
    end: int


@dataclass(frozen=True)
class RuleBook:
    """The rules of a file, by the place that they are for."""

    tables: Mapping[Place, TextRules] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | Path) -> RuleBook:
        """Read rules.toml. Raises ConfigError for a file that cannot be read, or a rule that cannot be kept."""
        return cls(read_text_rules(Path(path)))

    def rules(self, channel: Channel, product: Product) -> TextRules:
        """Return the rules for a channel of a product, those of all tables that fit joined."""
        words = _type_words(product.type.value) if product.type else ()
        kinds = [kind for kind, _ in self.tables if kind]
        fitting = {kind for kind in kinds if words[-len(_type_words(kind)) :] == _type_words(kind)}
        by_length = sorted(fitting, key=lambda kind: (len(_type_words(kind)), kind))
        places: list[Place] = [("", ""), *((kind, "") for kind in by_length), ("", channel)]
        rules = TextRules()
        for place in (*places, *((kind, channel) for kind in by_length)):
            table = self.tables.get(place, TextRules())
            # A title has no room for every required mention.
            rules = rules.joined(table if place[1] or channel in PARAGRAPHS else replace(table, required=()))
        return rules

    def allowed_phrases(self, channel: Channel, product: Product) -> AllowedPhrases:
        """Return the phrases that need no field in a channel: those allowed, and those that have to be said."""
        return _allowed_by(self.rules(channel, product))

    def limits(self, product: Product, otherwise: ChannelLimits = DEFAULT_LIMITS) -> ChannelLimits:
        """Return the limits that `write_channels` has to keep to so that no text is too long for these rules."""
        channels: tuple[Channel, ...] = ("title", "meta_title", "meta_description", "alt_text")
        longest: dict[str, Any] = {channel: self.rules(channel, product).max_characters for channel in channels}
        return replace(otherwise, **{channel: limit for channel, limit in longest.items() if limit is not None})

    def broken_rules(self, text: SpannedText | str, channel: Channel, product: Product) -> tuple[BrokenRule, ...]:
        """Return the rules that a text breaks, in their order in the text.

        The words of a field, by the spans of the text, count for `banned` but not for `address`: a book may be called
        "You". JSON-LD is data, and of it only `banned` is asked.
        """
        spanned = SpannedText(text) if isinstance(text, str) else text
        rules = self.rules(channel, product)
        allowed = _allowed_by(rules).spans(spanned.text)
        broken = list(_banned_words(spanned.text, channel, self._banned(rules.banned), allowed))
        if channel != "json_ld":
            outside = (*allowed, *((span.start, span.end) for span in spanned.spans))
            address = None if channel == "reviews" else rules.address  # who is quoted may say "you"
            for start, end, message in find_address(spanned.text, address, outside):
                broken.append(BrokenRule(channel, "address", f"{channel}: {message}", start, end))
            broken += _lengths(spanned.text, channel, rules)
            broken += _missing(spanned, channel, rules.required, product)
        return tuple(sorted(broken, key=lambda rule: (rule.start, rule.end, rule.rule)))

    def keep(self, texts: Sequence[ChannelText], product: Product) -> tuple[ChannelText, ...]:
        """Return the texts with those emptied that break a rule, which their `reason` then says, rule by rule.

        A required mention that is a whole sentence, such as "Not for sale to minors.", is added to a paragraph that
        lacks it, before its lines of details. Paragraphs, bullets and meta descriptions that are too long lose their
        last lines, sentences or bullets first; what went with them is their `cut`. A required mention stays, and so
        does a fact of priority 1, an allergen, an ingredient or a warning: a text that has no room for these is
        emptied.
        """
        kept = []
        for text in texts:
            whole = self._fitted(text, product) if text.text else text
            broken = self.broken_rules(whole.content, text.channel, product) if text.text else ()
            reason = "; ".join(dict.fromkeys(rule.message for rule in broken))
            vital = vital_fields(whole.content, product) if text.channel in (*PARAGRAPHS, "bullets") else ()
            if vital and any(rule.rule.startswith("max_") for rule in broken):
                reason += f"; what no limit may cut: {', '.join(field.label for field in vital)}"
            kept.append(ChannelText(text.channel, SpannedText(""), reason) if broken else whole)
        return tuple(kept)

    @property
    def fingerprint(self) -> str:
        """A hash of all rules."""
        tables = {
            "/".join(place): [getattr(rules, one.name) for one in fields(rules)]
            for place, rules in sorted(self.tables.items(), key=lambda item: item[0])
        }
        return fingerprint("rulebook", tables)

    def _fitted(self, text: ChannelText, product: Product) -> ChannelText:
        """Return a text with the sentences that it has to have, and without its last ones where it is too long."""
        rules = self.rules(text.channel, product)
        whole = self._with_sentences(text.content, text.channel, rules)
        if text.channel not in _CAN_BE_CUT or not _too_long(whole, text.channel, rules):
            return replace(text, content=whole)
        parts = (split_lines if text.channel in ("bullets", "reviews") else split_paragraph)(text.content)
        faults, current = self._other_faults(whole, text.channel, product), whole
        for part, units in parts.last_first():
            # None goes that is vital, that another rule asks for, or that makes nothing shorter which is too long.
            is_vital = text.channel != "meta_description" and vital_fields(part, product)
            if is_vital or part not in parts or not units & _too_long(current, text.channel, rules):
                continue
            rest = parts.without(part)
            shorter = self._with_sentences(rest.content, text.channel, rules)
            if not self._other_faults(shorter, text.channel, product) <= faults:
                continue
            if not self.broken_rules(shorter, text.channel, product):
                return replace(text, content=shorter, cut=fields_cut(whole, shorter))
            parts, current = rest, shorter
        return replace(text, content=whole)

    def _other_faults(self, text: SpannedText, channel: Channel, product: Product) -> set[str]:
        """Return the messages of the rules that a text breaks, but for those of its length."""
        broken = self.broken_rules(text, channel, product)
        return {one.message for one in broken if not one.rule.startswith("max_")}

    def _with_sentences(self, content: SpannedText, channel: Channel, rules: TextRules) -> SpannedText:
        for phrase in rules.required if channel in PARAGRAPHS else ():
            is_sentence = phrase[-1] in ".!" and phrase[0] == phrase[0].upper() and "{" not in phrase
            if is_sentence and not AllowedPhrases((phrase,)).spans(content.text):
                sentences = [one for one in (without_lines(content), SpannedText(phrase)) if one.text]
                content = compose_text(sentences, lines_of(content))
        return content

    def _banned(self, phrases: tuple[str, ...]) -> BannedWords:
        return self._banned_words.setdefault(phrases, BannedWords(phrases))

    @cached_property
    def _banned_words(self) -> dict[tuple[str, ...], BannedWords]:
        return {}


NO_RULES_OF_TEXTS = RuleBook()
"""A book without a rule."""


def _allowed_by(rules: TextRules) -> AllowedPhrases:
    return AllowedPhrases((*rules.allowed, *(phrase for phrase in rules.required if "{" not in phrase)))


def _type_words(kind: str) -> tuple[str, ...]:
    return tuple(map(stem, split_words(kind)))


def _banned_words(
    text: str, channel: Channel, banned: BannedWords, allowed: Sequence[tuple[int, int]]
) -> Sequence[BrokenRule]:
    broken = []
    for start, end, phrase in banned.matches(text):
        if not any(one <= start and end <= other for one, other in allowed):
            words = text[start:end]
            why = "is banned" if words.casefold() == phrase.casefold() else f'"{phrase}" bans'
            broken.append(BrokenRule(channel, "banned", f'{channel} says "{words}", which {why}', start, end))
    return broken


def _lengths(text: str, channel: Channel, rules: TextRules) -> Sequence[BrokenRule]:
    """Return the rules of length that a text breaks; what is too long begins where the limit is reached."""
    starts = {
        "characters": list(range(len(text))),
        "words": [match.start() for match in re.finditer(r"\S+", text)],
        "sentences": sentence_starts(text),
    }
    broken = []
    for unit, places in starts.items():
        most, least, number = getattr(rules, f"max_{unit}"), getattr(rules, f"min_{unit}"), len(places)
        if most is not None and number > most:
            message = f"{channel} has {number} {unit}, at most {most} are allowed"
            broken.append(BrokenRule(channel, f"max_{unit}", message, places[most], len(text)))
        if least is not None and number < least:
            message = f"{channel} has {number} {unit}, at least {least} are required"
            broken.append(BrokenRule(channel, f"min_{unit}", message, len(text), len(text)))
    return broken


def _too_long(text: SpannedText, channel: Channel, rules: TextRules) -> set[str]:
    """Return the units of which a text has too many."""
    broken = _lengths(text.text, channel, rules)
    return {one.rule.removeprefix("max_") for one in broken if one.rule.startswith("max_")}


def _missing(text: SpannedText, channel: Channel, required: Sequence[str], product: Product) -> Sequence[BrokenRule]:
    broken = []
    for phrase in required:
        if phrase.startswith("{"):
            try:
                wanted = product.field(phrase.strip("{} "))
            except KeyError:
                continue
            is_stated = any(span.key == wanted.key for span in text.spans)
            if wanted.hidden or is_stated or (wanted.value and AllowedPhrases((wanted.value,)).spans(text.text)):
                continue
            message = f"{channel} does not state {wanted.label}, which is required"
        elif AllowedPhrases((phrase,)).spans(text.text):
            continue
        else:
            message = f'{channel} does not say "{phrase}", which is required'
        broken.append(BrokenRule(channel, "required", message, len(text.text), len(text.text)))
    return broken
