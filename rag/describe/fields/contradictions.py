"""Fields of different labels that cannot both be true: each is quoted as it was given, and no sentence takes a side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from rag.answer.words import fold, stem
from rag.describe.fields.absence import quote_as_given
from rag.describe.product import ProductField


def quote_contradictions(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields, those that contradict each other to be quoted as they were given.

    Dairy-free with milk, vegan with honey, a lid that is and is not included, 5 % alcohol in an alcohol-free drink.
    """
    quoted: set[int] = set()
    usable = [
        (place, field)
        for place, field in enumerate(fields)
        if not field.hidden and field.quotation and field.kind not in ("name", "brand", "type")
    ]
    for (one, field), (other, against) in combinations(usable, 2):
        if any(rule(field, against) or rule(against, field) for rule in _RULES):
            quoted |= {one, other}
    result: list[ProductField] = []
    said: set[str] = set()
    for place, field in enumerate(fields):
        if place not in quoted:
            result.append(field)
            continue
        # Two parts of one field are one quotation.
        hidden = "another part of the field is quoted" if field.quotation in said else field.hidden
        said.add(field.quotation)
        result.append(quote_as_given(replace(field, hidden=hidden)))
    return result


# --- substances -------------------------------------------------------------------------------------------------------

_KINDS: dict[str, frozenset[str]] = {
    name: frozenset(map(stem, words.split()))
    for name, words in (
        ("dairy", "milk dairy butter cream cheese whey casein yoghurt yogurt"),
        ("nut", "nut nuts almond hazelnut walnut cashew pecan pistachio macadamia"),
        ("gluten", "gluten wheat barley rye spelt"),
        ("egg", "egg eggs albumen"), ("soy", "soy soya soybean"), ("seafood", "fish crustaceans shrimp"),
        ("animal", "milk dairy butter cream cheese whey casein egg honey meat beef pork chicken fish gelatine gelatin"
                   " lard crustaceans shellfish wool silk leather beeswax"),
    )
}  # fmt: skip
_VEGAN = frozenset(("vegan", "plant-based", "plant based", "suitable for vegans", "animal free", "animal-free"))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[^\W\d_]+", fold(text)))


def _denied_substances(field: ProductField) -> frozenset[str]:
    """Return the stems of what a field says that the product does not have, each kind with all that is of it."""
    if field.kind == "boolean" and field.is_true and fold(field.label) in _VEGAN:
        return _KINDS["animal"]
    denied = frozenset(one for phrase in field.absent if len(phrase.split()) == 1 for one in _stems(phrase))
    kinds = (words for name, words in _KINDS.items() if stem(name) in denied)
    return denied.union(*kinds)


def _has_denied(field: ProductField, other: ProductField) -> bool:
    """Return whether one field has a substance that another one denies."""
    if not (denied := _denied_substances(other)):
        return False
    is_vegan = fold(other.label) in _VEGAN
    if field.relation == "contains" or (field.relation == "may contain" and not is_vegan):
        things = field.items if field.kind == "list" else (field.label,) if field.is_true else ()
        return any(_stems(thing) <= denied and thing for thing in things)
    if field.kind == "boolean" and field.is_true is False and (free := _FREE.fullmatch(fold(field.label))):
        return _stems(free[1]) <= denied
    if field.kind == "measure" and field.quantity and any(field.quantity.values):
        return bool(words := _stems(field.label)) and words - {stem("content")} <= denied
    return bool(_INGREDIENTS.fullmatch(fold(field.label))) and any(_stems(item) <= denied for item in field.items)


_FREE = re.compile(r"(\w+)[ -]free")
_INGREDIENTS = re.compile(r"ingredients?(?: list)?|composition|inci")


# --- parts, qualities, limits -----------------------------------------------------------------------------------------


def _includes_denied(field: ProductField, other: ProductField) -> bool:
    """Return whether one field counts a thing as included that another one says is not."""
    is_list = field.kind != "boolean" and (field.relation == "includes" or fold(field.label).startswith("included"))
    there = field.items if is_list else (field.label,) if field.relation == "includes" and field.is_true else ()
    is_excluding = other.relation == "excludes" and other.kind != "boolean"
    is_denied = other.kind == "boolean" and other.relation == "includes" and other.is_true is False
    lacking = other.items if is_excluding else (other.label,) if is_denied else ()
    return bool({_stems(item) for item in there} & {_stems(item) for item in lacking})


def _denies_quality(field: ProductField, other: ProductField) -> bool:
    """Return whether one field affirms a quality that another denies in other words: "extendable", "not extendable"."""
    if field.kind != "boolean" or other.kind != "boolean":
        return False
    (quality, is_so), (against, is_other) = (_quality(one) for one in (field, other))
    if quality == against:
        return is_so != is_other and fold(field.label) != fold(other.label)
    return (quality, against) == ("waterproof", "water resistant") and is_so and not is_other


def _quality(field: ProductField) -> tuple[str, bool]:
    label = re.sub(r"[\s-]+", " ", fold(field.label))
    bare = re.sub(r"^not |^non ", "", label)
    return re.sub(r"(?<=\w) proof$", " safe", bare), bool(field.is_true) != (bare != label)


def _is_other_colour(field: ProductField, other: ProductField) -> bool:
    return {fold(field.label), fold(other.label)} == {"colour", "color"}


def _is_new_and_used(field: ProductField, other: ProductField) -> bool:
    is_new = field.kind == "boolean" and field.is_true and fold(field.label) in ("new", "brand new", "unused")
    is_used = re.match(r"used|second[ -]hand|pre[ -]?owned|refurbished", fold(other.value)) is not None
    return bool(is_new and is_used and "condition" in fold(other.label))


def _is_above(field: ProductField, other: ProductField) -> bool:
    """Return whether the minimum of a thing is above its maximum."""
    low, high = fold(field.label), fold(other.label)
    is_pair = low.startswith("minimum ") and high == low.replace("minimum", "maximum", 1)
    least, most = field.quantity, other.quantity
    if not is_pair or not least or not most or least.unit != most.unit:
        return False
    return min(least.values) > max(most.values)


_NOT_UNDER = re.compile(r"not (?:suitable |recommended |intended )?for .*\bunder\b\D*(\d+)(?! ?(?:months|cm|kg))")


def _is_younger(field: ProductField, other: ProductField) -> bool:
    """Return whether an age begins before the one from which another field says that a product is suitable."""
    limit = _NOT_UNDER.match(fold(other.quotation)) if other.is_quoted and fold(other.value) != "no" else None
    start = re.match(r"(?:from )?(\d+)(?! ?months?)", fold(field.value)) if re.match(r"ages?\b", field.label) else None
    return bool(limit and start and int(start[1]) < int(limit[1]) and field.unit != "months")


_RULES: tuple[Callable[[ProductField, ProductField], bool], ...] = (
    _has_denied, _includes_denied, _denies_quality, _is_other_colour, _is_new_and_used, _is_above, _is_younger,
)  # fmt: skip
