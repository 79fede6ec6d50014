"""Rows with every system's text side by side, what is not true of a description marked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from prompts.prompt import facts
from rag.compare.outputs import Outputs
from rag.data.rows import Row
from rag.describe.slots import ValueLexicon, check_slots


def sample_objects(
    rows: Sequence[Row], outputs: Mapping[str, Outputs], count: int, seed: int, lexicon: ValueLexicon | None
) -> list[dict[str, Any]]:
    """Return so many rows, drawn by the seed, in their own order."""
    drawn = sorted(random.Random(seed + 1).sample(range(len(rows)), min(count, len(rows))))
    return [
        _sample(rows[at], {name: each.records[at].output for name, each in outputs.items()}, lexicon) for at in drawn
    ]


def _sample(row: Row, texts: Mapping[str, str], lexicon: ValueLexicon | None) -> dict[str, Any]:
    fields = row.values.get("fields")
    return {
        "row": row.id,
        "given": given(row),
        "fields": dict(fields) if fields is not None else None,
        "references": list(row.references),
        "outputs": {name: _output(text, fields, lexicon) for name, text in texts.items()},
    }


def given(row: Row) -> str:
    """Return what a row gives, as a line of text."""
    if row.task == "describe":
        intent = row.values.get("intent")
        return (f"{intent}: " if intent else "") + facts(row.values["fields"], " | ")
    return "\n".join(part for part in (row.text, *(chunk.text for chunk in row.passages)) if part)


def _output(text: str, fields: Mapping[str, Any] | None, lexicon: ValueLexicon | None) -> dict[str, Any]:
    if fields is None:
        return {"text": text}
    check = check_slots(text, fields, lexicon)
    return {
        "text": text,
        "missing": list(check.missing),
        "wrong": [list(each) for each in check.wrong],
        "invented": list(check.invented),
        "spans": [list(span) for span in check.spans],
    }
