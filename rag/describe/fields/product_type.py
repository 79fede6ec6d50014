"""The type of a product: the last part of a category path in the singular, or the head noun of its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.describe.fields.absence import is_substance
from rag.describe.fields.lexicon import (
    PLURAL_ONLY,
    is_adjective,
    is_noun,
    is_plural_word,
    is_sure_adjective,
    singular,
    word_uses,
)
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.values import has_unit
from rag.describe.fields.word_lists import listed_words

# Parts of a shop, and words that name no one thing: "The X is a clothing" says nothing, and is no English.
_SECTIONS = listed_words("sections")
# Those that a word before them makes a kind of thing.
_KINDS = frozenset({"food", "machines", "software"})
_PATH = re.compile(r"\s*(?:->|=>|>|»|→|›|::|\||\\|/(?!\w\b)| - )\s*")
_JOINED = re.compile(r"\s+(?:&|and|or|\+)\s+|\s*[,;/]\s*", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:for|with|without|of|in|from|by|to|on|at)\s.*$|\s*[(\[,].*$", re.IGNORECASE)
_GROUP_CODE = re.compile(r"^[A-Z]{0,3}\d[\d.]*[ -]+")  # "1110 Vegetable seed"
_KEYWORD = re.compile(r"[a-z]+(?:-[a-z]+)+")
_POSSESSIVE = {"childrens": "children's", "mens": "men's", "womens": "women's"}
# What belongs to a thing, or fits it: below "Accessories", "Electric guitars" are not what is sold.
_BELONGING = frozenset({"accessories", "parts", "spares", "consumables", "care", "replacement", "compatible"})


def read_type(value: str, name: str, is_path: bool, asks: bool) -> str:
    """Return the type that a value says, "" where none is certain.

    `is_path` is for categories: the part that the name has counts, else the last, in the singular unless the name has
    it in the plural. `asks` tells that the label asks for a type of product, so that a word that nobody knows is
    believed.
    """
    if "_" in value:  # a code
        return ""
    if not is_path and _JOINED.search(value):  # "Coats & Jackets"
        kinds = [kind for kind in _JOINED.split(value.strip()) if kind and _names(name, kind)]
        return _written_type(kinds[0], name, is_believed=asks) if len(kinds) == 1 else ""
    if not is_path:
        return _written_type(value.strip(), name, is_believed=asks)
    parts = [_readable_part(part) for part in _PATH.split(value) if part]
    for place in reversed(range(len(parts))):
        # Of "Kettles & Teapots", and of "Strings > Electric guitar", the name says which.
        kinds = [kind for kind in _JOINED.split(parts[place]) if kind]
        named = [kind for kind in kinds if _names(name, kind)]
        if "," in value:  # paths to several places: only what the name ends in is surely what it is
            named = [kind for kind in named if _ends_in(name, kind)]
        is_kind = len(kinds) == 1 and is_plural_word(kinds[0].rpartition(" ")[2].casefold())
        if len(named) == 1 and (kind := _written_type(named[0], name, is_believed=is_kind)):
            return kind
    umbrella = _umbrella_of(parts)
    if is_kind_of_work(umbrella):  # "Harbour Lanterns" are none
        return umbrella
    if head_noun(name) or not parts or umbrella:
        return umbrella if parts and not head_noun(name) else ""
    if "," in value or _names_aside(name, parts[-1]) or not _is_kind(parts, value):
        return ""
    return _written_type(parts[-1], name, is_believed=_KEYWORD.fullmatch(value) is not None)


def is_kind_of_work(kind: str) -> bool:
    """Return whether a type is one of works, whose titles say nothing of what they are: a board game, a book."""
    return kind.casefold().rpartition(" ")[2] in _WORKS


def _readable_part(part: str) -> str:
    """Return a part of a path without its code, "child-safety-car-seats" as words."""
    part = _GROUP_CODE.sub("", part.strip())
    if _KEYWORD.fullmatch(part) and not is_product_noun(part):
        part = " ".join(part.split("-"))
    return " ".join(_POSSESSIVE.get(word, word) for word in part.split())


def _is_kind(parts: Sequence[str], value: str) -> bool:
    """Return whether the last part of a path, which the name does not confirm, is a kind of thing.

    The kinds of a shop are plurals: below "Cables", "Microphone" tells for what they are.
    """
    *above, last = parts
    if _JOINED.search(last) or any(part.split()[-1].casefold() in _BELONGING for part in above if "&" not in part):
        return False
    noun = last.rpartition(" ")[2].casefold()
    is_counted_out = is_plural_word(noun) or "counted" not in word_uses(noun)
    has_plurals = any(is_plural_word(part.rpartition(" ")[2].casefold()) for part in above if part)
    return is_counted_out or not (has_plurals or _GROUP_CODE.match(value))


def _umbrella_of(parts: Sequence[str]) -> str:
    """Return the kind of a part such as "Games" or "Books", whose sections hold nothing else: "Games/Two player".

    It is "" where a section is of things that belong to it, or names another thing: "Books/Bookends".
    """
    for place, part in enumerate(parts):
        if part.casefold() not in listed_words("umbrellas"):
            continue
        below = [word.casefold() for one in parts[place + 1 :] for word in re.findall(r"[^\W\d_]+", one)]
        kind = singular(part.casefold())
        if any(word in _BELONGING for word in below):
            return ""
        if any(
            is_plural_word(word) and is_product_noun(word) and word not in listed_words("umbrellas") for word in below
        ):
            return ""
        last = parts[-1].casefold()
        return singular(last) if last.endswith(f" {part.casefold()}") else kind
    return ""


_WORKS = frozenset({"game", "book", "film", "movie", "album", "audiobook", "magazine", "comic"})
_SETS = frozenset({"set", "kit", "pack", "box", "case"})


def _names(name: str, kind: str) -> bool:
    """Return whether a name has the last word of a kind as the thing that it names: not "tuner" of "tuner pedal"."""
    return any(not is_aside for is_aside in _mentions(name, kind))


def _ends_in(name: str, kind: str) -> bool:
    """Return whether the last word of a kind is the one that a name ends in, before what follows its noun."""
    *_, last = name_core(name).split() or [""]
    return bool(kind.split()) and singular(last.casefold()) == singular(kind.split()[-1].casefold())


def _names_aside(name: str, kind: str) -> bool:
    """Return whether a name has the last word of a kind only before another noun."""
    mentions = list(_mentions(name, kind))
    return bool(mentions) and all(mentions)


def _mentions(name: str, kind: str) -> Iterator[bool]:
    """Yield for each mention of the last word of a kind whether it stands before another noun."""
    last = singular(kind.split()[-1].casefold()) if kind.split() else ""
    words = _NAME_CUT.split(name, maxsplit=1)[0].split()
    for place, word in enumerate(words):
        noun = re.sub(r"\W+$", "", word.casefold())
        behind = words[place + 1].casefold() if place + 1 < len(words) else ""
        if noun == last:
            yield bool(behind) and (is_noun(behind) or is_product_noun(behind)) and not _is_tail(words[place + 1])
        elif singular(noun) == last:  # before another noun a plural is rare: "games console", "maths set"
            yield (is_product_noun(behind) or behind in _SETS) and not _is_attribute(behind)


def _written_type(value: str, name: str, *, is_believed: bool) -> str:
    """Return a type as it is said, "" where it is no thing."""
    head = _TAIL.sub("", value)
    words = head.split()
    is_kind = len(words) > 1 and words[-1].casefold() in _KINDS  # dog food, accounting software
    if words and words[-1].casefold() in _SECTIONS and not is_kind:
        return ""
    if not words or len(words) > 5 or not any(map(str.isalpha, words[-1])):
        return ""
    if any(character in head for character in ".!?<>=:") or words[0].casefold() in ("not", "no", "other"):
        return ""
    # An adjective is no type ("over-ear"), a word that nobody knows one only where it is sure to be meant for one.
    if not is_product_noun(words[-1]) and (_is_attribute(words[-1]) or not is_believed):
        return ""
    if re.search(r"\d", words[-1]) or (len(words[-1]) < 3 and not words[-1].isupper()):
        return ""
    last = words[-1].casefold()
    # "Caffeine-free", "men's tailoring": what a thing is like, or what is done with it.
    if not is_product_noun(last) and re.search(r"-(?:free|proof|friendly|resistant)$|[a-z]{3}ing$", last):
        return ""
    is_named_plural = last in re.findall(r"[\w'-]+", name.casefold())
    words[-1] = words[-1] if is_named_plural or last.rpartition("-")[2] in PLURAL_ONLY else singular(words[-1])
    return " ".join(_lower(word) for word in words)


def is_catalogue_path(value: str) -> bool:
    """Return whether a value is a path or a code of a catalogue: "Guitars > Acoustic", "cat_lighting", "1110 Seeds"."""
    return bool(re.search(r"\s(?:[>»→›]|->)\s|::|\S/\S+/\S|^\d{3,} |\b\w+_\w+", value))


def _is_attribute(word: str) -> bool:
    """Return whether a word rather says of what kind a thing is than what it is: cordless, front, women."""
    return is_adjective(word) or word.casefold() in listed_words("attributive")


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

    "Trail lamp TL2" is a lamp and "Copier Paper A4 80gsm White" paper; "Vesta 3" and "The Lamp of Fate" are nothing
    for sure.
    """
    words = name_core(name).split()
    if not words:
        return ""
    last = words[-1].casefold()
    # Behind another thing a substance is a flavour: "Protein Bar Peanut".
    if is_substance(last) and any(
        word.casefold() in _FORMS or (is_product_noun(word) and not is_substance(word)) for word in words[:-1]
    ):
        return ""
    # Of "harmonica 10 hole key" and "laptop 15 inch sleeve" nobody knows which it is.
    is_measured = any(is_product_noun(word) and re.search(r"\d", behind) for word, behind in pairwise(words))
    # Beside abbreviations it may be a part of what they stand for: "Shock ABS Gas Twin Tube RR", "Espresso M/C Pump".
    shouted = [word for word in _ABBREVIATION.findall(name) if len(word) < 4 or not _is_known(word)]
    is_short = len(shouted) > 1 or bool(re.search(r"\b[A-Z]/[A-Z]\b", name))
    is_short = is_short or any(_is_short_form(word) for word in words[:-1] if word.isalpha() and word.islower())
    is_certain = is_product_noun(last) and not _is_attribute(last) and not is_measured and not is_short
    return last if is_certain and not re.search(r"\s(?:&|and|or|\+)\s", name) else ""


