"""The SQLite file of a local store: its tables, opening it, and its errors as ours."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ingest.errors import StoreBusy, StoreError
from stores.local import held_files
from stores.local.fulltext import create_words
from stores.local.held_files import HeldConnection

SCHEMA_VERSION = 2
APPLICATION_ID = 0x4F424B53  # "OBKS": tells a store from any other SQLite file

# A chunk's key is never reused (AUTOINCREMENT), so a derived index can tell new rows from old ones. `path` is the path
# of titles as JSON, `heading` the same as words; `passage` is a hash of the embedding text. `blocks` holds the chunk's
# blocks as JSON, each as [start, end, kind, page, heading]. `fields` holds the metadata once more, value by value, for
# filters to look up. `words` indexes the texts without keeping a copy of them. Stores of version 1 have no `blocks`.
SCHEMA = f"""
CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE origins (origin TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    source TEXT PRIMARY KEY, origin TEXT NOT NULL, fingerprint TEXT NOT NULL, metadata TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, path TEXT NOT NULL,
    metadata TEXT NOT NULL, id TEXT NOT NULL, passage TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
    blocks TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX chunks_by_source ON chunks (source, start);
CREATE INDEX chunks_by_id ON chunks (id);
CREATE INDEX chunks_by_passage ON chunks (passage);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE fields (name TEXT, value, key INTEGER, PRIMARY KEY (name, value, key)) WITHOUT ROWID;
{create_words(content="chunks")};
INSERT INTO state VALUES ('generation', 0), ('changes', 0), ('index_changes', 0), ('index_checksum', ''),
    ('index_layout', '');
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""
# A view in the connection's own memory: reads of `chunks` see it instead of the table.
WITHOUT_BLOCKS = "CREATE TEMP VIEW chunks AS SELECT *, '[]' AS blocks FROM main.chunks"


@contextmanager
def our_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StoreBusy and StoreError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # Only a lock is worth another try.
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreBusy(f"{path}: another process is writing; try again, or open with a longer timeout") from error
        raise StoreError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path}: the database is damaged ({error}); restore a backup, or delete the folder and index anew"
        ) from error


def connect(path: Path, *, create: bool, timeout: float, read_only: bool) -> sqlite3.Connection:
    """Open the database file; `create` makes a missing one. Raises StoreError and then changes nothing."""
    create = create and not read_only
    missing = StoreError(f"{path.parent}: there is no store here; `rag ingest PATH` makes one")
    with held_files.opening, our_errors(path):
        # Check the file before SQLite may write to it.
        try:
            if path.parent.exists() and not path.parent.is_dir():
                raise StoreError(f"{path.parent}: is a file; a store is a folder")
            if path.exists():
                if not held_files.is_held(path):  # else it is checked, and closing it would drop the locks on it
                    _check_header(path)
            elif create:
                path.parent.mkdir(parents=True, exist_ok=True)
            else:
                raise missing
        except OSError as error:
            raise StoreError(f"{path.parent}: cannot open the store: {error.strerror}") from error
        connection = _open_read_only(path, timeout) if read_only else _open(path, "mode=rwc", timeout)
    with our_errors(path):
        try:
            if _is_empty(connection):
                if not create:
                    raise missing
                _create_tables(connection, timeout)
            # Check the kind again: the header may still have been in the write-ahead log.
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            _check_kind(path, application, version)
            if version < SCHEMA_VERSION:
                _upgrade(connection, read_only)
            # Settings of this connection; they are not kept in the file.
            connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut
            connection.execute("PRAGMA cache_size = -65536")  # KiB
            connection.execute("PRAGMA journal_size_limit = 67108864")
        except BaseException:
            connection.close()
            raise
    return connection


