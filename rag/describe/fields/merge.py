"""Merge fields that say the same, and hide those that contradict each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from rag.answer.words import fold, stem
from rag.describe.fields.absence import quote_as_given
from rag.describe.product import MUST, ProductField

_SAME = {
    "fabric": "material", "materials": "material", "colour": "color", "colours": "color", "shade": "color",
    "maker": "brand", "manufacturer": "brand", "net weight": "weight", "item weight": "weight",
    "product weight": "weight", "colour name": "color", "colors": "color", "guarantee": "warranty",
    "pieces": "number of pieces", "piece count": "number of pieces",
}  # fmt: skip


def merge_fields(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields without those that another says already; the keys of these are `merged` there.

    Two fields say the same where their labels mean the same and their values are equal, in any unit, or one has all
    items of the other; a model that the name holds is said by the name. A boolean or a measure that another field of
    the same label contradicts is hidden, as is the other: which of them is true, nobody can tell. Those that have to be
    stated, such as allergens, are both quoted instead.
    """
    kept: list[ProductField] = []
    for field in fields:
        place = None if field.hidden else _find_same(field, kept)
        if place is None:
            kept.append(field)
            continue
        other = kept[place]
        # The fuller value stays; what leads a text keeps its place.
        is_fuller = len(field.value) > len(other.value) and other.kind not in ("name", "brand", "type", "boolean")
        winner, loser = (field, other) if is_fuller and not _equal(field, other) else (other, field)
        kept[place] = replace(
            winner,
            merged=(*winner.merged, loser.key, *loser.merged),
            priority=min(winner.priority, loser.priority),
            relation=winner.relation or loser.relation,
        )
    return _hide_contradictions(kept)


def _find_same(field: ProductField, kept: Sequence[ProductField]) -> int | None:
    meaning = _meaning(field.label)
    for place, other in enumerate(kept):
        if other.hidden or (other.kind not in ("name", "brand") and _meaning(other.label) != meaning):
            continue
        if _means_same(field, other) and (_equal(field, other) or _holds(other, field) or _holds(field, other)):
            return place
        is_model = other.kind == "name" and fold(field.label) == "model" and field.kind == "text"
        if is_model and re.search(rf"(?<!\w){re.escape(fold(field.value))}(?!\w)", fold(other.value)):
            return place
        is_brand = other.kind == "brand" and fold(field.label) in ("manufacturer", "maker", "vendor", "producer")
        if is_brand and _without_legal_form(field.value) == _without_legal_form(other.value):
            return place
    return None


_LEGAL_FORM = re.compile(
    r"(?:[,\s]+(?:&\s*)?(?:ltd|limited|llc|llp|plc|inc|incorporated|corp|corporation|co|company|gmbh|mbh|ag|kg|kgaa|ohg"
    r"|e\.? ?k|ug|se|s\.?a|s\.?a\.?r\.?l|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a/s|aps|ab|oy|as|pty"
    r"|sp\. ?z ?o\.? ?o|kft|s\.?r\.?o|d\.?o\.?o)\.?)+$"
)


def _without_legal_form(company: str) -> str:
    """Return a company's name to compare, without its legal form: "Holmen Ltd." and "Borg GmbH & Co. KG"."""
    return compact(_LEGAL_FORM.sub("", fold(company).strip()))


def _means_same(field: ProductField, other: ProductField) -> bool:
    if field.relation != other.relation and {field.relation, other.relation} & {
        "free from",
        "may contain",
        "excludes",
        "does not suit",
    }:
        return False
    return _meaning(field.label) == _meaning(other.label)


@lru_cache(maxsize=8192)
def _meaning(label: str) -> str:
    label = fold(label)
    return " ".join(stem(word) for word in _SAME.get(label, label).replace("-", " ").split())


def _equal(field: ProductField, other: ProductField) -> bool:
    if field.kind == other.kind == "money" and field.quantity and other.quantity:
        is_same = field.quantity.values == other.quantity.values and field.quantity.high == other.quantity.high
        return is_same and (compact(field.shown) == compact(other.shown) or not (_codes(field) and _codes(other)))
    if field.kind == other.kind == "boolean":
        return field.is_true == other.is_true
    if field.quantity and other.quantity and (field.quantity.unit and other.quantity.unit):
        return field.quantity.equals(other.quantity)
    return compact(field.shown) == compact(other.shown)


def _holds(field: ProductField, other: ProductField) -> bool:
    """Return whether a list or a text has every item of another whole: black and red hold red."""
    if (
        "boolean" in (field.kind, other.kind)
        or "measure" in (field.kind, other.kind)
        or "money" in (field.kind, other.kind)
    ):
        return False
    items = {compact(item) for item in field.items}
    return len(field.items) > 1 and {compact(item) for item in other.items} <= items


def _codes(money: ProductField) -> str:
    """Return the sign or the code of the currency of an amount, "" for one without."""
    return re.sub(r"[\d.,\s]", "", money.shown)


def compact(text: str) -> str:
    """Return a text to compare, without blanks and marks."""
    return re.sub(r"[\s\W]+", "", fold(text)) or text


def _hide_contradictions(fields: list[ProductField]) -> list[ProductField]:
    reasons: dict[int, str] = {}
    quoted: set[int] = set()
    groups: dict[str, list[int]] = defaultdict(list)
    for place, field in enumerate(fields):
        if not field.hidden:
            groups[_meaning(field.label)].append(place)
    for places in groups.values():
        for one, other in combinations(places, 2):
            if _contradict(fields[one], fields[other]):
                if MUST in (fields[one].priority, fields[other].priority):
                    quoted |= {one, other}  # neither may be left out
                    continue
                reasons[one] = f"the field {fields[other].key!r} says otherwise"
                reasons[other] = f"the field {fields[one].key!r} says otherwise"
    # An allergen that one field affirms is stated, whatever another denies.
    affirmed = [field for field in fields if field.relation == "contains" and not field.hidden]
    for place, field in enumerate(fields):
        for affirming in affirmed if field.absent else ():
            if _affirms_denied(affirming, field):
                reasons[place] = f"the field {affirming.key!r} says otherwise"
    for place, reason in reasons.items():
        fields[place] = replace(fields[place], hidden=reason)
    for place in quoted:
        fields[place] = quote_as_given(replace(fields[place], hidden=""))
    return fields


def _contradict(field: ProductField, other: ProductField) -> bool:
    if field.kind != other.kind or not _means_same(field, other):
        return False
    if field.kind == "boolean":
        return field.is_true != other.is_true
    if field.kind == "measure" and field.quantity and other.quantity and field.quantity.unit and other.quantity.unit:
        return not field.quantity.equals(other.quantity)
    return False


def _affirms_denied(field: ProductField, other: ProductField) -> bool:
    if field.relation != "contains" or not other.absent or field is other:
        return False
    affirmed = field.items if field.kind == "list" else (field.label,) if field.is_true else ()
    return bool({_meaning(item) for item in affirmed} & {_meaning(item) for item in other.absent})
