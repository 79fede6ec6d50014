"""The protocol of what writes a plan's sentences in other words than the rules, such as a trained realiser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.describe.product import SpannedText
from rag.describe.realise.plan import DescriptionPlan


class SentenceWriter(Protocol):
    """Writes the sentences of plans. Values never pass through it: it decides where they stand and what joins them."""

    @property
    def name(self) -> str:
        """The name that a description gives to the writer of a sentence."""

    @property
    def fingerprint(self) -> str:
        """A hash of all that the sentences depend on beside the plan."""

    def write(self, plans: Sequence[DescriptionPlan]) -> list[tuple[SpannedText | None, ...]]:
        """Return a text for each sentence of each plan, in their order; None where the rules are to write it.

        A text is one sentence or more, with its capital and its final stop, and has a span for each field of the
        planned sentence; the opening's also for the name, brand and type that the product has, and the plan's
        modifiers. A text that lacks one of them, or says what no field says, is replaced by that of the rules.
        """
