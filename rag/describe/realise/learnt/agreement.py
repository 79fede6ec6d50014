"""Check the grammar of a pattern with the values that it gets: number, articles, and nouns that are missing."""

from __future__ import annotations

import re

from rag.describe.realise.english import is_plural
from rag.describe.realise.learnt.sentence_input import SentenceInput
from rag.describe.realise.word_classes import MASS_NOUNS

_VERBS_OF_ONE = "is|has|was|comes|weighs|costs|holds|measures|runs|contains|includes|needs|requires|supports|offers"
_VERBS_OF_MANY = "are|have|were|come|weigh|cost|hold|measure|run|contain|include|need|require|support|offer"
_OF_ONE = re.compile(rf"\b[Ii]ts?\b|(?:\[name\]|\[brand\]) (?:{_VERBS_OF_ONE})\b")
_OF_MANY = re.compile(rf"\b[Tt]he(?:y|ir)\b|(?:\[name\]|\[brand\]) (?:{_VERBS_OF_MANY})\b")
_WORD = r"(?:\[[^\[\]]*\]|(?!of\b|with\b|is\b|has\b|for\b|in\b)[^\W\d][\w'’-]*)"
_WITH_ARTICLE = rf"\b[Aa]n? (?:{_WORD},? (?:and )?)*"
_NO_NOUN = r"(?=[.,;:]|$| (?:with|and|or|for|in|by|from|that|which|is|has|but|of)\b)"


def stands_before_noun(before: str, after: str) -> bool:
    """Tell whether a place in a pattern, between two parts of it, is that of a modifier: "a ... guarantee"."""
    return re.search(rf"{_WITH_ARTICLE}$", before) is not None and re.match(_NO_NOUN, after) is None


def find_disagreement(pattern: str, read: SentenceInput) -> str:
    """Return what is wrong with the grammar of a pattern, "" for nothing.

    A product that is "they" takes the verbs and pronouns of many. No article stands before a type in the plural or one
    that is not counted. A measure behind an article stands before a noun: "a 1.5 l", "a blue 2-year" lack one.
    """
    is_many = read.text.partition(":")[0].endswith("they")
    if (_OF_ONE if is_many else _OF_MANY).search(pattern):
        return "number of the product"
    for one in read.placeholders:
        mark = rf"(?:{re.escape(one.mark)}|{re.escape(one.before_noun)})"
        value = one.field.value.strip()
        if one.field.kind == "type":
            is_bare = is_many or is_plural(value) or value.rpartition(" ")[2].casefold() in MASS_NOUNS
            if is_bare and re.search(_WITH_ARTICLE + mark, pattern):
                return f"article before {value}"
            if not is_bare and re.search(rf"\bis (?:{_WORD} )*{mark}", pattern) and not re.search(
                rf"\b(?:[Aa]n?|[Tt]h(?:e|is)|one) (?:{_WORD},? (?:and |but )?)*{mark}", pattern
            ):  # fmt: skip
                return f"no article before {value}"
        elif one.field.quantity is not None and one.field.kind != "list":
            if re.search(_WITH_ARTICLE + mark + _NO_NOUN, pattern):
                return f"no noun after {value}"
            if one.shape in ("one", "number") and re.search(rf"\b(?:are|with|from|in) {mark}{_NO_NOUN}", pattern):
                return f"no noun after {value}"
    return ""
