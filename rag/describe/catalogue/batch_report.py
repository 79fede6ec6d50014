"""The report of a batch: what was written, what stayed, and what somebody has to decide, in lines for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.describe.catalogue.batch_plan import BatchPlan
from rag.describe.catalogue.decisions import DecisionSummary

LISTED_PRODUCTS = 5
"""Products that a line names."""

OutdatedTexts = Literal["keep", "draft", "omit"]
"""What an output has of a text that was approved before its product changed: the text, the new draft, or none."""

_UNTIL: dict[OutdatedTexts, str] = {
    "keep": "kept until you decide",
    "draft": "its new draft is shown until you decide",
    "omit": "left out until you decide",
}


@dataclass(frozen=True)
class BatchReport:
    """What a run did with a catalogue. `written` counts the products that it wrote, `notes` are about the input."""

    out: Path
    plan: BatchPlan
    written: int
    decisions: DecisionSummary
    notes: tuple[str, ...] = ()
    outdated: OutdatedTexts = "keep"

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for everything that a person should know or decide."""
        lines = list(self.notes)
        if self.plan.changed:
            lines.append(f"changed since the last run and written again: {self.plan.changed}")
        if self.plan.resettled:
            lines.append(f"written again because the model, the rules or the options changed: {self.plan.resettled}")
        if self.plan.removed:
            lines.append(f"no longer in the catalogue, and left out: {name_first(self.plan.removed)}")
        decisions = self.decisions
        if decisions.outdated:
            texts = [f"{name.key} ({name.channel}: {', '.join(names)})" for name, names in decisions.outdated.items()]
            lines.append(f"approved text of a changed product, {_UNTIL[self.outdated]}: {name_first(texts)}")
        if decisions.unlicensed:
            texts = [f"{name.key} ({name.channel}: {', '.join(words)})" for name, words in decisions.unlicensed.items()]
            lines.append(f"says what no field says, and was edited or approved by a person: {name_first(texts)}")
        if decisions.refused:
            reasons = [f"{name.key} ({name.channel}: {reason})" for name, reason in decisions.refused.items()]
            lines.append(f"not written: {name_first(reasons)}")
        if decisions.unmatched:
            kept = "decisions about products or channels that are not in this run, kept"
            lines.append(f"{kept}: {name_first(decisions.unmatched)}")
        return tuple(lines)


def name_first(items: Collection[str]) -> str:
    """Return the first items and the number of the others: "a, b, c, d, e and 3 more"."""
    first = ", ".join(list(items)[:LISTED_PRODUCTS])
    return f"{first} and {len(items) - LISTED_PRODUCTS} more" if len(items) > LISTED_PRODUCTS else first
