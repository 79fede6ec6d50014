"""What a long description says in sentences, and what stands below them as a list of details.

A sentence is for what its English is sure of: "It weighs 285 g and comes in slate." Everything else reads better as
shops print it: "Water column: 4000 mm".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.describe.fields.values import is_bare_number
from rag.describe.fields.worth import worth_of
from rag.describe.product import MUST, Product, ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, label_words
from rag.describe.realise.english import head_noun, singular_noun
from rag.describe.realise.grouping import PlannedClause
from rag.describe.realise.spoken_clauses import is_spoken
from rag.describe.realise.word_classes import QUANTITY_NOUNS

_HAS: tuple[ClauseKind, ...] = ("storage", "quantity", "capacity", "holding", "part", "count", "feature")
_MOST: dict[tuple[ClauseKind, ...], int] = {
    _HAS: 5,
    ("attribute",): 4,
    ("relation", "verb"): 2,
    ("quality",): 4,
    ("inclusion",): 4,
    ("extent",): 3,
    ("instruction",): 3,
}
"""Fields of a group of kinds that a paragraph takes before it reads as a list."""

_OWN_TEXT = re.compile(r"description|summary|about|overview|intro|text|blurb|synopsis|story", re.IGNORECASE)


def split_listed(clauses: Sequence[PlannedClause]) -> tuple[list[PlannedClause], list[ProductField]]:
    """Return the clauses that sentences state, and the fields of the others, those that say nothing left out."""
    said: list[PlannedClause] = []
    listed: list[ProductField] = []
    counts: Counter[ClauseKind] = Counter()
    things: set[str] = set()
    for clause in clauses:
        spoken = [one for one in clause.fields if _is_spoken(clause.kind, one)]
        for kinds, most in _MOST.items():
            if clause.kind in kinds:
                spoken = spoken[: max(most - sum(counts[kind] for kind in kinds), 0)]
        if clause.kind in _HAS:  # "a 1500 mAh battery and a replaceable battery"
            spoken = [one for one in spoken if not (one.is_true is not False and _thing_of(one) in things)]
            things |= set(map(_thing_of, spoken))
        counts[clause.kind] += len(spoken)
        listed += [one for one in clause.fields if one not in spoken and not _is_left_out(one)]
        if spoken:
            said.append(replace(clause, fields=tuple(spoken)))
    return said, listed


def _thing_of(field: ProductField) -> str:
    """Return the thing that a field says the product has: "battery" of "battery capacity: 1500 mAh"."""
    own = phrase_of(field)
    noun = re.search(r"\{\w*\} ([\w ]+)$", own.template) if own else None
    return head_noun(noun[1] if noun else label_words(field))


def _is_spoken(kind: ClauseKind, field: ProductField) -> bool:
    if kind == "prose":
        return _OWN_TEXT.search(field.label) is not None
    return not is_trivial(field) and is_spoken(kind, field)


_COUNTS = re.compile(
    r"(?:(?:number|count|quantity) of .*|.*(?:quantity|count)|packs? (?:of|size)|items?|pieces|set of)"
)


_RARE = re.compile(
    r"(?:is )?(?:age restricted|universal|remanufactured|refurbished|reconditioned|used|second hand|pre owned"
    r"|personali[sz](?:ed|able)|custom made|limited edition|collect(?:ible|able)|discontinued|seasonal|exclusive|bundle"
    r"|adults? only|multipack)"
)
"""What few products are, so that a "no" tells nothing."""

_EMPTY_LABELS = re.compile(
    r"(?:(?:item|product|model|article) )?(?:name|title|version|details?|info(?:rmation)?|variants?|options?|other|misc"
    r"|remarks?|style)"
)
_EMPTY_VALUES = frozenset(["standard", "normal", "regular", "default", "basic", "general", "other", "nice", "good"])
_UNITLESS = frozenset(
    ["count", "index", "number", "rating", "score", "ratio", "gauge", "yield", "level", "size", "quantity", "amount"]
)
_MEASURES = (QUANTITY_NOUNS - _UNITLESS) | {"dimension", "measurement", "warranty", "guarantee"}
"""Nouns of labels whose number says nothing without a unit: "dimensions: 30"."""


def _is_left_out(field: ProductField) -> bool:
    """Tell whether no line states a field: what has to be stated is not trivial, but "content: 3" says nothing."""
    return _lacks_unit(field) if field.priority == MUST else is_trivial(field)


def _lacks_unit(field: ProductField) -> bool:
    """Tell whether a value is a number without the unit that its label asks for: "dimensions: 30"."""
    label = label_words(field)
    if field.kind == "money":  # "price: 24.50"
        return is_bare_number(field.value.strip()) and not field.unit
    is_number = not field.unit and field.kind in ("text", "measure") and _NUMBER.fullmatch(field.value.strip())
    return bool(is_number) and singular_noun(head_noun(label)) in _MEASURES and not _OWN_COUNT.search(label)


_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?: ?[x×X] ?\d+(?:[.,]\d+)?){0,2}")


def is_trivial(field: ProductField) -> bool:
    """Tell whether nobody asks for what a field says: one piece, a new product, that it needs no battery."""
    label, value = label_words(field), field.value.strip().casefold()
    is_denied = field.is_true is False or value == "no"
    if is_denied and field.relation in ("", "is") and _RARE.fullmatch(label):
        return True
    if label.startswith("batter") and value in ("not required", "not needed", "none required", "none needed"):
        return True
    if label in ("gender", "sex", "target gender", "target group", "audience") and value in ("unisex", "all"):
        return True
    if label == "age group" and value in ("adult", "adults", "all", "all ages"):
        return True
    if _EMPTY_LABELS.fullmatch(label) and (value in _EMPTY_VALUES or re.fullmatch(r"[\d.]+", value)):
        return True
    if _lacks_unit(field):
        return True
    if re.fullmatch(r"(?:item |product )?condition(?: type)?", label):
        return value in ("new", "brand new")
    if field.relation == "requires" and field.is_true is False:
        return label.startswith("batter")
    return value in ("1", "1.0", "0") and _COUNTS.fullmatch(label) is not None


_OWN_COUNT = re.compile(r"\b(?:number|count|quantity|pages?|speeds?|levels?|per|ph|spf|upf|iso|factor|score|index)\b")
"""Words of labels whose number needs no unit."""

_IDENTITY = re.compile(
    r"(?:(?:product|item|model|article) )?(?:name|title|model|series|range|collection|line|version|edition|variant"
    r"|family|brand|manufacturer|label|product)(?: name)?"
)


def without_repeats(
    lines: Sequence[ProductField], product: Product, said: Sequence[ProductField]
) -> list[ProductField]:
    """Return the lines that say nothing again; those that have to be stated stay, whatever repeats them."""
    kept = [one for one in lines if one.priority == MUST]
    for one in lines:
        if one not in kept and not _repeats_another(one, product, [*said, *kept]):
            kept.append(one)
    return [one for one in lines if one in kept]


def _repeats_another(field: ProductField, product: Product, said: Sequence[ProductField]) -> bool:
    """Tell whether a line would say what the name or the brand says, or a sentence: "Item weight" after the weight."""
    label, value = label_words(field), field.value.strip().casefold()
    if field.is_true is not None:
        return False
    identity = " ".join(one.value.casefold() for one in (product.brand, product.name) if one)
    if _IDENTITY.fullmatch(label) and holds_words(identity, value):
        return True
    # The maker "Nubbin Feeding" of the brand Nubbin.
    if label in ("manufacturer", "maker", "producer") and product.brand:
        return holds_words(value, product.brand.value.strip().casefold())
    others = [one for one in said if one.is_true is None and one is not field]
    if label in _CHOICES and _chooses_what_is_said(field, identity, others):
        return True
    return any(_gives_same_amount(field, one) for one in others)


def holds_words(text: str, words: str) -> bool:
    """Tell whether a text has words whole and in their order."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


