"""Polarity: whether a statement of a source affirms or denies what a yes/no question asks.

A statement decides only if it, or the titles that it stands under, hold all that is asked; then its words for
permission, duty and denial, its exceptions, and the days and limits that it names tell "yes" from "no". Where they do
not tell, neither is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answer.limits import Ruling, rule_on_limits, rule_on_weekdays, weekdays_in
from rag.answer.quantities import Quantity, find_figures, find_quantities
from rag.answer.synonyms import Vocabulary
from rag.answer.words import NEGATIONS, STOP_WORDS, read_content, stem, tokens_of

Mood = Literal["may", "must", "is"]
_Holds = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True)
class Proposition:
    """What a yes/no question asks to be so.

    `words` are its content words; figures, weekdays, light verbs and words of permission or duty are not among them,
    `names` are the stems of those that are written as names. `inverted` asks for the contrary: "Is it forbidden to
    ...?", "Is ... not included?", but not "Isn't ... included?".
    """

    words: tuple[str, ...]
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    weekdays: frozenset[int]
    mood: Mood
    inverted: bool
    without: frozenset[str]
    text: str

    @classmethod
    def of(cls, question: str) -> Proposition:
        """Read a question that begins with its verb, or with "Is it true that"."""
        text = _TAG.sub("", _FRAME.sub("", question.strip()))
        text = _CONTRACTED.sub(lambda match: match[1], text)
        lower = text.casefold()
        mood: Mood = "must" if _MUST_ASKED.search(lower) else "may" if _MAY_ASKED.search(lower) else "is"
        signs = [sign for token in tokens_of(text) for sign in signs_of(token)]
        denials = len(_DENIAL.findall(lower)) + sum(not affirms for _, affirms in signs)
        after_without = lower.partition("without ")[2]
        # A number after a name is a part of it: "the Pro 500", "room 12".
        labels = [
            number for number in find_quantities(text) if not number.unit and _LABELLED.search(text[: number.start])
        ]
        quantities = tuple(number for number in find_quantities(text) if number not in labels)
        words = [token for token in content_tokens(text) if not is_modal(token) and token.isalpha()]
        if quantities:
            words = [word for word in words if stem(word) not in _BOUNDS]
        return cls(
            words=tuple(dict.fromkeys([*words, *(text[number.start : number.end] for number in labels)])),
            names=read_content(text).names,
            quantities=quantities,
            weekdays=weekdays_in(text),
            mood=mood,
            inverted=denials % 2 == 1,
            without=frozenset(content_tokens(after_without)),
            text=text,
        )


@dataclass(frozen=True)
class StatementInContext:
    """A sentence of a source and the words around it: of its titles, or of the question that it answers."""

    text: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of a sentence that affirms or denies something of its own."""

    text: str
    tokens: tuple[str, ...]
    excepted_from: Part | None = None

    @property
    def denies(self) -> bool:
        """Tell whether the part has an odd number of denials."""
        return any(clause.denies for clause in read_content(self.text).clauses)

    @property
    def signs(self) -> dict[str, bool]:
        """The words that themselves affirm or deny: "prohibited" is permit: False."""
        return {word: affirms for clause in read_content(self.text).clauses for word, affirms in clause.signs}


@dataclass(frozen=True)
class Judgement:
    """What a statement says to what is asked, and how many of the asked words it holds itself.

    `is_explicit` tells whether its words for permission, duty or denial, a weekday or a limit decide, and not only that
    it states what is asked; `share` is the share of its own words that are asked for.
    """

    affirms: bool
    held: int
    is_explicit: bool = True
    share: float = 1.0


