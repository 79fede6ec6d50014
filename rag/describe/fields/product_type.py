"""The type of a product: the last part of a category path in the singular, or the head noun of its name."""

from __future__ import annotations

import re

from rag.describe.fields.absence import is_substance
from rag.describe.fields.lexicon import PLURAL_ONLY, is_adjective, singular
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.word_lists import listed_words

# Parts of a shop, and words that name no one thing: "The X is a clothing" says nothing, and is no English.
_SECTIONS = listed_words("sections")
# Those that a word before them makes a kind of thing.
_KINDS = frozenset({"food", "software"})
_PATH = re.compile(r"\s*(?:>|»|→|›|::|\||\\|/(?!\w\b)| - )\s*")
_JOINED = re.compile(r"\s+(?:&|and|or|\+)\s+|\s*[,;/]\s*")
_TAIL = re.compile(r"\s+(?:for|with|without|of|in|from|by|to|on|at)\s.*$|\s*[(\[,].*$", re.IGNORECASE)
_NAME_CUT = re.compile(
    r"\s*[,(\[|:–—]|\s+-\s+|\s+(?:for|with|without|in|from|by|and|or|&|of|at|on|to|\+)\s", re.IGNORECASE
)
_CODE = re.compile(r"(?=\S*\d)\S+|[A-Z]{1,3}|[IVX]+|[^\W\d_]|(?i:mini|max|pro|plus|ultra|lite|xl|xxl|se|gt)")


def read_type(value: str, name: str, is_path: bool, asks: bool) -> str:
    """Return the type that a value says, "" where none is certain.

    `is_path` is for categories, whose last part counts, in the singular unless the name has it in the plural; `asks`
    tells that the label asks for a type of product, so that a word that nobody knows is believed.
    """
    if "_" in value:  # a code
        return ""
    parts = [part for part in _PATH.split(value) if part] if is_path else [value.strip()]
    last = parts[-1] if parts else ""
    if is_path and (joined := [part for part in _JOINED.split(last) if part]) and len(joined) > 1:
        # Of "Kettles & Teapots" the name may say which.
        named = [part for part in joined if _stem_in(part, name)]
        last = named[0] if len(named) == 1 else ""
    head = _TAIL.sub("", last)
    words = head.split()
    is_kind = len(words) > 1 and not is_path and words[-1].casefold() in _KINDS  # dog food, accounting software
    if words and words[-1].casefold() in _SECTIONS and not is_kind:
        return ""
    if not words or len(words) > 5 or not any(map(str.isalpha, words[-1])):
        return ""
    if any(character in head for character in ".!?<>=:") or words[0].casefold() in ("not", "no", "other"):
        return ""
    # An adjective is no type ("over-ear"), a word that nobody knows one only where the label asks for it.
    if not is_product_noun(words[-1]) and (_is_attribute(words[-1]) or not asks):
        return ""
    if re.search(r"\d", words[-1]) or (len(words[-1]) < 3 and not words[-1].isupper()):
        return ""
    last = words[-1].casefold()
    is_named_plural = last in re.findall(r"[\w'-]+", name.casefold())
    words[-1] = words[-1] if is_named_plural or last.rpartition("-")[2] in PLURAL_ONLY else singular(words[-1])
    return " ".join(_lower(word) for word in words) + last[len(head) :]


def is_catalogue_path(value: str) -> bool:
    """Return whether a value is a path or a code of a catalogue: "Guitars > Acoustic", "cat_lighting", "1110 Seeds"."""
    return bool(re.search(r"\s[>»→›]\s|::|\S/\S+/\S|^\d{3,} |\b\w+_\w+", value))


def _is_attribute(word: str) -> bool:
    """Return whether a word rather says of what kind a thing is than what it is: cordless, front, women."""
    return is_adjective(word) or word.casefold() in listed_words("attributive")


def _stem_in(part: str, name: str) -> bool:
    last = singular(part.split()[-1].casefold())
    return last in {singular(word) for word in re.findall(r"[^\W_]+", name.casefold())}


_PROPER = listed_words("proper")


def _lower(word: str) -> str:
    """Return a word of a type in lower case, abbreviations and names as they are: "USB", "T-shirt", "Christmas"."""
    if word.casefold() in _PROPER or re.match(r"[A-Z](?:-|$)", word):
        return word[:1] + word[1:].lower()
    if word.isupper() and (len(word) < 5 or any(character.isdigit() for character in word)):
        return word
    return word if re.search(r"[a-z][A-Z]", word) else word.lower()


_FORMS = frozenset({"bar", "bars", "drink", "shake", "powder", "mix", "snack", "snacks", "gum"})


def head_noun(name: str) -> str:
    """Return the noun that a product's name ends in, "" unless it is certainly a thing that shops sell.

    "Trail lamp TL2" is a lamp and "Kettle K1" a kettle; "Vesta 3" and "The Lamp of Fate" are nothing for sure.
    """
    if re.match(r"(?:the|a|an|my|our|how|why|i|in|on)\s", name, re.IGNORECASE):
        return ""
    words = _NAME_CUT.split(name, maxsplit=1)[0].split()
    while len(words) > 1 and _CODE.fullmatch(words[-1]):
        words.pop()
    if not words or "'" in words[-1] or "’" in words[-1]:
        return ""
    last = words[-1].casefold()
    # Behind another thing a substance is a flavour: "Protein Bar Peanut".
    if is_substance(last) and any(
        word.casefold() in _FORMS or (is_product_noun(word) and not is_substance(word)) for word in words[:-1]
    ):
        return ""
    is_certain = is_product_noun(last) and not _is_attribute(last) and not re.search(r"\s(?:&|and|or|\+)\s", name)
    return last if is_certain else ""
