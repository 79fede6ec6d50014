"""JSON lines: rows are read strictly; records are appended, so that an interrupted command resumes where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import RowsError


def read_objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSONL file with their line numbers, from 1.

    Raises RowsError for a file that is missing or not UTF-8, and for a line that is not one JSON object.
    """
    for number, line in read_lines(file):
        yield number, parse_object(line, f"{file}, line {number}")


def read_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not blank with their numbers, from 1.

    Raises RowsError for a file that is missing or not UTF-8.
    """
    try:
        # splitlines() would also cut at U+2028, which JSON strings may hold.
        lines = file.read_text("utf-8-sig").split("\n")
    except FileNotFoundError:
        raise RowsError(f"there is no file {file}") from None
    except OSError as error:
        raise RowsError(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise RowsError(f"{file} is not UTF-8 text") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line


def parse_object(line: str, place: str) -> dict[str, Any]:
    """Return one line's JSON object. Raises RowsError, naming the place, for anything else."""
    try:
        content = json.loads(line)
    except json.JSONDecodeError as error:
        raise RowsError(f"{place}: not JSON ({error.msg})") from None
    if "\\u" in line and (surrogate := find_lone_surrogate(content)):
        raise RowsError(f"{place}: {surrogate} is half of a character, which no text can hold")
    if not isinstance(content, dict):
        raise RowsError(f"{place}: each row has to be an object, not {type(content).__name__}")
    return content


def find_lone_surrogate(content: object) -> str | None:
    r"""Return the escape of the first unpaired surrogate in JSON values, such as "\ud83d"; None where there is none."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return f"\\u{ord(error.object[error.start]):04x}"
    return None


def write_objects(file: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """Write objects as JSON lines, making the folder if need be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(content, ensure_ascii=False)}\n" for content in objects), "utf-8")


@dataclass(frozen=True)
class RecordFile:
    """A JSONL file of finished records, each with its "key".

    A record is on disk as soon as `append` returns. A line that a kill tore is ignored by `read`, so that its record is
    simply computed again.
    """

    path: Path

    def read(self) -> dict[str, dict[str, Any]]:
        """Return the records by key, the last of each; {} without a file."""
        records = {}
        lines = self.path.read_text("utf-8", errors="replace").split("\n") if self.path.is_file() else []
        for line in lines:
            try:
                record = json.loads(line)
                records[str(record.pop("key"))] = record
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return records

    def append(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Add records by key."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(
            f"{json.dumps({'key': key, **record}, ensure_ascii=False)}\n" for key, record in records.items()
        )
        with self.path.open("ab+") as out:
            # A torn last line must not swallow the next record.
            if out.tell():
                out.seek(-1, 2)
                lines = lines if out.read(1) == b"\n" else f"\n{lines}"
            out.write(lines.encode("utf-8", "surrogatepass"))