_CHOICES = frozenset(["option", "variant", "variation", "version", "choice", "size"])
"""Labels of what tells one variant from another."""


def _chooses_what_is_said(field: ProductField, identity: str, others: Sequence[ProductField]) -> bool:
    """Tell whether the name, or another field's value, has each part of what tells a variant: "2 kg", "S, rust"."""
    texts = [
        identity,
        *(_spaceless(one.shown) for one in others),
        *(_spaceless(item) for one in others for item in one.items),
    ]
    parts = [part.strip() for part in re.split(r"[,/|]", field.shown.casefold()) if part.strip()]
    return bool(parts) and all(_spaceless(part) in texts or holds_words(identity, part) for part in parts)


def _spaceless(text: str) -> str:
    return re.sub(r"\s+", "", text.casefold())


def _gives_same_amount(field: ProductField, other: ProductField) -> bool:
    """Tell whether two fields give one amount of the whole product: "content: 2.5 kg net", "net weight: 2500 g"."""
    amount = _amount_of(label_words(field))
    if not amount or amount != _amount_of(label_words(other)):
        return False
    is_equal = _net(field.shown) == _net(other.shown)
    if field.quantity and other.quantity and field.quantity.unit and other.quantity.unit:
        is_equal = is_equal or field.quantity.equals(other.quantity)
    return is_equal


