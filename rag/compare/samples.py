"""Sample rows with every system's output, errors of descriptions marked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from prompts.prompt import facts
from rag.compare.comparison import Sample, SampleOutput
from rag.compare.outputs import Outputs
from rag.data.rows import Row
from rag.describe.slots import ValueLexicon, check_slots


def draw_samples(
    rows: Sequence[Row], outputs: Mapping[str, Outputs], count: int, seed: int, lexicon: ValueLexicon | None
) -> tuple[Sample, ...]:
    """Return `count` rows with their outputs, drawn by the seed, in the rows' order."""
    indices = sorted(random.Random(seed + 1).sample(range(len(rows)), min(count, len(rows))))
    samples = []
    for index in indices:
        # Only descriptions have fields to check the texts against.
        row = rows[index]
        fields = row.values.get("fields")
        texts = {name: written.records[index].output for name, written in outputs.items()}
        checked = {}
        for name, text in texts.items():
            checked[name] = SampleOutput(text=text)
            if fields is not None:
                check = check_slots(text, fields, lexicon)
                checked[name] = SampleOutput(
                    text=text,
                    missing=tuple(check.missing),
                    wrong=tuple(check.wrong),
                    invented=tuple(check.invented),
                    spans=tuple(check.spans),
                )
        samples.append(
            Sample(row=row.id, input=show_row(row), fields=fields, references=row.references, outputs=checked)
        )
    return tuple(samples)


def show_row(row: Row) -> str:
    """Return the input of a row as text."""
    if row.task == "describe":
        intent = row.values.get("intent")
        return (f"{intent}: " if intent else "") + facts(row.values["fields"], " | ")
    return "\n".join(part for part in (row.text, *(chunk.text for chunk in row.passages)) if part)
