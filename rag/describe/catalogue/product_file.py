"""The products of a file, as a stream: CSV, TSV, a sheet saved as text, JSONL, or a JSON list, held in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product as combine
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from ingest.types import Scalar
from rag.data.json_lines import find_lone_surrogate, parse_object
from rag.describe.catalogue.text_table import TextTable, find_encoding
from rag.describe.catalogue.variant_rows import fill_variants

ID_NAMES = (
    "id", "sku", "asin", "gtin", "ean", "upc", "isbn", "uuid", "guid",
    *map(" ".join, combine(("product", "article", "item", "variant"), ("id", "sku", "number", "no", "code", "key"))),
    "handle", "slug", "mpn",
)  # fmt: skip
"""Names of fields that tell products apart, as lower-case words, the surest first."""

TABLE_KINDS = (".csv", ".tsv", ".tab", ".psv")
"""Endings of files whose first line names the columns, whatever separates them; ".txt" may be one too."""


@dataclass(frozen=True)
class ProductRow:
    """One product of a file and its number, from 1; `given` are its fields as the file has them, lists and objects too.

    In `fields` a list is "a, b" and any other structure JSON.
    """

    number: int
    fields: Mapping[str, Scalar]
    given: Mapping[str, object]


@dataclass(frozen=True)
class ProductFile:
    """A file of products, read through once to check it, and again at each `rows()`.

    `columns` are the names of all fields, in the order in which they occur. `id_fields` are the fields that have
    another value in every row, those with a usual name first. `notes` are lines for a person. `separator` is that of a
    CSV file, "," for any other, and `has_mark` tells that a spreadsheet wrote it: with a mark of its encoding, or in
    the code page of Windows.
    """

    path: Path
    count: int
    columns: tuple[str, ...]
    id_fields: tuple[str, ...]
    notes: tuple[str, ...] = ()
    separator: str = ","
    has_mark: bool = False

    @classmethod
    def open(cls, path: Path) -> ProductFile:
        """Read a file through. Raises RowsError, with the line or the row, for what cannot be described."""
        if not path.is_file():
            raise RowsError(f"no products at {path}" + (": it is a folder" if path.is_dir() else ""))
        table = _open_table(path)
        count, empty = 0, 0
        columns: dict[str, None] = {}
        values: dict[str, dict[bytes, int]] = {}
        repeated: dict[str, str] = {}
        for row in _read_products(path, table):
            count = row.number
            # A field that the rows so far lack, or of which two have the same value, identifies none.
            for name in [name for name in row.fields if name not in columns]:
                columns[name] = None
                if count == 1 and name_words(name) in ID_NAMES:
                    values[name] = {}
            for name in list(values):
                value = id_of(row.fields.get(name))
                digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=12).digest()
                if value and digest in values[name]:
                    repeated[name] = f"products {values[name][digest]} and {count} have the same {name}, {value!r}"
                if not value or digest in values[name]:
                    del values[name]
                else:
                    values[name][digest] = count
            if not empty and all(value in (None, "") for value in row.fields.values()):
                empty = row.number
        if not count:
            raise RowsError(f"{path} holds no rows" + (", only a header" if table else ""))
        if empty:
            raise RowsError(
                f"{path}: product {empty} of {count} has no field with a value: there is nothing to describe"
            )
        ids = sorted(values, key=lambda name: ID_NAMES.index(name_words(name)))
        notes = table.notes if table else ()
        if repeated and not ids:
            first = min(repeated, key=lambda name: ID_NAMES.index(name_words(name)))
            notes += (f"{path}: {repeated[first]}: products are told apart by all their fields instead",)
        if table is None:
            return cls(path, count, tuple(columns), tuple(ids), notes)
        return cls(path, count, tuple(columns), tuple(ids), notes, table.separator, table.has_mark)

    def rows(self) -> Iterator[ProductRow]:
        """Yield the products in order."""
        return _read_products(self.path, _open_table(self.path))


def read_products(pairs: Sequence[str], file: Path | None) -> list[Mapping[str, Scalar]]:
    """Return the product of NAME=VALUE pairs, or all products of a file.

    Raises InputError or RowsError, saying what was given and what would work.
    """
    if bool(pairs) == (file is not None):
        raise InputError("give the fields as NAME=VALUE pairs, or --file with rows")
    if file is not None:
        return [row.fields for row in ProductFile.open(file).rows()]
    fields: dict[str, Scalar] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{pair!r} is not NAME=VALUE, such as brand=Acme")
        fields[name.strip()] = value.strip()
    return [fields]


def id_of(value: Scalar) -> str:
    """Return a field's value as an id; "" for one that is none."""
    text = "" if value is None or isinstance(value, bool) else " ".join(str(value).split())
    return text if len(text) <= 200 else ""


def name_words(name: str) -> str:
    """Return a field's name as lower-case words: "product id" for "productId" and "Product_ID"."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))).casefold()


def _open_table(path: Path) -> TextTable | None:
    """Return the table of a file of rows, None for JSON."""
    kind = path.suffix.casefold()
    if kind in (".xlsx", ".xls", ".ods"):
        raise RowsError(f"{path} is a workbook: save its sheet as CSV, in UTF-8")
    is_table = kind in TABLE_KINDS or (kind == ".txt" and not _holds_json(path))
    return TextTable.open(path) if is_table else None


def _holds_json(path: Path) -> bool:
    """Return whether a file begins as JSON does, whatever its name says."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _read_products(path: Path, table: TextTable | None) -> Iterator[ProductRow]:
    if table is not None:
        yield from (ProductRow(row.number, row.cells, row.cells) for row in fill_variants(table.rows()))
        return
    for number, content in enumerate(_read_json(path), start=1):
        if not isinstance(content, dict):
            raise RowsError(f"{path}: each row has to be an object of fields, not {type(content).__name__}")
        if half := find_lone_surrogate(content):
            raise RowsError(f"{path}: {half} is half of a character, which no text can hold")
        lists = {name: ", ".join(map(str, value)) for name, value in content.items() if isinstance(value, list)}
        flat = {
            name: value if isinstance(value, Scalar) else json.dumps(value, ensure_ascii=False)
            for name, value in content.items()
        }
        yield ProductRow(number, {**flat, **lists}, content)


def _read_json(path: Path) -> Iterator[Any]:
    """Yield the rows of a JSON list, of one JSON object, or of an object a line."""
    encoding = find_encoding(path)
    if encoding == "cp1252":
        raise RowsError(f"{path} is not UTF-8 text")
    with path.open(encoding=encoding, newline="\n") as file:
        # An object on the first line tells that there is one on each; anything else is one JSON value.
        first = next((line for line in file if line.strip()), "")
        if not _is_object(first):
            file.seek(0)
            try:
                content = json.loads(file.read())
            except json.JSONDecodeError:
                pass
            else:
                yield from content if isinstance(content, list) else [content]
                return
        file.seek(0)
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield parse_object(line, f"{path}, line {number}")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False
