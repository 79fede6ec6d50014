"""Polarity: whether a statement of a source affirms or denies what a yes/no question asks.

A statement decides only if it, or the titles that it stands under, hold all that is asked; then its words for
permission, duty and denial, its exceptions, and the days and limits that it names tell "yes" from "no". Where they do
not tell, neither is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer.limits import Ruling, rule_on_limits, rule_on_weekdays
from rag.answer.proposition import Proposition, content_tokens, is_modal, signs_of
from rag.answer.statement_parts import StatementPart, split_parts
from rag.answer.synonyms import Vocabulary, is_kind_of
from rag.answer.words import stem

SAME_KIND = 0.4  # cosine from which on two words may name things of one kind: "card" and "cash" .46
_Holds = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True)
class StatementInContext:
    """A sentence of a source and the words around it: of its titles, or of the question that it answers."""

    text: str
    context: tuple[str, ...] = ()


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

    general = _general_nouns(statement.text, proposition.words)

    def holds(word: str, tokens: Sequence[str]) -> bool:
        if any(token in general and is_kind_of(word, token) for token in tokens):
            return True
        if stem(word) in proposition.names or not word.isalpha():
            return stem(word) in set(map(stem, tokens))
        signs = {sign for sign, _ in signs_of(word)}
        return vocabulary.is_held(word, tokens) or any(sign in signs for token in tokens for sign, _ in signs_of(token))

    # All that is asked is said, at least one word of it in the statement itself.
    own = [word for word in asked if holds(word, everything)]
    figures = len(proposition.weekdays) + len(proposition.quantities)

    def judgement(affirms: bool | None) -> Judgement | None:
        return None if affirms is None else Judgement(affirms != proposition.inverted, len(own) + figures)

    missing = [
        word
        for word in asked
        if word not in own
        and not holds(word, statement.context)
        and not _is_kind_of_named(word, proposition, statement.context, vocabulary)
    ]
    if missing and (is_left_out := _rule_by_only(proposition, statement.text, missing, own, vocabulary)) is not None:
        return judgement(is_left_out)
    part = _deciding_part(parts, own, holds)
    if part is None or (not own and not figures):
        return None
    # A limit, or a denial of the thing itself, holds whatever is done with it.
    is_denied = part.denies or part.signs.get("permit") is False
    things = [
        word for word in own if not re.search(rf"\b{_PLACE}\s+(?:\w+\s+){{0,3}}?{re.escape(word)}\b", proposition.text)
    ]
    if things and missing == [proposition.verb] and (is_denied or proposition.quantities):
        missing = []
    if missing and not (is_denied and _covers_all(part, proposition, missing, own, vocabulary)):
        return None

    # Weekdays, limits and company decide by themselves. Outside of what is denied nothing is said.
    if figures:
        ruling = _rule_on_figures(proposition, statement.text)
        is_denied = _affirms(proposition, part) is False
        if proposition.alone and _ACCOMPANIED.search(statement.text):
            return judgement({Ruling.WITHIN: False, Ruling.OUTSIDE: True}.get(ruling))
        if (
            ruling is Ruling.UNKNOWN
            or (proposition.alone and ruling is Ruling.WITHIN)
            or (ruling is Ruling.OUTSIDE and (is_denied or proposition.without))
        ):
            return None
        if proposition.without:
            return judgement(_rule_on_without(proposition, statement, everything, vocabulary))
        return judgement(ruling is Ruling.WITHIN and not is_denied)
    if proposition.alone:
        return judgement(False if _ACCOMPANIED.search(part.text) else None)

    # Otherwise the part's own words do.
    if proposition.without:
        return judgement(_rule_on_without(proposition, statement, everything, vocabulary))
    affirms = _affirms(proposition, part)
    if affirms is None or (affirms and _is_of_other_act(proposition, part, vocabulary)):
        return None
    if (
        not affirms
        and not _UNIVERSAL.search(part.text.casefold())
        and _is_narrower(part, proposition, statement, vocabulary)
    ):
        return None
    is_explicit = part.denies or bool(part.signs) or _MODAL_SAID.search(part.text) is not None
    share = len(own) / max(len(set(everything)), 1)
    return Judgement(affirms != proposition.inverted, len(own), is_explicit, share)


# --- reasons ----------------------------------------------------------------------------------------------------------


def _deciding_part(parts: Sequence[StatementPart], own: Sequence[str], holds: _Holds) -> StatementPart | None:
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


def _affirms(proposition: Proposition, part: StatementPart) -> bool | None:
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


def _rule_on_figures(proposition: Proposition, text: str) -> Ruling:
    """Return whether the weekdays and quantities asked for lie within those of a statement; all have to be ruled on."""
    rulings = [rule_on_weekdays(proposition.weekdays, text)] if proposition.weekdays else []
    rulings += [rule_on_limits(proposition.text, text)] if proposition.quantities else []
    return next((one for one in (Ruling.UNKNOWN, Ruling.OUTSIDE) if one in rulings), Ruling.WITHIN)


def _covers_all(
    part: StatementPart, proposition: Proposition, missing: Sequence[str], own: Sequence[str], vocabulary: Vocabulary
) -> bool:
    """Tell whether a denial is so general that what it does not name is denied, too.

    "Charcoal is not allowed anywhere" denies a charcoal barbecue, and "in the yard" as well. What is missing is the
    thing that a word of the denial qualifies, or stands behind a preposition of place.
    """
    if not own or not _UNIVERSAL.search(part.text.casefold()):
        return False
    text = proposition.text.casefold()

    def is_covered(word: str) -> bool:
        if re.search(rf"\b{_PLACE}\s+(?:\w+\s+){{0,3}}?{re.escape(word)}\b", text):
            return True
        before = [one for one in own if re.search(rf"\b{re.escape(one)}\s+{re.escape(word)}\b", text)]
        return any(vocabulary.is_near(word, one) for one in before)

    return all(map(is_covered, missing))


def _is_narrower(
    part: StatementPart, proposition: Proposition, statement: StatementInContext, vocabulary: Vocabulary
) -> bool:
    """Tell whether a denial may be about less than what is asked: "Dogs are not allowed in the pool".

    A word that is in one list with one of the question's narrows nothing: "in the pool or in the sauna".
    """
    known = [*proposition.words, *statement.context, *_GENERIC]
    held = [
        token
        for token in part.tokens
        if is_modal(token)
        or signs_of(token)
        or vocabulary.is_held(token, known)
        or any(is_kind_of(word, token) for word in known)
    ]
    text = part.text.casefold()

    def is_listed(token: str) -> bool:
        return any(
            re.search(rf"\b{re.escape(one)}\W+(?:or|and|nor)\s+(?:\w+\s+){{0,2}}?{re.escape(other)}\b", text)
            for word in held
            for one, other in ((token, word), (word, token))
        )

    return any(token.isalpha() and token not in held and not is_listed(token) for token in part.tokens)


def _is_kind_of_named(word: str, proposition: Proposition, context: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Tell whether a word only says what a named thing is, as the context does: "the Ida 20 lamp" of the lighting."""
    named = re.search(rf"\b([^\W_]+)\s+{re.escape(word)}\b", proposition.text, re.IGNORECASE)
    if named is None or stem(named[1].casefold()) not in proposition.names & set(map(stem, context)):
        return False
    return any(vocabulary.is_near(word, token) for token in context if token.isalpha())


