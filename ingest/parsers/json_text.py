"""JSON and JSON lines: catalogues of records, saved elements of unstructured, and anything else as `path: value`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.catalogue import About, Row, catalogue, flat
from ingest.parsers.decode import decode
from ingest.parsers.elements import add_elements


def parse_json_lines(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read one JSON object a line, one document each; bad lines are left out with a warning, unless they are most.

    A row's number, where it names the row, is the line's, so that a bad line does not rename those after it.
    """
    records: dict[int, Any] = {}
    bad: list[str] = []
    lines = {number: line for number, line in enumerate(decode(path.read_bytes())[0].split("\n"), 1) if line.strip()}
    for number, line in lines.items():
        try:
            records[number] = loaded(line)
        except ParseError as error:
            bad.append(f"line {number}: {error}")
    if len(bad) > len(lines) / 2:
        if len(lines) < 1000 and (parsed := _one_json_after_all("\n".join(lines.values()), source, settings)):
            return parsed
        raise ParseError(f"{len(bad)} of {len(lines)} lines are not JSON; the first is {bad[0]}")
    warnings = [f"{len(bad)} of {len(lines)} lines are not JSON and were left out; {bad[0]}"] if bad else []
    parsed = _from_records(list(records.values()), source, settings, About(numbers=list(records)))
    return Parsed(parsed.documents, [*warnings, *parsed.warnings])


def parse_json(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a JSON file: an array of objects is a catalogue, anything else one document."""
    text = decode(path.read_bytes())[0]
    try:
        return _from_value(loaded(text), source, settings)
    except ParseError:
        if "}\n{" in text.replace("\r", ""):  # JSON lines under another name
            return parse_json_lines(path, source, settings)
        raise


def loaded(text: str) -> Any:
    """Return the value of a JSON text. Raises ParseError, with the place."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(f"not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ParseError("not readable as JSON: nested too deeply") from error
    except ValueError as error:  # an integer of 5,000 digits
        raise ParseError(f"not readable as JSON: {error}") from error


def _one_json_after_all(text: str, source: str, settings: ParseSettings) -> Parsed | None:
    """A .jsonl that is one indented JSON value."""
    try:
        return _from_value(loaded(text), source, settings)
    except ParseError:
        return None


def _from_value(value: Any, source: str, settings: ParseSettings) -> Parsed:
    if isinstance(value, list) and len(value) > 0 and all(isinstance(item, dict) for item in value):
        return _from_records(value, source, settings)
    if (records := _wrapped_records(value)) is not None:
        return _from_records(records, source, settings)
    builder = DocumentBuilder()
    builder.add("\n".join(_lines(value)), "list" if isinstance(value, (dict, list)) else "text")
    return Parsed([builder.build(source)])


def _wrapped_records(value: Any) -> list[Any] | None:
    """The rows of `{"products": [{...}, {...}], "total": 2}`: the only value that is not a scalar."""
    if not isinstance(value, dict):
        return None
    nested = [item for item in value.values() if isinstance(item, (dict, list))]
    if len(nested) != 1 or not isinstance(nested[0], list) or len(nested[0]) < 2:
        return None
    return nested[0] if all(isinstance(item, dict) for item in nested[0]) else None


def _from_records(records: Sequence[Any], source: str, settings: ParseSettings, about: About | None = None) -> Parsed:
    if records and all(_is_element(record) for record in records):
        builder = DocumentBuilder()
        add_elements(builder, records)
        return Parsed([builder.build(source)])
    rows: list[Row] = [flat(record if isinstance(record, Mapping) else {"value": record}) for record in records]
    return catalogue(rows, source, settings, about)


def _is_element(record: Any) -> bool:
    return isinstance(record, dict) and {"type", "text", "metadata"} <= record.keys() and "element_id" in record


def _lines(value: Any) -> list[str]:
    """`path: value` for each scalar; a value that is a sentence keeps its line breaks out."""
    lines: list[str] = []
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
