"""The test of support: whether a span of a source says what an answer says, to what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.anchors import Anchors, find_anchors, missing_anchors
from rag.answer.cite import Content, SentenceRun, support
from rag.answer.evidence import Evidence


@dataclass(frozen=True)
class Support:
    """The result of the test: `score` from 0 to 1, 0 if the evidence does not support the text.

    `missing` says why not, in words for a message: "42 weeks is not in the source".
    """

    score: float
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.score > 0


def judge_support(text: str, question: str, evidence: Evidence, anchors: Anchors | None = None) -> Support:
    """Judge whether this span of this source, in its context, says what a text says to what was asked.

    The context is the heading and section, row and column, mail header and preceding question. Numbers, with unit,
    currency, sign and range, dates and negation are equal; names and content words of the text are held by the
    evidence, its context or, where they only repeat it, the question; the `anchors` of the question, by default all
    that it has, hold of the evidence or its context.
    """
    missing = [anchor.text for anchor in missing_anchors(anchors or find_anchors(question), evidence)]
    if missing:
        return Support(0.0, tuple(missing))
    run = SentenceRun(evidence.chunk, evidence.sentence.start, evidence.sentence.end, 1)
    return Support(support(Content.of(text), run, Content.of(question)))
