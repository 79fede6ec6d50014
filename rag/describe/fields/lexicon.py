"""English words by the lexicon `english_words.txt`: parts of speech, plurals and verb forms; rules for unknown words.

>>> plural("shelf"), singular("batteries"), is_participle("studded"), infinitive("folds")
('shelves', 'battery', True, 'fold')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from rag.describe.fields.word_lists import listed_words

WordUse = Literal["counted", "uncounted", "adjective", "adverb", "verb"]

_USES: dict[str, WordUse] = {"n": "counted", "u": "uncounted", "a": "adjective", "d": "adverb", "v": "verb"}

PLURAL_ONLY = listed_words("plural_only")
"""Words that have no singular, or another thing for one."""


@dataclass(frozen=True)
class _Lexicon:
    """The words with their uses, and their inflected forms: a plural or a third person with its base form."""

    uses: Mapping[str, frozenset[WordUse]]
    plurals: Mapping[str, str]
    singulars: Mapping[str, str]
    participles: frozenset[str]
    gerunds: frozenset[str]
    thirds: Mapping[str, str]


def word_uses(word: str) -> frozenset[WordUse]:
    """Return the parts of speech of a base form, empty for a word that the lexicon does not have."""
    return _lexicon().uses.get(word.casefold(), frozenset())


def is_noun(word: str) -> bool:
    """Return whether a word is known as a noun, in the singular or the plural."""
    return bool(word_uses(word) & {"counted", "uncounted"}) or word.casefold() in _lexicon().singulars


def is_only_counted(word: str) -> bool:
    """Return whether a noun in the singular always needs an article: kettle, but not drink or light."""
    uses = word_uses(word)
    return "counted" in uses and "uncounted" not in uses


def is_only_uncounted(word: str) -> bool:
    """Return whether a noun has no plural: furniture, software; not those that are a plural, such as trousers."""
    uses = word_uses(word)
    return "uncounted" in uses and "counted" not in uses and not is_plural_word(word)


def is_participle(word: str) -> bool:
    """Return whether a word is a past participle that is no noun: studded, insulated, woven, but not felt."""
    lower = word.casefold()
    return lower in _lexicon().participles and not is_noun(lower) and lower not in _lexicon().thirds


def is_gerund(word: str) -> bool:
    """Return whether a word is the ing-form of a verb: charging, sparkling."""
    return word.casefold() in _lexicon().gerunds


def is_adjective(word: str) -> bool:
    """Return whether a word on its own is an adjective or a participle: cordless, insulated, light, water-resistant.

    A word that is a noun as well counts by a list of those that are rather adjectives.
    """
    lower = word.casefold()
    if lower in listed_words("adjectives"):
        return True
    uses = word_uses(lower)
    if not uses and "-" in lower:
        last = lower.rpartition("-")[2]
        return bool(_ADJECTIVE_END.search(lower)) or is_sure_adjective(last)
    if uses or is_noun(lower) or is_participle(lower):
        is_noun_too = is_noun(lower) and not _ADJECTIVE_END.search(lower)
        return is_participle(lower) or ("adjective" in uses and not is_noun_too)
    return bool(_ADJECTIVE_END.search(lower))


def is_sure_adjective(word: str) -> bool:
    """Return whether a word is an adjective or a participle and no noun: cordless, studded, but not light."""
    lower = word.casefold()
    return is_adjective(lower) and (not is_noun(lower) or bool(_ADJECTIVE_END.search(lower)))


_ADJECTIVE_END = re.compile(
    r"(?:[a-z]{2}(?:able|ible|less|ful|ous|ical|onal|tural|inal|oidal)"
    r"|-(?:free|proof|safe|friendly|resistant|repellent|size|sized|style|ear|grade|duty|tone|compatible|ready|on|in|up)"
    r"|proof|resistant|repellent|retardant|friendly|[a-z]{3}(?:[^e]ed|esque|etic|onic|anic|ctric|enic|istic|atic))$"
)


def infinitive(word: str) -> str:
    """Return the verb that a word is the third person of, "" for another word: "folds" is "fold", "does" is "do"."""
    return _lexicon().thirds.get(word.casefold(), "")


# --- plurals ----------------------------------------------------------------------------------------------------------

# Words with an e before the s: cookies are a cookie, batteries a battery.
_IE = re.compile(
    r"(?:^|[^a-z])(?:[ptld]ie|.*(?:cook|mov|brown|hood|bean|self|rook|smooth|calor|zomb|gen|prair|boot|veg|pix|gool"
    r"|boog|lass|bird|hogg|auss|budg|quick|leg?g|neck ?t|bow ?t|night|hoag)ie)s$"
)
_ES = re.compile(r"(?:ss|x|ch|sh|zz)es$")
_ONE = re.compile(r"(?:ss|us|is|[^s]ics|(?:cha|cosm|therm|asbest)os|ews)$")


def plural(noun: str) -> str:
    """Return the plural of a noun in the singular."""
    lower = noun.casefold()
    if lower in ("fish", "sheep") or lower in listed_words("singular_in_s"):
        return noun
    if lower == "person":
        return _like(noun, "people")
    form = _lexicon().plurals.get(lower) or _regular_plural(lower)
    return noun + form[len(lower) :] if form.startswith(lower) else _like(noun, form)


def singular(word: str) -> str:
    """Return the singular of an English noun: "shelves" is "shelf"; jeans and species stay as they are."""
    lower = word.casefold()
    if lower in PLURAL_ONLY or len(lower) < 3:
        return word
    if lower == "people":
        return _like(word, "person")
    if "uncounted" in word_uses(lower) and not lower.endswith("s"):  # data, dice
        return word
    if form := _lexicon().singulars.get(lower):
        return word[: len(form)] if lower.startswith(form) else _like(word, form)
    if word_uses(lower) or not lower.endswith("s") or len(lower) < 4 or _ONE.search(lower):
        return word
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-1] if _IE.search(lower) else word[:-3] + "y"
    # The last part of an unknown compound: "touchscreens", "keyboardtrays", "toothbrushes".
    return word[:-2] if _ES.search(lower) else word[:-1]


def is_plural_word(word: str) -> bool:
    """Return whether a word is a plural: shelves, trousers, unknown words in s; not lens, bus, series."""
    lower = word.casefold()
    if lower in PLURAL_ONLY:
        return True
    if lower in _lexicon().singulars:
        return lower not in word_forms_alike()
    if uses := word_uses(lower):
        # Base forms that are a plural: scissors, clothes, contents.
        is_many = lower.endswith("s") and uses == {"uncounted"} and not _ONE.search(lower)
        return is_many and lower not in listed_words("singular_in_s")
    return len(lower) > 3 and lower.endswith("s") and not _ONE.search(lower)


@cache
def word_forms_alike() -> frozenset[str]:
    """Return the words that are a base form too, so that their plural reading is not sure: "access", "data"."""
    lexicon = _lexicon()
    return frozenset(
        many for many in lexicon.singulars if "counted" in lexicon.uses.get(many, ()) and not many.endswith("ies")
    )


def _like(word: str, other: str) -> str:
    return other.capitalize() if word[:1].isupper() else other


def _regular_plural(noun: str) -> str:
    if re.search(r"(?:s|x|z|ch|sh)$", noun):
        return noun + "es"
    return noun[:-1] + "ies" if re.search(r"[^aeiou]y$", noun) else noun + "s"


# --- the file ---------------------------------------------------------------------------------------------------------


def _is_usual(singular_form: str, many: str) -> bool:
    if many.endswith("ies"):
        return singular_form.endswith("ie") == bool(_IE.search(many))
    return many.endswith("axes") or not singular_form.endswith("e")


@cache
def _lexicon() -> _Lexicon:
    uses: dict[str, frozenset[WordUse]] = {}
    plurals: dict[str, str] = {}
    singulars: dict[str, str] = {}
    participles: set[str] = set()
    gerunds: set[str] = set()
    thirds: dict[str, str] = {}
    irregular: set[str] = set()
    for line in files("rag.describe.fields").joinpath("english_words.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        word, *codes = line.split()
        uses[word] = frozenset(_USES[code[0]] for code in codes)
        for code in codes:
            kind, _, forms = code.partition(":")
            if kind == "n":
                many = plurals[word] = forms or _regular_plural(word)
                # Of two with one plural, the one that is usual: leaf and leave, axe and ax, curry and currie.
                if many not in singulars or forms or (many not in irregular and _is_usual(word, many)):
                    singulars[many] = word
                    irregular |= {many} if forms else set()
            elif kind == "v":
                participle, gerund, third = forms.split("/") if forms else ("", "", "")
                stem = word.removesuffix("e")
                participles.add(participle or (word[:-1] + "ied" if re.search(r"[^aeiou]y$", word) else stem + "ed"))
                gerunds.add(gerund or (stem if re.search(r"[^eoy]e$", word) else word) + "ing")
                thirds[third or _regular_plural(word)] = word
    return _Lexicon(uses, plurals, singulars, frozenset(participles), frozenset(gerunds), thirds)