def judge_statement(
    proposition: Proposition, statement: StatementInContext, vocabulary: Vocabulary
) -> Judgement | None:
    """Return what a statement says to what is asked; None if it does not decide."""
    if _COMPARISON.search(proposition.text):
        return None  # that both are named does not make them the same
    parts = [part for part in split_parts(statement.text) if part.tokens or part.denies]
    everything = [token for part in parts for token in part.tokens]
    asked = [word for word in proposition.words if word not in proposition.without]

    def holds(word: str, tokens: Sequence[str]) -> bool:
        if stem(word) in proposition.names or not word.isalpha():
            return stem(word) in set(map(stem, tokens))
        signs = {sign for sign, _ in signs_of(word)}
        return vocabulary.is_held(word, tokens) or any(sign in signs for token in tokens for sign, _ in signs_of(token))

    # All that is asked is said, at least one word of it in the statement itself.
    own = [word for word in asked if holds(word, everything)]
    figures = len(proposition.weekdays) + len(proposition.quantities)

    def judgement(affirms: bool | None) -> Judgement | None:
        return None if affirms is None else Judgement(affirms != proposition.inverted, len(own) + figures)

    missing = [word for word in asked if word not in own and not holds(word, statement.context)]
    if missing:
        return judgement(_rule_by_only(proposition, statement.text, missing, own))
    part = _deciding_part(parts, own, holds)
    if (not own and not figures) or part is None:
        return None

    # Weekdays and limits decide by themselves. Outside of what is denied nothing is said.
    if figures:
        rulings = [rule_on_weekdays(proposition.weekdays, statement.text)] if proposition.weekdays else []
        rulings += [rule_on_limits(proposition.text, statement.text)] if proposition.quantities else []
        if Ruling.UNKNOWN in rulings:
            return None
        is_denied = _affirms(proposition, part) is False
        if Ruling.OUTSIDE in rulings:
            return None if is_denied else judgement(False)
        return judgement(not is_denied)

    # Otherwise the part's own words do.
    if proposition.without:
        return judgement(_rule_on_without(proposition, statement, everything, vocabulary))
    affirms = _affirms(proposition, part)
    if affirms is None:
        return None
    if not affirms and not _UNIVERSAL.search(part.text.casefold()):
        # A denial may be about less than what is asked: "Dogs are not allowed in the pool".
        known = [*proposition.words, *statement.context, *_GENERIC]
        if any(not is_modal(token) and not vocabulary.is_held(token, known) for token in part.tokens):
            return None
    is_explicit = part.denies or bool(part.signs) or _MODAL_SAID.search(part.text) is not None
    share = len(own) / max(len(set(everything)), 1)
    return Judgement(affirms != proposition.inverted, len(own), is_explicit, share)


def read_polarity(proposition: Proposition, text: str, vocabulary: Vocabulary) -> bool | None:
    """Return whether a sentence that is known to answer a question says yes or no by words of its own; else None.

    These are a denial, words of permission, duty and the like, "only" where it leaves out what is asked, and a value of
    yes or no.
    """
    if value := _VALUE.search(text):
        return (value["yes"] is not None) != proposition.inverted
    parts = [part for part in split_parts(text) if part.tokens or part.denies]
    tokens = [token for part in parts for token in part.tokens]
    own = [word for word in proposition.words if vocabulary.is_held(word, tokens)]
    part = _deciding_part(parts, own, vocabulary.is_held)
    if part is None or proposition.weekdays or proposition.without:
        return None
    stated = find_quantities(text)
    if any(not any(quantity.equals(other) for other in stated) for quantity in proposition.quantities):
        return None
    if len(own) < len(proposition.words) and re.search(r"\bonly\b", text, re.IGNORECASE):
        return proposition.inverted
    if not part.denies and not part.signs and not _MODAL_SAID.search(part.text):
        return None
    affirms = _affirms(proposition, part)
    return None if affirms is None else affirms != proposition.inverted


def read_lead(answer: str) -> bool | None:
    """Return what an answer says with its first word, yes or no; None if it begins otherwise."""
    lead = _LEAD.match(answer)
    return None if lead is None else lead["yes"] is not None


