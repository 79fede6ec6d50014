"""Fingerprints: decide whether a cached output is still valid."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Fingerprinted(Protocol):
    """A part that states what its outputs depend on: its weights, its options and its own parts."""

    @property
    def fingerprint(self) -> str:
        """A hash that changes whenever the part could return another output for the same input."""


def fingerprint(*values: object) -> str:
    """Return the SHA-256, in hex, of plain values and of parts that state their own fingerprint.

    Plain values are None, str, bool, int, float, and lists, tuples, sets and mappings of these. Raises TypeError for
    any other: only a part itself knows what its outputs depend on.
    """
    return hashlib.sha256(json.dumps([_plain(value) for value in values]).encode()).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {"mapping": sorted([str(key), _plain(item)] for key, item in value.items())}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted(map(str, value))}
    if isinstance(value, Fingerprinted):
        return value.fingerprint
    raise TypeError(f"{type(value).__name__} states no fingerprint")
