"""The two things that a question compares, and the attributes that it names.

>>> find_sides("What's the difference in warranty between the pump and the motor?")
Sides(first='pump', second='motor', attributes=('warranty',))
>>> find_sides("Which is cheaper, the X200 or the X300?")
Sides(first='X200', second='X300', attributes=('price cost fee',))
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.kinds import core_question


@dataclass(frozen=True)
class Sides:
    """Two things in the question's words. Each attribute holds words of which one has to name or state it."""

    first: str
    second: str
    attributes: tuple[str, ...] = ()

    @property
    def both(self) -> tuple[str, str]:
        """The two things, in the question's order."""
        return self.first, self.second


def find_sides(question: str) -> Sides | None:
    """Return the two things that a question names to compare, None if it does not name two."""
    core = " ".join(core_question(question).rstrip(" ?!.").split())
    for pattern in _PATTERNS:
        match = pattern.search(core) or pattern.search(question)
        if match is None:
            continue
        parts = match.groupdict()
        first, second = _clean(parts["first"]), _clean(parts["second"])
        second, _, after = _SPLIT.sub("\0", second, count=1).partition("\0")
        if not first or not second or first.lower() == second.lower():
            continue
        asked = " and ".join(filter(None, (parts.get("attributes"), after, parts.get("more"))))
        listed = (part.strip(" ,:?") for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", asked))
        attributes = [name for part in listed if (name := _ARTICLE.sub("", _ABOUT.sub("", part)))]
        # A comparative measures the noun after it, or that of the adjective.
        degree = parts.get("degree") or parts.get("degree_after") or ""
        adjective, _, noun = degree.partition(" ")
        if noun and not re.fullmatch(r"one|than", noun):
            attributes.append(noun)
        else:
            attributes += [words for adjectives, words in _MEASURES if adjective.lower() in adjectives.split()]
        return Sides(first, second, tuple(dict.fromkeys(attributes)))
    return None


def _clean(text: str) -> str:
    return _ARTICLE.sub("", text.strip(" ,:;\"'“”")).strip()


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
_ABOUT = re.compile(r"^(?:in|by|for|of|on|as to|in terms of|regarding|concerning|difference in|the)\s+", re.IGNORECASE)
# What follows the second thing: ", by price", " in weight", ": how do price and motor differ".
_SPLIT = re.compile(
    r"\s*[,;:]\s+(?!or\b|and\b)|\s+(?:in terms of|with regard to|regarding|concerning|by|in|on)\s+(?=[a-z])",
    re.IGNORECASE,
)
_DEGREE = r"(?P<degree>(?:more|less|better|worse|\w+er)\b(?:\s+(?!or\b|than\b|the\b|,)[a-z]+){0,2})"
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
        # A or B: how do price and motor differ
        r"^(?P<first>[^,:;?]+?)\s+(?:or|and)\s+(?P<second>[^,:;?]+?)\s*[,:;]\s*how\s+do(?:es)?\s+(?P<more>.+?)\s+differ",
        # How do A and B differ; how does A differ from B; what distinguishes A from B
        rf"{_HOW}\s+(?P<first>.+?)\s+and\s+(?P<second>.+?)\s+(?:differ|compare)\b(?P<more>.*)",
        rf"{_HOW}\s+(?P<first>.+?)\s+(?:differ(?:ent)?\s+from|compared?\s+(?:with|to))\s+(?P<second>.+)",
        r"\bdistinguish(?:es)?\s+(?P<first>.+?)\s+from\s+(?P<second>.+)",
        # Is A lighter than B; does A weigh more than B
        rf"^(?:is|are|was|were|does|do|did|has|have)\s+(?P<first>.+?)\s+(?:[a-z]+\s+)?{_DEGREE}\s+than\s+(?P<second>.+)",
        # Which is cheaper, A or B; who earns more leave, A or B
        rf"^(?:which|who|what)\b.*?\b{_DEGREE}(?:\s+for\s+[^,:;]+)?\s*[,:;]\s*(?P<first>.+?)\s*,?\s+or\s+(?P<second>.+)",
        # A or B: which is cheaper; is A or B cheaper
        rf"^(?P<first>[^,:;?]+?)\s+or\s+(?P<second>[^,:;?]+?)\s*[,:;]\s*(?:which|who|what|whose)\b.*?\b{_DEGREE_AFTER}",
        rf"^(?:is|are|does|do)\s+(?P<first>.+?)\s+or\s+(?P<second>.+?)\s+{_DEGREE_AFTER}$",
        # A versus B
        r"^(?P<first>.+?)\s+(?:versus|vs\.?)\s+(?P<second>.+)",
    )
)
