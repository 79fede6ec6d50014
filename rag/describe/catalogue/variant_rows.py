"""Rows of variants that leave out what they share: a shop system fills the title of a product in its first row only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rag.describe.catalogue.text_table import TextRow
from rag.describe.fields.field_names import rank_name
from rag.describe.fields.labels import read_label

_GROUP = re.compile(r"(?:(?:url|product) )?handle", re.IGNORECASE)
_OWN = re.compile(
    r"(?:variant|option ?\d+ (?:value|linked)|image|cost|sku|barcode|inventory|status|staff|internal)\b.*",
    re.IGNORECASE,
)
"""Columns of a variant itself: an empty cell of these is empty."""


def fill_variants(rows: Iterable[TextRow]) -> Iterator[TextRow]:
    """Yield the rows; one without a title that has the handle of the product before gets what it shares with it.

    >>> given = [{"Handle": "a", "Title": "Lamp", "Colour": "red"}, {"Handle": "a", "Title": "", "Colour": "blue"}]
    >>> [row.cells for row in fill_variants(TextRow(1, 1, cells) for cells in given)][1]
    {'Handle': 'a', 'Title': 'Lamp', 'Colour': 'blue'}
    """
    handle = title = ""
    first: Mapping[str, str] = {}
    for row in rows:
        if not first:
            handle = next((name for name in row.cells if _GROUP.fullmatch(name.strip())), "")
            title = next((name for name in row.cells if rank_name(read_label(name).words) is not None), "")
        if not handle or not title:
            yield row
        elif row.cells[title].strip() or not row.cells[handle].strip() or row.cells[handle] != first.get(handle):
            first = row.cells
            yield row
        else:
            yield replace(row, cells={name: _inherit(name, value, first) for name, value in row.cells.items()})


def _inherit(name: str, value: str, first: Mapping[str, str]) -> str:
    return value if value.strip() or _OWN.fullmatch(name.strip()) else first[name]
