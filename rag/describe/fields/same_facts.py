"""Facts that several columns give under labels of their own, so that a text states them once.

"Size: 60 g" and "net content: 60g" are one fact where their amounts are equal; with other amounts, both stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rag.describe.fields.merge import compact
from rag.describe.product import MUST, ProductField

# The labels of each family, those that say most first.
_FAMILIES = {
    "content": "net weight, net content, net contents, net quantity, net volume, net amount, content, contents, volume"
    ", fill quantity, filling quantity, pack size, unit size, size, capacity",
    "power": "power, wattage, rated power, power rating, nominal power",
    "age": "minimum age, age from, from age, starting age, recommended minimum age, recommended age, suitable age, age"
    ", ages, age group, age recommendation",
    "pieces": "number of pieces, pieces, piece count, pieces in set, pack quantity, pack size, pack, pack count"
    ", pieces per pack, items per pack, quantity per pack, number of items, set size, contents, content",
    "material": "material, materials, main material, product material, material type, wood, wood type, type of wood"
    ", timber",
    "colour": "colour, color, main colour, main color, primary colour, primary color, product colour, product color"
    ", colour name, color name",
    "scent": "scent, fragrance, aroma, scent name, fragrance name",
    "flavour": "flavour, flavor, taste, flavour name, flavor name",
    "origin": "country of origin, origin, made in, origin country, country of manufacture, country of production",
}
_PLACES: dict[str, dict[str, int]] = {
    family: {label: place for place, label in enumerate(re.split(r",\s*", labels))}
    for family, labels in _FAMILIES.items()
}


def merge_same_facts(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields, those of one family of labels with equal values as one, and without sides that dimensions say.

    The label that says most stays, in the first place of them. Hidden and quoted fields stay, and those that have to be
    stated.
    """
    kept: list[ProductField] = []
    for field in fields:
        place = next((place for place, other in enumerate(kept) if _say_the_same(field, other)), None)
        if place is None:
            kept.append(field)
        else:
            kept[place] = _merge(kept[place], field)
    return _count_once(_measure_once(kept))


def _say_the_same(field: ProductField, other: ProductField) -> bool:
    if not (_is_plain(field) and _is_plain(other)):
        return False
    one, two = field.label.casefold(), other.label.casefold()
    return any(
        one in places and two in places and one != two and _EQUAL[family](field, other)
        for family, places in _PLACES.items()
    )


def _is_plain(field: ProductField) -> bool:
    is_due = field.priority == MUST or field.is_quoted or bool(field.hidden)
    return (
        not is_due and not field.absent and field.kind in ("text", "measure", "list") and field.relation in ("", "has")
    )


def _merge(first: ProductField, other: ProductField) -> ProductField:
    """Return one field for both, with the label that says most."""
    is_better = any(
        places[other.label.casefold()] < places[first.label.casefold()]
        for family, places in _PLACES.items()
        if {first.label.casefold(), other.label.casefold()} <= places.keys() and _EQUAL[family](first, other)
    )
    winner, loser = (other, first) if is_better else (first, other)
    merged = (*winner.merged, loser.key, *loser.merged)
    return replace(winner, merged=merged, priority=min(first.priority, other.priority))


# --- what is equal ----------------------------------------------------------------------------------------------------


def _has_equal_amount(field: ProductField, other: ProductField) -> bool:
    one, two = field.quantity, other.quantity
    if not (one and two and one.unit and two.unit):
        return False
    # A capacity of 5 kg is that of a machine.
    of_machine = "capacity" in (field.label.casefold(), other.label.casefold()) and one.unit.dimension != "volume"
    return one.unit.dimension in ("mass", "volume") and not of_machine and one.equals(two)


def _has_equal_power(field: ProductField, other: ProductField) -> bool:
    one, two = field.quantity, other.quantity
    return bool(one and two and one.unit and two.unit and one.equals(two))


_AGE = re.compile(
    r"(?P<from>from )?(?P<number>\d+)(?P<plus>\+)? ?(?P<unit>years?|months?)?(?P<more>\+| and (?:up|over))?"
)


def _is_equal_age(field: ProductField, other: ProductField) -> bool:
    first, second = _youngest(field), _youngest(other)
    return first is not None and first == second


