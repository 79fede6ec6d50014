"""Rows of variants that leave out what they share with their product, whose row stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rag.describe.catalogue.text_table import TextRow
from rag.describe.fields.field_names import rank_name
from rag.describe.fields.labels import read_label

_GROUP = re.compile(r"(?:(?:url|product) )?handle", re.IGNORECASE)
_PARENT = re.compile(r"parent(?:[ _](?:sku|id|product))?", re.IGNORECASE)
_NAMES_OF_PARENTS = re.compile(r"sku|id|item[ _]sku|product[ _](?:id|sku)", re.IGNORECASE)
_OWN = re.compile(
    r"(?:variant|option ?\d+ (?:value|linked)|image|cost|sku|barcode|inventory|stock|status|staff|internal|type|gtin"
    r"|ean|id|parent|position|(?:regular|sale) price|date sale)\b.*",
    re.IGNORECASE,
)
"""Columns of a variant itself: an empty cell of these is empty."""

MOST_PARENTS = 10_000
"""Products whose variants may still come; the oldest are forgotten first."""


def fill_variants(rows: Iterable[TextRow]) -> Iterator[TextRow]:
    """Yield the rows, variants with what they share.

    As Shopify writes it, a variant lacks the title and has the handle of the row before; as WooCommerce and Amazon do,
    it names the row of its product in a column "Parent".

    >>> given = [{"Handle": "a", "Title": "Lamp", "Colour": "red"}, {"Handle": "a", "Title": "", "Colour": "blue"}]
    >>> [row.cells for row in fill_variants(TextRow(1, 1, cells) for cells in given)][1]
    {'Handle': 'a', 'Title': 'Lamp', 'Colour': 'blue'}
    """
    columns: _Columns | None = None
    first: Mapping[str, str] = {}
    parents: dict[str, Mapping[str, str]] = {}
    for row in rows:
        columns = columns or _Columns.of(row.cells)
        shared: Mapping[str, str] | None = None
        if columns.handle and columns.title:
            handle = row.cells[columns.handle].strip()
            if row.cells[columns.title].strip() or not handle or handle != first.get(columns.handle, "").strip():
                first = row.cells
            else:
                shared = first
        elif columns.parent:
            named = re.sub(r"^id:", "", row.cells[columns.parent].strip())
            shared = parents.get(named) if named else None
            if not named:
                parents |= {row.cells[name].strip(): row.cells for name in columns.names if row.cells[name].strip()}
                while len(parents) > MOST_PARENTS:
                    del parents[next(iter(parents))]
        if shared is None:
            yield row
        else:
            yield replace(row, cells={name: _inherit(name, value, shared) for name, value in row.cells.items()})


def _inherit(name: str, value: str, shared: Mapping[str, str]) -> str:
    return value if value.strip() or _OWN.fullmatch(name.strip()) else shared[name]


@dataclass(frozen=True)
class _Columns:
    """The columns of a table that tell which rows belong together, "" for those it lacks.

    `names` are those by which "parent" may name a row.
    """

    handle: str
    title: str
    parent: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> _Columns:
        def find(pattern: re.Pattern[str]) -> str:
            return next((name for name in cells if pattern.fullmatch(name.strip())), "")

        title = next((name for name in cells if rank_name(read_label(name).words) is not None), "")
        names = tuple(name for name in cells if _NAMES_OF_PARENTS.fullmatch(name.strip()))
        return cls(find(_GROUP), title, find(_PARENT) if names else "", names)