_ABBREVIATION = re.compile(r"(?<![\w/-])[A-Z]{2,}(?![\w/-])")


def name_core(name: str) -> str:
    """Return a name without what follows its last noun: sizes, colours, counts and codes; "" where it has none.

    "Exercise Book A4+ Yellow 8mm" is "Exercise Book" and "Bottle 240ml Pack of 3" is "Bottle".
    """
    if re.match(r"(?:the|a|an|my|our|how|why|i|in|on)\s", name, re.IGNORECASE):
        return ""
    # Of "TWIN TUBE RR" in capitals nobody knows what is a word and what is short for one.
    if name.isupper():
        return ""
    words = _NAME_CUT.split(_PACKED.sub("", name), maxsplit=1)[0].split()
    # What a plural is followed by with a number is its size: "Drumsticks 5A hickory wood tip".
    for place, (word, behind) in enumerate(pairwise(words)):
        if is_plural_word(word) and is_product_noun(word) and re.match(r"[A-Z]?\d", behind):
            return " ".join(words[: place + 1])
    while len(words) > 1 and (taken := _tail_length(words)):
        del words[-taken:]
    # "Duffle 90 Wheels" may have wheels, where "Size 4 Nappies" are nappies.
    is_count = len(words) > 1 and re.fullmatch(r"\d+", words[-2]) and is_plural_word(words[-1])
    is_open = is_count and not re.search(r"\b(?:size|no\.?|type|stage)$", " ".join(words[:-2]), re.IGNORECASE)
    return "" if not words or is_open or re.search(r"['’]", words[-1]) else " ".join(words)


