"""Filters as SQL: one builder for all databases, and what is particular to a database in its `Dialect`.

The SQL is about two tables. `chunks` has the columns key, source, page, start and end. `fields` has a row (name, value,
key) for each value of a chunk's metadata and is indexed by name and value, so that a filter which allows few of a
million chunks touches only these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ingest.types import Metadata, Scalar
from stores.filters.filter import (
    ATTRIBUTES,
    And,
    Compare,
    Exists,
    Filter,
    In,
    Not,
    Operator,
    Or,
    as_number,
    is_number,
)

Value = str | int | float | bytes
Condition = tuple[str, list[Value]]
"""SQL with its bound parameters."""


class Dialect(Protocol):
    """How a database writes a bound parameter and the constants, and compares values.

    `column` is source, page, start or end of `chunks`, or value of `fields`. Conditions are never NULL.
    """

    placeholder: str
    true: str
    false: str

    def compare(self, column: str, sign: Operator, literals: Sequence[Scalar]) -> Condition:
        """Return a condition on values of a literal's own type; for `==`, one of the literals has to be equal."""

    def exists(self, column: str) -> str:
        """Return a condition that the column holds something other than null."""


def to_sql(where: Filter, dialect: Dialect) -> Condition:
    """Return a condition on `chunks` that is true exactly where `matches` is, else false."""
    match where:
        case Compare(key, "!=", value):
            return to_sql(Not(Compare(key, "==", value)), dialect)
        case Compare(key, sign, value) if key in ATTRIBUTES:
            return dialect.compare(key, sign, [value])
        case In(key, values) if key in ATTRIBUTES:
            return dialect.compare(key, "==", values)
        case Exists(key) if key in ATTRIBUTES:
            return dialect.exists(key), []
        case Compare() | In() | Exists():
            sql, parameters = to_keys(where, dialect)
            return f"(chunks.key IN ({sql}))", parameters
        case And(parts) | Or(parts):
            # `and` of nothing is true, `or` of nothing is false.
            conditions = [to_sql(part, dialect) for part in parts]
            word, empty = (" AND ", dialect.true) if isinstance(where, And) else (" OR ", dialect.false)
            sql = word.join(sql for sql, _ in conditions) or empty
            return f"({sql})", [parameter for _, parameters in conditions for parameter in parameters]
        case Not(part):
            sql, parameters = to_sql(part, dialect)
            return f"(NOT {sql})", parameters


def to_keys(where: Filter, dialect: Dialect) -> Condition:
    """Return a query for the keys of the chunks that a filter allows; a key may come twice.

    Conditions on metadata are looked up in `fields`, all others in `chunks`.
    """
    parameters: list[Value]
    match where:
        case Exists(key) if key not in ATTRIBUTES:
            condition, parameters = dialect.exists("value"), []
        case Compare(key, sign, value) if key not in ATTRIBUTES and sign != "!=":
            condition, parameters = dialect.compare("value", sign, [value])
        case In(key, values) if key not in ATTRIBUTES:
            condition, parameters = dialect.compare("value", "==", values)
        case _:
            # Everything else is a condition on the rows of `chunks`.
            condition, parameters = to_sql(where, dialect)
            return f"SELECT key FROM chunks WHERE {condition}", parameters
    return f"SELECT key FROM fields WHERE name = {dialect.placeholder} AND {condition}", [key, *parameters]


# --- SQLite -----------------------------------------------------------------------------------------------------------

# SQLite orders numbers before text before blobs, whatever the column. So values of one type are a range, and values
# that SQLite has no type for are blobs: numbers < '' <= texts < x'' <= null, false, true and the mark of a list.
NULL, FALSE, TRUE, LIST = b"", b"\0", b"\1", b"\2"
COLUMNS = {
    "source": "chunks.source",
    "page": "ifnull(chunks.page, x'')",
    "start": "chunks.start",
    "end": 'chunks."end"',
    "value": "value",
}


class Sqlite:
    """The `Dialect` of SQLite."""

    placeholder, true, false = "?", "1", "0"

    def compare(self, column: str, sign: Operator, literals: Sequence[Scalar]) -> Condition:
        """See `Dialect.compare`."""
        values = [sqlite_value(literal) for literal in literals if literal == literal]  # NaN equals nothing
        if column != "value":  # a column with a type: SQLite would convert literals of any other
            own = (str,) if column == "source" else (int, float, bytes)
            values = [value for value in values if isinstance(value, own)]
        name = COLUMNS[column]
        match values:
            case _ if sign == "==":
                return f"({name} IN ({', '.join('?' * len(values))}))", values
            case [int() | float()]:
                return f"({name} {sign} ? AND {name} < '')", values
            case [str()]:
                return f"({name} {sign} ? AND {name} >= '' AND {name} < x'')", values
            case _:  # null, true and false have no order
                return "0", []

    def exists(self, column: str) -> str:
        """See `Dialect.exists`."""
        return f"({COLUMNS[column]} <> x'')"


SQLITE = Sqlite()


def sqlite_value(value: Scalar) -> Value:
    """Return a scalar as SQLite keeps it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return as_number(value) if is_number(value) else value


def field_rows(metadata: Metadata) -> Iterator[tuple[str, Value]]:
    """Yield (name, value) of `fields` for each scalar and each element of a list, each pair once."""
    for name, value in metadata.items():
        if value is None or isinstance(value, str | int | float):
            yield name, sqlite_value(value)
        else:
            yield name, LIST  # so that an empty list, or one of nulls, exists
            yield from ((name, element) for element in dict.fromkeys(map(sqlite_value, value)))
