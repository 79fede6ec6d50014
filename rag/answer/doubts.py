"""Doubts: what speaks against a span as an answer, but does not rule it out.

People ask in everyday words that documents lack, so that a section about the topic may share hardly a word with the
question. Of the spans with such a sign over the papers of 45 organisations one in thirteen was right, of all spans one
in eight: a sign to weigh, and none that decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rag.answer.anchors import Anchors
from rag.answer.anchors_held import missing_anchors
from rag.answer.evidence import Evidence
from rag.answer.mismatches import is_other_attribute, judge_measure
from rag.answer.words import read_content

Doubt = Literal["topic", "column", "measure", "attribute"]

TOPIC = 0.15  # share of the question's words that a section has to have to be about it


def find_doubts(text: str, question: str, evidence: Evidence, anchors: Anchors) -> tuple[Doubt, ...]:
    """Return what speaks against a text as the answer to a question, with the evidence for it.

    "topic": the section, or a row in its context, has hardly a word of the question; "column": the question names
    another column of the row; "measure": nothing says that the numbers are of the measure asked for, or count what is
    asked for; "attribute": the cell is not of the attribute that the question names.
    """
    return tuple(_find(text, question, evidence, anchors))


def _find(text: str, question: str, evidence: Evidence, anchors: Anchors) -> Iterator[Doubt]:
    asked = read_content(question).words
    near = evidence.sentence.text if evidence.is_row else evidence.chunk.text
    spoken = read_content(evidence.context).words | read_content(near).words
    if asked and len(asked & spoken) < TOPIC * len(asked):
        yield "topic"
    if any(anchor.kind == "column" for anchor in missing_anchors(anchors, evidence)):
        yield "column"
    if judge_measure(question, text, evidence) == "doubtful":
        yield "measure"
    if is_other_attribute(question, evidence):
        yield "attribute"
