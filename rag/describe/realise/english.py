"""English grammar of short phrases: articles by sound, plurals, countability, adjectives, verbs, and coordination.

>>> with_article("11-inch display"), with_article("USB port"), plural_noun("battery")
('an 11-inch display', 'a USB port', 'batteries')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import is_only_counted, is_only_uncounted, is_plural_word, plural, singular, word_uses
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.word_lists import listed_words
from rag.describe.realise.word_classes import (
    ACRONYMS,
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


def plural_noun(noun: str) -> str:
    """Return the plural of a noun phrase: batteries, USB ports, shelves; one that is plural stays."""
    head, _, last = noun.rpartition(" ")
    if is_plural(last) or last.casefold() in MASS_NOUNS:
        return noun
    return f"{head} {plural(last)}".lstrip()


def singular_noun(noun: str) -> str:
    """Return the singular of a noun phrase: battery, shelf; pairs such as scissors stay."""
    head, _, last = noun.rpartition(" ")
    if last.casefold() in PAIR_NOUNS or not is_plural(last):
        return noun
    return f"{head} {singular(last)}".lstrip()


def is_plural(noun: str) -> bool:
    """Tell whether the last word of a noun phrase is a plural."""
    word = noun.rpartition(" ")[2]
    last = word.rpartition("-")[2] if len(word.rpartition("-")[2]) > 3 else word
    is_word = last.islower() or last.casefold() in ("feet", "teeth", "men", "women", "children", "people")
    return is_word and (last in PAIR_NOUNS or is_plural_word(last))


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
    if not word_uses(low) and any(low.endswith(noun) and len(low) > len(noun) + 2 for noun in _COMPOUND_ENDS):
        return "count"
    if low in QUANTITY_NOUNS:
        return "unknown"
    if re.search(r"(?:ity|ness|ance|ence|ology|ism|tion|sion|ment|ware|age)$", low) or (
        re.search(r"[a-z]{3}ing$", low) and " " in noun
    ):
        return "mass"
    if is_only_uncounted(low):
        return "mass"
    is_counted = is_only_counted(low) and "adjective" not in word_uses(low)
    return "count" if is_counted else "unknown"


_COMPOUND_ENDS = (
    "screen", "rest", "piece", "board", "holder", "lock", "light", "guard", "case", "pad", "wheel", "port", "pocket",
    "strap", "sheet", "band", "meter", "opener", "plate", "stand", "reader", "rack",
)  # fmt: skip


def head_noun(phrase: str) -> str:
    """Return the noun that a phrase is about, in the singular: "drawer" of "side drawers with locks"."""
    return singular_noun(leading_noun(phrase).rpartition(" ")[2])


def leading_noun(phrase: str) -> str:
    """Return a noun phrase up to its first preposition: "depth" of "depth of field"."""
    words = phrase.split()
    for place, word in enumerate(words):
        if place and word.casefold() in PREPOSITIONS:
            return " ".join(words[:place])
    return phrase


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


_DATE = re.compile(r"(?:\d{1,2} )?[A-Z][a-z]+ \d{4}")  # "august" is an adjective too


def in_prose(value: str) -> str:
    """Return a value without the capital of a form's cell where its first word is surely a common one: "navy Blue"."""
    words = value.split(" ")
    if _DATE.fullmatch(value):
        return value
    # "One-time purchase": only the first word has a capital, and is a common one.
    is_phrase = len(words) > 1 and all(word.islower() or not word.isalpha() for word in words[1:])
    if is_phrase and re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", words[0]) and _is_common(words[0]):
        return value[0].lower() + value[1:]
    lowered = [_lower_common(word) for word in words]
    # An unknown capital in the phrase may be that of a name, and names are kept whole.
    if len(words) > 1 and any(re.search(r"(?:^|[/-])[A-Z][a-z]", word) for word in lowered):
        return value
    return " ".join(lowered)


def _is_common(word: str) -> bool:
    first = word.partition("-")[0].casefold()
    if first in CASED or first in listed_words("proper") or first in listed_words("calendar"):
        return False
    return bool(word_uses(first)) or first in _SMALL


def _lower_common(word: str) -> str:
    core = word.strip(",()")
    if not re.fullmatch(r"[A-Z][a-z]+(?:[-/][A-Za-z]+)*", core):
        return word
    low = core.casefold()
    parts = re.split(r"[-/]", low)
    if is_plural_word(low) and is_product_noun(low):  # "Gummies"
        return word.lower()
    common = COLOURS | MATERIALS | COUNT_NOUNS | MASS_NOUNS | QUANTITY_NOUNS | _SMALL
    known = all(part in common or singular_noun(part) in common for part in parts)
    return word.lower() if low not in CASED and (known or is_predicate(low)) else word


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


def final_stop(sentence: str) -> str:
    """Return the full stop that a sentence lacks, "" for one that has an end."""
    return "" if re.search(r"[.!?…][\"”’')]?$", sentence) else "."


def begin_sentence(sentence: str) -> str:
    """Return a sentence with its first letter in upper case, unless a name such as iPhone begins it."""
    first = re.match(r"[^\s]+", sentence)
    if first and re.search(r"[A-Z]", first[0]):
        return sentence
    return sentence[:1].upper() + sentence[1:]
