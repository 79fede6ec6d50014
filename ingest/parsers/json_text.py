"""JSON and JSON lines: catalogues of records, saved elements of unstructured, and any other value as `path: value`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.catalogue import CatalogueInfo, Row, flatten, parse_rows
from ingest.parsers.decode import decode
from ingest.parsers.elements import add_elements


def parse_json_lines(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read one JSON object a line, one document each; invalid lines are left out with a warning.

    Rows without a key are named by the number of their line, so that an invalid line does not rename those after it.
    Raises ParseError when most lines are invalid.
    """
    records: dict[int, Any] = {}
    bad: list[str] = []
    lines = {number: line for number, line in enumerate(decode(path.read_bytes())[0].split("\n"), 1) if line.strip()}
    # Read each line by itself, so that one invalid line costs only itself.
    for number, line in lines.items():
        try:
            records[number] = _load_json(line)
        except ParseError as error:
            bad.append(f"line {number}: {error}")
    if len(bad) > len(lines) / 2:
        if len(lines) < 1000:  # perhaps one indented value
            with suppress(ParseError):
                return _parse_value(_load_json("\n".join(lines.values())), source, settings)
        raise ParseError(f"{len(bad)} of {len(lines)} lines are not JSON; the first is {bad[0]}")
    warnings = [f"{len(bad)} of {len(lines)} lines are not JSON and were left out; {bad[0]}"] if bad else []
    parsed = _parse_records(list(records.values()), source, settings, CatalogueInfo(numbers=list(records)))
    return Parsed(parsed.documents, [*warnings, *parsed.warnings])


def parse_json(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a JSON file: an array of objects is a catalogue, anything else one document."""
    text = decode(path.read_bytes())[0]
    try:
        return _parse_value(_load_json(text), source, settings)
    except ParseError:
        if "}\n{" in text.replace("\r", ""):  # JSON lines under another name
            return parse_json_lines(path, source, settings)
        raise


def _load_json(text: str) -> Any:
    """Return the value of a JSON text. Raises ParseError that names the place."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(f"not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ParseError("not readable as JSON: nested too deeply") from error
    except ValueError as error:  # an integer of 5,000 digits
        raise ParseError(f"not readable as JSON: {error}") from error


def _parse_value(value: Any, source: str, settings: ParseSettings) -> Parsed:
    # An array of objects is a catalogue.
    if isinstance(value, list) and len(value) > 0 and all(isinstance(item, dict) for item in value):
        return _parse_records(value, source, settings)
    # {"products": [{...}, {...}], "total": 2}: the records are the only value that is not a scalar.
    nested = [item for item in value.values() if isinstance(item, (dict, list))] if isinstance(value, dict) else []
    match nested:
        case [[_, _, *_] as records] if all(isinstance(record, dict) for record in records):
            return _parse_records(records, source, settings)
    builder = DocumentBuilder()
    builder.add("\n".join(_value_lines(value)), "list" if isinstance(value, (dict, list)) else "text")
    return Parsed([builder.build(source)])


def _parse_records(
    records: Sequence[Any], source: str, settings: ParseSettings, info: CatalogueInfo | None = None
) -> Parsed:
    # unstructured saves its elements under these keys.
    element = {"type", "text", "metadata", "element_id"}
    if records and all(isinstance(record, dict) and element <= record.keys() for record in records):
        builder = DocumentBuilder()
        add_elements(builder, records)
        return Parsed([builder.build(source)])
    rows: list[Row] = [flatten(record if isinstance(record, Mapping) else {"value": record}) for record in records]
    return parse_rows(rows, source, settings, info)


def _value_lines(value: Any) -> list[str]:
    """Return a line `path: value` for each scalar and each list of scalars."""
    lines: list[str] = []
    # Walk with a stack instead of recursion: JSON may nest deeply.
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        path, item = pending.pop()
        if isinstance(item, dict):
            pending += [(f"{path}.{name}" if path else str(name), inner) for name, inner in reversed(item.items())]
        elif isinstance(item, list) and any(isinstance(inner, (dict, list)) for inner in item):
            pending += [(f"{path}[{number}]", inner) for number, inner in reversed(list(enumerate(item)))]
        elif item not in (None, "", []):
            text = ", ".join(map(_scalar_text, item)) if isinstance(item, list) else _scalar_text(item)
            lines.append(" ".join(f"{path}: {text}".split()) if path else text)
    return lines


def _scalar_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
