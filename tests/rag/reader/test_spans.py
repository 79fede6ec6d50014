"""From scores to spans: against trying every span, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rag.reader.spans import ScoredSpan, best_spans, choose_spans, widen_to_words
from rag.reader.windows import ReadingWindow


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_the_best_span_is_the_best_of_all(count: int, longest: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(3 + count + 1, 2)).astype(np.float32)
    window = ReadingWindow([0] * len(scores), 3, [(10 * at, 10 * at + 9) for at in range(count)])
    spans = [(s, e) for s in range(count) for e in range(s, min(s + longest, count))]
    start, end = max(spans, key=lambda span: scores[3 + span[0], 0] + scores[3 + span[1], 1])
    [found] = best_spans(window, scores, longest)
    assert (found.start, found.end) == (10 * start, 10 * end + 9)
    assert found.margin == pytest.approx(scores[3 + start, 0] + scores[3 + end, 1] - scores[0].sum(), abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_further_spans_are_the_best_that_do_not_overlap(count: int, longest: int, wanted: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(3 + count + 1, 2)).astype(np.float32)
    window = ReadingWindow([0] * len(scores), 3, [(10 * at, 10 * at + 9) for at in range(count)])
    left = [(s, e) for s in range(count) for e in range(s, min(s + longest, count))]
    expected = []
    while left and len(expected) < wanted:
        start, end = max(left, key=lambda span: scores[3 + span[0], 0] + scores[3 + span[1], 1])
        expected.append((10 * start, 10 * end + 9))
        left = [(s, e) for s, e in left if e < start or s > end]
    found = best_spans(window, scores, longest, wanted)
    assert [(each.start, each.end) for each in found] == expected
    assert choose_spans(found, wanted) == found


def test_the_best_window_wins_and_no_window_is_no_answer() -> None:
    assert choose_spans([ScoredSpan(0, 1, -1.0), ScoredSpan(4, 5, 2.0)]) == [ScoredSpan(4, 5, 2.0)]
    assert choose_spans([]) == [ScoredSpan(0, 0, -np.inf)]


def test_brevity_prefers_the_shorter_of_nearly_equal_spans_and_leaves_the_margin() -> None:
    scores = np.zeros((3, 2), dtype=np.float32)
    scores[1, 0], scores[1, 1], scores[2, 1] = 3.0, 1.0, 1.1  # "one" scores 4, "one two" 4.1
    window = ReadingWindow([0, 1, 2], 1, [(0, 3), (4, 7)])
    [long] = best_spans(window, scores, 5)
    [short] = best_spans(window, scores, 5, brevity=0.2)
    assert (long.end, short.end) == (7, 3)
    assert (long.margin, short.margin) == (pytest.approx(4.1), pytest.approx(4.0))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("card\nproof", 10),
        ("card\n\nproof", 4),
        ("card\n- proof", 4),
        ("card\n2. proof", 4),
        ("card - proof", 12),
    ],
)
def test_no_span_crosses_from_one_item_or_paragraph_into_the_next(text: str, end: int) -> None:
    scores = np.zeros((3, 2), dtype=np.float32)
    scores[1], scores[2, 1] = 1.0, 2.0  # the whole text scores best
    window = ReadingWindow([0, 1, 2], 1, [(0, 4), (text.index("proof"), len(text))])
    [found] = best_spans(window, scores, 5, text=text)
    assert (found.start, found.end) == (0, end)


def test_windows_that_share_a_span_give_it_once() -> None:
    spans = [ScoredSpan(0, 5, 3.0), ScoredSpan(8, 9, 1.0), ScoredSpan(0, 4, 2.0), ScoredSpan(12, 14, 2.5)]
    assert choose_spans(spans, 4) == [spans[0], spans[3], spans[1]]
    assert choose_spans(spans, 2) == [spans[0], spans[3]]


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("in Reykjavik now", (5, 8), "Reykjavik"),
        ("in Reykjavik now", (3, 12), "Reykjavik"),
        ("it cost $12.50.", (8, 14), "$12.50"),
        ("a-b", (0, 1), "a"),
        ("naïve", (0, 2), "naïve"),
    ],
)
def test_spans_end_at_the_borders_of_words(text: str, span: tuple[int, int], whole: str) -> None:
    found = widen_to_words(text, ScoredSpan(*span, 1.0))
    assert text[found.start : found.end] == whole
