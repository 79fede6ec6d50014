"""What a value says: yes or no, a measure, an amount of money, a date, a list, or text."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.quantities import Quantity, find_figures, find_quantities
from rag.describe.fields.lexicon import is_adjective
from rag.describe.fields.plain_text import TICKS
from rag.describe.fields.unit_names import CURRENCY_CODES, CURRENCY_SIGNS, CURRENCY_WORDS, UNIT_PATTERN, size_of
from rag.describe.fields.word_lists import listed_words

# --- yes and no -------------------------------------------------------------------------------------------------------

_TRUE, _FALSE, _INCLUSIONS = listed_words("true"), listed_words("false"), listed_words("inclusions")
_LETTERS = frozenset(["y", "n", "j"])
# Labels whose value "NO" is Norway, or whose "N" is a size or a class.
_NO_TRUTHS = listed_words("no_truths")
_NO_LETTERS = listed_words("no_letters")


def read_truth(text: str, words: tuple[str, ...], asks: bool) -> bool | None:
    """Return whether a value says yes or no, None where it says something else.

    `words` are those of the label, and `asks` tells that it asks for yes or no ("is waterproof"): only then 1 and 0 are
    an answer. A single letter is none where the label may be one of sizes or classes.
    """
    said = text.casefold().strip()
    if text in TICKS:
        return TICKS[text]
    if said in ("1", "0", "1.0", "0.0"):
        return said[0] == "1" if asks else None
    if said in ("t", "f"):
        return said == "t" if asks else None
    if text.strip() == "FAUX" and not set(words) & listed_words("imitated"):
        return False  # as French spreadsheets write it
    if set(words) & _NO_TRUTHS or (said in _LETTERS and set(words) & _NO_LETTERS):
        return None
    return True if said in _TRUE else False if said in _FALSE else None


_NOTE = re.compile(r"(?P<answer>[^\W\d_]{2,8}(?: [a-z]{5,10})?)\s*(?:[,;:]\s*|\s[-–—]\s|\s(?=\())(?P<note>.+)")


def read_note(text: str, words: tuple[str, ...]) -> tuple[bool, str, str] | None:
    """Return the answer of a value such as "yes, removable", its own words and what it adds, None for another value."""
    match = _NOTE.fullmatch(text.strip())
    if match is None or len(match["note"]) > _LONGEST_NOTE:
        return None
    note = match["note"].strip().rstrip(".")
    if note.startswith("(") and note.endswith(")") and note.count("(") == 1:
        note = note[1:-1].strip()
    truth = read_truth(match["answer"], words, False)
    is_plain = note and not re.search(r"[()\[\]:;|]|[.!?]\s", note)
    if truth is False and _IS_DENIED.search(note):
        return None
    return (truth, match["answer"], note) if truth is not None and is_plain else None


_LONGEST_NOTE = 60
_IS_DENIED = re.compile(r"\b(?:separately|not|no|without|excluded|only if|unless)\b", re.IGNORECASE)


def says_inclusion(text: str) -> bool:
    """Return whether a truth value is that of a thing that comes with the product: "not included"."""
    return text.casefold().strip() in _INCLUSIONS


# --- numbers ----------------------------------------------------------------------------------------------------------

_NUMBER = (
    r"(?:\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*(?:\s?[½¼¾⅓⅔⅛])?|[½¼¾⅓⅔⅛]|(?<!\w)\.\d+)"
    r"(?!\d)"
)
_FRACTION = r"(?:\d+[ -])?\d+/\d+(?![\d/])"
_BEFORE = (
    r"(?:(?:approx(?:imately|\.)?|about|around|ca\.?|circa|c\.|up\s?to|max(?:imum|\.)?|min(?:imum|\.)?|at\s(?:least|most)"
    r"|from|over|under|below|above|less\sthan|more\sthan|no\smore\sthan|nominal(?:ly)?|typ(?:ically|ical|\.)?|net|<=|>="
    r"|[~≈<>≤≥±])\s*)*"
)
_AFTER = (
    r"(?:\s*(?:approx(?:imately|\.)?|max(?:imum|\.)?|min(?:imum|\.)?|each|or\s(?:more|less)|nominal|net|\+"
    r"|per\s\w+|/\s?(?:100\s?(?:ml|g|km)|day|week|month|year|h|min|s|kg|m²|piece|pc|unit|person)|\([LWHDBTØ]\)|[LWHDØ]\b))*"
)
# Atomic groups: no value may take longer than its length.
_ATOM = rf"(?>{_BEFORE}[-−+±]?(?:{_FRACTION}|{_NUMBER})(?:[\s-]?{UNIT_PATTERN})?{_AFTER})"
_JOINT = r"\s*(?:-|–|—|\bto\b|\band\b|\bx\b|x|×|\*|\bby\b|±|\+/-|\+-|/|\.\.\.?|:)\s*"
_AXIS = r"(?:[LWHDBTØ]\s?[:=]?\s?)?"
_MEASURE = re.compile(
    rf"{_AXIS}{_ATOM}(?>{_JOINT}{_AXIS}{_ATOM})*+(?:\s*\(\s*{_ATOM}(?>{_JOINT}{_ATOM})*+\s*\))?\.?", re.IGNORECASE
)
_HAS_UNIT = re.compile(rf"\d[\s-]?(?:[½¼¾⅓⅔⅛]\s?)?{UNIT_PATTERN}", re.IGNORECASE)


def is_measure(text: str) -> bool:
    """Return whether a value is numbers with or without units and nothing else: ranges, tolerances, dimensions."""
    is_code = re.fullmatch(r"[^\W\d_]\d+", text)  # D1 is no depth
    return len(text) < 100 and not is_code and bool(_MEASURE.fullmatch(text))


def has_unit(text: str) -> bool:
    """Return whether a number of a value has a unit."""
    return bool(_HAS_UNIT.search(text))


def is_bare_number(text: str) -> bool:
    """Return whether a value is one bare number."""
    return bool(re.fullmatch(rf"[-−+]?(?:{_FRACTION}|{_NUMBER})", text))


def read_quantity(text: str, unit: str) -> Quantity | None:
    """Return the only number or range of a value, with a unit of its label; None where there are several."""
    quantities = find_quantities(text)
    if len(quantities) != 1 or quantities[0].kind != "number":
        return None
    quantity = quantities[0]
    return replace(quantity, unit=size_of(unit)) if unit and quantity.unit is None else quantity


_EUROPEAN = re.compile(
    r"(?<![\d.,])(?:(?P<groups>\d{1,3}(?:[.\u00a0\u202f '’]\d{3})+),(?P<decimals>\d{1,2}|\d{4,})"
    r"|(?P<millions>\d{1,3}(?:\.\d{3}){2,})"
    r"|(?P<whole>\d+),(?P<part>\d{1,2}|\d{4,}|(?<=^0,)\d{3}|(?<=\D0,)\d{3}))(?![\d.,]?\d)"
)


def english_numbers(text: str) -> str:
    """Return a measure or a price with its numbers as English writes them, where they can mean one thing only.

    "1.299,00" is "1,299.00", "0,9" is "0.9" and "1.299.000" is "1,299,000". "1.299" and "1,299" may each be either:
    they stay as they are. No number changes: the digits are the same, and their order.
    """

    def rewrite(match: re.Match[str]) -> str:
        if match["groups"]:
            return re.sub(r"\D", ",", match["groups"]) + "." + match["decimals"]
        if match["millions"]:
            return match["millions"].replace(".", ",")
        return f"{match['whole']}.{match['part']}"

    return _EUROPEAN.sub(rewrite, text)


# --- money and dates --------------------------------------------------------------------------------------------------

_CURRENCY_NAMES = "|".join((*CURRENCY_CODES, *CURRENCY_WORDS))
_CURRENCY = rf"(?:(?:US|C|CA|A|AU|NZ|HK|S)?\$|[{CURRENCY_SIGNS}]|\b(?:{_CURRENCY_NAMES})\b)"
_AMOUNT = rf"(?:{_CURRENCY}\s?-?{_NUMBER}(?:,[-–])?|{_NUMBER}(?:,[-–])?\s?{_CURRENCY})"
_MONEY = re.compile(
    rf"(?:from|ab|only|approx\.?|ca\.?|up\sto|rrp|msrp)?\s*{_AMOUNT}(?:\s*(?:-|–|to)\s*(?:{_AMOUNT}|{_NUMBER}))?"
    rf"|{_NUMBER}\s*(?:-|–|to)\s*{_AMOUNT}",
    re.IGNORECASE,
)
_MONEY_TAIL = re.compile(
    r"\s*(?:\(?(?:incl|excl|plus|inc|ex)\b\.?.{0,20}\)?|(?:/|per|a|an|each)\s?(?:\w+ ){0,2}\w+|each)$", re.IGNORECASE
)


def is_money(text: str) -> bool:
    """Return whether a value is an amount of money with its currency, or a range: "from £5", "1.299,00 €"."""
    return len(text) < 60 and bool(
        _MONEY.fullmatch(text.strip()) or _MONEY.fullmatch(_MONEY_TAIL.sub("", text).strip())
    )


def is_date(text: str) -> bool:
    """Return whether a value is one date that has at least a month and a year, and nothing else."""
    dates = find_figures(text).dates
    if len(dates) != 1 or dates[0].month is None or dates[0].year is None:
        return False
    rest = text[: dates[0].start] + text[dates[0].end :]
    return bool(re.fullmatch(r"(?:T?\s*\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d| UTC)?)?\s*", rest))


def is_year(text: str) -> bool:
    """Return whether a value is a year or a span of years."""
    return bool(re.fullmatch(r"(?:1[5-9]|20|21)\d\d(?:\s?[-–/]\s?(?:(?:1[5-9]|20|21)\d\d|\d\d))?", text))


# --- lists and text ---------------------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[.!?](?:\s+[A-Z\"'“]|\s*$)")
_ONE_THING = re.compile(
    r"\b(?:black (?:and|&) white|salt (?:and|&) pepper|hook (?:and|&) (?:eye|loop)|rock (?:and|&) roll"
    r"|nuts? (?:and|&) bolts?|fish (?:and|&) chips|bed (?:and|&) breakfast|gin (?:and|&) tonic|his (?:and|&) hers)\b",
    re.IGNORECASE,
)
"""What is one thing for all its "and"."""
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|will|can|you|your|we|our|it|this|these|that|which|who|keeps?|makes?|features?|offers?"
    r"|provides?|includes?|designed|allows?|gives?|comes)\b",
    re.IGNORECASE,
)
# A part that begins so belongs to the part before it: "steel, not stainless", "cotton, for summer".
_DEPENDENT = re.compile(
    r"(?:not|no|without|except|but|only|incl|including|excl|excluding|for|with|in|on|of|from|by|at|to|as|when|if|where"
    r"|which|that|who|included|excluded|optional|supplied|sold|extra|removable|plus|then|so|each|both|approx|ca|max|min|etc|inc|ltd|llc|jr|sr|co|corp|gmbh|usa?|uk)\b",
    re.IGNORECASE,
)
_PLACES = listed_words("places")
_PEOPLE = listed_words("people")
_LISTED = listed_words("listed")


def is_sentences(text: str) -> bool:
    """Return whether a value is one or more sentences, not a phrase."""
    words = text.split()
    if len(words) < 4:
        return False
    return bool(_SENTENCE.search(text) and _FINITE.search(text)) or len(words) > 25


def split_items(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items of a list, or the value alone; `words` are those of its label.

    A value that may be one thing stays one: it is true as it was given, whatever its commas mean. Lines, bars,
    semicolons and bullets split; commas do between short parts that are neither sentences, places nor names of people;
    slashes only with blanks around them and not between colours; "and" only in what is a list by its commas or label.
    """
    for separator in (r"\n+", r"\s*[|¦•●▪]\s*", r"\s*;\s*"):
        parts = _split(separator, text)
        if len(parts) > 1:
            is_prose = any(is_sentences(part) for part in parts) and separator != r"\s*[|¦•●▪]\s*"
            if is_prose or (len(parts) == 2 and not _is_alike(parts)):
                return (_one_line(text),)
            return tuple(re.sub(r"(?<=[^\W\d]{2})\.$", "", _one_line(part)) for part in parts)
    text = _one_line(text)
    if is_sentences(text) or (text.endswith((".", "!")) and len(text.split()) > 3) or set(words) & _PLACES:
        return (text,)
    is_listed = bool(set(words) & _LISTED) or (bool(words) and words[-1].endswith("s") and not words[-1].endswith("ss"))
    if read_truth(re.split(r"[,(]", text)[0], words, False) is not None:  # "yes, see label"
        return (text,)
    commas = _split(r"\s*,(?!\d)\s*|(?<=\D),(?=\d)\s*|(?<=\d), +(?=\d)", text)
    if len(commas) == 1 and re.fullmatch(r"\d+(?:,\d+){2,}", text) and not re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        commas = text.split(",")
    if len(commas) > 1:
        # The last comma may be an "and": red, green and blue.
        *first, last = commas
        ends = [last] if _ONE_THING.search(last) else re.split(r"^(?:and|or|&)\s+|\s+(?:and|&)\s+", last)
        ends = [end for end in ends if end]
        commas = [*first, *ends] if len(ends) < 3 else commas
        if _is_of_part(commas, words) or re.fullmatch(r"\d{1,3}, [^\W\d]+(?:-[^\W\d]+)?", text):  # "3, telescopic"
            return (text,)
        if not _is_enumeration(commas, 8 if is_listed else 5) or (set(words) & _PEOPLE and _is_inverted(commas)):
            return (text,)
        return tuple(commas)
    slashes = _split(r"\s+/\s+", text)
    if len(slashes) > 1 and not set(words) & {"colour", "color", "finish", "pattern"} and _is_enumeration(slashes, 4):
        return tuple(slashes)
    if is_listed and text[:1] and not _ONE_THING.search(text) and not any(character.isdigit() for character in text):
        joined = re.split(r"\s+and\s+", text)
        if len(joined) == 2 and all(len(part.split()) <= 2 for part in joined):
            return tuple(joined)
    return (text,)


