"""A filter as an SQLite condition, and the rows of metadata that it looks into.

Each value of a chunk's metadata is a row (name, value, key) of the table `fields`, whose primary key makes it an index:
a filter that allows few of a million chunks touches only these. SQLite orders numbers before text before blobs, so that
every type is a range; what it has no type for is a blob.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.types import Metadata, Scalar
from stores.filters.filter import And, Compare, Exists, Filter, In, Not, Operator, Or, as_number, is_number

Value = str | int | float | bytes
Condition = tuple[str, list[Value]]

NULL, FALSE, TRUE, LIST = b"", b"\0", b"\1", b"\2"


def field_rows(metadata: Metadata) -> Iterator[tuple[str, Value]]:
    """Yield (name, value) for each scalar and each element of a list, each pair once."""
    for name, value in metadata.items():
        if value is None or isinstance(value, str | int | float):
            yield name, _stored(value)
        else:
            yield name, LIST  # so that an empty list, or one of nulls, exists
            yield from ((name, element) for element in dict.fromkeys(map(_stored, value)))


def _stored(value: Scalar) -> Value:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return as_number(value) if is_number(value) else value


def to_sql(where: Filter) -> Condition:
    """Return a condition that is 1 exactly where `matches` is true, else 0 (never NULL), and its bound parameters.

    It speaks of the columns `key`, `source`, `page`, `start` and `end` of `chunks`, and of `fields`.
    """
    match where:
        case Compare(key, "!=", value):
            return to_sql(Not(Compare(key, "==", value)))
        case Compare(key, sign, value):
            return _some_value(key, sign, [value])
        case In(key, values):
            return _some_value(key, "==", values)
        case Exists(key) if key in _COLUMNS:
            return f"({_COLUMNS[key]} <> x'')", []
        case Exists():
            return _of_chunks(to_keys(where))
        case And(parts):
            return _joined(parts, " AND ", empty="1")
        case Or(parts):
            return _joined(parts, " OR ", empty="0")
        case Not(part):
            sql, parameters = to_sql(part)
            return f"(NOT {sql})", parameters


def to_keys(where: Filter) -> Condition:
    """Return a query for the keys of the chunks that a filter allows, and its parameters; a key may come twice.

    What is said of metadata is asked of `fields`, all else of `chunks`.
    """
    match where:
        case Exists(key) if key not in _COLUMNS:
            return "SELECT key FROM fields WHERE name = ? AND value <> x''", [key]
        case Compare(key, sign, value) if key not in _COLUMNS and sign != "!=":
            return _with_value(key, sign, [value])
        case In(key, values) if key not in _COLUMNS:
            return _with_value(key, "==", values)
    condition, parameters = to_sql(where)
    return f"SELECT key FROM chunks WHERE {condition}", parameters


def _of_chunks(keys: Condition) -> Condition:
    return f"(chunks.key IN ({keys[0]}))", keys[1]


def _with_value(key: str, sign: Operator, literals: Sequence[Scalar]) -> Condition:
    """Ask for the keys of chunks with a value under this name that stands in this relation to one of the literals."""
    sql, parameters = _relation("value", sign, _comparable(literals))
    return f"SELECT key FROM fields WHERE name = ? AND {sql}", [key, *parameters]


def _comparable(literals: Sequence[Scalar]) -> list[Value]:
    return [_stored(literal) for literal in literals if literal == literal]  # NaN equals nothing


def _joined(parts: Sequence[Filter], word: str, empty: str) -> Condition:
    conditions = [to_sql(part) for part in parts]
    sql = word.join(sql for sql, _ in conditions) or empty
    return f"({sql})", [parameter for _, parameters in conditions for parameter in parameters]


_COLUMNS = {
    "source": "chunks.source",
    "page": "ifnull(chunks.page, x'')",
    "start": "chunks.start",
    "end": 'chunks."end"',
}


def _some_value(key: str, sign: Operator, literals: Sequence[Scalar]) -> Condition:
    """Some value under the key stands in this relation to one of the literals."""
    if key not in _COLUMNS:
        return _of_chunks(_with_value(key, sign, literals))
    stored = _comparable(literals)
    of_its_type = (str,) if key == "source" else (int, float, bytes)  # SQLite would convert any other
    sql, parameters = _relation(_COLUMNS[key], sign, [value for value in stored if isinstance(value, of_its_type)])
    return f"({sql})", parameters


def _relation(column: str, sign: Operator, literals: list[Value]) -> Condition:
    """Compare a column with values of the literal's own type: numbers < '' <= texts < x'' <= null, true and false."""
    if sign == "==":
        return f"{column} IN ({', '.join('?' * len(literals))})", literals
    match literals:
        case [int() | float()]:
            return f"{column} {sign} ? AND {column} < ''", literals
        case [str()]:
            return f"{column} {sign} ? AND {column} >= '' AND {column} < x''", literals
        case _:
            return "0", []
