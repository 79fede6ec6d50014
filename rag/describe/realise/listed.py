"""What a long description says in sentences, and what stands below them as a list of details.

A sentence is for what its English is sure of: "It weighs 285 g and comes in slate." Everything else reads better as
shops print it: "Water column: 4000 mm".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.describe.product import ProductField
from rag.describe.realise.attribute_phrases import phrase_of
from rag.describe.realise.attributes import ClauseKind, label_words
from rag.describe.realise.english import head_noun
from rag.describe.realise.grouping import PlannedClause
from rag.describe.realise.spoken_clauses import is_spoken

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
        listed += [one for one in clause.fields if one not in spoken and not is_trivial(one)]
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


def is_trivial(field: ProductField) -> bool:
    """Tell whether nobody asks for what a field says: one piece, a new product, that it needs no battery."""
    label, value = label_words(field), field.value.strip().casefold()
    if re.fullmatch(r"(?:item |product )?condition(?: type)?", label):
        return value in ("new", "brand new")
    if field.relation == "requires" and field.is_true is False:
        return label.startswith("batter")
    return value in ("1", "1.0", "0") and _COUNTS.fullmatch(label) is not None


# --- the order of the list --------------------------------------------------------------------------------------------

_FIRST = re.compile(
    r"\b(?:sizes?|colou?rs?|finish|materials?|fabric|upper|lining|capacity|volume|dimensions?|length|width|height|weight"
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
