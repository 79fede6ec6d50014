"""Values as the systems of shops keep them, in words for customers: "warm_white", "IT" of an origin, "J (from 15 l)".

>>> words_of_value("aluminium_diecast", ("material",)), words_of_value("CN/DE", ("country", "of", "origin"))
('aluminium diecast', 'China/Germany')
"""

from __future__ import annotations

import re
import tomllib
from calendar import month_name
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from rag.describe.fields.lexicon import is_adjective, is_gerund, is_noun, is_participle, singular, word_uses
from rag.describe.fields.word_lists import listed_words

_ORIGINS = frozenset(["origin", "coo", "made", "manufactured", "provenance", "country"])
_NOT_ORIGINS = frozenset(["code", "market", "markets", "sale", "shipping", "delivery", "language", "available", "plug"])
_TERMS = frozenset(["warranty", "guarantee"])
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-zA-Z0-9]+)+")
_TERM = re.compile(r"(?P<count>\d{1,3}) ?(?P<unit>J|j|y|Y|yr|yrs|Jahre?|m|M|mth|mths|mo|Mon)\b\.?(?!\s?/)")
_YEARS = frozenset(["j", "y", "yr", "yrs", "jahr", "jahre"])
_ANSWER = re.compile(r"(?P<answer>J|N|Y|ja|nein|oui|non|x(?= ?\())(?P<more>(?:,? ?\(| ?[-–—:;,] ).+)?", re.IGNORECASE)
_ANSWERS = {
    "j": "yes",
    "y": "yes",
    "ja": "yes",
    "oui": "yes",
    "yes": "yes",
    "x": "yes",
    "n": "no",
    "nein": "no",
    "non": "no",
}
# The months of a garden: "03-10" is from March to October.
_SEASONS = frozenset(["flowering", "harvest", "planting", "sowing", "blooming", "bloom"])
_MONTHS = re.compile(
    r"^(?P<first>0?[1-9]|1[0-2]) ?[-–] ?(?P<last>0?[1-9]|1[0-2])(?![\d.,]| ?(?:cm|mm|days?|weeks?|wks?)\b)"
)
_SOLD = (("sold", "in"), ("sold", "as"), ("sold", "by"))
_PACKS = {"pk": "pack", "pkt": "packet", "ea": "each", "pr": "pair", "bx": "box", "pc": "piece", "pce": "piece"}


def _name_months(match: re.Match[str]) -> str:
    return f"{month_name[int(match['first'])]} to {month_name[int(match['last'])]}"


def words_of_value(text: str, words: tuple[str, ...]) -> str:
    """Return a value with its codes in words where they are sure; `words` are those of its label."""
    text = "\n".join(_words_of_line(_spell_short(line), words) for line in text.split("\n"))
    if words == ("use", "after", "opening"):
        return _OPENED.sub(_spell_opened, text)
    if words == ("best", "before"):
        return re.sub(r"^(?:best before|bbd|bbe|mhd)[:. ]+", "", text, flags=re.IGNORECASE)
    if words == ("ip", "rating") and re.fullmatch(r"[0-6X]\d(?!\d).*", text):
        return f"IP{text}"
    if set(words) & _SEASONS:
        return _MONTHS.sub(_name_months, text)
    if words[:2] in _SOLD:
        return _PACKS.get(text.casefold().strip("."), text)
    return _spell_term(text) if set(words) & _TERMS else text


# Abbreviations of commerce with one reading each.
_SHORT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w/])w/o(?![\w/]) ?"), "without "),
    # "15 w/m" and "5 % w/w" are no "with".
    (re.compile(r"(?<![\w/])(?:w/ +|(?<!\d )w/(?![wv]\b))(?=[a-z0-9])"), "with "),
    (re.compile(r"\bincl(?:\.|\b) ?(?=[^\W_])"), "including "),
    (re.compile(r"\bexcl(?:\.|\b) ?(?=[^\W_])"), "excluding "),
    (re.compile(r"\bincl\b\.?"), "included"),
    (re.compile(r"\bexcl\b\.?"), "not included"),
    (re.compile(r"\b[Aa]pprox\b\.? ?(?=\w)|\bca\b\.? ?(?=\d)"), "approximately "),
    (re.compile(r"(?<![\w.,])1 ?pcs?\b\.?(?! ?/)"), "1 piece"),
    (re.compile(r"(?<=\d) ?pcs?\b\.?(?! ?/)"), " pieces"),
    (re.compile(r"(?<![\d.,-])1 ?mths?\b\.?"), "1 month"),
    (re.compile(r"(?<=\d) ?mths?\b\.?"), " months"),
    (re.compile(r"(?<![\d.,-])1 ?yrs?\b\.?"), "1 year"),
    (re.compile(r"(?<=\d) ?yrs?\b\.?"), " years"),
    # "PVC free: yes" among other things.
    (re.compile(r"(?<=[a-z]): yes\b(?=\s*(?:[,;|]|$))"), ""),
)


