"""The finished work of a catalogue, in a database beside its output: a kill at any moment loses no finished product."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import BusyError, InputError
from ingest.fingerprint import fingerprint
from ingest.types import Scalar

RECORD_FORMAT = "1"

RECORD_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    key TEXT PRIMARY KEY, place INTEGER NOT NULL, version TEXT NOT NULL, settings TEXT NOT NULL, content TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_version ON records (version, place);
CREATE INDEX IF NOT EXISTS records_by_place ON records (place);
CREATE TABLE IF NOT EXISTS versions (
    key TEXT NOT NULL, version TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (key, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_by_version ON versions (version);
"""


@dataclass(frozen=True)
class ProductTexts:
    """What was written for one product: a text by the name of each channel, and what was found in them.

    `findings` are JSON values that the output shows beside the texts. `refused` has the reason why a channel has no
    text.
    """

    texts: Mapping[str, str]
    findings: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextRecord:
    """The texts of a product as they were written.

    `key` names the product for good, `place` is its row, `version` the hash of its fields, `settings` that of
    everything else that the texts depend on.
    """

    key: str
    place: int
    version: str
    settings: str
    written: ProductTexts


class RecordDatabase:
    """Records by product, and each version of its fields that a text was written or approved for.

    One process at a time writes: raises BusyError where another does, InputError for a file of another kind.
    `read_only` opens a database that is there already, beside one that writes, too.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        source = f"{path.absolute().as_uri()}?mode=ro" if read_only else str(path)
        self.connection = sqlite3.connect(source, timeout=0, isolation_level=None, uri=read_only)
        try:
            if not read_only:
                # The lock is held from here to the end of the process, and a kill frees it.
                self.connection.executescript("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL;")
                self.connection.execute("BEGIN IMMEDIATE")
                for statement in RECORD_SCHEMA.split(";"):
                    self.connection.execute(statement)
                self.connection.execute("INSERT OR IGNORE INTO facts VALUES ('format', ?)", [RECORD_FORMAT])
                self.connection.execute("COMMIT")
            found_format = self.fact("format")
        except sqlite3.OperationalError as error:
            self.close()
            if "locked" in str(error):
                raise BusyError(f"another run is writing beside {path}: wait for it, or choose another --out") from None
            raise InputError(f"{path} cannot be used: {error}") from None
        except sqlite3.DatabaseError as error:
            self.close()
            raise InputError(f"{path} is no file of records ({error}): remove it to begin anew") from None
        if found_format != RECORD_FORMAT:
            self.close()
            raise InputError(f"{path} was written by another version of Openbook: remove it to begin anew")

    def close(self) -> None:
        """Free the lock."""
        self.connection.close()

    def fact(self, name: str) -> str | None:
        """Return a fact about the whole catalogue, None where it is not known yet."""
        return self._first("SELECT value FROM facts WHERE name = ?", name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a fact about the whole catalogue."""
        self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])

    def record(self, key: str) -> TextRecord | None:
        """Return the record of a product, None without one."""
        query = "SELECT key, place, version, settings, content FROM records WHERE key = ?"
        row = self.connection.execute(query, [key]).fetchone()
        if row is None:
            return None
        key, place, version, settings, content = row
        return TextRecord(key, place, version, settings, ProductTexts(**json.loads(content)))

    def fields(self, key: str, version: str) -> dict[str, Scalar] | None:
        """Return the fields of a product as they were, None for a version that no text was written for."""
        found = self._first("SELECT fields FROM versions WHERE key = ? AND version = ?", key, version)
        return None if found is None else json.loads(found)

    def key_of_version(self, version: str) -> str | None:
        """Return the key of the product that has or had these fields, None where that is not one product."""
        keys = self.connection.execute("SELECT DISTINCT key FROM versions WHERE version = ? LIMIT 2", [version])
        found = keys.fetchall()
        return found[0][0] if len(found) == 1 else None

    def put(self, records: Iterable[tuple[TextRecord, Mapping[str, Scalar]]]) -> None:
        """Keep records with the fields of their products: all of them, or none where the process is killed."""
        with Transaction(self.connection):
            for record, fields in records:
                content = {
                    "texts": dict(record.written.texts),
                    "findings": dict(record.written.findings),
                    "refused": dict(record.written.refused),
                }
                self.connection.execute(
                    "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)",
                    [record.key, record.place, record.version, record.settings, json.dumps(content)],
                )
                self.connection.execute(
                    "INSERT OR REPLACE INTO versions VALUES (?, ?, ?)",
                    [record.key, record.version, json.dumps(dict(fields))],
                )

    def _first(self, query: str, *values: str) -> str | None:
        row = self.connection.execute(query, values).fetchone()
        return row[0] if row else None


class Transaction:
    """A `with` block whose statements all take effect at its end, or none of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self.connection.execute("ROLLBACK" if kind else "COMMIT")


def records_path(out: Path) -> Path:
    """Return the database beside an output."""
    return out.with_name(f".{out.name}.records.db")


def filled_fields(fields: Mapping[str, Scalar], ignored: Collection[str]) -> dict[str, Scalar]:
    """Return the fields that texts depend on: those with a value and none of `ignored`, casefolded names."""
    return {name: value for name, value in fields.items() if value not in (None, "") and name.casefold() not in ignored}


def version_of(fields: Mapping[str, Scalar]) -> str:
    """Return the hash of a product's filled fields: 16 hexadecimal digits, whatever their order."""
    return fingerprint(dict(fields))[:16]


def iterate(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query a thousand at a time."""
    while rows := cursor.fetchmany(1000):
        yield from rows
