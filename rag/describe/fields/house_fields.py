"""Columns that a shop keeps for itself, read from `house_fields.toml`: trade prices, stock, staff notes.

>>> why_of_house(("purchase", "price"), "4.20"), why_of_house(("line",), "30"), why_of_house(("line",), "Metal")
('a price of the trade', 'a number of the shop', '')
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from rag.describe.fields.values import has_unit


def why_of_house(words: tuple[str, ...], value: str) -> str:
    """Return why customers have no use for a column, by the words of its label; "" where they may have."""
    reason, is_for_codes = _reason_of(" ".join(words))
    return reason if not is_for_codes or is_code(value) else ""


_NEW = re.compile(
    r"(?:brand ?)?new(?: ?(?:item|product|condition))?(?:, new)?|neu|neuf|nieuw|nuevo|nuovo|1000", re.IGNORECASE
)
_PIECES = r"\d+(?:[.,]0+)?(?: (?:pieces?|packs?|units?|items?|cartons?|cases?|boxes|pcs?))?"


def why_setting(words: tuple[str, ...], value: str) -> str:
    """Return why a value is a setting of the shop though its label may be for customers; "" where it is none."""
    name = " ".join(words)
    if "condition" in words[:2] and name.startswith(("condition", "item condition", "product condition")):
        is_new = _NEW.fullmatch(value) or (words[-1] == "new" and value.casefold() in ("yes", "1", "true", "y"))
        return "new is what a product of a shop is" if is_new else ""
    if name in ("minimum", "maximum", "minimal", "minimals", "minimums") and re.fullmatch(_PIECES, value):
        return "it does not say of what it is a limit"
    if words[-1:] == ("accessories",) and re.fullmatch(r"\d+(?: ?[.,;|] ?\d+)*", value):
        return "numbers of the shop"
    if words in (("group",), ("groups",), ("families",)) and value == value.upper() and re.search(r"[A-Z]{2}", value):
        return "a group of the catalogue"
    if words in (("format",), ("duration",), ("listing", "type"), ("listing", "duration")):
        is_of_market = value.casefold().replace(" ", "") in ("fixedprice", "auction", "gtc", "fixedpriceitem")
        return "a state of the record" if is_of_market or re.fullmatch(r"Days_\d+", value) else ""
    if words in (("unit",), ("sold", "unit"), ("price", "per")) and value.casefold() in _UNITS_OF_SALE:
        return "how many are ordered at once"
    return ""


_UNITS_OF_SALE = frozenset(("item", "items", "piece", "pieces", "pc", "pcs", "each", "ea", "unit", "units", "stk"))


def is_code(value: str) -> bool:
    """Return whether a value is a number or a code that means nothing to customers: 30, C-14-02, BRK010, HW24."""
    if has_unit(value):
        return False
    if "_" in value:
        return True
    return not re.search(r"[^\W\d_]{4}|[a-zà-ÿ]{3}", value)


@lru_cache(maxsize=8192)
def _reason_of(name: str) -> tuple[str, bool]:
    for reason, is_for_codes, pattern in _columns():
        if pattern.fullmatch(f" {name}"):
            return reason, is_for_codes
    return "", False


@cache
def _columns() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    tables = tomllib.loads((files("rag.describe.fields") / "house_fields.toml").read_text("utf-8"))["columns"]
    return tuple((table["reason"], table.get("only") == "code", _pattern(table["names"])) for table in tables)


def _pattern(names: str) -> re.Pattern[str]:
    phrases = (phrase.split() for phrase in re.split(r"[,\n]", names))
    return re.compile("|".join("".join(map(_word, phrase)) for phrase in phrases if phrase))


def _word(word: str) -> str:
    """Return the expression of a word of a name, with the blank before it."""
    if word == "*":
        return r"(?: \S+)*"
    bare = word.strip("()") if word.startswith("(") else word
    choice = "|".join(r"\d+" if part == "#" else part.replace("*", r"\S*") for part in bare.split("/"))
    return f"(?: (?:{choice}))" + ("?" if word.startswith("(") else "")