def without_brand(name: str, brand: str) -> str:
    """Return a name without the brand that it begins with: "Tot Balm" of "Hettie & Tot Balm" would be another's."""
    rest = name[len(brand) :].strip() if brand and name.casefold().startswith(f"{brand.casefold()} ") else ""
    return rest or name


_NAME_CUT = re.compile(
    r"\s*[,(\[|:–—]|\s+-\s+|\s+(?:for|with|without|w/|in|from|by|and|or|&|of|at|on|to|\+)\s", re.IGNORECASE
)
# How many are sold, which stands behind a name: "Pack of 3", "wallet of 4", "class pack".
_PACKED = re.compile(
    r"\s+(?:(?:class|value|multi|family|twin|bulk)[ -]?pack|(?:pack|set|box|case|wallet|tin|tub|bag) of \d+"
    r"|\d+ ?-?(?:packs?|pk|pcs?|ct|count)|(?:pk|pack) ?\d+)\b.*$",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?=\S*\d)\S+|[A-Z]{1,3}|[A-Z][A-Z&/.+-]{1,3}|[IVX]+|[^\W\d_]|(?i:mini|max|pro|plus|ultra|lite|xl|xxl|se|gt)"
)
_COUNTED = frozenset({"piece", "pieces", "pc", "pcs", "pack", "pk", "ct", "count", "pair", "pairs", "sets"})


def _tail_length(words: Sequence[str]) -> int:
    """Return how many words at the end of a name are no part of its noun, 0 where the last is one."""
    *_, before, last = words
    is_number = re.fullmatch(r"\d[\d.,x/-]*", before) is not None
    if is_number and (has_unit(f"1 {last}") or last.casefold() in _COUNTED):
        return 2
    # "Calculator 417 functions"
    if re.fullmatch(r"\d+", before) and len(words) > 2 and is_plural_word(last) and is_product_noun(words[-3]):
        return 2
    is_look = last.casefold() in listed_words("looks") and is_product_noun(before)  # "slippers felt"
    return int(is_look or _is_tail(last))


def _is_tail(word: str) -> bool:
    """Return whether a word behind a noun tells which of its kind a thing is: a code, a colour, an adjective."""
    lower = word.casefold().strip(".")
    if is_product_noun(lower):
        return False
    is_look = lower in listed_words("looks") or is_sure_adjective(lower)
    return bool(_CODE.fullmatch(word)) or _is_short_form(lower) or is_look or _is_attribute(lower)


def _is_short_form(word: str) -> bool:
    """Return whether a word is short for another: "ast", "blk"."""
    return len(word) < 4 and not _is_known(word)


def _is_known(word: str) -> bool:
    return bool(word_uses(word)) or is_noun(word) or is_product_noun(word) or is_adjective(word)
