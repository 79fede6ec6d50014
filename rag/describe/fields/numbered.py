"""Columns of one thing that are numbered: "material 1" and "material 2" are the materials."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.product import ProductField

_NUMBERED = re.compile(r"(?P<label>.*[^\W\d_]) ?(?P<number>[1-9])")
_STATEMENTS = re.compile(r"features?|highlights?|benefits?|bullets?|options?|notes?")
"""Labels whose values are statements of their own, too long for a list."""

LONGEST_ITEM = 40
"""Characters of a value that may be an item of a list."""


def join_numbered(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields with short texts of labels that only their number tells apart as one list, in its first place.

    A label that is alone loses its number where it is 1: "battery type 1". Fields of priority, quoted and hidden ones
    stay as they are.
    """
    groups: dict[str, list[ProductField]] = defaultdict(list)
    for field in fields:
        match = _NUMBERED.fullmatch(field.label)
        is_plain = field.kind in ("text", "measure", "list") and not (field.hidden or field.is_quoted or field.relation)
        if match and is_plain and not _STATEMENTS.search(match["label"].casefold()):
            groups[match["label"]].append(field)
    taken = {field.label.casefold() for field in fields}
    joined: dict[str, ProductField | None] = {}
    for label, alike in groups.items():
        items = tuple(dict.fromkeys(item.strip() for one in alike for item in (one.items or (one.shown,))))
        is_list = all(one.kind == "text" and len(one.value) <= LONGEST_ITEM for one in alike)
        if label.casefold() in taken:
            continue
        if len(alike) == 1 and alike[0].label.endswith("1"):
            joined[alike[0].key] = replace(alike[0], label=label)
        elif len(items) > 1 and is_list:
            first, *others = alike
            merged = (*first.merged, *(key for one in others for key in (one.key, *one.merged)))
            joined[first.key] = replace(
                first, label=label, kind="list", value=", ".join(items), items=items, merged=merged,
                priority=min(one.priority for one in alike),
            )  # fmt: skip
            joined |= {one.key: None for one in others}
    return [one for field in fields if (one := joined.get(field.key, field)) is not None]
