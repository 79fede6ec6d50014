"""Propositions: what a yes/no question asks to be so, in the words that statements are compared by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.sentences import sentence_spans
from rag.answer.limits import weekdays_in
from rag.answer.quantities import Quantity, find_figures, find_quantities
from rag.answer.words import NEGATIONS, STOP_WORDS, read_content, stem, tokens_of

Mood = Literal["may", "must", "is"]


@dataclass(frozen=True)
class Proposition:
    """What a yes/no question asks to be so.

    `words` are its content words; figures, weekdays, light verbs and words of permission or duty are not among them,
    `verb` is the one that says what is done, empty if that is none of them. `names` are the stems of those that are
    written as names. `inverted` asks for the contrary: "Is it forbidden to
    ...?", "Is ... not included?", but not "Isn't ... included?". `alone` asks for somebody without company, and
    `without` are the words of what else somebody is without.
    """

    words: tuple[str, ...]
    verb: str
    names: frozenset[str]
    quantities: tuple[Quantity, ...]
    weekdays: frozenset[int]
    mood: Mood
    inverted: bool
    alone: bool
    without: frozenset[str]
    text: str

    @classmethod
    def of(cls, question: str) -> Proposition:
        """Read a question that begins with its verb, or with "Is it true that"."""
        text = replace_idioms(_TAG.sub("", _FRAME.sub("", last_question(question))))
        text = _CONTRACTED.sub(lambda match: match[1], text)
        alone = _ALONE.search(text) is not None
        text = _ALONE.sub("", text)
        lower = text.casefold()
        mood: Mood = "must" if _MUST_ASKED.search(lower) else "may" if _MAY_ASKED.search(lower) else "is"
        signs = [sign for token in tokens_of(text) for sign in signs_of(token)]
        denials = len(DENIAL.findall(lower)) + sum(not affirms for _, affirms in signs)
        after_without = lower.partition("without ")[2]
        # A number after a name is a part of it: "the Pro 500", "room 12".
        labels = [
            number for number in find_quantities(text) if not number.unit and _LABELLED.search(text[: number.start])
        ]
        quantities = tuple(number for number in find_quantities(text) if number not in labels)
        words = [token for token in content_tokens(text) if token.isalpha() and not is_modal(token)]
        words = [word for word in words if word != "without"]
        if quantities:
            counted = {match[1] for one in quantities if (match := _PERSON.match(lower[one.end :]))}
            words = [word for word in words if stem(word) not in _BOUNDS and word not in counted]
        verb = _VERB.match(text)
        return cls(
            verb=verb["verb"].casefold() if verb and verb["verb"].casefold() in words else "",
            words=tuple(dict.fromkeys([*words, *(text[number.start : number.end] for number in labels)])),
            names=read_content(text).names,
            quantities=quantities,
            weekdays=weekdays_in(text),
            mood=mood,
            inverted=denials % 2 == 1,
            alone=alone,
            without=frozenset(content_tokens(after_without)),
            text=text,
        )


def replace_idioms(text: str) -> str:
    """Return a text with phrases as the word that means the same: "bring it back" is "return it"."""
    for idiom, words in _IDIOMS:
        text = idiom.sub(words, text)
    return text


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


def last_question(text: str) -> str:
    """Return the last sentence that asks, if what leads up to it names no figure."""
    text = text.strip()
    asking = [span for span in sentence_spans(text) if text[slice(*span)].endswith("?")]
    if not asking or find_figures(text[: asking[-1][0]]).quantities:
        return text
    return text[slice(*asking[-1])]


# --- words ------------------------------------------------------------------------------------------------------------


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_LIGHT = _stems(
    "am use take bring make get give go come do have offer provide let keep put still already also anything something"
    " someone anyone thing way please really actually currently now today want like there here people possible"
    " everything everyone all nothing"
)
_MODAL = _stems("able allow permit okay ok need require necessary mandatory compulsory obligatory must welcome may can")
_MODAL_SIGNS = frozenset({"permit", "requir", "possibl"})
_BOUNDS = _stems(
    "after before within over under above below more less least most maximum minimum long old older young younger"
    " exceed up age aged year"
)
DENIAL = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|nobody|nothing)\b|n['’]t\b")

_FLAGS = re.IGNORECASE | re.VERBOSE
_VERB = re.compile(
    r"""^(?:can|could|may|might|must|should|do|does|will|would|am|are|is)
    \ (?:i|we|you|they|he|she|it|one|\w+\ of\ (?:us|them)|(?:\w+\ )??\w+)
    \ (?:(?:allowed|able|permitted|ok|okay|possible|have|need)\ to\ )?(?P<verb>[^\W\d_]+)\b""",
    _FLAGS,
)
# The persons that a number counts may have another word in a statement: "four people", "six guests".
_PERSON = re.compile(
    r"\s+(people|persons?|users?|guests?|members?|adults?|visitors?|customers?|participants?|friends)\b"
)
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
_MAY_ASKED = re.compile(
    r"^(?:can|could|may|might)\b|^(?:whether|if)\b.*\b(?:can|could|may|might)\b"
    r"|\b(?:allow|permit|possible|able|ok|okay|forbid|prohibit)"
)
_MUST_ASKED = re.compile(
    r"""^(?:must|should|shall)\b|\b(?:have|has|need|needs)\ to\b|^(?:do|does|will|would|is)\b.*\bneed(?:ed)?\b
    |\b(?:required?|mandatory|compulsory|obligatory|necessary|obliged)\b""",
    _FLAGS,
)
_ALONE = re.compile(
    r"""\b(?:alone|unaccompanied|unsupervised
    |(?:on|by)\ (?:my|your|his|her|its|our|their|one['’]s)\ own
    |by\ (?:my|your|him|her|it|one)self|by\ (?:our|your|them)selves
    |without\ (?:an?\ |the\ |his\ |her\ |their\ )?(?:adult|parent|guardian|supervision|company|supervisor)s?)\b""",
    _FLAGS,
)
_CANNOT_HAVE = r"""(?:can(?:['’]t|not|\ not)|must(?:\ not|n['’]t)|may\ not|do(?:es)?(?:\ not|n['’]t))
    \ (?:have|eat|drink|take|tolerate|digest|stand)"""
_ALLERGENS = "gluten|wheat|lactose|dairy|milk|eggs?|nuts?|peanuts?|soya?|fish|meat|sugar|alcohol|caffeine|fat|salt"
_IDIOMS = (
    # "First" at the end is no number, and "as well" adds nothing.
    (re.compile(r"\s+(?:first|as well|too)(?=\W*$)", re.IGNORECASE), ""),
    (re.compile(r"^((?:do|does|did|will)\b.*?)\bcome with\b|\bcomes with\b", re.IGNORECASE), r"\1include"),
    (re.compile(r"\b(?:in|part of) the price\b", re.IGNORECASE), "included"),
    (re.compile(r"\b(?:in advance|ahead of time|up ?front)\b", re.IGNORECASE), "beforehand"),
    (re.compile(r"\b(?:free of charge|at no (?:extra )?(?:cost|charge))\b", re.IGNORECASE), "free"),
    (re.compile(r"\b(?:my|your|the|our) money back\b", re.IGNORECASE), "refund"),
    (re.compile(r"\b(?:bring|take|send|give|hand) (?=(?:\w+ ){0,2}back\b)", re.IGNORECASE), "return "),
    (re.compile(r"\breturn (?P<thing>(?:\w+ ){0,2})back\b", re.IGNORECASE), r"return \g<thing>"),
    (re.compile(r"\bput new (\w{3,}?)s? (?=on\b|in\b|into\b)", re.IGNORECASE), r"re\1 "),
    (re.compile(r"\bbought (?:in|during|at) (?:the|a) sales?\b|\bon sale\b", re.IGNORECASE), "reduced"),
    # A vote of all for something approves it; that of one person does not.
    (
        re.compile(
            r"""\bdid\ (?:the\ (?:\w+\ ){1,2}?|(?-i:[a-z])\w+\ )
            (?:vote\ (?:in\ favou?r\ of|for)|approve|adopt|accept|agree\ (?:to|on))
            |\b(?:voted\ (?:in\ favou?r\ of|for))""",
            _FLAGS,
        ),
        "was approved",
    ),
    # What is fit for those who cannot have something does not contain it.
    (
        re.compile(
            rf"""\b(?:ok|okay|safe|suitable|fine|good|fit|right)\ for\ (?:\w+\ ){{1,4}}?
            (?:(?:(?:who|that|if\ \w+)\ )?{_CANNOT_HAVE}
            |(?:(?:who|that)\ (?:is|are)\ )?(?:allergic|intolerant)\ to)\b""",
            _FLAGS,
        ),
        "not containing",
    ),
    (
        re.compile(r"\b(?:safe|suitable) (?:for|with) (?:an? )?(\w+) (?:allergy|intolerance)\b", re.I),
        r"not containing \1",
    ),
    (re.compile(r"\bfree (?:of|from)\b(?! charge)", re.IGNORECASE), "not containing"),
    # "Gluten free", but not "Is parking free?".
    (re.compile(rf"\b(?:([^\W\d_]{{3,}})-|({_ALLERGENS}) )free\b(?=\W*$)", re.I), r"not containing \1\2"),
)
