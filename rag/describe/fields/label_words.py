"""Abbreviations in the names of columns, spelt out by `label_words.toml`: "WGT NET" is the net weight.

>>> spell_out("wgt net", in_capitals=True), spell_out("bullet point 2", in_capitals=False)
('net weight', 'feature 2')
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from rag.describe.fields.lexicon import is_adjective, is_noun, singular, word_uses
from rag.describe.fields.word_lists import listed_words

_ANSWERS = r"ok|y/n|\(y ?/ ?n\)|\(j ?/ ?n\)|\(yes ?/ ?no\)|\(t ?/ ?f\)|\(true ?/ ?false\)|\([01] ?/ ?[01]\)"
_FLAG = re.compile(rf"^(?:flag|f|flg|fl|is|yn) |(?<=\w) (?:flag|flg|f|fl|yn|{_ANSWERS})$", re.IGNORECASE)
_ASKS = re.compile(rf" (?:flag|flg|yn|{_ANSWERS})$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<name>.*[^\W\d_]{2})(?P<number> ?\d{1,2})")
# What systems put behind the thing that they measure.
_BEHIND = re.compile(
    r"(?P<thing>weight|price|volume|content|quantity|power|load|voltage|height|age|temperature)"
    r" (?P<which>net|gross|max|min)\b(?! ?[\w(])"
)

# "Material shade" is that of the shade.
_OF_PART = re.compile(
    r"^material (?P<part>shade|canopy|housing|diffuser|plate|outer|inner|blade|spike|panel|frame|lid|base|handle|sole"
    r"|upper|lining|cover|seat|body|case|strap|top|bottom|shell|filling|back|front|legs)$"
)


def spell_out(text: str, *, in_capitals: bool) -> str:
    """Return a label in lower case without abbreviations whose meaning is sure; others stay as they are."""
    text = re.sub(r"(?<=[^\W\d_]{3})(?=\d{1,2}$)", " ", text) if in_capitals else text  # DESC1
    # "Alcohol % vol" has its unit.
    kept = ("vol", "vol.", "vol)") if "%" in text or "pct" in text else ()
    words = (word if word in kept else _spell_word(word, in_capitals=in_capitals) for word in text.split(" "))
    text = _BEHIND.sub(r"\g<which> \g<thing>", " ".join(words))
    text = _OF_PART.sub(r"\g<part> material", text)
    whole = _tables()["labels"]
    name = re.sub(r"[^\w]+", " ", text.casefold()).strip()
    if name in whole:
        return whole[name]
    if (match := _NUMBERED.fullmatch(name)) and match["name"] in whole:
        return f"{whole[match['name']]} {match['number'].strip()}"
    return text


def spell_flag(text: str, *, in_capitals: bool) -> str:
    """Return the label of a column whose 1 and 0 are yes and no, as its name or the table says, "" for another."""
    bare = _FLAG.sub("", text) if in_capitals or _ASKS.search(text) else text
    name = spell_out(bare, in_capitals=in_capitals)
    if flag := _tables()["flags"].get(name.casefold()):
        return flag if bare != text or in_capitals else ""
    return name if bare != text else ""


def is_readable(label: str, *, is_abbreviated: bool) -> bool:
    """Return whether a label is in words that a customer knows.

    In names that are all abbreviated, those are words of the lexicon and abbreviations that everybody writes; elsewhere
    only a long word without a vowel is none: "rrp" is one.
    """
    words = re.findall(r"[^\W\d_]+", label)
    if is_abbreviated:
        return bool(words) and all(map(_is_known, words))
    return not any(len(word) > 4 and not word.isupper() and _NO_VOWEL.fullmatch(word) for word in words)


_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]+")
_UNITS_OF_LABELS = frozenset(["x", "w", "h", "d", "l"])


def _is_known(word: str) -> bool:
    lower = word.casefold()
    if lower in _spelt_words():
        return True
    is_word = len(lower) > 2 and (bool(word_uses(lower)) or is_noun(singular(lower)) or is_adjective(lower))
    return (
        is_word or lower in _FUNCTION | _UNITS_OF_LABELS or lower.upper() in map(str.upper, listed_words("written_so"))
    )


@cache
def _spelt_words() -> frozenset[str]:
    """Return the words that abbreviations are spelt out in."""
    labels = (label for table in _tables().values() for label in table.values())
    return frozenset(word for label in labels for word in re.findall(r"[^\W\d_]+", label.casefold()))


_FUNCTION = frozenset(
    ("of", "in", "on", "for", "with", "without", "the", "and", "or", "to", "from", "per", "by", "at", "not", "no", "is",
     "has", "age", "fits")
)  # fmt: skip


def _spell_word(word: str, *, in_capitals: bool) -> str:
    tables = _tables()
    core = word.strip("().,:").casefold()
    full = (tables["in_capitals"].get(core) if in_capitals else None) or tables["anywhere"].get(core)
    return re.sub(re.escape(core) + r"\.?", full, word, count=1, flags=re.IGNORECASE) if full else word


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads(
        (files("rag.describe.fields") / "label_words.toml").read_text("utf-8")
    )
    return tables