def strip_lead(answer: str) -> str:
    """Return an answer without its "Yes" or "No", its next word with a capital."""
    rest = _LEAD.sub("", answer, count=1).lstrip(" ,.:;–—-!")
    return rest[:1].upper() + rest[1:]


def content_tokens(text: str) -> Iterator[str]:
    """Yield the content words of a text: without its figures, weekdays, light verbs and denials."""
    figures = find_figures(text)
    yield from (text[number.start : number.end] for number in figures.quantities if not number.unit)
    for token in tokens_of(figures.rest):
        light = token in STOP_WORDS or token in NEGATIONS or token.endswith(("n't", "n’t")) or stem(token) in _LIGHT
        if not light and not weekdays_in(token):
            yield token


def signs_of(token: str) -> tuple[tuple[str, bool], ...]:
    """Return the sign that a word is, if it is one."""
    return tuple(sign for clause in read_content(token).clauses for sign in clause.signs)


def is_modal(token: str) -> bool:
    """Return whether a word is one of permission, possibility or duty."""
    return stem(token) in _MODAL or any(word in _MODAL_SIGNS for word, _ in signs_of(token))


def split_parts(text: str) -> list[Part]:
    """Return the parts of a sentence that can affirm or deny apart from each other, exceptions among them."""
    parts: list[Part] = []
    text = _LEAD.sub("", text, count=1)
    for piece in _BORDER.split(_REASON.sub("", text)):
        main, *exceptions = _EXCEPTION.split(piece)
        for number, said in enumerate((main, *exceptions)):
            if said.strip(" ,.") and (parts or not number):
                parts.append(Part(said, tuple(content_tokens(said)), parts[-1] if number else None))
    # A comma parts what one side denies and the other does not, unless it ends a condition.
    pieces: list[Part] = []
    for part in parts:
        sides = part.text.split(", ")
        denials = [bool(_DENIAL.search(side.casefold())) for side in sides]
        if len(sides) != 2 or len(set(denials)) == 1 or _CONDITION.match(part.text):
            pieces.append(part)
        else:
            pieces += [Part(side, tuple(content_tokens(side)), part.excepted_from) for side in sides]
    return pieces


# --- reasons ----------------------------------------------------------------------------------------------------------


def _deciding_part(parts: Sequence[Part], own: Sequence[str], holds: _Holds) -> Part | None:
    """Return the part of a statement that speaks of what is asked; None if two parts differ about it."""
    # The parts with a word of their own, else those with most words. An exception speaks only of what is its own.
    held = [[word for word in own if holds(word, part.tokens)] for part in parts]
    alone = [any(sum(word in others for others in held) == 1 for word in words) for words in held]
    deciding = [part for part, is_alone in zip(parts, alone, strict=True) if is_alone]
    deciding = [part for part in deciding if part.excepted_from] or deciding
    if not deciding:
        whole = [(part, words) for part, words in zip(parts, held, strict=True) if part.excepted_from is None]
        most = max((len(words) for _, words in whole), default=0)
        deciding = [part for part, words in whole if len(words) == most]
    if not deciding:
        return None
    if len({(part.denies, tuple(part.signs.items()), part.excepted_from) for part in deciding}) == 1:
        return deciding[0]
    # "Members can borrow laptops, guests cannot": the shorter one leaves out what the other says.
    shortest = min(deciding, key=lambda part: len(part.tokens))
    is_shorter = all(len(part.tokens) > len(shortest.tokens) for part in deciding if part is not shortest)
    return shortest if is_shorter and len(shortest.tokens) <= 2 else None


