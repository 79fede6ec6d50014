"""The SQLite file of a local store: its tables, how it is opened, and its errors as ours."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ingest.errors import StoreBusy, StoreError
from stores.local.fulltext import create_words

SCHEMA_VERSION = 1
APPLICATION_ID = 0x4F424B53  # "OBKS": tells a store from any other SQLite file

# A chunk's key is never given out again (AUTOINCREMENT), so a derived index can tell old rows from new ones. `path` is
# the heading path as JSON, `heading` the same as words; `passage` is a hash of the embedding text. `fields` holds the
# metadata once more, value by value, for filters to look up. `words` indexes the texts without keeping them again.
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
    metadata TEXT NOT NULL, id TEXT NOT NULL, passage TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL
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


@contextmanager
def our_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StoreBusy and StoreError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreBusy(f"{path}: another process is writing; try again, or open with a longer timeout") from error
        raise StoreError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path}: the database is damaged ({error}); restore a backup, or delete the folder and index anew"
        ) from error


def connect(path: Path, *, create: bool, timeout: float, read_only: bool) -> sqlite3.Connection:
    """Open the database file, making it where `create` allows. Raises StoreError, leaving everything as it was."""
    _check_file(path, create=create and not read_only)
    with our_errors(path):
        connection = _open(path, timeout, read_only)
        try:
            _prepare(connection, path, timeout, create=create, read_only=read_only)
        except BaseException:
            connection.close()
            raise
    return connection


def _check_file(path: Path, create: bool) -> None:
    try:
        if path.parent.exists() and not path.parent.is_dir():
            raise StoreError(f"{path.parent}: is a file; a store is a folder")
        if not path.exists() and not create:
            raise StoreError(f"{path.parent}: there is no store here")
        if path.exists():
            _check_header(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot open the store: {error.strerror}") from error


def _check_header(path: Path) -> None:
    """Find what SQLite would find only later, or by writing: another format, a truncated file, another program's."""
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        return  # a process was killed before its first transaction, or is just about to make it
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{path}: is not an SQLite database; restore a backup, or delete the folder and index anew")
    size, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    size = 65536 if size == 1 else size
    version, application = int.from_bytes(header[60:64]), int.from_bytes(header[68:72])
    _check_kind(path, application or APPLICATION_ID, version)  # 0: not yet moved here from the write-ahead log
    log = path.with_name(path.name + "-wal")
    if path.stat().st_size < size * pages and not (log.exists() and log.stat().st_size):
        raise StoreError(f"{path}: is cut short; restore a backup, or delete the folder and index anew")


def _check_kind(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise StoreError(f"{path}: is an SQLite database of another program")
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path}: was written by a newer version (format {version}, this one reads {SCHEMA_VERSION})")


def _open(path: Path, timeout: float, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        return _connection(f"file:{quote(str(path.absolute()))}?mode=rwc", timeout)
    connection = _connection(f"file:{quote(str(path.absolute()))}?mode=ro", timeout)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # the log cannot be opened or made: fine where there is nothing in it
        connection.close()
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection = _connection(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", timeout)
    return connection


def _connection(uri: str, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, path: Path, timeout: float, *, create: bool, read_only: bool) -> None:
    if _is_empty(connection):
        if read_only or not create:
            raise StoreError(f"{path.parent}: there is no store here")
        _create(connection, timeout)
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    _check_kind(path, application, version)
    connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _create(connection: sqlite3.Connection, timeout: float) -> None:
    """Make the tables in one transaction; of several processes that try, one makes them and the others find them."""
    connection.execute("PRAGMA page_size = 8192")  # holds five vectors of 384 dimensions, where 4096 holds two
    _use_write_ahead_log(connection, timeout)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_empty(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _use_write_ahead_log(connection: sqlite3.Connection, timeout: float) -> None:
    until = time.monotonic() + timeout
    while True:  # SQLite does not wait by itself while another process does the same
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def state(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return what a store remembers of itself.

    `generation` counts its writes and `changes` the chunks put or removed in all of them; `index_changes` is what
    `changes` was when the FAISS file with the checksum `index_checksum` was saved; `index_layout` describes it where it
    holds clusters, '' where it does not.
    """
    return {"index_layout": "", **dict(connection.execute("SELECT name, value FROM state"))}


def note_index(
    connection: sqlite3.Connection, index_checksum: str, index_layout: str = "", index_changes: int = 0
) -> None:
    """Remember which file holds the index: see `state`."""
    values = {"index_checksum": index_checksum, "index_layout": index_layout, "index_changes": index_changes}
    connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())


def problems(connection: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the file and its rows, a line each."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    counts = {what: connection.execute(sql).fetchone()[0] for what, sql in _CHECKS.items()}
    return found + [f"{count} {what}" for what, count in counts.items() if count]


_CHECKS = {
    "chunks without a vector": "SELECT count(*) FROM chunks WHERE key NOT IN (SELECT key FROM vectors)",
    "vectors without a chunk": "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT key FROM chunks)",
    "chunks without a source": "SELECT count(*) FROM chunks WHERE source NOT IN (SELECT source FROM sources)",
}
