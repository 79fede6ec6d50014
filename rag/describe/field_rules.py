"""A house's rules for fields: the table `[describe.fields]` of rag.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FieldRule:
    """What a house says of one field; None leaves what is understood without it."""

    label: str | None = None
    unit: str | None = None
    priority: int | None = None
    hide: bool | None = None
    order: int | None = None


@dataclass(frozen=True)
class FieldRules:
    """Rules by field, and by field for a product type."""

    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    types: Mapping[str, Mapping[str, FieldRule]] = field(default_factory=dict)


NO_RULES = FieldRules()
"""What is understood without a house's rules."""
