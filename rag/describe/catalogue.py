"""Products in, descriptions out: rows of files read, descriptions kept so that a second run makes what is lacking."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ingest.types import Scalar
from rag.data.json_lines import find_lone_surrogate
from rag.describe.describer import Description, description_object

Fields = Mapping[str, Scalar]

# --- in ---------------------------------------------------------------------------------------------------------------


def read_products(pairs: Sequence[str], file: Path | None) -> list[Fields]:
    """Return the products given as NAME=VALUE pairs, or the rows of a JSON, JSONL or CSV file.

    Raises ValueError, saying what was given and what would work.
    """
    if bool(pairs) == (file is not None):
        raise ValueError("give the fields as NAME=VALUE pairs, or --file with rows")
    if file is None:
        return [dict(_pair(pair) for pair in pairs)]
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"no products at {file}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text") from None
    rows = _rows(text, file)
    if not rows:
        raise ValueError(f"{file} holds no rows")
    empty = next((number for number, row in enumerate(rows, 1) if not _shown(row)), None)
    if empty is not None:
        raise ValueError(
            f"{file}: product {empty} of {len(rows)} has no field with a value: there is nothing to describe"
        )
    return rows


def _rows(text: str, file: Path) -> list[Fields]:
    if file.suffix.casefold() in (".csv", ".tsv"):
        delimiter = "\t" if file.suffix.casefold() == ".tsv" else ","
        lines = io.StringIO(text, newline="")
        return [{k: v for k, v in row.items() if k} for row in csv.DictReader(lines, delimiter=delimiter)]
    try:
        content = json.loads(text)
        rows = content if isinstance(content, list) else [content]
    except json.JSONDecodeError:
        rows = [_json_line(each, f"{file}, line {n}") for n, each in enumerate(text.split("\n"), 1) if each.strip()]
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError(f"{file}: each row has to be an object of fields, not {type(row).__name__}")
        if half := find_lone_surrogate(row):
            raise ValueError(f"{file}: {half} is half of a character, which no text can hold")
    return [{key: _flat(value) for key, value in row.items()} for row in rows]


def _json_line(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{place}: not JSON ({error.msg})") from None


def _flat(value: Any) -> Scalar:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, Scalar) else json.dumps(value, ensure_ascii=False)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"{text!r} is not NAME=VALUE, such as brand=Acme")
    return name.strip(), value.strip()


# --- out --------------------------------------------------------------------------------------------------------------


class DescriptionFile(Protocol):
    """A file of descriptions, one a product in the products' order, that grows as they are written."""

    def done(self) -> int:
        """Return how many products have theirs; a last one that a kill tore goes.

        Raises ValueError where the file holds descriptions of other products.
        """

    def append(self, descriptions: Sequence[Description]) -> None:
        """Write more descriptions, all of them at once."""


def description_file(file: Path, products: Sequence[Fields]) -> DescriptionFile:
    """Return a CSV or JSONL file by its name's ending. Raises ValueError for another."""
    if file.suffix.casefold() == ".csv":
        return _CsvFile(file, products)
    if file.suffix.casefold() in (".jsonl", ".ndjson"):
        return _JsonLines(file, products)
    raise ValueError(f"--out {file}: name it .csv or .jsonl")


class _JsonLines:
    """One object a line, as `rag describe --json` prints them."""

    def __init__(self, file: Path, products: Sequence[Fields]) -> None:
        self._file = file
        self._products = products

    def done(self) -> int:
        text = _text(self._file)
        whole = text[: text.rfind("\n") + 1]
        if not (_BEGINNING.startswith(torn := text[len(whole) :]) or torn.startswith(_BEGINNING)):
            raise ValueError(_others(self._file, "its last line is none"))
        lines = [_object(line, f"{self._file}, line {at}") for at, line in enumerate(whole.split("\n")[:-1], 1)]
        _check_same(self._file, [_shown(line) for line in lines], [_shown(row) for row in self._products])
        _cut(self._file, text, whole)
        return len(lines)

    def append(self, descriptions: Sequence[Description]) -> None:
        lines = [json.dumps(description_object(each), ensure_ascii=False, default=str) for each in descriptions]
        _append(self._file, "".join(f"{line}\n" for line in lines))


_BEGINNING = '{"fields": {'


class _CsvFile:
    """The products' own columns, then the description and what its check found."""

    def __init__(self, file: Path, products: Sequence[Fields]) -> None:
        self._file = file
        self._products = products
        self._fields = list(dict.fromkeys(name for row in products for name in row))
        self._columns = [*self._fields, *(_free(name, self._fields) for name in _ADDED)]

    def done(self) -> int:
        text, header = _text(self._file), _csv([self._columns])
        if not (text.startswith(header) or header.startswith(text)):
            raise ValueError(_others(self._file, "its columns differ"))
        records, end = _whole_records(text, len(self._columns))
        held = [dict(zip(self._fields, record, strict=False)) for record in records[1:]]
        _check_same(self._file, [_shown(row) for row in held], [_shown(row) for row in self._products])
        _cut(self._file, text, text[:end])
        if not records:
            _append(self._file, header)
        return len(held)

    def append(self, descriptions: Sequence[Description]) -> None:
        _append(self._file, _csv([self._record(each) for each in descriptions]))

    def _record(self, description: Description) -> list[object]:
        wrong = "; ".join(f"{name}: {value}" for name, value in description.wrong)
        found = [description.text, "; ".join(description.missing), wrong, "; ".join(description.invented)]
        return [*(description.fields.get(name, "") for name in self._fields), *found, description.attempts]


_ADDED = ("description", "missing", "wrong", "invented", "attempts")


def _whole_records(text: str, columns: int) -> tuple[list[list[str]], int]:
    """Return the records of a CSV text that are not torn, and where in the text the last of them ends."""
    lines = [f"{line}\n" for line in text.split("\n")[:-1]]
    reader = csv.reader(lines)
    records, end = [], 0
    for record in reader:
        if len(record) != columns:
            break
        records.append(record)
        end = sum(map(len, lines[: reader.line_num])) if reader.line_num else 0
    return records, end


def _csv(records: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(records)  # ends lines as RFC 4180 has it, so that a lone "\r" is quoted
    return out.getvalue()


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as opened:
            return opened.read()
    except FileNotFoundError:
        return ""


def _cut(file: Path, text: str, whole: str) -> None:
    """Take a torn end off the file."""
    if len(whole) < len(text):
        with file.open("r+b") as opened:
            opened.truncate(len(whole.encode()))


def _append(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="") as opened:
        opened.write(text)


def _object(line: str, place: str) -> Mapping[str, Any]:
    content = _json_line(line, place)
    if not isinstance(content, dict) or not isinstance(content.get("fields"), dict):
        raise ValueError(f"{place}: no description of a product; choose another --out")
    fields: Mapping[str, Any] = content["fields"]
    return fields


def _shown(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that have a value, as texts."""
    return {name: str(value) for name, value in fields.items() if value not in (None, "")}


def _check_same(file: Path, held: Sequence[Mapping[str, str]], wanted: Sequence[Mapping[str, str]]) -> None:
    for number, (one, other) in enumerate(zip(held, wanted, strict=False), start=1):
        if one != other:
            raise ValueError(_others(file, f"product {number} is another"))
    if len(held) > len(wanted):
        raise ValueError(_others(file, f"it holds {len(held)}, there are {len(wanted)}"))


def _others(file: Path, why: str) -> str:
    return f"{file} holds descriptions of other products ({why}): choose another --out, or remove it"


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a column's name that no field has."""
    while name in taken:
        name = f"new {name}"
    return name