def _general_nouns(text: str, asked: Sequence[str]) -> set[str]:
    """Return the words that are not narrowed by the word before: "dogs", and not "small dogs" or "Customs House".

    A word that is asked, as in "walk dogs", narrows nothing.
    """
    known = set(map(stem, asked))
    tokens = [match[0] for match in re.finditer(r"[^\W\d_]+|[.,;:()]", text)]
    return {
        token.casefold()
        for before, token in zip(["", *tokens], tokens, strict=False)
        if not any(content_tokens(before)) or stem(before) in known or is_modal(before) or signs_of(before)
    }


def _is_of_other_act(proposition: Proposition, part: StatementPart, vocabulary: Vocabulary) -> bool:
    """Tell whether what may or must be done is not what is asked: "Boats can be hired" for "bring my boat"."""
    act = (_MUST_DO if proposition.mood == "must" else _MAY_DO).search(part.text)
    if act is None or proposition.mood == "is" or "permit" in part.signs:
        return False
    verb = next(content_tokens(act["verb"]), None)  # "must always go on eating"
    return verb is not None and not vocabulary.is_held(verb, proposition.words)


def _rule_by_only(
    proposition: Proposition, text: str, missing: Sequence[str], own: Sequence[str], vocabulary: Vocabulary
) -> bool | None:
    """Return False where a statement says "only in the garden" or "cash only", and the question asks for another."""
    if not own or proposition.mood == "must":
        return None
    thing = _ONLY_THING.search(text)
    means = re.search(rf"\b(?:by|in|with)\s+(?:\w+\s+)?{re.escape(missing[-1])}\b", proposition.text, re.IGNORECASE)
    if thing and means and vocabulary.is_near(missing[-1], thing["thing"], SAME_KIND):
        return False
    for preposition in (match["after"] or match["before"] for match in _ONLY.finditer(text)):
        same = next((group for group in _SAME_RELATION if preposition.casefold() in group), (preposition,))
        asked = re.search(
            rf"\b(?:{'|'.join(same)})\s+(?:\w+\s+){{0,2}}?{re.escape(missing[0])}\b", proposition.text, re.IGNORECASE
        )
        if asked and all(word in proposition.text[asked.start() :].casefold() for word in missing):
            return False
    return None


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