def _split(separator: str, text: str) -> list[str]:
    """Return the parts between separators that stand outside brackets."""
    parts, start, depth, pattern = [], 0, 0, re.compile(separator)
    position = 0
    while position < len(text):
        if text[position] in "([":
            depth += 1
        elif text[position] in ")]":
            depth = max(0, depth - 1)
        match = pattern.match(text, position) if depth == 0 else None
        if match and match.end() > position:
            parts.append(text[start : match.start()])
            start = position = match.end()
            continue
        position += 1
    parts.append(text[start:])
    bare = (re.sub(r"^[-–—*•·+>]\s+", "", part.strip()) for part in parts)
    return list(dict.fromkeys(filter(None, bare)))


def _is_enumeration(parts: list[str], longest: int) -> bool:
    if any(len(part.split()) > longest or _DEPENDENT.match(part) or _SENTENCE.search(part[:-1]) for part in parts[1:]):
        return False
    if len(parts[0].split()) > longest or (len(parts) == 2 and _FINITE.search(parts[0])):
        return False
    # Two adjectives of one noun: "bright, indirect light".
    if len(parts) == 2 and is_adjective(parts[0]) and len(parts[1].split()) > 1:
        return False
    return _is_alike(parts)


def _is_of_part(parts: list[str], words: tuple[str, ...]) -> bool:
    """Return whether a part of a material is that of one part of the product: "polyester, lining cotton"."""
    is_material = bool(set(words) & {"material", "materials", "composition", "fabric"})
    firsts = (re.split(r"\W+", part.casefold())[0] for part in parts[1:] if len(part.split()) > 1)
    return is_material and bool(set(firsts) & listed_words("parts_of_material"))


def _is_alike(parts: list[str]) -> bool:
    """Return whether measures stand beside measures only: "machine wash, 30 °C" and "2 years, parts" are one thing."""
    return len({is_measure(part) and has_unit(part) for part in parts}) == 1


def _is_inverted(parts: list[str]) -> bool:
    """Return whether two parts are one name, the family's first: Tolkien, J. R. R."""
    return len(parts) == 2 and len(parts[0].split()) == 1


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,;|")
