"""A filter as an SQLite condition on the `chunks` table, and the column of JSON that it looks into."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from ingest.types import Metadata, Scalar
from stores.filters import ATTRIBUTES, And, Compare, Exists, Filter, In, Not, Operator, Or, as_number, is_number

Parameter = str | int | float
Condition = tuple[str, list[Parameter]]


def to_sql(where: Filter) -> Condition:
    """Return a condition that is 1 exactly where `matches` is true, else 0 (never NULL), and its bound parameters.

    It speaks of columns `source`, `page`, `start`, `end` and `metadata` of `chunks`.
    """
    match where:
        case Compare(key, "!=", value):
            return to_sql(Not(Compare(key, "==", value)))
        case Compare(key, sign, value):
            return _some_element(key, _compared(sign, value))
        case In(key, values):
            return _some_element(key, _among(values))
        case Exists(key):
            if key in ATTRIBUTES:
                return f'(chunks."{key}" IS NOT NULL)', []
            return "(coalesce(json_type(chunks.metadata, ?), 'null') <> 'null')", [_path(key)]
        case And(parts):
            return _joined(parts, " AND ", empty="1")
        case Or(parts):
            return _joined(parts, " OR ", empty="0")
        case Not(part):
            sql, parameters = to_sql(part)
            return f"(NOT {sql})", parameters


def _joined(parts: Sequence[Filter], word: str, empty: str) -> Condition:
    conditions = [to_sql(part) for part in parts]
    sql = word.join(sql for sql, _ in conditions) or empty
    return f"({sql})", [parameter for _, parameters in conditions for parameter in parameters]


def _some_element(key: str, condition: Condition) -> Condition:
    """Some element of the key's value fulfils a condition on `type` and `value`; a scalar is its own only element."""
    sql, parameters = condition
    if key in ATTRIBUTES:
        column = f'chunks."{key}"'
        return f"(SELECT {sql} FROM (SELECT typeof({column}) AS type, {column} AS value))", parameters
    return f"EXISTS (SELECT 1 FROM json_each(chunks.metadata, ?) WHERE {sql})", [_path(key), *parameters]


def _compared(sign: Operator, value: Scalar) -> Condition:
    symbol = "=" if sign == "==" else sign
    if is_number(value):
        if math.isnan(value):
            return "0", []
        sql, parameter = _bound_number(value)
        return f"(type IN ('integer', 'real') AND value {symbol} {sql})", [parameter]
    if isinstance(value, str):
        return f"(type = 'text' AND value {symbol} ?)", [value]
    return (f"(type = '{json.dumps(value)}')" if sign == "==" else "0"), []  # 'null', 'true' and 'false'


def _among(values: Sequence[Scalar]) -> Condition:
    """One parameter however many texts there are: SQLite limits the number of parameters."""
    texts = [value for value in values if isinstance(value, str)]
    conditions = [_compared("==", value) for value in values if not isinstance(value, str)]
    if texts:
        conditions.append(("(type = 'text' AND value IN (SELECT value FROM json_each(?)))", [json.dumps(texts)]))
    sql = " OR ".join(sql for sql, _ in conditions) or "0"
    return f"({sql})", [parameter for _, parameters in conditions for parameter in parameters]


def _bound_number(value: int | float) -> tuple[str, Parameter]:
    """A float goes in as its digits, for SQLite to read them just as it reads those in the JSON."""
    number = as_number(value)
    if isinstance(number, int):
        return "?", number
    return "CAST(? AS REAL)", repr(number).replace("inf", "9e999")


# --- the column ------------------------------------------------------------------------------------------------------

_UNSAFE = re.compile(r'["\\%\x00-\x1f]')  # what a quoted key of an SQLite JSON path cannot hold, in every version


def metadata_to_json(metadata: Metadata) -> str:
    """Return the text of the `metadata` column. Raises ValueError for numbers that are not finite."""
    return json.dumps({_escaped(key): value for key, value in metadata.items()}, ensure_ascii=False, allow_nan=False)


def metadata_from_json(text: str) -> Metadata:
    """Return what `metadata_to_json` was given; sequences come back as lists."""
    metadata = json.loads(text)
    if "%" not in text:
        return metadata  # type: ignore[no-any-return]
    return {_unescaped(key): value for key, value in metadata.items()}


def _path(key: str) -> str:
    return f'$."{_escaped(key)}"'


def _escaped(key: str) -> str:
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02x}", key) or "%"


def _unescaped(key: str) -> str:
    return re.sub("%([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), key) if key != "%" else ""