def _youngest(field: ProductField) -> tuple[str, str] | None:
    """Return the number and the unit of the age that a field begins at, None for a range and an age that is exact."""
    match = _AGE.fullmatch(field.shown.strip().casefold())
    if match is None:
        return None
    is_open = bool({"minimum", "from", "starting"} & set(field.label.casefold().split()))
    is_open = is_open or bool(match["from"] or match["plus"] or match["more"])
    return (match["number"], (match["unit"] or "years").rstrip("s")) if is_open else None


_PIECES = re.compile(r"(?P<number>\d+)(?:\.0)?(?: ?(?:pieces?|pcs?|items?|packs?))?")


def _is_equal_count(field: ProductField, other: ProductField) -> bool:
    one, two = (_PIECES.fullmatch(one.shown.strip().casefold()) for one in (field, other))
    return bool(one and two and one["number"] == two["number"] and one["number"] != "1")


def _is_equal_text(field: ProductField, other: ProductField) -> bool:
    return compact(field.shown) == compact(other.shown)


_EQUAL: Mapping[str, Callable[[ProductField, ProductField], bool]] = {
    "content": _has_equal_amount,
    "power": _has_equal_power,
    "age": _is_equal_age,
    "pieces": _is_equal_count,
} | dict.fromkeys(("material", "colour", "scent", "flavour", "origin"), _is_equal_text)


# --- dimensions and counts --------------------------------------------------------------------------------------------

_DIMENSIONS = re.compile(r"(?:(?:item|product|overall) )?dimensions?(?P<order> \(.+\))?", re.IGNORECASE)
_SIDES = re.compile(r"(?P<numbers>\d+(?:\.\d+)?(?: ?[x×] ?\d+(?:\.\d+)?){1,2}) ?(?P<unit>mm|cm|m|in)", re.IGNORECASE)
_SIDE = re.compile(r"(?:(?:item|product|overall) )?(?:length|width|height|depth)", re.IGNORECASE)


def _measure_once(fields: list[ProductField]) -> list[ProductField]:
    """Return the fields without sides that dimensions give in a named order, or without dimensions whose sides do."""
    whole = [
        one for one in fields if _is_plain(one) and _DIMENSIONS.fullmatch(one.label) and _SIDES.fullmatch(one.shown)
    ]
    sides = [one for one in fields if _is_plain(one) and _SIDE.fullmatch(one.label)]
    if len(whole) != 1 or not (match := _SIDES.fullmatch(whole[0].shown)):
        return fields
    numbers = [f"{number} {match['unit']}".casefold() for number in re.split(r" ?[x×] ?", match["numbers"])]
    if sorted(numbers) != sorted(one.shown.casefold() for one in sides):
        return fields
    is_ordered = "(" in whole[0].label
    gone = sides if is_ordered else whole
    keeper = whole[0] if is_ordered else sides[0]
    merged = (*keeper.merged, *(key for one in gone for key in (one.key, *one.merged)))
    return [replace(one, merged=merged) if one is keeper else one for one in fields if one not in gone]


def _count_once(fields: list[ProductField]) -> list[ProductField]:
    """Return the fields without a number of pieces or of a pack that the name says: "Puzzle 1000 pieces"."""
    name = next((one for one in fields if one.kind == "name" and not one.hidden), None)
    counts = [
        one
        for one in fields
        if name
        and _is_plain(one)
        and one.label.casefold() in _PLACES["pieces"]
        and (match := _PIECES.fullmatch(one.shown.strip().casefold()))
        and match["number"] != "1"
        and _says_count(name.value, match["number"])
    ]
    if name is None or not counts:
        return fields
    merged = (*name.merged, *(key for one in counts for key in (one.key, *one.merged)))
    return [replace(one, merged=merged) if one is name else one for one in fields if one not in counts]


def _says_count(name: str, number: str) -> bool:
    """Tell whether a name says how many there are: "pack of 3", "24 pieces", "10-pack"."""
    packs, pieces = r"(?:pack|set|box|case|bag|tin|tub) of ", r"[ -]?(?:packs?|pk|pcs?|pieces?|parts?|count|ct|sets?)"
    return re.search(rf"(?<![\w.,])(?:{packs}{number}|{number}{pieces})(?!\w)", name, re.IGNORECASE) is not None
