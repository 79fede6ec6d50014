"""The fields that name a product: its name, its brand and its type."""

from __future__ import annotations

from collections.abc import Sequence

from rag.describe.fields.field_names import (
    rank_brand,
    rank_name,
    rank_type,
)
from rag.describe.fields.given import ANSWERS, KINDS_OF_ROW, LONG, Given
from rag.describe.fields.late_names import is_name_phrase, is_prose, rank_late_name
from rag.describe.fields.lexicon import singular
from rag.describe.fields.plain_text import says_nothing
from rag.describe.fields.product_type import head_noun, read_type, without_brand
from rag.describe.fields.values import (
    is_measure,
    is_money,
)
from rag.describe.fields.word_lists import listed_words
from rag.describe.product import MAY, MUST, FieldKind, ProductField

_NO_BRANDS = listed_words("no_brands")


def find_main(rows: Sequence[Given]) -> dict[str, ProductField]:
    """Return the fields of the name, the brand and the type, by key: the best label of those with a value wins."""
    usable = [row for row in rows if row.parts and not says_nothing(row.line)]
    main: dict[str, ProductField] = {}

    def best(kind: FieldKind) -> list[Given]:
        rank = {"name": rank_name, "brand": rank_brand, "type": rank_type}[kind]
        ranked = [(place, row) for row in usable if (place := rank(row.label.words)) is not None]
        return [row for _, row in sorted(ranked, key=lambda pair: pair[0])]

    names = [row for row in best("name") if row.line.casefold() not in ANSWERS and len(row.line) <= LONG]
    names = [row for row in names if "description" not in row.label.words or not is_prose(row.line)]
    if not names:
        late = [(rank, row) for row in usable if (rank := rank_late_name(row.label.words)) is not None]
        late = [(rank, row) for rank, row in late if not is_measure(row.line) and not is_money(row.line)]
        names = [row for _, row in sorted(late, key=lambda pair: pair[0]) if is_name_phrase(row.line)]
    for row in names[:1]:
        main[row.key] = ProductField(row.key, row.label.bare, "name", row.line, (row.line,), priority=MUST)
    name = names[0].line if names else ""
    brands = [row for row in best("brand") if row.line.casefold() not in _NO_BRANDS and len(row.line) <= 80]
    for row in [row for row in brands if row.line.casefold() not in ANSWERS][:1]:
        main[row.key] = ProductField(row.key, row.label.bare, "brand", row.line, (row.line,), priority=MUST)
        name = without_brand(name, row.line)
    for row in best("type"):
        label = " ".join(row.label.words)
        is_path = not label.endswith(("type", "kind", "style"))
        if label == "style" and row.line.isupper():  # the name of a model
            continue
        if row.line.casefold() in KINDS_OF_ROW:
            continue
        # Of several kinds, only that which the name ends in is surely what it is.
        kinds = row.parts[-1] if len(row.parts) == 1 else ", ".join(row.parts)
        value = read_type(kinds.split("\n")[-1], name, is_path, label not in ("style", "class", "department"))
        if value and row.key not in main:
            # A type as it was given tells one from many: "drill bits".
            given = (value,) if is_path else (row.line,)
            main[row.key] = ProductField(row.key, row.label.bare, "type", value, given, priority=MUST)
            break
    if not any(field.kind == "type" for field in main.values()):
        main |= _find_own_type(usable, name)
    return main


def _find_own_type(rows: Sequence[Given], name: str) -> dict[str, ProductField]:
    """Return the type of a label such as "pump type" whose value is a pump: "floor pump"."""
    for row in rows:
        noun, *rest = row.label.words or ("",)
        is_own = rest == ["type"] and singular(row.line.rpartition(" ")[2].casefold()) == singular(noun)
        if is_own and (value := read_type(row.line, name, False, True)):
            return {row.key: ProductField(row.key, row.label.bare, "type", value, (value,), priority=MUST)}
    return {}


_WORKS = listed_words("works")


def derive_type(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the type that only the name shows, as a field of its own; a name of a book or a game shows none."""
    name = next((field for field in fields if field.kind == "name"), None)
    labels = {word for field in fields for word in field.label.casefold().split()}
    if name is None or name.hidden or any(field.kind == "type" for field in fields) or labels & _WORKS:
        return []
    brand = next((field.value for field in fields if field.kind == "brand"), "")
    noun = head_noun(without_brand(name.value, brand))
    return [ProductField(f"{name.key}:type", "type", "type", noun, (noun,), priority=MAY)] if noun else []