def _spell_short(line: str) -> str:
    for pattern, full in _SHORT:
        line = pattern.sub(full, line)
    return line.rstrip()


_OPENED = re.compile(r"^(?P<count>\d{1,2}) ?(?:m|months?|mths?|mo|mon)?\.?$", re.IGNORECASE)


def _spell_opened(match: re.Match[str]) -> str:
    """Return the "12M" of an opened jar in words, as the sign on the jar means it."""
    return f"within {match['count']} month{'' if match['count'] == '1' else 's'}"


def _words_of_line(line: str, words: tuple[str, ...]) -> str:
    if not set(words) & _NAMES and any(map(_CODE_WORDS.fullmatch, re.split(_BETWEEN, line))):
        return _spell_codes(line, words)
    if set(words) & _FOR_WHOM and (people := _PEOPLE.get(re.sub(r" ?\(.*\)$", "", line).casefold())):
        return people
    if _SNAKE.fullmatch(line):
        return re.sub(r"(?<=\d) (?=\d)", ".", line.replace("_", " "))
    if set(words) & _ORIGINS and "animal" not in words and not set(words) & _NOT_ORIGINS:
        return _name_countries(line)
    match = _ANSWER.fullmatch(line)
    if match is None:
        return line
    is_word = len(match["answer"]) > 1
    if not is_word and set(words) & (listed_words("no_letters") | listed_words("no_truths")):
        return line
    is_plain = not match["more"] and match["answer"].casefold() not in ("j", "n", "ja", "nein")
    return line if is_plain else f"{_ANSWERS[match['answer'].casefold()]}{match['more'] or ''}"


_NAMES = frozenset(["model", "name", "code", "number", "series", "version", "reference", "part", "title"])
_CODE_WORDS = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|\d[A-Z0-9]*(?:_[A-Z0-9]+)+")
_BETWEEN = re.compile(r"\s*[,;|]\s*")


def _spell_codes(line: str, words: tuple[str, ...]) -> str:
    """Return codes of a system in words, "DIRECT_THERMAL" and "4K_60P"; one that has a word of no language stays.

    What stands in capitals beside them is one of them: "AUTO_FOCUS; MANUAL".
    """
    codes = re.split(_BETWEEN, line)
    said = [_spell_code(code, words) if code.isupper() else code for code in codes]
    return line if None in said else ", ".join(map(str, said))


def _spell_code(code: str, words: tuple[str, ...]) -> str | None:
    spelt: list[str] = []
    for part in code.split("_"):
        lower = _SPELT.get(part.casefold(), part.lower()) if set(words) & _LOOKS else part.lower()
        is_sign = len(part) < 3 or any(letter.isdigit() for letter in part) or _is_acronym(part)
        if not is_sign and not _is_word(lower) and " " not in lower and lower not in _SPELT.values():
            return None
        is_spelt = not (is_sign and not (lower in listed_words("function_words") and spelt))
        spelt.append(lower if is_spelt else part)
    text = re.sub(r"(?<=\d) (?=\d)", ".", " ".join(spelt))
    return re.sub(r"\b([A-Z]{3}) ([A-Z])$", r"\1-\2", text)  # USB-C


def is_system_code(value: str) -> bool:
    """Return whether a value, or one of several, is the code of a system that no word says: "FLIPA_MINI"."""
    return any(map(_CODE_WORDS.fullmatch, re.split(_BETWEEN, value)))


_FOR_WHOM = frozenset(["gender", "sex", "target", "audience"])
_PEOPLE = {
    "damen": "women", "herren": "men", "kinder": "children", "mädchen": "girls", "jungen": "boys", "femme": "women",
    "homme": "men", "enfant": "children", "enfants": "children", "dames": "women", "heren": "men",
    "kinderen": "children",
}  # fmt: skip


