"""The plan of a batch: which product is which of those described before, and which have to be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.errors import RowsError
from ingest.types import Scalar
from rag.describe.catalogue.product_file import ProductFile, id_of
from rag.describe.catalogue.record_database import RecordDatabase, Transaction, version_of

StatedFields = Callable[[Mapping[str, Scalar]], Mapping[str, Scalar]]

RUN_TABLES = """
CREATE TEMP TABLE catalogue (place INTEGER PRIMARY KEY, key TEXT, version TEXT NOT NULL);
CREATE INDEX temp.catalogue_by_key ON catalogue (key);
CREATE INDEX temp.catalogue_by_version ON catalogue (version);
CREATE TEMP VIEW products AS SELECT min(place) AS place, key, version FROM catalogue GROUP BY key;
CREATE TEMP TABLE decisions (
    key TEXT NOT NULL, channel TEXT NOT NULL, line INTEGER NOT NULL, is_final INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (key, channel)
);
"""
"""Tables of one run: equal rows of a catalogue without ids are one product."""


@dataclass(frozen=True)
class BatchPlan:
    """What a run has to do, in numbers of products.

    `pending` are those to be written: new ones (`added`), those with other fields than before (`changed`), and those
    that other settings wrote and nobody approved (`resettled`). `removed` are the keys that the catalogue has no more.
    """

    products: int
    added: int
    changed: int
    resettled: int
    pending: int
    removed: tuple[str, ...]

    @property
    def kept(self) -> int:
        """The number of products whose texts stay as they are."""
        return self.products - self.pending


def assign_keys(database: RecordDatabase, products: ProductFile, id_field: str | None, stated: StatedFields) -> None:
    """List the rows of a catalogue with their keys and versions.

    Raises RowsError, naming the rows, for an id that is missing or occurs twice.
    """
    connection = database.connection
    for statement in RUN_TABLES.strip().split(";\n"):
        connection.execute(statement)
    with Transaction(connection):
        for row in products.rows():
            version = version_of(stated(row.fields))
            key = id_of(row.fields.get(id_field)) if id_field else _key_of_equal(database, version)
            if key == "":
                raise RowsError(f"{products.path}: product {row.number} has no {id_field}, by which products are known")
            connection.execute("INSERT INTO catalogue VALUES (?, ?, ?)", [row.number, key, version])
        if not id_field:
            _assign_by_place(database, products, stated)
    if not id_field:
        return
    repeated = connection.execute(
        "SELECT key, min(place), max(place) FROM catalogue GROUP BY key HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
    ).fetchone()
    if repeated:
        raise RowsError(
            f"{products.path}: products {repeated[1]} and {repeated[2]} have the same {id_field}, {repeated[0]!r}, by "
            "which products are known"
        )


def plan_batch(database: RecordDatabase, settings: str, channels: tuple[str, ...]) -> BatchPlan:
    """List the products to be written, and count them."""
    connection = database.connection
    # An approved text is written again only where its product has changed.
    with Transaction(connection):
        connection.execute(
            "CREATE TEMP TABLE pending (place INTEGER PRIMARY KEY, key TEXT NOT NULL, version TEXT NOT NULL, "
            "reason TEXT NOT NULL)"
        )
        connection.execute(
            "INSERT INTO pending SELECT p.place, p.key, p.version, CASE WHEN r.key IS NULL THEN 'added' "
            "WHEN r.version <> p.version THEN 'changed' ELSE 'resettled' END "
            "FROM products p LEFT JOIN records r ON r.key = p.key "
            "WHERE r.key IS NULL OR r.version <> p.version OR (r.settings <> ? AND "
            "(SELECT count(*) FROM decisions d WHERE d.key = p.key AND d.is_final) < ?)",
            [settings, len(channels)],
        )
    counts = dict(connection.execute("SELECT reason, count(*) FROM pending GROUP BY reason").fetchall())
    removed = connection.execute("SELECT key FROM records WHERE key NOT IN (SELECT key FROM catalogue) ORDER BY place")
    [total] = connection.execute("SELECT count(*) FROM products").fetchone()
    return BatchPlan(
        total,
        counts.get("added", 0),
        counts.get("changed", 0),
        counts.get("resettled", 0),
        sum(counts.values()),
        tuple(key for [key] in removed),
    )


def forget_removed(database: RecordDatabase) -> None:
    """Drop the records of products that the catalogue has no more, and note where the others are now.

    The fields that a text was approved for are kept, to tell what changed since.
    """
    with Transaction(database.connection):
        database.connection.execute("DELETE FROM records WHERE key NOT IN (SELECT key FROM catalogue)")
        database.connection.execute(
            "UPDATE records SET place = p.place FROM products p WHERE p.key = records.key AND p.place <> records.place"
        )
        database.connection.execute(
            "DELETE FROM versions WHERE key NOT IN (SELECT key FROM decisions WHERE is_final) AND NOT EXISTS "
            "(SELECT 1 FROM records r WHERE r.key = versions.key AND r.version = versions.version)"
        )


def _key_of_equal(database: RecordDatabase, version: str) -> str | None:
    """Return the key of the record with the same fields, None without one."""
    query = "SELECT key FROM records WHERE version = ? ORDER BY place LIMIT 1"
    row = database.connection.execute(query, [version]).fetchone()
    return row[0] if row else None


def _assign_by_place(database: RecordDatabase, products: ProductFile, stated: StatedFields) -> None:
    """Give rows that equal no record a key: that of the record at their place, if half is as it was, or a new one."""
    connection = database.connection
    for row in products.rows():
        version = connection.execute(
            "SELECT version FROM catalogue WHERE place = ? AND key IS NULL", [row.number]
        ).fetchone()
        if version is None:
            continue
        equal = "SELECT key FROM catalogue WHERE version = ? AND key IS NOT NULL LIMIT 1"
        key = next(iter(connection.execute(equal, version).fetchone() or []), None)
        key = key or _key_at_place(database, row.number, stated(row.fields))
        # A new key tells a person which row was meant, and stays when the row moves or changes.
        copy, new = 1, f"row {row.number} {version[0][:8]}"
        while key is None:
            known = "SELECT 1 FROM catalogue WHERE key = ? UNION ALL SELECT 1 FROM records WHERE key = ?"
            if connection.execute(known, [new, new]).fetchone() is None:
                key = new
            copy += 1
            new = f"row {row.number} {version[0][:8]} {copy}"
        connection.execute("UPDATE catalogue SET key = ? WHERE place = ?", [key, row.number])


def _key_at_place(database: RecordDatabase, place: int, fields: Mapping[str, Scalar]) -> str | None:
    """Return the key of a record at a place that no row has, where at least half of its fields are those given."""
    query = (
        "SELECT key, version FROM records WHERE place = ? "
        "AND NOT EXISTS (SELECT 1 FROM catalogue WHERE catalogue.key = records.key)"
    )
    for key, version in database.connection.execute(query, [place]).fetchall():
        before = database.fields(key, version) or {}
        names = before.keys() | fields.keys()
        equal = sum(name in before and name in fields and before[name] == fields[name] for name in names)
        if 2 * equal >= len(names):
            return str(key)
    return None
