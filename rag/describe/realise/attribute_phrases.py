"""The phrase that the table of common attributes has for a field, by its label and the form of its value.

>>> phrase_of(ProductField("noise_level", "noise level", "measure", "34 dB")).template
'a noise level of {}'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rag.describe.fields.attribute_table import attribute_row
from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import word_uses
from rag.describe.product import ProductField
from rag.describe.realise.english import article, cased_label, countability, is_plural, plural_noun, singular_noun
from rag.describe.realise.word_classes import CASED, MATERIALS, PREPOSITIONS

AttributeKind = Literal["attribute", "holding", "instruction"]
"""A verb phrase ("<runs> on {}"), a noun phrase that the product has ("a power of {}"), a sentence ("Store at {}")."""


@dataclass(frozen=True)
class AttributePhrase:
    """The phrase of one field.

    `template` has "{}" in the place of the value, or "{m}" for one that stands before a noun ("2-year"), after "{a}"
    for its article. `modifier` is that before the product's type ("{}-ply"), "" without one. `bound` is what a label
    such as "maximum load" adds to the value: "up to". `rank` is the place in the table.
    `included` is what a value of batteries says behind them: "included", "not included".
    """

    kind: AttributeKind
    template: str
    modifier: str = ""
    bound: str = ""
    rank: int = 0
    included: str = ""


@lru_cache(maxsize=4096)
def phrase_of(field: ProductField) -> AttributePhrase | None:
    """Return the phrase that says a field, None where the table has none for its label or is not sure of its value."""
    row = attribute_row(field.label)
    if row is None or field.is_quoted or field.relation in ("may contain", "free from", "excludes", "does not suit"):
        return None
    included = ""
    if cells := _CELLS_INCLUDED.fullmatch(field.value.strip()):
        field, included = replace(field, kind="text", value=cells[1], items=(cells[1],)), cells[2].casefold()
    forms = value_forms(field)
    # "Up to 20 to 30 kg" is none.
    if row.bound and (forms & {"range", "bound"} or not forms & {"number", "measure"}):
        return None
    template = _first_template(row.templates, forms, field)
    if not template or (row.bound and "{a} {}" in template):
        return None
    modifier = "" if row.bound else _first_template(row.modifiers, forms, field)
    shown = _with_label(template, _shown_label(field.label))
    return AttributePhrase(_kind_of(template), shown, modifier, row.bound, row.rank, included)


def _first_template(templates: tuple[tuple[str, str], ...], forms: frozenset[str], field: ProductField) -> str:
    """Return the template for the first form that a value has, "" where the grammar of "a {}" is not sure."""
    for form, template in templates:
        if form in forms:
            is_sure = not template.endswith("{a} {}") or is_counted(field.value)
            return template if is_sure else ""
    return ""


def is_counted(value: str) -> bool:
    """Tell whether it is sure if a noun takes an article: "a pair", "tins", "cardboard"."""
    last = value.casefold().rpartition(" ")[2]
    return countability(value.casefold()) != "unknown" or word_uses(last) == {"counted"}


def _kind_of(template: str) -> AttributeKind:
    if template.startswith("<"):
        return "attribute"
    is_sentence = re.match(r"[A-Z][a-z]+ (?!\{)|Store |Best ", template) is not None
    return "instruction" if is_sentence else "holding"


def _with_label(template: str, label: str) -> str:
    """Return a template with the words of the label: "a {} cable" for the cable length "a {} {head}"."""
    head, _, last = label.rpartition(" ")
    template = template.replace("{labels}", plural_noun(label)).replace("{heads}", plural_noun(head))
    for slot, words in (("{label}", label), ("{head}", head), ("{last}", last), ("{first}", label.partition(" ")[0])):
        noun = words if is_plural(words) and "{a}" not in template else singular_noun(words)
        if f"{{a}} {slot}" in template:
            template = template.replace(f"{{a}} {slot}", f"{article(noun)} {noun}")
        template = template.replace(slot, noun)
    return template


def _shown_label(label: str) -> str:
    """Return a label as a sentence says it, "maximum" and "minimum" left to the value: "Wi-Fi range", "tank size"."""
    words = re.sub(r"\b(?:max|min)(?:imum)?\b\.?", "", label.strip().rstrip(":?"), flags=re.IGNORECASE)
    words = re.sub(r"\btemp\b\.?", "temperature", words, flags=re.IGNORECASE)
    words = re.sub(r"\b[A-Z][a-z]+\b", lambda word: word[0].lower(), re.sub(r"[\s()]+", " ", words).strip())
    return cased_label(words)


# --- values -----------------------------------------------------------------------------------------------------------

_UNIT = r"[a-zA-Zµ%‰°\"″'²³/]+(?:\([A-Z]\))?(?: ?[a-z²³/]+)?"
_NUMBER = r"[+-]?\d[\d.,]*(?:\s?[½¼¾])?"
_BOUND = r"(?:up to|at least|at most|about|approx\.?|ca\.?|c\.|over|under|from|<=?|>=?|≤|≥|~)\s?"
_MEASURE = re.compile(
    rf"((?i:{_BOUND}))?{_NUMBER}((?:\s?{_UNIT})?\s?(?:-|–|to)\s?{_NUMBER})?(?:\s?{_UNIT}(?: [AD]C)?)?"
)
_DIMENSIONS = re.compile(rf"{_NUMBER}(?:\s?{_UNIT})?(?:\s?[x×]\s?{_NUMBER}(?:\s?{_UNIT})?)+")
_CELL = r"(?:AAAA|AAA|AA|C|D|PP3|CR-?\d+\w*|LR\d+|[A-Z]R\d+)"
_CELLS = re.compile(rf"(\d+)?\s?[x×]?\s?{_CELL}( batter(?:y|ies)| cells?)?")
_CELLS_INCLUDED = re.compile(
    rf"(\d+\s?[x×]?\s?{_CELL}(?: batter(?:y|ies)| cells?)?)(?:,? | ?\()((?:not )?(?:included|supplied))\)?"
)
_DENIAL = re.compile(
    r"\b(?:no|not|non|none|nil|n/a|without|free|except|unless|optional|included|required|needed|only|un\w+ed|yes|"
    r"other|various|varies|unknown|see|separately|excluded|never)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?=.*[A-Z\d])[\w+./-]+(?: [\w+./-]*[A-Z\d][\w+./-]*)?")
_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_WORDS = re.compile(rf"{_WORD}(?: {_WORD}){{0,4}}")
_MONTH = r"(?:(?:early|mid|late)[ -])?(?:Jan|Febr?|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_PATTERNS = (
    ("range_months", re.compile(rf"{_MONTH} to {_MONTH}", re.I)),
    (
        "date",
        re.compile(
            r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}[./]\d{4}|\d{4}-\d\d(?:-\d\d)?|(?:\d{1,2} )?[A-Z][a-z]+ \d{4}"
        ),
    ),
    (
        "norm",
        re.compile(
            r"(?:BS |DIN )?(?:EN|ISO|IEC|ASTM|ANSI|DIN|BS|UL|AS|NF)(?: (?:EN|ISO|IEC|IEEE))*[ -]?[A-Z]?\d[\w.:/-]*"
        ),
    ),
    ("ip", re.compile(r"IP ?X?\d[\dX]?[A-Z]?|IPX\d|IK\d\d")),
    ("binding", re.compile(r"(?:(?:mass[ -]market|trade|large[ -]print) )?(?:paperback|hardback|hardcover)", re.I)),
    ("book", re.compile(r"(?:board|picture|pop-up) book", re.I)),
    ("ratio", re.compile(r"\d[\d.,]*:\d[\d.,]*(?:\s?[–-]\s?\d[\d.,]*(?::\d+)?)?")),
    ("ordinal", re.compile(r"\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth", re.IGNORECASE)),
    ("sunlight", re.compile(r"(?:bright |medium |low )?(?:in)?direct", re.IGNORECASE)),
    ("plus", re.compile(r"\d+\+")),
    ("all", re.compile(r"all|any", re.I)),
    ("from_birth", re.compile(r"from birth(?: to \d+ (?:months?|years?))?", re.I)),
)
_PORT = re.compile(r"(?:\d+ ?[x×] ?)?[A-Z][\w.+-]*(?: [\w.+-]+){0,2}")
_DIMENSION_NAMES = {"celsius": "temperature", "fahrenheit": "temperature", "month": "time", "night": "time"}


def value_forms(field: ProductField) -> frozenset[str]:
    """Return the names of the forms that a value has, none for one that says or hides a denial.

    "number" (and "one"), "measure" with its dimension ("time", "length"; "range" and "bound" beside it), "dimensions",
    "cells" and "batteries", "code", "adjective", "material", "thing" and "things" (nouns), "name", "phrase" (it begins
    with a preposition), "months" and "range_months", "date", "norm", "ip", "ratio", "from_birth", "sunlight",
    "plus" (50+), "ordinal", "binding" (paperback), "book" (board book), "all", "ports" (2 x HDMI), "labelled" (it
    begins with the label), "list", "measures", "adjectives".
    """
    if field.kind == "boolean":
        return frozenset({"yes"} if field.is_true else {"no"} if field.is_true is False else ())
    value = field.value.strip()
    if not value or _DENIAL.search(value) or field.kind in ("money", "identifier"):
        return frozenset()
    if field.kind == "list" and len(field.items) > 1:
        return frozenset(_list_forms([item.strip() for item in field.items]))
    return frozenset(_forms_of(value, field))


def _forms_of(value: str, field: ProductField) -> Iterator[str]:
    for form, pattern in _PATTERNS:
        if pattern.fullmatch(value):
            yield form
    if value.casefold().split()[0] == field.label.casefold().split()[0]:
        yield "labelled"
    if match := _CELLS.fullmatch(value):
        yield "batteries" if match[2] else "cell" if match[1] == "1" else "cells" if match[1] else "code"
        return
    if match := _MEASURE.fullmatch(value):
        figures = value[len(match[1] or "") :].replace(" to ", "")
        has_unit = bool(field.unit) or re.search(r"[^\W\d]|[%°\"″]", figures) is not None
        yield "measure" if has_unit else "number"
        if not has_unit and value in ("1", "1.0"):
            yield "one"
        yield from (name for name, part in (("bound", match[1]), ("range", match[2])) if part)
        if has_unit and field.quantity and field.quantity.unit:
            dimension = field.quantity.unit.dimension
            yield _DIMENSION_NAMES.get(dimension, dimension)
        return
    if _DIMENSIONS.fullmatch(value):
        yield "dimensions"
        return
    if len(value) < 60 and not re.search(r"[:;|{}<>\n?!]|\.\s|\.$", value):
        yield from _word_forms(value)


def _word_forms(value: str) -> Iterator[str]:
    """Yield the forms of a value of a few words."""
    low, first = value.casefold(), value.split()[0].casefold()
    is_code = (
        _CODE.fullmatch(value)
        and first not in PREPOSITIONS
        and not (_WORDS.fullmatch(value) and (value.istitle() or value[1:].islower()))
    )
    if is_code or low in CASED or (value.isupper() and len(value) < 8):
        yield "code"
    if not _WORDS.fullmatch(value):
        return
    if re.fullmatch(rf"{_MONTH}", value):
        yield "months"
    if first in PREPOSITIONS:
        if not re.search(r"\b(?:and|or)\b", low):
            yield "phrase"
        return
    if re.split(r"[ -]", low)[-1] in MATERIALS and " and " not in low:
        yield "material"
    if is_predicate(low):
        yield "adjective"
    is_one = not re.search(r"\b(?:and|or|to|for|in|of|with|from|by)\b", low)
    if pair := re.fullmatch(rf"({_WORD}(?: {_WORD})?) and ({_WORD}(?: {_WORD})?)", value):
        yield from _list_forms([pair[1], pair[2]])
    if is_one and not is_predicate(low):
        yield "things" if is_plural(low) else "thing"
    if is_one and re.match(r"[A-Z]", value):
        yield "name"


def _list_forms(items: list[str]) -> Iterator[str]:
    """Yield "list" for items that are alike: all of words, or all with a figure."""
    if len(items) > 8 or any(len(item) > 40 or re.search(r"[,:;()|?!]|\.\s|\.$", item) for item in items):
        return
    if all(map(_PORT.fullmatch, items)) and any(re.match(r"\d", item) for item in items):
        yield "ports"
        return
    figures = [bool(re.search(r"\d", item)) for item in items]
    adjectives = [is_predicate(item.casefold()) for item in items]
    if all(_MEASURE.fullmatch(item) for item in items):
        yield "measures"
    elif all(adjectives):
        yield "adjectives"
    elif not any(adjectives) and (not any(figures) or all(figures) or all(_CODE.fullmatch(item) for item in items)):
        yield "list"
