"""A catalogue: read its products, keep each description as it is made, and write them all to one file at the end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from ingest.fingerprint import fingerprint
from ingest.types import Scalar
from rag.data.json_lines import RecordFile, find_lone_surrogate, parse_object
from rag.describe.describer import Description, Fields, description_object

COLUMNS = ("description", "missing", "wrong", "invented", "attempts")
"""Columns of a CSV file after the product's own."""


def read_products(pairs: Sequence[str], file: Path | None) -> list[Fields]:
    """Return the product of NAME=VALUE pairs, or the rows of a JSON, JSONL or CSV file.

    Raises InputError or RowsError, saying what was given and what would work.
    """
    if bool(pairs) == (file is not None):
        raise InputError("give the fields as NAME=VALUE pairs, or --file with rows")
    if file is None:
        fields: dict[str, Scalar] = {}
        for pair in pairs:
            name, equals, value = pair.partition("=")
            if not equals or not name.strip():
                raise InputError(f"{pair!r} is not NAME=VALUE, such as brand=Acme")
            fields[name.strip()] = value.strip()
        return [fields]
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise RowsError(f"no products at {file}") from None
    except UnicodeDecodeError:
        raise RowsError(f"{file} is not UTF-8 text") from None
    kind = file.suffix.casefold()
    if kind in (".csv", ".tsv"):
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if kind == ".tsv" else ",")
        rows: list[Fields] = [{name: value for name, value in row.items() if name} for row in table]
    else:
        rows = _read_json(text, file)
    if not rows:
        raise RowsError(f"{file} holds no rows")
    for number, row in enumerate(rows, start=1):
        if all(value in (None, "") for value in row.values()):
            raise RowsError(
                f"{file}: product {number} of {len(rows)} has no field with a value: there is nothing to describe"
            )
    return rows


def _read_json(text: str, file: Path) -> list[Fields]:
    """Return the rows of a JSON list, of one JSON object, or of an object a line."""
    # A file that is not one JSON value has an object on each line.
    try:
        content = json.loads(text)
        rows = content if isinstance(content, list) else [content]
    except json.JSONDecodeError:
        lines = enumerate(text.split("\n"), start=1)  # splitlines() would also cut at U+2028
        rows = [parse_object(line, f"{file}, line {number}") for number, line in lines if line.strip()]
    products: list[Fields] = []
    for row in rows:
        if not isinstance(row, dict):
            raise RowsError(f"{file}: each row has to be an object of fields, not {type(row).__name__}")
        if half := find_lone_surrogate(row):
            raise RowsError(f"{file}: {half} is half of a character, which no text can hold")
        # A prompt shows a list as "a, b", and any other structure as JSON.
        lists = {name: ", ".join(map(str, value)) for name, value in row.items() if isinstance(value, list)}
        flat = {name: value if isinstance(value, Scalar) else _to_json(value) for name, value in row.items()}
        products.append({**flat, **lists})
    return products


class DescriptionFile:
    """The file of a catalogue's descriptions, CSV or JSONL, and the record file next to it.

    `weights` identifies the model's weights. Raises InputError for another ending, and for a file that is there
    already but belongs to other products or to another model.
    """

    def __init__(self, file: Path, products: Sequence[Fields], model: str, weights: str) -> None:
        if file.suffix.casefold() not in (".csv", ".jsonl", ".ndjson"):
            raise InputError(f"--out {file}: name it .csv or .jsonl")
        self.file = file
        self._record_file = RecordFile(file.with_name(f".{file.name}.records.jsonl"))
        self._keys = [fingerprint(fields) for fields in products]
        self._products = dict(zip(self._keys, products, strict=True))
        self._origin = {"model": model, "weights": weights}
        # One file is written by one model.
        self._records = self._record_file.read()
        for record in self._records.values():
            origin = record.pop("origin", {})
            if origin != self._origin:
                other = "other weights" if origin.get("model") == model else f"the model {origin.get('model')}"
                raise InputError(
                    f"{file} was begun with {other}: choose another --out, or remove it and {self._record_file.path}"
                )
        # Products may be added to a catalogue; a file of others is not overwritten.
        if file.exists() and (not self._records or not self._records.keys() <= set(self._keys)):
            raise InputError(f"{file} holds descriptions of other products: choose another --out, or remove it")

    def lacking(self) -> list[Fields]:
        """Return the products without a description, in order; equal products are one."""
        return [fields for key, fields in self._products.items() if key not in self._records]

    def keep(self, descriptions: Sequence[Description]) -> None:
        """Append descriptions to the record file."""
        records = {fingerprint(one.fields): description_object(one) for one in descriptions}
        self._record_file.append({key: {"origin": self._origin, **record} for key, record in records.items()})
        self._records |= records

    def write(self) -> None:
        """Write the descriptions of all products in their order, in place of the file that was there."""
        records = [self._records[key] for key in self._keys]
        out = io.StringIO(newline="")
        if self.file.suffix.casefold() == ".csv":
            fields = list(dict.fromkeys(name for row in self._products.values() for name in row))
            # A product's own column keeps its name.
            taken, columns = set(fields), []
            for name in COLUMNS:
                while name in taken:
                    name = f"new {name}"
                columns.append(name)
            writer = csv.writer(out)  # ends lines as RFC 4180 has it, so that a lone "\r" is quoted
            writer.writerow([*fields, *columns])
            for key, record in zip(self._keys, records, strict=True):
                product = self._products[key]
                wrong = "; ".join(f"{name}: {value}" for name, value in record["wrong"].items())
                missing, invented = "; ".join(record["missing"]), "; ".join(record["invented"])
                cells = [record["description"], missing, wrong, invented, record["attempts"]]
                writer.writerow([*(product.get(name, "") for name in fields), *cells])
        else:
            for record in records:
                out.write(f"{_to_json(record)}\n")
        # A reader of the file never sees half of it.
        fresh = self.file.with_name(f".{self.file.name}.new")
        fresh.write_text(out.getvalue(), "utf-8", newline="")
        fresh.replace(self.file)


def _to_json(value: Mapping[str, Any] | object) -> str:
    return json.dumps(value, ensure_ascii=False)
