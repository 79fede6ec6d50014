"""The best spans of a passage, from the scores of its tokens, at the borders of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.reader.windows import ReadingWindow

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class ScoredSpan:
    """The span `text[start:end]` of a passage, with its margin over no answer, in logits.

    `relevance` is the probability that its sentence belongs to the answer.
    """

    start: int
    end: int
    margin: float
    relevance: float = 0.0


# The start of a list item or of a paragraph: no answer crosses it.
_BREAK = re.compile(r"\n\s*(?=\n|[-*•‣]\s|\(?\w{1,3}[.)]\s)")


def best_spans(
    window: ReadingWindow,
    scores: Scores,
    max_tokens: int,
    count: int = 1,
    brevity: float = 0.0,
    text: str = "",
) -> list[ScoredSpan]:
    """Return the window's best spans of at most `max_tokens`, best first, none overlapping another.

    `scores` (tokens, 2) are the network's. Each token of a span but the first costs it `brevity` when spans are chosen,
    not in its margin. At most `count` spans are returned, and none crosses the border of a paragraph or a list item in
    the passage's `text`.
    """
    # Every pair of a first and a last token is a span.
    first, last = scores[window.first : window.last, 0], scores[window.first : window.last, 1]
    both = first[:, None] + last[None, :]
    positions = np.arange(len(first))
    length = positions[None, :] - positions[:, None]

    # Allowed are those in order, short enough and within one paragraph or list item.
    borders = [border.end() for border in _BREAK.finditer(text)]
    part = np.searchsorted(borders, [start for start, _ in window.offsets], side="right")
    allowed = (length >= 0) & (length < max_tokens) & (part[:, None] == part[None, :])
    ranking = np.where(allowed, both - brevity * length, -np.inf)

    # Take the best and remove all that overlap it: those that begin before its end and end after its start.
    no_answer = float(scores[0].sum())
    spans: list[ScoredSpan] = []
    while len(spans) < count:
        start, end = divmod(int(ranking.argmax()), len(last))
        if ranking[start, end] == -np.inf:
            break
        spans.append(ScoredSpan(window.offsets[start][0], window.offsets[end][1], float(both[start, end]) - no_answer))
        ranking[: end + 1, start:] = -np.inf
    return spans


def choose_spans(spans: Sequence[ScoredSpan], count: int = 1) -> list[ScoredSpan]:
    """Return the best of a passage's spans, from any of its windows, best first, none overlapping a better one.

    Without any span, it is the empty one, infinitely worse than no answer.
    """
    chosen: list[ScoredSpan] = []
    for span in sorted(spans, key=lambda span: -span.margin):
        if len(chosen) < count and all(span.end <= better.start or span.start >= better.end for better in chosen):
            chosen.append(span)
    return chosen or [ScoredSpan(0, 0, -np.inf)]


def widen_to_words(text: str, span: ScoredSpan) -> ScoredSpan:
    """Return the span widened to whole words: a tokenizer's pieces may begin and end within one."""
    start, end = span.start, span.end
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return replace(span, start=start, end=end)
