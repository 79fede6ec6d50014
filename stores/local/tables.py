"""Chunks and vectors as rows of the database: writing, removing and reading them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.types import Block, Chunk, Metadata
from stores.base import Entry
from stores.filters.filter import And, Filter, Not, Or
from stores.filters.sql import SQLITE, Value, field_rows, to_keys

if TYPE_CHECKING:
    from stores.base import Vectors
    from stores.local.faiss_index import Keys

COLUMNS = 'chunks.text, chunks.source, chunks.start, chunks."end", chunks.page, chunks.path, chunks.metadata, blocks'
THESE = "key IN (SELECT value FROM json_each(?))"  # one parameter, however many keys


def add(connection: sqlite3.Connection, entry: Entry) -> int:
    """Add a source that does not exist yet, and return the number of its chunks."""
    source = entry.source
    values = [source.source, source.origin, source.fingerprint, _json(source.metadata)]
    connection.execute("INSERT INTO sources VALUES (?, ?, ?, ?)", values)
    # The rows of each chunk: itself, its vector, and its metadata value by value.
    keys = []
    for chunk, vector in zip(entry.chunks, entry.vectors, strict=True):
        position = chunk.source, chunk.start, chunk.end, chunk.page, _json(chunk.heading)
        heading, passage = " ".join(chunk.heading), passage_hash(chunk.embedding_text)
        blocks = [(block.start, block.end, block.kind, block.page, block.heading) for block in chunk.blocks]
        row = (*position, _json(chunk.metadata), chunk.id, passage, heading, chunk.text, _json(blocks))
        key = connection.execute("INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid
        connection.execute("INSERT INTO vectors VALUES (?, ?)", [key, vector.tobytes()])
        connection.executemany("INSERT INTO fields VALUES (?, ?, ?)", _keyed_fields(key, chunk.metadata))
        keys.append(key)
    # The full-text index takes the texts of all new chunks at once.
    texts = f"SELECT key, heading, text FROM chunks WHERE {THESE}"
    connection.execute(f"INSERT INTO words(rowid, heading, text) {texts}", [json.dumps(keys)])
    return len(keys)


def remove(connection: sqlite3.Connection, source: str) -> int:
    """Remove a source, if it exists, and return the number of its chunks."""
    rows = connection.execute("SELECT key, metadata FROM chunks WHERE source = ?", [source]).fetchall()
    parameters = [json.dumps([key for key, _ in rows])]
    for key, metadata in rows:
        fields = _keyed_fields(key, json.loads(metadata))
        connection.executemany("DELETE FROM fields WHERE name = ? AND value = ? AND key = ?", fields)
    # The full-text index keeps no texts: removing a row takes its text, so this comes before the text is gone.
    texts = f"SELECT 'delete', key, heading, text FROM chunks WHERE {THESE}"
    connection.execute(f"INSERT INTO words(words, rowid, heading, text) {texts}", parameters)
    connection.execute(f"DELETE FROM vectors WHERE {THESE}", parameters)
    connection.execute(f"DELETE FROM chunks WHERE {THESE}", parameters)
    connection.execute("DELETE FROM sources WHERE source = ?", [source])
    return len(rows)


def read_chunks(
    connection: sqlite3.Connection, condition: str, parameters: Sequence[object], limit: int = -1
) -> list[Chunk]:
    """Return the chunks that fulfil an SQL condition, ordered by (source, start)."""
    sql = f"SELECT {COLUMNS} FROM chunks WHERE {condition} ORDER BY source, start, id LIMIT ?"
    return [_chunk(row) for row in connection.execute(sql, [*parameters, limit])]


def read_chunks_by_key(connection: sqlite3.Connection, keys: Iterable[int]) -> Iterator[tuple[int, Chunk]]:
    """Yield the chunks of these keys, in any order."""
    for key, *row in connection.execute(f"SELECT key, {COLUMNS} FROM chunks WHERE {THESE}", [json.dumps(list(keys))]):
        yield key, _chunk(row)


def read_chunks_with_vectors(connection: sqlite3.Connection, keys: Keys, dimension: int) -> tuple[list[Chunk], Vectors]:
    """Return the chunks of these keys, in any order, and their (n, d) vectors in the same order."""
    sql = f"SELECT vector, {COLUMNS} FROM chunks JOIN vectors USING (key) WHERE {THESE}"
    rows = connection.execute(sql, [json.dumps(keys.tolist())]).fetchall()
    return [_chunk(row) for _, *row in rows], stack([vector for vector, *_ in rows], dimension)


def read_vectors(connection: sqlite3.Connection, keys: Keys, dimension: int) -> Vectors:
    """Return the (n, dimension) vectors of those of these keys that exist, in their order."""
    rows = dict(connection.execute(f"SELECT key, vector FROM vectors WHERE {THESE}", [json.dumps(keys.tolist())]))
    return stack([rows[key] for key in keys.tolist() if key in rows], dimension)


def read_allowed_keys(connection: sqlite3.Connection, where: Filter) -> Keys:
    """Return the keys of the chunks that the filter allows, in order.

    Conditions on metadata are looked up in `fields` alone: reading 10,000 of a million chunks would take 40 ms.
    """
    # Sets of keys are intersected and united here, so that each part of the filter is looked up once.
    match where:
        case And(parts) if any(not isinstance(part, Not) for part in parts):
            wanted = [read_allowed_keys(connection, part) for part in parts if not isinstance(part, Not)]
            unwanted = [read_allowed_keys(connection, part.part) for part in parts if isinstance(part, Not)]
            return reduce(np.setdiff1d, unwanted, reduce(np.intersect1d, wanted))
        case Or(parts) if parts:
            return reduce(np.union1d, [read_allowed_keys(connection, part) for part in parts])
        case _:
            sql, parameters = to_keys(where, SQLITE)
            # One text is four times as fast as a row for each key.
            [text] = connection.execute(f"SELECT json_group_array(key) FROM ({sql})", parameters).fetchone()
            keys = np.sort(np.array(json.loads(text), dtype=np.int64))
            return keys[np.diff(keys, prepend=-1) > 0]


def stack(vectors: Sequence[bytes], dimension: int) -> Vectors:
    """Return (n, dimension) float32 from the blobs of n rows."""
    return np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(vectors), dimension)


def read_keys(connection: sqlite3.Connection) -> Keys:
    """Return the keys of all chunks."""
    return np.fromiter((key for (key,) in connection.execute("SELECT key FROM chunks")), dtype=np.int64)


def count_chunks(connection: sqlite3.Connection) -> int:
    """Return the number of chunks."""
    return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])


def read_manifest(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the manifest, {} when unbound."""
    return dict(connection.execute("SELECT name, value FROM manifest"))


def read_field_names(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all metadata in order, jumping from name to name in the index of `fields`."""
    sql = """
        WITH RECURSIVE names(name) AS (
            SELECT min(name) FROM fields
            UNION ALL SELECT (SELECT min(name) FROM fields WHERE name > names.name) FROM names WHERE name IS NOT NULL
        ) SELECT name FROM names WHERE name IS NOT NULL
    """
    return [name for (name,) in connection.execute(sql)]


def passage_hash(embedding_text: str) -> str:
    """Return a hash of the embedding text, of 32 hexadecimal digits."""
    return hashlib.sha256(embedding_text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _keyed_fields(key: int | None, metadata: Metadata) -> list[tuple[str, Value, int | None]]:
    return [(name, value, key) for name, value in field_rows(metadata)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _chunk(row: Sequence[Any]) -> Chunk:
    text, source, start, end, page, path, metadata, blocks = row
    return Chunk(
        text=text,
        source=source,
        start=start,
        end=end,
        page=page,
        heading=tuple(json.loads(path)),
        metadata=json.loads(metadata),
        blocks=tuple(
            Block(first, last, kind, leaf, tuple(titles)) for first, last, kind, leaf, titles in json.loads(blocks)
        ),
    )
