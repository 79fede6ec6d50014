"""The two things that a question compares, and the attributes that it names.

>>> find_sides("What's the difference in warranty between the pump and the motor?")
Sides(first='pump', second='motor', attributes=('warranty',), degree='', asks_whether=False, group='')
>>> find_sides("Which is cheaper, the X200 or the X300?")
Sides(first='X200', second='X300', attributes=('price cost fee',), degree='cheaper', asks_whether=False, group='')
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.answer.kinds import core_question

CURRENT = "current edition"
"""The first thing of a question for what has changed since the edition that is the second."""


@dataclass(frozen=True)
class Sides:
    """Two things in the question's words. Each attribute holds words of which one has to name or state it.

    `degree` is the comparative asked for, and `asks_whether` tells whether it is asked of the first thing. `group` is
    what the two are called together where the question names neither: "guest rooms" of "the two guest rooms".
    """

    first: str
    second: str
    attributes: tuple[str, ...] = ()
    degree: str = ""
    asks_whether: bool = False
    group: str = ""

    @property
    def both(self) -> tuple[str, str]:
        """The two things, in the question's order."""
        return self.first, self.second

    @property
    def without_purpose(self) -> Sides:
        """The sides without what the things are for: "room" of "room for a company"."""
        first, second = (side.partition(" for ")[0] for side in self.both)
        return replace(self, first=first, second=second)

    @property
    def queries(self) -> tuple[str, ...]:
        """What to search for: either thing, or the group, with the attributes."""
        things = (self.group,) if self.group else (self.second,) if self.first == CURRENT else self.both
        return tuple(" ".join([thing, *self.attributes]) for thing in things)


