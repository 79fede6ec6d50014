"""English grammar of short phrases: articles by sound, plurals, countability, adjectives, verbs, and coordination.

>>> with_article("11-inch display"), with_article("USB port"), plural_noun("battery")
('an 11-inch display', 'a USB port', 'batteries')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.describe.realise.word_classes import (
    ACRONYMS,
    ADJECTIVES,
    CASED,
    COLOURS,
    COUNT_NOUNS,
    MASS_NOUNS,
    MATERIALS,
    PAIR_NOUNS,
    PREPOSITIONS,
    QUANTITY_NOUNS,
    READ_AS_WORDS,
)

Countability = Literal["count", "mass", "plural", "unknown"]


# --- articles ---------------------------------------------------------------------------------------------------------

_YOU_SOUND = re.compile(
    r"(?:eu|ewe|uni(?![mn])|u[bcfhjkpqrst][aeiou](?!n[dst])|one(?!r)|once\b|ukulele|uk\b|us\b)", re.I
)
_SILENT_H = re.compile(r"(?:hour|honou?r|honest|heir)", re.I)


def article(phrase: str) -> str:
    """Return "a" or "an" for a phrase, by the sound that it begins with: an hour, a USB port, an 8 GB card."""
    word = re.sub(r"^[^\w]+", "", phrase)
    if number := re.match(r"\d+(?:[.,]\d{3})*", word):
        digits = re.sub(r"\D", "", number[0])
        return "an" if digits.startswith("8") or (digits[:2] in ("11", "18") and len(digits) % 3 == 2) else "a"
    first = re.match(r"[^\W\d_]+", word)
    if not first:
        return "a"
    letters = first[0]
    # Letters that are read one by one, such as HDMI, XL or the M of M4.
    has_no_vowel = not re.search(r"[AEIOU]", letters)
    is_lone = len(letters) == 1 and not word[1:2].isspace()
    is_spelled = letters.casefold() in ACRONYMS - READ_AS_WORDS or letters in ("EU", "AA", "AAA")
    if letters.isupper() and (is_spelled or (has_no_vowel and len(letters) < 6) or is_lone):
        return "an" if letters[0] in "AEFHILMNORSX" else "a"
    if _YOU_SOUND.match(letters):
        return "a"
    return "an" if letters[0] in "aeiouAEIOUàáâäåæéèêëíîïóòôöøúùûÄÅÆÉÓÖØ" or _SILENT_H.match(letters) else "a"


def with_article(phrase: str) -> str:
    """Return a phrase with "a" or "an"."""
    return f"{article(phrase)} {phrase}"


# --- nouns ------------------------------------------------------------------------------------------------------------

_IRREGULAR_PLURALS = {
    "foot": "feet", "tooth": "teeth", "man": "men", "woman": "women", "child": "children", "person": "people",
    "mouse": "mice", "knife": "knives", "shelf": "shelves", "leaf": "leaves", "loaf": "loaves", "half": "halves",
    "series": "series", "species": "species", "scarf": "scarves", "wolf": "wolves", "wife": "wives", "life": "lives",
    "axis": "axes", "analysis": "analyses", "criterion": "criteria", "fish": "fish", "sheep": "sheep",
}  # fmt: skip
_IRREGULAR_SINGULARS = {many: one for one, many in _IRREGULAR_PLURALS.items()}
_NO_PLURAL_S = re.compile(
    r"(?:ss|us|is|as|(?:cha|cosm|therm|asbest)os|news|lens|bus|gas|bias|canvas|atlas|plus|series|species|chassis|iris|compass)$"
)


def plural_noun(noun: str) -> str:
    """Return the plural of a noun phrase: batteries, USB ports, shelves; one that is plural stays."""
    head, _, last = noun.rpartition(" ")
    if is_plural(last) or last.casefold() in MASS_NOUNS:
        return noun
    low = last.casefold()
    if low in _IRREGULAR_PLURALS:
        many = _IRREGULAR_PLURALS[low]
    elif re.search(r"(?:s|x|z|ch|sh)$", low):
        many = last + "es"
    elif re.search(r"[^aeiou]y$", low):
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return f"{head} {many}".lstrip()


def singular_noun(noun: str) -> str:
    """Return the singular of a noun phrase: battery, shelf; pairs such as scissors stay."""
    head, _, last = noun.rpartition(" ")
    low = last.casefold()
    if low in PAIR_NOUNS or not is_plural(last):
        return noun
    if low in _IRREGULAR_SINGULARS:
        one = _IRREGULAR_SINGULARS[low]
    elif low.endswith("ies") and len(low) > 4 and low not in ("movies", "cookies", "pies", "ties"):
        one = last[:-3] + "y"
    elif re.search(r"(?:ss|x|z|ch|sh)es$", low):
        one = last[:-2]
    else:
        one = last[:-1]
    return f"{head} {one}".lstrip()


def is_plural(noun: str) -> bool:
    """Tell whether the last word of a noun phrase is a plural."""
    last = noun.rpartition(" ")[2].rpartition("-")[2]
    low = last.casefold()
    if low in _IRREGULAR_SINGULARS and low not in ("series", "species", "fish", "sheep"):
        return True
    return len(low) > 3 and low.endswith("s") and last.islower() and not _NO_PLURAL_S.search(low)


def countability(noun: str) -> Countability:
    """Return how a noun phrase is counted, by its last word: "a lid", "Bluetooth", "wheels"; "unknown" if in doubt."""
    last = leading_noun(noun).rpartition(" ")[2]
    low = last.casefold()
    if low in COUNT_NOUNS or noun.casefold().endswith("remote control"):
        return "count"
    if low in MASS_NOUNS or low in CASED or (low in ACRONYMS and low not in ("tv", "pc")):
        return "mass"
    if is_plural(last) and last.islower():
        return "plural"
    # The last part of a compound decides: touchscreen, headrest, earpiece.
    if any(low.endswith(noun) and len(low) > len(noun) + 2 for noun in _COMPOUND_ENDS):
        return "count"
    if low in QUANTITY_NOUNS:
        return "unknown"
    if re.search(r"(?:ity|ness|ance|ence|ology|ism|tion|sion|ment|ware|age)$", low) or (
        re.search(r"[a-z]{3}ing$", low) and " " in noun
    ):
        return "mass"
    return "unknown"


_COMPOUND_ENDS = (
    "screen", "rest", "piece", "board", "holder", "lock", "light", "guard", "case", "pad", "wheel", "port", "pocket",
    "strap", "sheet", "band", "meter", "opener", "plate", "stand", "reader", "rack",
)  # fmt: skip


def leading_noun(phrase: str) -> str:
    """Return a noun phrase up to its first preposition: "depth" of "depth of field"."""
    words = phrase.split()
    for place, word in enumerate(words):
        if place and word.casefold() in PREPOSITIONS:
            return " ".join(words[:place])
    return phrase


# --- adjectives -------------------------------------------------------------------------------------------------------

_NOUNS_LIKE_ADJECTIVES = frozenset(
    [
        "bed",
        "seed",
        "feed",
        "speed",
        "led",
        "shed",
        "sled",
        "reed",
        "weed",
        "breed",
        "need",
        "cable",
        "table",
        "vegetable",
        "music",
        "fabric",
        "topic",
        "plastic",
        "mosaic",
        "logic",
        "arctic",
        "comic",
        "fabric",
        "graphic",
        "graphics",
        "public",
        "traffic",
        "ceramic",
        "clinic",
        "mechanic",
        "panic",
        "olive",
        "drive",
        "sleeve",
        "valve",
        "glove",
        "archive",
        "motive",
        "hive",
        "dive",
        "adhesive",
        "preservative",
        "additive",
        "alternative",
        "narrative",
        "motorised",
        "embed",
        "word",
        "recipe",
        "ethernet",
        "alphabet",
        "bib",
        "crib",
        "usable",
    ]
)
_ADJECTIVE_END = re.compile(
    r"(?:-|\b)(?:proof|free|safe|friendly|resistant|ready|compatible|compliant|washable|powered|certified|repellent|retardant|tight)$"
    r"|[a-z]{2}(?:proof|less|able|ible|ful|ous|ical|ised|ized|ated|ined|ered|illed|nted|nked|ked|shed|ched|ged"
    r"|lled|pped|tted|mmed|nned|rred|ssed|aded|oded|oned|uced|eled|ered|ured|ared|med|ided|nded|uded|lded|yed|wed|xed"
    r"|ved|sed|ced|fied|ried|ted|ated|led|red|ned|etic|atic|omic|enic|etic|tric|ulic|onic|istic|ytic|graphic)$",
)


def can_follow_is(phrase: str) -> bool:
    """Tell whether a label such as "waterproof" or "dishwasher safe" can follow "is"."""
    low = phrase.casefold().strip()
    last = re.split(r"[\s-]", low)[-1]
    if re.match(r"(?:self|anti)[ -]\w", low):
        return True
    if last in _NOUNS_LIKE_ADJECTIVES:
        return low in ADJECTIVES
    return (
        low in ADJECTIVES
        or low.replace(" ", "-") in ADJECTIVES
        or last in ADJECTIVES
        or bool(_ADJECTIVE_END.search(low))
    )


# --- words ------------------------------------------------------------------------------------------------------------


def coordinate(items: Sequence[str], conjunction: str = "and") -> str:
    """Return items joined as English does: "black, red and blue"; a comma parts items that hold "and"."""
    if len(items) < 2:
        return "".join(items)
    comma = "," if len(items) > 2 and any(f" {conjunction} " in item or "," in item for item in items) else ""
    return f"{', '.join(items[:-1])}{comma} {conjunction} {items[-1]}"


def cased_label(label: str) -> str:
    """Return a label with the capitals of its acronyms and names: "USB port", "Wi-Fi"."""
    words = []
    for word in re.sub(r"\bwi fi\b", "wifi", label, flags=re.I).split():
        low = word.casefold()
        if not word.islower():
            words.append(word)
        elif low in CASED:
            words.append(CASED[low])
        elif low in ACRONYMS - _WORDS_TOO:
            words.append(word.upper())
        elif low.endswith("s") and low[:-1] in ACRONYMS - _WORDS_TOO:
            words.append(word[:-1].upper() + "s")
        else:
            words.append(word)
    return (
        re.sub(r"(\w) (free)\b", r"\1-\2", " ".join(words)) if label.casefold().endswith(" free") else " ".join(words)
    )


_WORDS_TOO = frozenset(["it", "us", "ps", "id", "cat", "reach", "pet", "as", "is"])


def in_prose(value: str) -> str:
    """Return a value without the capital of a form's cell where its first word is surely a common one: "navy Blue"."""
    words = value.split(" ")
    lowered = [_lower_common(word) for word in words]
    # An unknown capital in the phrase may be that of a name, and names are kept whole.
    if len(words) > 1 and any(re.search(r"(?:^|[/-])[A-Z][a-z]", word) for word in lowered):
        return value
    return " ".join(lowered)


def _lower_common(word: str) -> str:
    core = word.strip(",()")
    if not re.fullmatch(r"[A-Z][a-z]+(?:[-/][A-Za-z]+)*", core):
        return word
    low = core.casefold()
    parts = re.split(r"[-/]", low)
    common = COLOURS | MATERIALS | ADJECTIVES | COUNT_NOUNS | MASS_NOUNS | QUANTITY_NOUNS | _SMALL
    known = all(part in common or singular_noun(part) in common for part in parts)
    return word.lower() if low not in CASED and (known or can_follow_is(low)) else word


_SMALL = frozenset(
    [
        "and",
        "or",
        "with",
        "without",
        "for",
        "of",
        "in",
        "on",
        "by",
        "from",
        "the",
        "a",
        "an",
        "per",
        "to",
        "only",
        "no",
        "not",
        "yes",
        "women",
        "men",
        "children",
    ]
)


def begin_sentence(sentence: str) -> str:
    """Return a sentence with its first letter in upper case, unless a name such as iPhone begins it."""
    first = re.match(r"[^\s]+", sentence)
    if first and re.search(r"[A-Z]", first[0]):
        return sentence
    return sentence[:1].upper() + sentence[1:]
