"""The kind of clause that says a field, chosen by what is known of its label and its value.

A kind is chosen only where its English is sure. Everything else is a "property" ("Its pattern is striped.") or, as the
last resort, a "detail" ("Pattern: see label").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import infinitive, is_noun, is_participle, word_uses
from rag.describe.product import ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.boolean_kinds import boolean_kind
from rag.describe.realise.comma_values import comma_template
from rag.describe.realise.english import countability, head_noun, is_plural, leading_noun, singular_noun
from rag.describe.realise.word_classes import (
    ABSTRACT_NOUNS,
    COLLECTIVE_NOUNS,
    COUNT_NOUNS,
    MATERIALS,
    OF_NOUNS,
    OPEN_ADJECTIVES,
    PART_NOUNS,
    PREPOSITIONS,
    QUANTITY_NOUNS,
    SUBSTANCES,
    VERBS,
)

ClauseKind = Literal[
    # what it looks like and what it has
    "colour", "material", "part", "count", "storage", "quantity", "substance",
    # how large and heavy it is
    "extent", "dimensions", "weight", "capacity",
    # what it goes with, who made it, what it costs
    "relation", "verb", "compatibility", "system", "age", "audience", "language", "maker", "release", "origin", "users",
    "warranty", "size", "packing", "price",
    # common attributes with a phrase of their own: what it does, what it has, a sentence apart
    "attribute", "holding", "instruction",
    # booleans
    "quality", "feature", "content", "inclusion", "action",
    # what is said with its label, or as it is
    "property", "line", "prose", "detail",
]  # fmt: skip

LONGEST_PHRASE = 80
"""Characters of a value that may stand within a sentence."""

_LABELS: tuple[tuple[ClauseKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:{pattern})$"))  # type: ignore[misc]
    for kind, pattern in (
        ("colour", r"(?:(?:product|main|primary|available|frame|body) )?colou?rs?(?: (?:name|options?))?"),
        ("material", r"(?:(?:main|product|primary) )?materials?|(?:material )?composition|made (?:of|from)"),
        ("weight", r"(?:(?:item|product|total) )?weight"),
        ("dimensions", r"(?:(?:item|product|overall) )?(?:dimensions?|measurements)(?: \(?\w ?x ?\w ?x ?\w\)?)?"),
        ("extent", r"(?:(?:item|product|overall) )?(?:length|width|height|depth|thickness|diameter)"),
        ("capacity", r"(?:(?:total|maximum|max) )?capacity"),
        ("size", r"(?:available )?sizes?(?: available)?"),
        ("price", r"(?:(?:list|sale|retail|regular|sales|unit|recommended retail|selling) )?(?:price|rrp|msrp)|cost"),
        (
            "warranty",
            r"(?:(?:manufacturer|limited|product|standard|full|extended|total) )?(?:warranty|guarantee)(?: period)?",
        ),
        (
            "origin",
            r"(?:countr(?:y|ies) of )?(?:origin|manufacture)|(?:origin )?country|"
            r"(?:made|produced|manufactured|grown) in",
        ),
        ("compatibility", r"(?:compatibility|compatible(?: with| models?| devices?| printers?)?)|fits models?"),
        ("system", r"operating systems?|os|platforms?|(?:supported|compatible) (?:operating systems?|platforms?)"),
        (
            "maker",
            r"suppliers?|authors?|writer|publisher|developers?|designers?|director|illustrators?|translators?|editors?|by",
        ),
        ("release", r"(?:release|publication|launch) (?:date|year)|(?:released|published)(?: in| on)?|year of release"),
        (
            "packing",
            r"(?:quantity per pack|pack (?:size|quantity)|(?:pieces|units|items|count) per pack|package quantity)",
        ),
        (
            "age",
            r"(?:recommended |suitable |minimum )?ages?(?: (?:range|group|recommendation))?|(?:suitable )?for ages",
        ),
        ("audience", r"(?:target )?(?:gender|audience|department|user)|target group|for"),
        ("language", r"languages?"),
        (
            "line",
            r"(?:full |main |key )?ingredients?(?: list)?|inci|allergens?(?: \w+)?|care(?: \w+)?|"
            r"(?:machine |hand )?wash(?:ing)?(?: \w+)?|"
            r"directions?(?: .*)?|(?:\w+ )?instructions?|(?:safety )?warnings?|caution|"
            r"(?:notes?|comments?|remarks?)(?: \d)?|"
            r"storage (?:advice|conditions)|"
            r"(?:in|inside) the box|(?:box|package|packing|kit|set|scope of) (?:contents?|delivery)|contents|"
            r"what is in the box|what's in the box|whats in the box|included(?: \w+)?|usage|how to use|dosage|hazards?",
        ),
    )
)
_UNIT = r"[a-zA-Zµ%‰°\"″'€$£¥²³/]+(?: ?[a-z²³/]+)?"
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:\s?[½¼¾])?")
_BARE_MEASURE = re.compile(
    rf"(?:(?:approx\.?|about|ca\.?|c\.|up to|max\.?|min\.?|at least|at most|<=?|>=?|≤|≥|~|±)\s?)?"
    rf"[+-]?\d[\d.,]*(?:\s?[½¼¾])?(?:\s?(?:-|–|to|x|×|/|±)\s?\d[\d.,]*)*\s?{_UNIT}$"
)
_DIMENSIONS = re.compile(r"\d[\d.,]*\s?\S{0,3}\s?[x×*]\s?\d", re.I)
_SENTENCES = re.compile(r"[.!?…]['\"”)]*\s+\S|[^.\d]{25,}[.!]$")
_NOT_PHRASE = re.compile(r"[\n\r\t|;{}\\]|\S\s*[<>]|[:](?!\d)|(?<!\b[A-Z])(?<!\b[A-Z][a-z])[.!?]\s+[A-Z]|[!?…]$|\?\s")
_COUNT_LABEL = re.compile(r"(?:number|no\.?|nr\.?|count|quantity) of (.+)|(.+) (?:count|quantity)")
_WITHOUT_UNIT = frozenset(
    [
        "rating",
        "score",
        "ratio",
        "count",
        "index",
        "resolution",
        "contrast",
        "quantity",
        "amount",
        "gauge",
        "level",
        "grade",
    ]
)
_COUNTED = frozenset(
    [
        "port",
        "pocket",
        "door",
        "drawer",
        "wheel",
        "shelf",
        "seat",
        "button",
        "compartment",
        "camera",
        "speaker",
        "slot",
        "handle",
        "lid",
        "person",
        "player",
        "piece",
        "tray",
        "pannier",
        "bottle",
        "chamber",
        "lens",
        "key",
        "burner",
        "blade",
        "bin",
        "bedroom",
        "pane",
        "rung",
        "tier",
        "string",
    ]
)
_DATE = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)? )?(?:[A-Z][a-z]{2,8} )?(?:\d{1,2}, )?(?:1[89]|2[01])\d\d|\d{4}-\d\d-\d\d"
)
_DATA = re.compile(r"\d\s?(?:[KMGT]i?)?(?:B|bytes?)$", re.I)
_PEOPLE = frozenset(["person", "user", "people", "player", "adult", "guest", "child", "licence", "device"])
_IMPERATIVE = re.compile(
    r"(?:Store|Keep|Use|Do not|Wash|Take|Apply|Avoid|Shake|Rinse|Wipe|Clean|Handle|Press|Place|Remove|Add|Mix|Serve) \w"
)
_LETTER_CODE = re.compile(r"[A-Z]{1,2}\d?")


@lru_cache(maxsize=4096)
def clause_kind(field: ProductField) -> ClauseKind:
    """Return the kind of clause that says a field other than the name, the brand and the type."""
    if field.is_quoted:
        return "line"
    if (own := phrase_of(field)) is not None:
        return own.kind
    if template := comma_template(field):
        return "attribute" if template.startswith("<") else "holding"
    if field.kind == "boolean" and field.is_true is not None:
        return boolean_kind(field, label_words(field))
    value, label = field.value.strip(), label_words(field)
    if field.relation in ("may contain", "free from", "suits", "contains", "comes in") and is_phrase(field):
        return "verb"
    if field.relation == "includes" and field.value.isdigit() and label != "includes":
        return "verb"
    if len(field.items) > 1 and any(_DENIED_ITEM.match(item) for item in field.items):
        return "detail"
    named = next((kind for kind, pattern in _LABELS if pattern.match(label)), None)
    if named is None and _IMPERATIVE.match(value):
        named = "line"
    if is_prose(field) and not (named == "line" and len(value) <= 300):
        return "prose"
    if named == "line":
        return "line" if len(value) <= 300 else "detail"
    if not is_phrase(field):
        return "detail"
    if named is not None and (kind := _checked(named, field)) is not None:
        return kind
    return _general_kind(field, label)


_CONDITION = re.compile(
    r"(?:from|if|unless|only|with|without|w/o|when|while|until|usually|sometimes|mostly|depends|can|could|may|might|must"
    r"|should|designed|made|was|were|is|are|contains?|causes?|does|do|avoid|keep|leave|unclear|except|but|or|and|after|before"
    r"|allowed|possible|on|at|in|by)\s\S|(?:w/o|usually|sometimes|contains|avoid|unclear)$",
    re.IGNORECASE,
)
_OPEN_LABEL = re.compile(
    r"(?:for|from|may|might|can|could|must|should|will|never|does|do|is|are|with|without|one) "
    r"|(?:suitable|compatible|usable) .* \S+$(?<! with)(?<! for)(?<! in)(?<! on)(?<! to)"
)


_DENIED_ITEM = re.compile(r"(?:no|not|without|except|only|designed|made|assembled)\s", re.IGNORECASE)


def is_condition(value: str) -> bool:
    """Tell whether a value begins with a word that makes it no thing and no quality: "only with an adapter"."""
    return bool(_CONDITION.match(value))


def is_thing(field: ProductField) -> bool:
    """Tell whether the value of a type names a thing: "kettle", but not "original" or "3"."""
    words = field.value.strip()
    is_word = not is_plain_number(field) and len(words) <= 60 and not re.search(r"[.;:!?|>/\d]\s|\n", words)
    is_kind = " " in words or not is_predicate(words)
    return is_word and is_kind and words.casefold().rpartition(" ")[2] not in COLLECTIVE_NOUNS


def label_words(field: ProductField) -> str:
    """Return the label of a field in lower case, hyphens as blanks."""
    return re.sub(r"[\s_-]+", " ", field.label.casefold()).strip(" :")


def is_prose(field: ProductField) -> bool:
    """Tell whether a value is text of its own, to be quoted as it stands."""
    return field.kind == "text" and len(field.value) > 40 and bool(_SENTENCES.search(field.value.strip()))


def is_phrase(field: ProductField) -> bool:
    """Tell whether a value may stand within a sentence."""
    items = field.items if field.kind == "list" and field.items else (field.value,)
    total = sum(map(len, items))
    is_short = total <= (2 * LONGEST_PHRASE if len(items) > 1 else LONGEST_PHRASE) and len(items) <= 12
    return is_short and all(item.strip() and not _NOT_PHRASE.search(item) and _is_balanced(item) for item in items)


def says_unit(field: ProductField) -> bool:
    """Tell whether a measure says its unit, in its value or beside it."""
    return bool(field.unit) or not re.fullmatch(r"[\d.,\s x×*/–<>=≤≥~±-]+", field.value.strip())


def is_plain_number(field: ProductField) -> bool:
    """Tell whether a value is one number without a unit."""
    return not field.unit and bool(_PLAIN_NUMBER.fullmatch(field.value.strip()))


def is_bare_measure(field: ProductField) -> bool:
    """Tell whether a value is a number, or a range, with its unit, and nothing else."""
    value = field.value.strip()
    if field.unit:
        return bool(re.fullmatch(r"(?:[^\w\s]+\s?)?[+-]?\d[\d.,]*(?:\s?(?:-|–|x|×)\s?\d[\d.,]*)*", value))
    return bool(_BARE_MEASURE.match(value)) and len(value) < 30


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


def _checked(kind: ClauseKind, field: ProductField) -> ClauseKind | None:
    """Return the kind that a label asks for where the value fits it, "detail" for a number without unit, else None."""
    value, label = field.value.strip(), label_words(field)
    is_list = field.kind == "list" and len(field.items) > 1
    has_digit = bool(re.search(r"\d", value))
    if kind in ("weight", "extent", "dimensions"):
        if not has_digit or is_list:
            return None if not has_digit else "detail"
        if not says_unit(field) or not (is_bare_measure(field) or kind == "dimensions"):
            return "detail" if not says_unit(field) else "property"
        if kind == "weight" and "/" in value:
            return "quantity"
        return "dimensions" if _DIMENSIONS.match(value) else kind
    if kind == "capacity":
        return ("quantity" if says_unit(field) else "detail") if has_digit and not is_bare_measure(field) else (
            "capacity" if has_digit and says_unit(field) else "detail")  # fmt: skip
    if kind == "size":
        if _DIMENSIONS.match(value):
            return "dimensions" if says_unit(field) else "detail"
        if re.fullmatch(r"\d+[.,]\d+", value):
            return "detail"
        return "quantity" if is_bare_measure(field) else ("detail" if " " in value and not is_list else "size")
    if kind == "price":
        return ("detail" if re.match(r"was |now ", value, re.I) else "price") if has_digit and not is_list else None
    if kind == "warranty":
        is_short = len(value.split()) <= 3 and not re.search(r"warrant|guarant", value, re.I)
        is_time = not is_plain_number(field) and value[:1].isalnum()
        return "warranty" if is_short and not is_list and is_time else "detail"
    if kind == "colour" and has_digit:
        return "detail"
    if kind in ("colour", "material"):
        return kind if not re.fullmatch(r"various|assorted|other|mixed|see .*|\d+", value, re.I) else "detail"
    if kind == "packing":
        if _DIMENSIONS.match(value) or is_bare_measure(field):
            return "quantity"
        return "packing" if re.match(r"\d", value) and not re.fullmatch(r"1(?:[.,]0)?", value) else "detail"
    if kind == "age":
        if re.match(r"min|max", label):
            return "property"
        return "age" if re.match(r"(?:from |over |under )?\d", value) and not is_list else None
    if kind == "audience":
        if re.fullmatch(r"unisex", value, re.I):
            return "relation"
        is_people = is_plural(value.casefold()) or label == "for"
        return "audience" if is_people and len(value) > 2 and not has_digit and label != "user" else None
    if kind == "release":
        return "release" if field.kind == "date" or _DATE.fullmatch(value) else None
    if kind == "origin":
        return "origin" if value[:1].isupper() and not _LETTER_CODE.fullmatch(value) else None
    if kind in ("maker", "language"):
        return kind if not has_digit and not is_predicate(value) else None
    return kind


def _general_kind(field: ProductField, label: str) -> ClauseKind:
    """Return the kind for a label that says no more than its grammar."""
    value, words = field.value.strip(), label.split()
    if is_condition(value) or _OPEN_LABEL.match(label):
        return "detail"
    if value.casefold() in ("none", "nil", "no", "0", "required", "not required", "optional", "included"):
        return "detail"
    if re.match(r"(?:yes|no|traces?|may(?:be)?|possibl[ey])\b", value, re.IGNORECASE):
        return "detail"
    if re.match(r"(?:no|not|without)\s", value, re.IGNORECASE):  # "filter: no paper filter needed"
        return "detail"
    if (first := value.split()[0]) and infinitive(first) and not is_noun(first):  # "extends from 1.5 to 3 m"
        return "detail"
    # A label with marks or codes is a form's, not a sentence's.
    if not words or len(words) > 5 or not re.fullmatch(r"[^\W\d_][\w .'&/-]*", label) or re.search(r"\b\d$|/", label):
        return "detail"
    if len(words[-1]) < 2:
        return "detail"
    if word_uses(words[0]) == {"verb"} and not is_participle(words[0]):  # "consume after opening"
        return "detail"
    if label == "near":
        return "relation"
    if label in ("works with", "comes with", "runs on", "connects to"):
        return "verb"
    if words[-1] in PREPOSITIONS:
        is_open = words[0] in OPEN_ADJECTIVES or is_predicate(words[0])
        return "relation" if is_open and not value[:1].isdigit() else "detail"
    if words[0] in VERBS - {"has", "weighs", "measures"} and len(words) == 1 and not field.relation:
        return "verb"
    if label == "may contain":
        return "verb"
    if is_predicate(words[-1]) and words[-1] not in PART_NOUNS:
        return "detail"
    return _noun_kind(field, label, value)


def _noun_kind(field: ProductField, label: str, value: str) -> ClauseKind:
    """Return the kind for a label that is a noun phrase."""
    is_list = field.kind == "list" and len(field.items) > 1
    head = head_noun(label)
    is_people = head in _PEOPLE and is_plural(label) and len(label.split()) == 1
    if is_people and not field.unit and re.fullmatch(rf"\d+(?:\s?(?:[-–]|to)\s?\d+)?(?: {label})?", value):
        return "users"
    if is_plain_number(field) and leading_noun(label) != label and not _COUNT_LABEL.fullmatch(label):
        return "detail"
    if is_plain_number(field):
        is_whole = re.fullmatch(r"\d{1,5}(?:\.0)?", value) is not None
        if re.search(r" (?:or|and) ", label):
            return "detail"
        if is_whole and (_COUNT_LABEL.fullmatch(label) or head in _COUNTED or _is_countable_plural(label)):
            return "count"
        if head in QUANTITY_NOUNS:
            return "quantity" if head in _WITHOUT_UNIT and not is_plural(label) else "detail"
        return "detail" if len(value) > 4 or not is_whole or is_plural(label) else "property"
    if field.kind == "money":
        return "quantity" if head in ("price", "cost") else "property"
    if is_bare_measure(field):
        if head in OF_NOUNS and field.value[:1].isdigit():
            return "storage" if _DATA.search(value) else "quantity"
        if head in SUBSTANCES and head not in PART_NOUNS and not re.search(r"/|per", value):
            return "substance"
        if head in QUANTITY_NOUNS and not is_plural(label):
            return "quantity" if leading_noun(label) == label else "property"
        is_simple = re.match(r"\d[\d.,]*\s?[^\d\s]+$", value) is not None or bool(field.unit)
        return "part" if head in PART_NOUNS and is_simple and " of " not in label else "property"
    if is_list:
        return "property" if countability(label) in ("count", "plural") or head in PART_NOUNS else "detail"
    if head in QUANTITY_NOUNS - _WITHOUT_UNIT and not says_unit(field):
        return "detail"
    if re.match(r"[\d<>=≤≥~±+-]", value) and not re.search(r"[a-z]{3}", value):
        return "property" if re.fullmatch(r"[\w .,:x×/%°+-]+", value) else "detail"
    if head in PART_NOUNS and _is_modifier(value, head):
        return "part"
    if value.casefold() in ("yes", "no", "y", "n", "true", "false", "other", "unknown"):
        return "detail"
    # "Its format is stick" is no English, "its packaging is a tube" is.
    is_material = head in ("material", "composition")
    return "detail" if is_counted_thing(value) and not _names_thing(head) and not is_material else "property"


def is_counted_thing(value: str) -> bool:
    """Tell whether a value is one thing that needs an article behind "is": "refillable tin", but not "steel"."""
    words = value.split()
    last = leading_noun(value.partition(",")[0]).rpartition(" ")[2]
    is_material = last in MATERIALS or last == "wire"
    if not value[:1].isalnum() or words[0].casefold() in PREPOSITIONS | {"a", "an", "the", "each", "every", "one"}:
        return False
    is_name = any(word[:1].isupper() for word in (words[1:] or words)) or re.search(r"\b(?:and|or)\b|[/&+]", value)
    is_several = re.match(r"\d+\s?[x×]\s|[\d.]+ [a-z]+s\b", value)
    return (
        not is_name
        and not is_several
        and last.islower()
        and not is_material
        and countability(last) == "count"
        and not is_predicate(last)
    )


def _names_thing(head: str) -> bool:
    things = COUNT_NOUNS | PART_NOUNS | {"packaging", "supply", "container", "source"}
    return head in things and head not in ABSTRACT_NOUNS | QUANTITY_NOUNS


def _is_countable_plural(label: str) -> bool:
    head = head_noun(label)
    return is_plural(label) and head not in QUANTITY_NOUNS - {"speed"} | {"season", "year", "month", "day", "hour"}


def _is_modifier(value: str, head: str) -> bool:
    """Tell whether a value can stand before its label's noun: "a round neck", "an aluminium frame"."""
    words = value.split()
    is_short = len(words) <= 3 and not re.search(r"[,()/&]|\band\b|\bor\b", value)
    starts_well = words[0].casefold() not in PREPOSITIONS | {"a", "an", "the", "no", "none", "not", "yes", "all"}
    is_other = not is_plural(words[-1]) or singular_noun(words[-1].casefold()) == head
    return is_short and starts_well and is_other and not re.fullmatch(r"\d+", words[0]) and len(value) > 1