def find_sides(question: str) -> Sides | None:
    """Return the two things that a question names to compare, None if it does not name two."""
    question = _SLASH.sub(" and ", question) if _COMPARE.search(question) else question
    core = " ".join(core_question(question).rstrip(" ?!.").split())
    for pattern in _PATTERNS:
        match = pattern.search(core) or pattern.search(question)
        if match is None:
            continue
        parts = match.groupdict()
        first, second = _clean(parts.get("first") or CURRENT), _clean(parts["second"])
        second, _, after = _SPLIT.sub("\0", second, count=1).partition("\0")
        if not first or not second or first.lower() == second.lower():
            continue
        # "The small wash" and "the full one" are washes.
        second = _ONE.sub(first.split()[-1], second)
        # "The quiet hours in the 2026 rules" and "those of 2023" are about the quiet hours in two editions.
        topic = ""
        edition, other = _EDITION.fullmatch(first), _PRONOUN.match(second)
        if other and edition:
            topic, first, second = edition["topic"], _clean(edition["edition"]), _clean(second[other.end() :])
        # What is measured is asked of both "in English", which is no second attribute.
        degree = parts.get("degree") or parts.get("degree_after") or ""
        after = "" if degree else after
        asked = " and ".join(filter(None, (parts.get("attributes"), after, parts.get("more"), topic)))
        listed = (part.strip(" ,:?") for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", asked))
        attributes = [name for part in listed if (name := _ARTICLE.sub("", _ABOUT.sub("", part)))]
        attributes += _measures_of(degree)
        asks_whether = bool(degree) and _WHETHER.match(core) is not None and "degree_after" not in parts
        return Sides(first, second, tuple(dict.fromkeys(attributes)), degree.lower(), asks_whether)
    return _find_group(core) or _find_group(" ".join(question.rstrip(" ?!.").split()))


def _find_group(core: str) -> Sides | None:
    """Return the sides of a question about two things that it names together only."""
    for pattern in _GROUPS:
        if match := pattern.search(core):
            parts = match.groupdict()
            degree = (parts.get("degree") or "").lower()
            name, _, after = _SPLIT.sub("\0", match["group"].strip(), count=1).partition("\0")
            asked = _LEAD.sub("", " ".join(filter(None, (after, parts.get("more"))))).strip(" ,:;?")
            attributes = [_ARTICLE.sub("", _ABOUT.sub("", asked))] if asked else []
            attributes += _measures_of(degree)
            return Sides("", "", tuple(dict.fromkeys(filter(None, attributes))), degree, group=_clean(name))
    return None


def _measures_of(degree: str) -> list[str]:
    """Return the words for what a comparative measures: the noun after it, or the nouns of the adjective."""
    adjective, _, noun = degree.lower().partition(" ")
    if noun == "expensive":
        adjective, noun = noun, ""
    if noun and not re.fullmatch(r"one|than", noun):
        return [noun]
    return [words for adjectives, words in _MEASURES if adjective in adjectives.split()]


def _clean(text: str) -> str:
    """Return a name without quotes, article and what is done with the thing: "hall" of "hiring the hall"."""
    return _ARTICLE.sub("", _DOING.sub("", text.strip(" ,:;\"'“”"))).strip()


# The nouns of adjectives, any of which may name a column or stand with a value.
_MEASURES = (
    ("cheaper dearer costlier", "price cost fee"),
    ("expensive", "price cost fee"),
    ("lighter heavier", "weight weigh"),
    ("bigger larger smaller roomier", "size area capacity volume dimensions"),
    ("longer shorter", "length duration period long"),
    ("faster quicker slower", "speed time duration"),
    ("taller higher lower", "height"),
    ("wider narrower", "width"),
    ("deeper shallower", "depth"),
    ("older newer younger", "age year date"),
    ("stronger weaker", "power strength"),
    ("louder quieter", "noise volume"),
    ("hotter colder warmer cooler", "temperature"),
)

_ARTICLE = re.compile(r"^(?:the|a|an|our|your|my|both|of)\s+", re.IGNORECASE)
_DOING = re.compile(r"^[a-z]{2,}ing\s+(?=(?:the|an?|our|your|my)\s)", re.IGNORECASE)
_ONE = re.compile(r"\bone$", re.IGNORECASE)
_COMPARE = re.compile(r"\bcompar|\bdiffer", re.IGNORECASE)
_SLASH = re.compile(r"\s+/\s+")
_ABOUT = re.compile(r"^(?:in|by|for|of|on|as to|in terms of|regarding|concerning|difference in|the)\s+", re.IGNORECASE)
_WHETHER = re.compile(r"(?:is|are|was|were|does|do|did|has|have)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:those|that|the ones?)\s+(?:of|from|in|under)\s+(?:the\s+)?", re.IGNORECASE)
_EDITION = re.compile(
    r"(?P<topic>.+?)\s+(?:of|from|in|under)\s+(?:the\s+)?(?P<edition>[^,]*?(?:\d{4}|old|new|current|previous|former)\b.*)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\W*(?:what|which|how)\s+(?:(?:do|does|did|is|are|much|many)\s+)*", re.IGNORECASE)
# What follows the second thing: ", by price", " in weight", ": how do price and motor differ".
_SPLIT = re.compile(
    r"\s*[,;:]\s+(?!or\b|and\b)|\s+(?:in terms of|with regard to|regarding|concerning|by|in|on)\s+(?=[a-z])",
    re.IGNORECASE,
)
_DEGREE = r"(?P<degree>(?:more|less|better|worse|\w+er)\b(?:\s+(?!(?:or|than|the|on|in|at|for|by)\b|,)[a-z]+){0,2})"
_DEGREE_AFTER = _DEGREE.replace("degree", "degree_after")
_HOW = r"\b(?:how|in what)\s+(?:do|does|did|is|are)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # The difference in warranty between A and B
        r"\bdifferences?(?:\s+(?:in|of)\s+(?P<attributes>.+?))?\s+between\s+(?P<first>.+?)\s+and\s+(?P<second>.+)",
        # Compare the opening hours of A and B; compare A with B
        r"\bcompare\s+(?P<attributes>(?!.*\b(?:with|to)\b)[\w\s]+?)\s+(?:of|for|at|in)\s+"
        r"(?P<first>.+?)\s+and\s+(?P<second>.+)",
        r"\bcompare\s+(?P<first>.+?)\s+(?:and|with|to|versus|vs\.?|against)\s+(?P<second>.+)",
        # A or B: how do they differ in price; what is the difference in price
        r"^(?P<first>[^,:;?]+?)\s+(?:or|and)\s+(?P<second>[^,:;?]+?)\s*[,:;]\s*"
        r"(?:how\s+do\s+(?:they|these|those|the two|both)\s+differ|what.*?\bdifferences?)\b(?P<more>.*)",
        # A or B: how do price and motor differ
        r"^(?P<first>[^,:;?]+?)\s+(?:or|and)\s+(?P<second>[^,:;?]+?)\s*[,:;]\s*how\s+do(?:es)?\s+(?P<more>.+?)\s+differ",
        # What has changed about leave since the 2023 agreement
        r"^what\b.*?\bchanged\s+(?:about|in|for|with|to|on)\s+(?P<attributes>.+?)\s+since\s+(?P<second>.*\b(?:1\d|20)\d\d\b.*)",
        # How do A and B differ; how does A differ from B; what distinguishes A from B
        rf"{_HOW}\s+(?P<first>.+?)\s+and\s+(?P<second>.+?)\s+(?:differ|compare)\b(?P<more>.*)",
        rf"{_HOW}\s+(?P<first>.+?)\s+(?:differ(?:ent)?\s+from|compared?\s+(?:with|to))\s+(?P<second>.+)",
        r"\bdistinguish(?:es)?\s+(?P<first>.+?)\s+from\s+(?P<second>.+)",
        r"\bsets\s+(?P<first>.+?)\s+apart\s+from\s+(?P<second>.+)",
        # Is A lighter than B; does A weigh more than B
        rf"^(?:is|are|was|were)\s+(?P<first>.+?)\s+(?:(?:much|any|even)\s+)?{_DEGREE}\s+than\s+(?P<second>.+)",
        rf"^(?:does|do|did|has|have)\s+(?P<first>.+?)\s+(?:[a-z]+\s+)?{_DEGREE}\s+than\s+(?P<second>.+)",
        # Which is cheaper, A or B; who earns more leave, A or B
        rf"^(?:which|who|whats?)\b.*?\b{_DEGREE}(?:\s+for\s+[^,:;]+)?\s*[,:;]\s*(?P<first>.+?)\s*,?\s+or\s+(?P<second>.+)",
        # Is a place for a car cheaper at A or at B
        rf"^(?:is|are|was|were|does|do)\s+(?P<more>.+?)\s+{_DEGREE_AFTER}\s+(?P<at>at|in|with|from|by|on|under|for)\s+"
        r"(?P<first>.+?)\s+or\s+(?P=at)\s+(?P<second>.+)",
        # A or B: which is cheaper; is A or B cheaper
        rf"^(?P<first>[^,:;?]+?)\s+or\s+(?P<second>[^,:;?]+?)\s*[,:;]\s*(?:which|who|what|whose)\b.*?\b{_DEGREE_AFTER}",
        rf"^(?:is|are|does|do)\s+(?P<first>.+?)\s+or\s+(?P<second>.+?)\s+{_DEGREE_AFTER}$",
        # A versus B
        r"^(?P<first>.+?)\s+(?:versus|vs\.?)\s+(?P<second>.+)",
    )
)
_BOTH = r"(?:(?:the|our|your|my|these|those)\s+)?(?:two|both)(?:\s+(?:the|of the|of our|of your))?\s+"
_GROUPS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bcompare\s+{_BOTH}(?P<group>[^,:;?]+)(?P<more>[,:;].+)?",
        rf"\bdifferences?(?:\s+(?:in|of)\s+(?P<more>.+?))?\s+between\s+{_BOTH}(?P<group>.+)",
        rf"{_HOW}\s+{_BOTH}(?P<group>.+?)\s+(?:differ|compare)\b(?P<more>.*)",
        rf"^(?:which|what)\s+of\s+{_BOTH}(?P<group>.+?)\s+(?:is|are|has|have|was|were|\w+s)\s+(?:the\s+|an?\s+)?{_DEGREE}",
    )
)
