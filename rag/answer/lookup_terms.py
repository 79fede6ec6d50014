"""What a short question asks of a table: the terms that name a row and a column, and the kind of value wanted.

>>> asked = read_asked("How much is the Corrie 65 for members?")
>>> asked.wanted, [term.text for term in asked.terms]
('price', ['corrie', '65', 'members'])
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from rag.answer.anchors import find_anchors
from rag.answer.asked import Wanted, wanted_type
from rag.answer.limits import weekdays_in
from rag.answer.quantities import Date, Quantity, find_figures
from rag.answer.words import NEGATIONS, STOP_WORDS, fold, stem, tokens_of

Side = Literal["start", "end"]
TermKind = Literal["word", "code", "number", "date", "weekday"]

LIGHT = 0.2  # weight of a word that hardly names anything
VERB = 0.4  # ... of what a person does or has: "can I bring my bicycle"
NAME = 1.5  # ... of a name or a number
CODE = 2.0


@dataclass(frozen=True)
class Term:
    """A word or figure of a question that a row or column should have. `word` is its stem.

    `is_hard` is True for a name, a code or a figure, which no answer may lack. A word is `is_denied` after "not" and
    the like. Of a number, `around` is the text near it, and `before` and `after` are the words next to it.
    """

    text: str
    word: str
    kind: TermKind
    weight: float
    is_hard: bool = False
    is_denied: bool = False
    around: str = ""
    before: str = ""
    after: str = ""
    quantity: Quantity | None = None
    date: Date | None = None
    days: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Asked:
    """The terms of a question, and the kind of value that it wants, None if any may answer.

    `type_words` are the stems that say what is wanted: "price", "opens". `counted` is the stem of what is counted.
    `thing` is the stem of the noun after "which" or "what". `side` is the end of a time that is asked for.
    """

    terms: tuple[Term, ...]
    wanted: Wanted | None
    type_words: frozenset[str]
    counted: str = ""
    thing: str = ""
    asks_for_past: bool = False
    side: Side | None = None


def read_asked(question: str) -> Asked:
    """Return what a question asks for."""
    wanted = wanted_type(question)
    if wanted == "place":  # any cell may say where
        wanted = None
    type_words = _TYPE_WORDS.get(wanted, frozenset()) if wanted else frozenset()
    how_many = _HOW_MANY.search(question)
    which = re.search(r"\b(?:which|what) ([^\W\d_]+)", question, re.IGNORECASE)
    attribute = _ATTRIBUTE.search(question)
    terms = [*_read_figures(question), *_read_words(question, type_words)]
    if attribute is not None:
        noun = _ATTRIBUTES[attribute["adjective"].lower()]
        terms.append(Term(noun, stem(noun), "word", 1.0))
    asks_for_past = _PAST.search(question) is not None and not any(term.date for term in terms)
    counted = stem(how_many[1]) if how_many else ""
    said = {fold(token) for token in tokens_of(question)} - {"to", "from"}
    sides = [side for side, words in _SIDES if words & said]
    side = sides[0] if len(sides) == 1 and wanted == "time" else None
    return Asked(tuple(terms), wanted, type_words, counted, _noun(which), asks_for_past, side)


def sides_of(column: str) -> set[Side]:
    """Return the ends of a time that the name of a column is for: "From", "Doors close"."""
    return {side for side, words in _SIDES if words & {fold(token) for token in tokens_of(column)}}


def _noun(match: re.Match[str] | None) -> str:
    return stem(match[1]) if match and fold(match[1]) not in STOP_WORDS else ""


def _read_figures(question: str) -> list[Term]:
    """Return the numbers, dates and weekdays of a question as terms."""
    figures = find_figures(question)
    terms = []
    dated = {date.start for date in figures.dates}
    for date in dict.fromkeys(figures.dates):
        text = question[date.start : date.end]
        terms.append(Term(text, fold(text), "date", NAME, True, date=date))
    for quantity in figures.quantities:
        text = question[quantity.start : quantity.end]
        is_one = quantity.values == (1.0,) and text.isalpha()
        if quantity.kind == "ordinal":
            terms.append(Term(fold(text), stem(text), "word", 1.0))
        if quantity.start in dated or is_one or quantity.kind == "ordinal":
            continue
        before = re.search(r"([^\W\d_]+)\W*$", question[: quantity.start])
        after = re.match(r"[\s-]*([^\W\d_]+)", question[quantity.end :])
        around = question[max(0, quantity.start - 14) : quantity.end + 12]
        beside = [fold(match[1]) if match and fold(match[1]) not in STOP_WORDS else "" for match in (before, after)]
        term = Term(text, fold(text), "number", NAME, is_hard=True, around=around, quantity=quantity)
        terms.append(replace(term, before=beside[0], after=beside[1]))
    if days := weekdays_in(question):
        terms.append(Term("weekday", "weekday", "weekday", 1.25, True, days=days))
    return terms


def _read_words(question: str, type_words: frozenset[str]) -> list[Term]:
    """Return the words and codes of a question as terms, each once."""
    rest = find_figures(question).rest
    codes = {fold(anchor.text) for anchor in find_anchors(question) if anchor.kind == "identifier"}
    names = {word for anchor in find_anchors(question) if anchor.kind == "name" for word in tokens_of(anchor.text)}
    light = {match.start("word") for match in _PER.finditer(rest)}
    verbs = {match.start("word") for pattern in (_VERBS, _WHO_DOES, _OWN) for match in pattern.finditer(rest)}
    denied = {match.start("word") for match in _DENIED.finditer(rest)}
    terms: dict[str, Term] = {}
    place = 0
    for token in tokens_of(rest):
        start = fold(rest).find(token, place)
        place = max(place, start + len(token))
        word = stem(token)
        is_code = token in codes or any(letter.isdigit() for letter in token)
        is_short = len(token) < 2 and not is_code and "-" not in rest[max(0, start) : start + 2]
        plain = re.sub(r"['’]?(?:s|m|re|ll|d|ve)$", "", token) if re.search("['’]", token) else token.removesuffix("nt")
        is_function = token in STOP_WORDS or plain in STOP_WORDS or token in _FUNCTION_WORDS or token in NEGATIONS
        if (is_function and not is_code) or weekdays_in(token.title()) or is_short:
            continue
        weight = 1.0
        if start in light or word in _LIGHT or word in type_words:
            weight = LIGHT
        elif start in verbs:
            weight = VERB
        term = Term(token, word, "word", weight, is_denied=start in denied)
        if is_code:
            term = replace(term, kind="code", weight=CODE, is_hard=True)
        elif token in names and weight >= VERB:
            term = replace(term, weight=NAME, is_hard=True)
        terms.setdefault(word, term)
    return list(terms.values())


# --- general English --------------------------------------------------------------------------------------------------


def stems_of(words: str) -> frozenset[str]:
    """Return the stems of words between blanks."""
    return frozenset(map(stem, words.split()))


_TYPE_WORDS: dict[Wanted, frozenset[str]] = {
    "price": stems_of("price priced cost fee charge charged pay paid much amount rate fare euro pound dollar"),
    "time": stems_of(
        "time hour date open opening close closing start begin end finish last until till latest earliest due"
    ),
    "day": stems_of("day weekday week date open opening close closed closing shut"),
    "person": stems_of("name person"),
    "phone": stems_of("phone telephone number call ring dial"),
    "number": stems_of("number much many"),
    "share": stems_of("percentage percent share"),
    "duration": stems_of("long last take time period duration minute hour day week month year"),
    "mass": stems_of("weigh heavy much"),
}
_ATTRIBUTES = {
    "heavy": "weight", "tall": "height", "high": "height", "wide": "width", "deep": "depth", "far": "distance",
    "fast": "speed", "big": "size", "large": "size", "old": "age", "expensive": "price",
}  # fmt: skip
_ATTRIBUTE = re.compile(rf"\bhow (?P<adjective>{'|'.join(_ATTRIBUTES)})\b", re.IGNORECASE)
_STARTS = "start starts starting begin begins from open opens opening first earliest since"
_ENDS = "end ends ending finish finishes until till to close closes closing shut shuts last latest deadline"
_SIDES: tuple[tuple[Side, frozenset[str]], ...] = (
    ("start", frozenset(_STARTS.split())),
    ("end", frozenset(_ENDS.split())),
)
_PREPOSITIONS = "after before between without under over since within again off via upon against among along around"
_FUNCTION_WORDS = frozenset(f"{_PREPOSITIONS} until".split())
_LIGHT = stems_of(
    """
    get got have take make give go come need want let put see know tell find say look like use please many much long
    now today currently current moment present somebody someone anybody anyone everybody person thing one kind sort type
    way exactly actually only just still latest earliest right possible whats hows wheres whos name must may maximum
    minimum least most number code per each every total new old former previous back own sure bring happen mean be goes
    supposed meant allowed
    """
)
_PER = re.compile(
    r"\b(?:per|each|every|an?(?= (?:day|week|month|year|night|hour|head|person|piece)\b)) (?P<word>\w+)", re.IGNORECASE
)
_VERBS = re.compile(
    r"\b(?:i|we|you|they|he|she|it|one)(?: (?:can|could|may|must|should|will|would|have to|need to|want to|do|did))? "
    r"(?P<word>[^\W\d_]+)",
    re.IGNORECASE,
)
_WHO_DOES = re.compile(
    r"(?:\bwho(?:['’]?s| is| are| was| will| would| can| should)?|\bwho to"
    r"|\bsomebody (?:has|have) to|\bthat|\bable to) "
    r"(?P<word>(?!the\b|an?\b|in\b|is\b|are\b)[^\W\d_]+)",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:my|our|your|his|her|their) (?P<word>\w+)", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|non|without|no)|n['’]?t)(?:[\s-]+(?:an?|the|yet|any|my))*[\s-]+(?P<word>[^\W\d_]+)", re.IGNORECASE
)
_HOW_MANY = re.compile(
    r"\bhow many (?:[\w-]+ (?=\w+ (?:in|at|on|of|for|does|do|are|is|has|have)\b))?([^\W\d_]+)", re.IGNORECASE
)
_PAST = re.compile(r"\b(?:was|were|did|used to|former|formerly|previous|previously|old|older|earlier)\b", re.IGNORECASE)
