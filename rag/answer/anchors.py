"""Anchors: what a question names, and an answer's evidence has to be about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answer.evidence import Evidence

AnchorKind = Literal["identifier", "quotation", "name", "number", "date", "key", "qualifier"]


@dataclass(frozen=True)
class Anchor:
    """A part of a question that narrows what is asked: "ERR-1004", "Norway", "in the first year"."""

    text: str
    kind: AnchorKind


@dataclass(frozen=True)
class Anchors:
    """The anchors of a question, in its order, and those of them that occur in no document.

    Only anchors that occur in the store can be asked of evidence; `absent` are the others.
    """

    anchors: tuple[Anchor, ...] = ()
    absent: tuple[Anchor, ...] = ()

    def __iter__(self) -> Iterator[Anchor]:
        return iter(self.anchors)

    @property
    def unanswerable(self) -> tuple[Anchor, ...]:
        """The absent anchors that make the question unanswerable."""
        return tuple(anchor for anchor in self.absent if anchor.kind == "identifier")


def find_anchors(question: str) -> Anchors:
    """Return what a question names: identifiers, quotations, names, numbers and dates, and qualifiers."""
    return Anchors()


def missing_anchors(anchors: Anchors, evidence: Evidence) -> Sequence[Anchor]:
    """Return the anchors that neither evidence nor its context is about."""
    return ()


def holds_anchors(anchors: Anchors, evidence: Evidence) -> bool:
    """Tell whether evidence, in its context, is about all anchors."""
    return not missing_anchors(anchors, evidence)