def _check_header(path: Path) -> None:
    """Refuse what SQLite would notice only later, or by writing: another format, a truncated file, another program."""
    with path.open("rb") as file:
        # The header of an SQLite file holds the page size, the number of pages, and the application's numbers.
        header = file.read(100)
    if not header:
        return  # a process was killed before its first transaction, or is about to begin it
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{path}: is not an SQLite database; restore a backup, or delete the folder and index anew")
    size, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    size = 65536 if size == 1 else size
    version, application = int.from_bytes(header[60:64]), int.from_bytes(header[68:72])
    _check_kind(path, application or APPLICATION_ID, version)  # 0: still in the write-ahead log
    log = path.with_name(path.name + "-wal")
    if path.stat().st_size < size * pages and not (log.exists() and log.stat().st_size):
        raise StoreError(f"{path}: is cut short; restore a backup, or delete the folder and index anew")


def _check_kind(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise StoreError(f"{path}: is an SQLite database of another program")
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path}: was written by a newer version (format {version}, this one reads {SCHEMA_VERSION})")


def _open(path: Path, options: str, timeout: float) -> HeldConnection:
    uri = f"file:{quote(os.fsencode(path.absolute()))}?{options}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False, factory=HeldConnection
    )
    held_files.hold(connection, path)
    return connection


def _open_read_only(path: Path, timeout: float) -> HeldConnection:
    connection = _open(path, "mode=ro", timeout)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # the write-ahead log cannot be opened or created: fine where it is empty
        connection.close()
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection = _open(path, "mode=ro&immutable=1", timeout)
    return connection


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _create_tables(connection: sqlite3.Connection, timeout: float) -> None:
    """Create the tables in one transaction; of several processes that try, one creates them."""
    connection.execute("PRAGMA page_size = 8192")  # holds five vectors of 384 dimensions, where 4096 holds two
    # SQLite itself does not wait while another process switches to the write-ahead log, too.
    until = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _upgrade(connection: sqlite3.Connection, read_only: bool) -> None:
    """Add what version 1 lacks, in one transaction; a store that cannot be written reads as if it had it."""
    if read_only:
        connection.execute(WITHOUT_BLOCKS)
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have upgraded it by now.
        if connection.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
            connection.execute("ALTER TABLE chunks ADD COLUMN blocks TEXT NOT NULL DEFAULT '[]'")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise
        connection.execute(WITHOUT_BLOCKS)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@dataclass(frozen=True)
class SavedIndex:
    """The FAISS file of a store: its checksum, '' for none, and its layout as JSON where it holds clusters."""

    checksum: str = ""
    layout: str = ""


@dataclass(frozen=True)
class State:
    """The counters of a store, and its FAISS file.

    `generation` counts the writes and `changes` the chunks put or removed by all of them. `index_changes` is the value
    of `changes` when the FAISS file was saved.
    """

    generation: int
    changes: int
    index_changes: int
    index: SavedIndex


def read_state(connection: sqlite3.Connection) -> State:
    """Return the state of a store."""
    values = dict(connection.execute("SELECT name, value FROM state"))
    index = SavedIndex(values["index_checksum"], values.get("index_layout", ""))
    return State(values["generation"], values["changes"], values["index_changes"], index)


def record_index(connection: sqlite3.Connection, index: SavedIndex, changes: int = 0) -> None:
    """Record the file that holds the index, and the number of changes that it has taken in."""
    values = {"index_checksum": index.checksum, "index_layout": index.layout, "index_changes": changes}
    connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())


def find_problems(connection: sqlite3.Connection) -> list[str]:
    """Return the problems of the file and its rows, a line each."""
    lines = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    counts = {problem: connection.execute(sql).fetchone()[0] for problem, sql in _CHECKS.items()}
    return lines + [f"{count} {problem}" for problem, count in counts.items() if count]


_CHECKS = {
    "chunks without a vector": "SELECT count(*) FROM chunks WHERE key NOT IN (SELECT key FROM vectors)",
    "vectors without a chunk": "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT key FROM chunks)",
    "chunks without a source": "SELECT count(*) FROM chunks WHERE source NOT IN (SELECT source FROM sources)",
}
