"""Which chunks a search may see: conditions on metadata, written as text or built in code.

`parse_filter("brand == 'HP' and price < 900 and not exists(discontinued)")`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.types import Scalar

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """`key operator value`. False where the key is missing or its value is of another type than `value`."""

    key: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """`key in values`."""

    key: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """The key is there and its value is not null."""

    key: str


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Compare | In | Exists | And | Or | Not