_GENERIC = frozenset(
    [
        "site",
        "premises",
        "property",
        "location",
        "place",
        "facility",
        "building",
        "area",
        "moment",
        "time",
        "service",
        "sold",
        "charged",
        "against",
    ]
)  # what a denial may name without being narrower

_FLAGS = re.IGNORECASE | re.VERBOSE
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
_MODAL_SAID = re.compile(r"\b(?:can|could|may|must|welcome|need|needs|have to|has to|only)\b", re.IGNORECASE)
_COMPARISON = re.compile(
    r"\b(?:same|different|identical|equal|equivalent|similar)\b|\bthan\b(?! \w+ (?:days?|hours?))", re.I
)
_HEDGE = re.compile(r"\b(?:some|sometimes|may be|might|could be|perhaps|possibly|certain)\b")
# "No, ..." and "No, it is not" answer; "No dogs are allowed" and "No smoking." state.
_UNIVERSAL = re.compile(r"\b(?:any|all|both|either|every|everywhere|anywhere|at all|whole|entire|ever)\b")
_ONLY_THING = re.compile(r"\b(?P<thing>[^\W\d_]{3,}) only\b", re.IGNORECASE)
_MAY_DO = re.compile(r"\b(?:can|may|could)\s+(?:also\s+|only\s+)?(?:be\s+)?(?P<verb>[^\W\d_]+)", re.IGNORECASE)
_MUST_DO = re.compile(
    r"\b(?:must|(?:have|has|need|needs) to)\s+(?:(?:always|also|only|be)\s+)*(?P<verb>(?:[^\W\d_]+\s+){0,2}[^\W\d_]+)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"""\b(?:only|exclusively|solely)\s+(?P<after>in|on|at|for|to|with|from|by|during|via|through)\b
    |\b(?P<before>in|on|at|for|to|with|from|by|during|via|through)\s+(?:[\w-]+\s+){1,3}?(?:only|exclusively|alone)\b""",
    _FLAGS,
)
_SAME_RELATION = (
    ("by", "with", "in", "via", "through"),
    ("in", "at", "on", "from"),
    ("on", "during", "at"),
    ("to", "into"),
)
_PLACE = r"(?:in|into|on|onto|at|inside|through|across|around|near|under|from)"
_ACCOMPANIED = re.compile(
    r"""\bwith\ (?:an?|the|their|his|her|one)\ (?:\w+\ )?
    (?:adult|parent|guardian|grown-up|coach|instructor|teacher|supervisor|guide|companion)
    |\b(?:accompanied|accompany|supervised|supervision)\b|\bin\ (?:the\ )?company\ of\b""",
    _FLAGS,
)
