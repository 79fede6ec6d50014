"""Variants: products that differ in a few fields only, such as colour and size, and share their text but for these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.words import fold
from rag.describe.product import Product, ProductField

MAX_VARYING = 3
"""Fields in which variants differ, at most. Names, prices and hidden fields are not counted."""

_PARENTS = frozenset(("parent", "parent sku", "parent id", "item group", "item group id", "group id", "variant of"))
"""Labels of identifiers that variants share, as shops and feeds name them."""


@dataclass(frozen=True)
class VariantGroup:
    """Products that are variants of one another.

    `places` are their places among the products, in order, two at least. `varying` are the keys of the stated fields in
    which they differ, the name left out; `name` is what their names have in common.
    """

    places: tuple[int, ...]
    varying: tuple[str, ...]
    name: str


def group_variants(products: Sequence[Product], most: int = MAX_VARYING) -> tuple[VariantGroup, ...]:
    """Return the groups of variants, in the order of their first members. Linear in the number of products.

    Variants have the same brand, type and name, after the values of their own fields are taken out of it ("Kettle K1
    copper"), or the same parent; they have the same fields in common, one at least, and differ in at most `most`.
    """
    blocks: dict[tuple[str, ...], list[int]] = {}
    for place, product in enumerate(products):
        if key := _block(product):
            blocks.setdefault(key, []).append(place)
    groups = [group for places in blocks.values() for group in _split_block(products, places, most)]
    return tuple(sorted(groups, key=lambda group: group.places[0]))


def split_variant(member: Product, group: VariantGroup) -> tuple[Product, Product]:
    """Return what a member of a group shares with the others, and what it differs in.

    The latter names the type, which both have in common, so that a sentence can speak of "this kettle".
    """
    own = [field for field in member.stated if field.key in group.varying]
    kind = [field for field in member.stated if field.kind == "type" and field.key not in group.varying]
    return Product(tuple(_shared_fields(member, group))), Product((*kind, *own) if own else ())


def _shared_fields(member: Product, group: VariantGroup) -> Iterator[ProductField]:
    for field in member.stated:
        if field.kind == "name":
            if group.name:
                yield replace(field, value=group.name, items=(group.name,))
        elif field.key not in group.varying:
            yield field


def _block(product: Product) -> tuple[str, ...]:
    """Return what variants have in common before their fields are compared; () for a product that nothing names."""
    for field in product.fields:
        if field.kind == "identifier" and re.sub(r"[\s_]+", " ", field.label.casefold()) in _PARENTS and field.value:
            return ("parent", field.value)
    brand, kind = (fold(field.value) if field else "" for field in (product.brand, product.type))
    name = " ".join(_name_words(product))
    return ("named", brand, kind, fold(name)) if name or (brand and kind) else ()


def _name_words(product: Product) -> list[str]:
    """Return the words of a name without the values of other fields, such as "copper" in "Kettle K1 copper"."""
    if product.name is None:
        return []
    words = product.name.value.split()
    plain = [fold(word.strip(",;()[]/|-–")) for word in words]
    for field in product.stated:
        if field.kind in ("name", "brand", "type") or field.is_true is not None:
            continue
        for value in {field.value, field.shown, *field.items}:
            run = fold(value).split()
            for start in range(len(plain) - len(run), 0, -1):  # a name that begins with a value keeps it
                if run and len(run) <= 4 and plain[start : start + len(run)] == run:
                    del words[start : start + len(run)], plain[start : start + len(run)]
    while plain and not plain[-1]:
        words.pop(), plain.pop()
    return [*words[:-1], words[-1].rstrip(",;(/|-– ")] if words else []


def _split_block(products: Sequence[Product], places: Sequence[int], most: int) -> Iterator[VariantGroup]:
    """Yield the groups of a block; one that differs in too much is parted by the field with the fewest values."""
    if len(places) < 2:
        return
    values = {place: _values(products[place]) for place in places}
    keys = dict.fromkeys(key for fields in values.values() for key in fields)
    distinct = {key: len({values[place].get(key, "") for place in places}) for key in keys}
    varying = [key for key in keys if distinct[key] > 1]
    money = {field.key for place in places for field in products[place].stated if field.kind == "money"}
    counted = [key for key in varying if key not in money]
    if len(counted) <= most:
        if len(varying) < len(keys) or products[places[0]].name:
            names = [_name_words(products[place]) for place in places]
            yield VariantGroup(tuple(places), tuple(varying), " ".join(names[0]) if _are_same(names) else "")
        return
    # Fields that go together, as a model's do, part a block best: they leave the least that differs.
    candidates = sorted(counted, key=lambda key: distinct[key])[:_CANDIDATES]
    splits = [_split_by(values, key) for key in candidates]
    best = min(splits, key=lambda parts: sum(len(part) * _varying(values, part, counted) for part in parts))
    for part in best:
        yield from _split_block(products, part, most)


_CANDIDATES = 8


def _split_by(values: Mapping[int, Mapping[str, str]], key: str) -> list[list[int]]:
    parts: dict[str, list[int]] = {}
    for place, fields in values.items():
        parts.setdefault(fields.get(key, ""), []).append(place)
    return list(parts.values())


def _varying(values: Mapping[int, Mapping[str, str]], places: Sequence[int], keys: Sequence[str]) -> int:
    """Return the number of keys in which products differ; a product alone counts as one that differs in all."""
    if len(places) < 2:
        return len(keys)
    return sum(len({values[place].get(key, "") for place in places}) > 1 for key in keys)


def _are_same(names: Sequence[Sequence[str]]) -> bool:
    return len({fold(" ".join(words)) for words in names}) == 1


def _values(product: Product) -> dict[str, str]:
    return {field.key: fold(field.shown) for field in product.stated if field.kind != "name"}
