"""What a long description says in sentences, and what stands below them as a list of details.

A sentence is for what its English is sure of: "It weighs 285 g and comes in slate." Everything else reads better as
shops print it: "Water column: 4000 mm".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.describe.product import ProductField
from rag.describe.realise.attributes import ClauseKind
from rag.describe.realise.grouping import PlannedClause

_ALWAYS: tuple[ClauseKind, ...] = ("property", "line", "detail")
"""The kinds that only their label can say."""

_HAS: tuple[ClauseKind, ...] = ("storage", "quantity", "capacity", "holding", "part", "count", "feature")
_MOST: dict[tuple[ClauseKind, ...], int] = {_HAS: 6, ("quantity",): 3, ("attribute",): 3, ("relation", "verb"): 2}
"""Clauses of a group of kinds that a paragraph takes before it reads as a list."""

_OWN_TEXT = re.compile(r"description|summary|about|overview|intro|text|blurb|synopsis|story", re.IGNORECASE)


def split_listed(clauses: Sequence[PlannedClause]) -> tuple[list[PlannedClause], list[ProductField]]:
    """Return the clauses that sentences state, and the fields of the others."""
    said: list[PlannedClause] = []
    listed: list[ProductField] = []
    counts: Counter[ClauseKind] = Counter()
    for clause in clauses:
        is_over = any(
            clause.kind in kinds and sum(counts[kind] for kind in kinds) >= most for kinds, most in _MOST.items()
        )
        if clause.kind in _ALWAYS or is_over or (clause.kind == "prose" and not _OWN_TEXT.search(clause.field.label)):
            listed += clause.fields
        else:
            said.append(clause)
            counts[clause.kind] += 1
    return said, listed
