"""Sample rows with every system's output, of descriptions with the findings of the licence check."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from prompts.prompt import facts
from rag.compare.comparison import Sample, SampleOutput
from rag.compare.outputs import Outputs
from rag.data.rows import Row
from rag.describe.licence.check import check_licence
from rag.describe.licence.field_mentions import find_field_mentions
from rag.evaluate.metrics.licence import HouseLicence, product_of


def draw_samples(
    rows: Sequence[Row], outputs: Mapping[str, Outputs], count: int, seed: int, house: HouseLicence
) -> tuple[Sample, ...]:
    """Return `count` rows with their outputs, drawn by the seed, in the rows' order."""
    indices = sorted(random.Random(seed + 1).sample(range(len(rows)), min(count, len(rows))))
    samples = []
    for index in indices:
        row = rows[index]
        references = row.references if row.task == "describe" else ()
        texts = {name: written.records[index].output for name, written in outputs.items()}
        samples.append(
            Sample(
                row=row.id,
                input=show_row(row),
                fields=row.values.get("fields"),
                references=row.references,
                checked_references=tuple(check_output(text, row, house) for text in references),
                outputs={name: check_output(text, row, house) for name, text in texts.items()},
            )
        )
    return tuple(samples)


def check_output(text: str, row: Row, house: HouseLicence) -> SampleOutput:
    """Return a text for a row, of a description with what its check finds."""
    if row.task != "describe" or not (product := product_of(row, house)).fields:
        return SampleOutput(text=text)
    check = check_licence(text, product, house.allowed)
    return SampleOutput(
        text=text, claims=check.claims, stated=find_field_mentions(text, product), left_out=check.omitted
    )


def show_row(row: Row) -> str:
    """Return the input of a row as text."""
    if row.task == "describe":
        intent = row.values.get("intent")
        return (f"{intent}: " if intent else "") + facts(row.values["fields"], " | ")
    return "\n".join(part for part in (row.text, *(chunk.text for chunk in row.passages)) if part)