def _is_acronym(word: str) -> bool:
    return word.casefold() in {known.casefold() for known in listed_words("written_so")}


def _name_countries(line: str) -> str:
    """Return a list of codes of countries as their names, another value as it is: "JP/IT", "DE, own cultivation"."""
    codes = re.findall(r"[^\s,;/|+]+", line)
    if codes and all(code in _countries() for code in codes):
        return re.sub(r"[^\s,;/|+]+", lambda match: _countries()[match[0]], line)
    first, comma, rest = line.partition(",")
    return f"{_countries()[first]}{comma}{rest}" if comma and first in _countries() else line


def _spell_term(text: str) -> str:
    """Return the span of a warranty in words: "2 J." is 2 years, "24m" 24 months."""

    def spell(match: re.Match[str]) -> str:
        unit = "year" if match["unit"].casefold() in _YEARS else "month"
        return f"{match['count']} {unit}{'' if match['count'] == '1' else 's'}"

    return _TERM.sub(spell, text)


@cache
def _countries() -> Mapping[str, str]:
    names: dict[str, str] = tomllib.loads((files("rag.describe.fields") / "countries.toml").read_text("utf-8"))
    return names


# --- capitals ---------------------------------------------------------------------------------------------------------

_SHOUTED = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")
# Abbreviations of the sheets that are written in capitals, in the columns of colours and materials.
_SPELT = {
    "st/steel": "stainless steel", "s/steel": "stainless steel", "ss": "stainless steel", "c/iron": "cast iron",
    "alu": "aluminium", "blk": "black", "wht": "white", "grn": "green", "gry": "grey", "slv": "silver", "brn": "brown",
    "yel": "yellow", "clr": "clear", "matt": "matt", "anod": "anodised", "nat": "natural",
}  # fmt: skip
_LOOKS = frozenset(["colour", "color", "finish", "material", "coating", "materials"])
_NAMED = frozenset(["fits", "fit", "compatible", "compatibility", "brand", "model", "series", "range", "vehicle"])


def is_shouted(lines: list[str]) -> bool:
    """Return whether the texts of a product are written in capitals, as old systems keep them."""
    texts = [line for line in lines if len(re.findall(r"[^\W\d_]{3,}", line)) > 0 and len(line) > 3]
    return len(texts) > 2 and sum(line.isupper() for line in texts) >= 0.7 * len(texts)


def lower_shouted(text: str, words: tuple[str, ...]) -> str:
    """Return a text in capitals in lower case if the lexicon has all its words of four letters and more, else as it is.

    Other words may be names, and codes and abbreviations stay. A sentence begins with a capital. `words` are those of
    the label: what fits has names, that are English words too (MINI, FOCUS).
    """
    if not text.isupper() or set(words) & _NAMED:
        return text
    if set(words) & _LOOKS:
        text = re.sub(r"[^\s,;()]+", lambda match: _SPELT.get(match[0].casefold(), match[0]), text)
        is_colour = bool(set(words) & {"colour", "color"})
        text = text.lower() if is_colour and re.fullmatch(r"[A-Z]{5,}", text) else text
    long = re.findall(r"(?<![\w/])[A-Z]{4,}(?![\w/])", text)
    if not all(_is_word(word.lower()) or word in listed_words("written_so") for word in long):
        return text
    said = _SHOUTED.sub(lambda match: match[0].lower() if _is_word(match[0].lower()) else match[0], text)
    return re.sub(r"(?<=[.!?] )[a-z]", lambda match: match[0].upper(), said)


def title_shouted(text: str) -> str:
    """Return a name in capitals with only the first letters of its English words in capitals."""
    lower = lower_shouted(text, ())
    return lower if lower == text else re.sub(r"(?<![\w'’])[a-z](?=[a-z])", lambda match: match[0].upper(), lower)


def _is_word(word: str) -> bool:
    if word.upper() in listed_words("written_so"):
        return False
    if len(word) < 3:
        return word in listed_words("function_words")
    parts = re.split(r"['’-]", word)
    return all(
        bool(word_uses(part)) or is_noun(singular(part)) or is_adjective(part) or is_participle(part)
        or is_gerund(part) or part in listed_words("function_words")
        for part in parts
    )  # fmt: skip