def _affirms(proposition: Proposition, part: Part) -> bool | None:
    """Return whether a part affirms what is asked in the mood that it is asked in."""
    if part.excepted_from is not None:
        whole = _affirms(proposition, part.excepted_from)
        return None if whole is None else not whole
    text, signs = part.text.casefold(), part.signs
    if proposition.mood == "must":
        if _OPTIONAL.search(text) or signs.get("requir", True) == part.denies:
            return False
        return not part.denies or "requir" in signs if _MUST_SAID.search(text) or signs.get("requir") else None

    relevant = [word for word in signs if word != "requir"]
    if proposition.mood == "is":
        asked = {sign for word in proposition.words for sign, _ in signs_of(word)}
        other = [
            word
            for word in relevant
            if word not in asked and word not in ("avail", "includ", "possibl", "permit", "accept")
        ]
        if other and not asked:
            return None if not signs[other[0]] else not part.denies
        relevant = [word for word in relevant if word in asked] or relevant
    elif not relevant and (_OPTIONAL.search(text) or (_MUST_SAID.search(text) and not part.denies)):
        return None  # what has to be done is not what may be
    if _HEDGE.search(text):
        return None
    return signs[relevant[0]] != part.denies if relevant else not part.denies


def _rule_by_only(proposition: Proposition, text: str, missing: Sequence[str], own: Sequence[str]) -> bool | None:
    """Return False where a statement says "only in the garden" and the question asks "in the restaurant"."""
    only = _ONLY.search(text)
    if only is None or not own or proposition.mood == "must":
        return None
    asked = re.search(
        rf"\b{only['preposition']}\s+(?:\w+\s+){{0,2}}{re.escape(missing[0])}", proposition.text, re.IGNORECASE
    )
    return False if asked else None


def _rule_on_without(
    proposition: Proposition, statement: StatementInContext, tokens: Sequence[str], vocabulary: Vocabulary
) -> bool | None:
    """Return whether something is possible without something, where a statement requires it or does not."""
    text = statement.text.casefold()
    if not all(vocabulary.is_held(word, tokens) for word in proposition.without):
        return None
    if _OPTIONAL.search(text) or re.search(r"\bwithout\b", text):
        return not re.search(r"\b(?:not|no|cannot|never)\b[^.]*\bwithout\b", text)
    if _MUST_SAID.search(text) or re.search(r"\bwith\b|\bonly\b", text):
        return False
    return None


# --- words ------------------------------------------------------------------------------------------------------------


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_LIGHT = _stems(
    "use take bring make get give go come do have offer provide let keep put still already also anything something"
    " someone anyone thing way please really actually currently now today want like there here people possible"
)
_MODAL = _stems("able allow permit okay ok need require necessary mandatory compulsory obligatory must welcome may can")
_MODAL_SIGNS = frozenset({"permit", "requir", "possibl"})
_GENERAL_SIGNS = frozenset({"avail", "includ", "possibl", "permit", "accept"})
_BOUNDS = _stems(
    "after before within over under above below more less least most maximum minimum long older younger exceed up"
)
_GENERIC = frozenset(
    ("site", "premises", "property", "location", "place", "facility", "building", "area", "moment", "time", "service")
)  # what a denial may name without being narrower

