"""From scores of tokens to the best span of a passage, at the borders of words."""

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
    """`text[start:end]` of a passage, and by how much it beats no answer, in logits."""

    start: int
    end: int
    margin: float


# Where an item of a list begins, or a paragraph: no answer goes on beyond.
_BREAK = re.compile(r"\n\s*(?=\n|[-*•‣]\s|\(?\w{1,3}[.)]\s)")


def best_spans(
    window: ReadingWindow,
    scores: Scores,
    max_tokens: int,
    count: int = 1,
    brevity: float = 0.0,
    text: str = "",
) -> list[ScoredSpan]:
    """Return the window's best spans of at most `max_tokens`, `count` at most, best first, no two of them overlapping.

    `scores` (tokens, 2) are as the network gives them. Of a span's score `brevity` is taken for each token but the
    first when spans are chosen; its margin is what it was. No span crosses a paragraph's or a list item's border in
    the passage's `text`.
    """
    first, last = scores[window.first : window.last, 0], scores[window.first : window.last, 1]
    both = first[:, None] + last[None, :]
    places = np.arange(len(first))
    length = places[None, :] - places[:, None]
    borders = [found.end() for found in _BREAK.finditer(text)]
    part = np.searchsorted(borders, [start for start, _ in window.offsets], side="right")
    allowed = (length >= 0) & (length < max_tokens) & (part[:, None] == part[None, :])
    chosen = np.where(allowed, both - brevity * length, -np.inf)
    none = float(scores[0].sum())
    found: list[ScoredSpan] = []
    while len(found) < count:
        start, end = divmod(int(chosen.argmax()), len(last))
        if chosen[start, end] == -np.inf:
            break
        found.append(ScoredSpan(window.offsets[start][0], window.offsets[end][1], float(both[start, end]) - none))
        chosen[: end + 1, start:] = -np.inf  # all that begin before its end and end after its start
    return found


def best_of(spans: Sequence[ScoredSpan], count: int = 1) -> list[ScoredSpan]:
    """Return the best of a passage's spans, whatever window they are of, best first and none overlapping a better one.

    Of no spans it is the empty one, infinitely worse than no answer.
    """
    found: list[ScoredSpan] = []
    for span in sorted(spans, key=lambda span: -span.margin):
        if len(found) < count and all(span.end <= each.start or span.start >= each.end for each in found):
            found.append(span)
    return found or [ScoredSpan(0, 0, -np.inf)]


def whole_words(text: str, span: ScoredSpan) -> ScoredSpan:
    """Return the span widened to whole words: a tokenizer's pieces may begin and end within one."""
    start, end = span.start, span.end
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return replace(span, start=start, end=end)