def _net(shown: str) -> str:
    return re.sub(r"\bnet\b|[\s.,]", "", shown.casefold())


def _amount_of(label: str) -> str:
    """Return the measure of the whole product that a label names, "" for that of a part: "shoulder width"."""
    head = head_noun(label)
    if not set(label.split()) <= _OF_WHOLE | {head}:
        return ""
    return "content" if head in _CONTENTS or label == "net weight" else head


_CONTENTS = frozenset(["content", "contents", "size", "volume", "capacity", "quantity", "net", "amount", "option"])
_OF_WHOLE = frozenset(["item", "product", "total", "overall", "article", "net", "bottle", "pack", "unit"])
"""Words of a label that leave its measure that of the product."""


# --- the order of the list --------------------------------------------------------------------------------------------

_FIRST = re.compile(
    r"\b(?:sizes?|colou?rs?|finish|materials?|fabric|upper|lining|capacity|volume|dimensions?|length|width|height"
    r"|compatible|compatibility|fits|model|series|style|age|power|wattage|voltage|contents?|features?"
    r"|key points?|bullet points?|highlights?)\b"
)
_LATE = re.compile(
    r"\b(?:care|wash|washing|cleaning|maintenance|descale|warranty|guarantee|origin|country|made in|certificates?"
    r"|certification|standards?|price|rrp|srp|cost|packaging|notes?|remarks?|comments?)\b"
)
_LIMIT = re.compile(
    r"\b(?:not suitable|not for|not included|not supplied|excludes?|excluding|exclusions?|incompatible|not compatible"
    r"|ingredients?|inci|restrictions?)\b"
)
_WARNING = re.compile(
    r"\b(?:warnings?|caution|allergens?|allergy|hazards?|toxic|toxicity|poisonous|danger|traces|precautions?"
    r"|safety (?:warnings?|notes?|information|instructions?|advice))\b"
)


def choose_lines(lines: Sequence[ProductField], most: int) -> list[ProductField]:
    """Return the lines that decide, in their order: at most so many beside those that have to be stated."""
    free = [one for one in lines if one.priority > MUST]
    kept = sorted(free, key=_rank)[:most]
    return [one for one in lines if one.priority <= MUST or one in kept]


def _rank(field: ProductField) -> tuple[int, float]:
    """Return the rank of a line: warnings and limits first, then what is worth most to a customer."""
    place = _place_of(field)
    worth = worth_of(label_words(field), field.value.strip())
    return 5 - place if place > 3 else 2, -worth.useful - worth.decides


def order_details(fields: Iterable[ProductField]) -> list[ProductField]:
    """Return fields in the order of a list: what customers decide by first, warnings and allergens last."""
    return sorted(fields, key=_place_of)


def _place_of(field: ProductField) -> int:
    label = label_words(field)
    is_contained = field.relation == "contains" and field.is_true is not False
    if _WARNING.search(label) or field.relation == "may contain" or is_contained:
        return 5
    if _LIMIT.search(label) or field.relation in ("contains", "excludes", "does not suit"):
        return 4
    if _LATE.search(label):
        return 3
    # What contradicts another field stays beside it.
    if field.kind == "boolean" and not field.is_true and not field.is_quoted:
        return 2
    return 0 if _FIRST.search(label) else 1