_FLAGS = re.IGNORECASE | re.VERBOSE
_LABELLED = re.compile(
    r"(?:\b[A-Z]\w*|\b(?:room|model|version|type|level|zone|floor|line|gate|step|section|article|class|number|no\.?))\s$"
)
_FRAME = re.compile(
    r"""^\W*(?:(?:and|but|so|please|hi|hello)\W+)*
    (?:(?:is\ it\ (?:true|correct|right)\ that
    |(?:do|would)\ you\ know\ (?:if|whether)|(?:can|could)\ you\ (?:please\ )?tell\ me\ (?:if|whether)
    |i(?:['’]d|\ would)\ like\ to\ know\ (?:if|whether)|i\ (?:just\ )?want(?:ed)?\ to\ know\ (?:if|whether)
    |i\ wonder\ (?:if|whether))\s+)?""",
    _FLAGS,
)
_TAG = re.compile(
    r"""(?:,\s*(?:right|correct|(?:is|are|do|does|did|was|were|can|has|have)n['’]t\ (?:it|they|you|we|there|he|she))
    |,?\s+or\ not)\s*\?*$""",
    _FLAGS,
)
_CONTRACTED = re.compile(r"^(\w+)n['’]t\b")
_MAY_ASKED = re.compile(r"^(?:can|could|may|might)\b|\b(?:allow|permit|possible|able|ok|okay|forbid|prohibit)")
_MUST_ASKED = re.compile(
    r"""^(?:must|should|shall)\b|\b(?:have|has|need|needs)\ to\b|^(?:do|does|will|would|is)\b.*\bneed(?:ed)?\b
    |\b(?:required?|mandatory|compulsory|obligatory|necessary|obliged)\b""",
    _FLAGS,
)
_MUST_SAID = re.compile(
    r"""\b(?:must|(?:have|has|need|needs|is|are)\ to|needed|required?s?|mandatory|compulsory|obligatory|necessary
    |by\ \w+\ only|only\ (?:with|by|after))\b""",
    _FLAGS,
)
_OPTIONAL = re.compile(
    r"""\b(?:need\ not|needn['’]t|no\ need|optional|voluntary|unnecessary|no\ longer\ (?:required|needed)
    |(?:do|does|is|are|did)\ ?(?:not|n['’]t)\ (?:have|need|needed|required?|necessary|mandatory|obliged)
    |(?:do|does)n['’]t\ (?:have|need)|no\ \w+(?:\ \w+)?\ (?:is|are)\ (?:required|needed|necessary)
    |not\ (?:required|needed|necessary|mandatory|compulsory))\b""",
    _FLAGS,
)
_VALUE = re.compile(r"^[^:;\n]{1,60}: (?:(?P<yes>yes|true|✓)|no|false|✗)\W*$", re.IGNORECASE)
_MODAL_SAID = re.compile(r"\b(?:can|may|must|welcome|need|needs|have to|has to|only)\b", re.IGNORECASE)
_COMPARISON = re.compile(
    r"\b(?:same|different|identical|equal|equivalent|similar)\b|\bthan\b(?! \w+ (?:days?|hours?))", re.I
)
_DENIAL = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|nobody|nothing)\b|n['’]t\b")
_HEDGE = re.compile(r"\b(?:some|sometimes|may be|might|could be|perhaps|possibly|certain)\b")
# "No, ..." and "No, it is not" answer; "No dogs are allowed" and "No smoking." state.
_LEAD = re.compile(
    r"""\s*(?:(?P<yes>yes|yeah|sure|of\ course|certainly|absolutely|definitely)\b
    |no\b(?=\s*(?:[.,;:!–—-]|$)|\s+(?:we|it|they|you|there|this|unfortunately|sorry)\b)
    |(?:sorry|unfortunately)[,\ ]+(?:no|not)\b|not\ (?:yet|at\ the\ moment|currently)\b)""",
    _FLAGS,
)
_BORDER = re.compile(
    r"""\s*;\s*|,?\s+\b(?:but|while|whereas|although|though|however|yet)\b\s*|\s+[–—]\s+|(?<=[.!?])\s+""", _FLAGS
)
_REASON = re.compile(r""",?\s+\b(?:because|since|due\ to|so\ that|in\ order\ to|as\ (?:they|it|we))\b[^.;]*""", _FLAGS)
_EXCEPTION = re.compile(
    r""",?\s+\b(?:except(?:ing)?(?:\s+for)?|apart\s+from|other\s+than|with\s+the\s+exception\s+of|excluding)\b""",
    _FLAGS,
)
_CONDITION = re.compile(
    r"""\s*(?:if|when|unless|once|after|before|until|where|for|in|on|at|with|during|as\ long\ as)\b""", _FLAGS
)
_UNIVERSAL = re.compile(r"\b(?:any|all|every|everywhere|anywhere|at all|whole|entire|ever)\b")
_ONLY = re.compile(
    r"\b(?:only|exclusively|solely)\s+(?P<preposition>in|on|at|for|to|with|from|by|during|via)\b", re.IGNORECASE
)
