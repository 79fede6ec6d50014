"""Windows: every token of a passage is in one, in place, and none is too long."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rag.reader.windows import Windows


@pytest.fixture(scope="module")
def windows(encoder: Path) -> Windows:
    return Windows.of_folder(encoder, max_tokens=64, stride=16)


def test_a_short_passage_is_one_window_with_its_marks(windows: Windows) -> None:
    [window] = windows.cut("where did ann live?", "ann lived in Paris")
    tokens = [windows.tokenizer.id_to_token(token) for token in window.ids]
    assert tokens[0] == "[CLS]"
    assert tokens[window.first - 1] == tokens[-1] == "[SEP]"
    assert window.last == len(window.ids) - 1
    assert "".join("ann lived in Paris"[slice(*span)] for span in window.offsets) == "annlivedinParis"


def test_a_long_passage_is_covered_by_windows_that_overlap(windows: Windows) -> None:
    text = " ".join(["ann lived in Paris and bob in Rome"] * 30)
    found = windows.cut("where did ann live?", text)
    assert len(found) > 3
    assert all(len(window.ids) <= 64 for window in found)
    covered = {span for window in found for span in window.offsets}
    assert covered == set(windows.tokenizer.encode(text, add_special_tokens=False).offsets)
    for before, after in itertools.pairwise(found):
        assert list(before.offsets[-16:]) == list(after.offsets[:16])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300))
def test_no_window_lies_within_the_one_before(encoder: Path, words: int) -> None:
    windows = Windows.of_folder(encoder, max_tokens=64, stride=16)
    ends = [window.offsets[-1][1] for window in windows.cut("where?", "paris " * words)]
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(("paris " * words).rstrip())


def test_a_heading_stands_before_the_passage_and_in_no_answer(windows: Windows) -> None:
    text = "ann lived in Paris . " * 20
    plain, titled = windows.cut("where?", text), windows.cut("where?", text, ("Ann", "bob lived in Rome"))
    assert len(titled) > len(plain)
    marks = [windows.tokenizer.id_to_token(token) for token in titled[0].ids]
    assert marks.count("[SEP]") == 3
    assert "rome" in marks[: titled[0].first]
    for window in titled:
        assert len(window.ids) <= 64
        assert [text[low:high].casefold() for low, high in window.offsets] == [
            windows.tokenizer.id_to_token(token) for token in window.ids[window.first : window.last]
        ]
    long = windows.cut("where?", text, ("rome " * 200,))
    assert all(len(window.ids) <= 64 for window in long)


def test_an_empty_passage_has_no_window(windows: Windows) -> None:
    assert windows.cut("where?", " \n") == []


@pytest.mark.parametrize(("question", "said"), [("  ", "empty"), ("where did ann live " * 20, "the reader takes 29")])
def test_bad_questions_are_refused(windows: Windows, question: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        windows.cut(question, "ann lived in Paris")
