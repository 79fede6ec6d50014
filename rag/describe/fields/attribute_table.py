"""The phrases that common attributes of commerce have of their own, by label, read from `attribute_phrases.toml`.

>>> attribute_row("Max. load").bound, dict(attribute_row("Max. load").templates)
('up to', {'mass': '<supports> {}'})
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rag.describe.fields.lexicon import is_noun, is_plural_word, singular
from rag.describe.product import ProductField


@dataclass(frozen=True)
class AttributeRow:
    """The forms of value that a row of the table is sure of, with their templates, the first that fits before others.

    `modifiers` are those that stand before the product's type. `bound` is what a label such as "maximum load" adds to a
    value: "up to". `rank` is the place of the row in the table.
    """

    templates: tuple[tuple[str, str], ...]
    modifiers: tuple[tuple[str, str], ...]
    rank: int
    bound: str = ""


@lru_cache(maxsize=4096)
def attribute_row(label: str) -> AttributeRow | None:
    """Return the row of a label, None where the table has none."""
    name, bound = _normal_label(label), ""
    if row := _row_of(name):
        return row
    if match := _BOUND_LABEL.fullmatch(name):
        bound = "up to" if "maximum" in match.groups() else "at least"
        name = _singular(match[2] or match[3])
    row = _row_of(name) if bound else None
    return replace(row, bound=bound) if row else None


def attribute_words(field: ProductField) -> str:
    """Return the words of all phrases that may say a field, for those who check a text; "" without any."""
    row = attribute_row(field.label)
    if row is None:
        return ""
    has_digit = any(letter.isdigit() for letter in field.value)
    templates = [words for form, words in (*row.templates, *row.modifiers) if has_digit or form not in _FIGURE_FORMS]
    return re.sub(r"\{\w*\}|[<>]", " ", " | ".join(templates))


_FIGURE_FORMS = frozenset(["number", "one", "measure", "measures", "dimensions", "cell", "cells"])
"""Forms of value that have a figure."""

# --- labels -----------------------------------------------------------------------------------------------------------

_SPELLINGS = {
    "color": "colour", "tire": "tyre", "fiber": "fibre", "liter": "litre", "meter": "metre", "temp": "temperature",
    "aluminum": "aluminium", "max": "maximum", "min": "minimum", "flavor": "flavour", "aroma": "scent",
    "gray": "grey", "program": "programme", "no": "number", "nr": "number", "qty": "quantity",
}  # fmt: skip
_BOUND_LABEL = re.compile(r"(maximum|minimum) (.+)|(.+) (maximum|minimum)")
_NO_PARTS = frozenset(
    ["side", "person", "unit", "item", "product", "piece", "set", "pack", "box", "package", "model", "number", "year"]
)


def _normal_label(label: str) -> str:
    """Return a label in the spelling of the table: lower case, hyphens as blanks, its last word in the singular."""
    words = re.sub(r"[\s_()-]+", " ", label.casefold()).strip(" :?").split()
    return _singular(" ".join(_SPELLINGS.get(word.rstrip("."), word) for word in words))


def _singular(label: str) -> str:
    head, _, last = label.rpartition(" ")
    return f"{head} {singular(last)}".lstrip() if is_plural_word(last) else label


def _row_of(label: str) -> AttributeRow | None:
    """Return the row of a label; "* length" is that of the length of any part, "* per" that of any count."""
    rows = _rows()
    if row := rows.get(label.replace(" ", "")):
        return row
    # "Sheets per pass".
    if is_plural_word(label.partition(" ")[0]) and label.split()[1:2] == ["per"]:
        return rows.get("*per")
    part, _, last = label.rpartition(" ")
    head = part.rpartition(" ")[2]
    # "Maximum branch" is no part.
    is_part = (
        "imum " not in label
        and is_noun(head)
        and not is_plural_word(head)
        and head not in _NO_PARTS
        and len(part.split()) < 3
    )
    return rows.get(f"*{last}") if is_part else None


@cache
def _rows() -> Mapping[str, AttributeRow]:
    """Return the rows by their labels, written without blanks. Raises ValueError for a label in two rows."""
    tables: dict[str, list[dict[str, Any]]] = tomllib.loads(
        (files("rag.describe.fields") / "attribute_phrases.toml").read_text("utf-8")
    )
    rows: dict[str, AttributeRow] = {}
    for rank, table in enumerate(table for section in tables.values() for table in section):
        row = AttributeRow(_templates(table.items()), _templates(table.get("before", {}).items()), rank)
        for label in table["labels"].split(","):
            name = _normal_label(label).replace(" ", "")
            if rows.setdefault(name, row) is not row:
                raise ValueError(f"attribute_phrases.toml has the label {label.strip()!r} in two rows.")
    return rows


def _templates(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((form, words) for form, words in items if form not in ("labels", "before"))
