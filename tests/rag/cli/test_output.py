"""Answers as people read them on 80 columns."""

from __future__ import annotations

import pytest

from rag.answer.types import Answer, AnswerSentence, Citation
from rag.cli.output import show_answer

STEPS = "To hire a boat:\n1. Show your card at the desk on the ground floor.\n2. Sign."


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def cited(text: str, *parts: str, confidence: float | None = None) -> Answer:
    """Return an answer whose parts cite 1, 2 and so on; the last one is unsupported if it ends with a mark."""
    sentences = [
        AnswerSentence(text.index(part), text.index(part) + len(part), number)
        for number, part in enumerate(parts, start=1)
    ]
    citations = tuple(
        Citation(number, f"{number}.md", 10, 20, f"Source text {number}.") for number in range(1, len(parts) + 1)
    )
    return Answer("?", text, citations, sentences=tuple(sentences), confidence=confidence)


def test_items_keep_their_marks_and_their_lines_hang(capsys) -> None:
    show_answer(cited(STEPS, "Show your card at the desk on the ground floor.", "Sign."))
    assert capsys.readouterr().out.splitlines()[:5] == [
        "To hire a boat:",
        "1. Show your card at the desk on the",
        "   ground floor. [1]",
        "2. Sign. [2]",
        "",
    ]


def test_both_sides_of_a_comparison_are_marked(capsys) -> None:
    show_answer(cited("Price: Nova 5 EUR; Luma 7 EUR", "Nova 5 EUR", "Luma 7 EUR"))
    assert capsys.readouterr().out == (
        "Price: Nova 5 EUR [1]; Luma 7 EUR [2]\n\n"
        "[1] 1.md, characters 10-20\n    Source text 1.\n\n"
        "[2] 2.md, characters 10-20\n    Source text 2.\n"
    )


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(0.9, "sure"), (0.75, "sure"), (0.6, "likely"), (0.5, "likely"), (0.49, "unsure"), (0, "unsure")],
)
def test_the_last_line_says_how_sure_the_answer_is(confidence: float, word: str, capsys) -> None:
    show_answer(cited("at four", "at four", confidence=confidence))
    assert capsys.readouterr().out.splitlines()[-1] == f"confidence: {word}"


def test_what_no_source_says_is_marked(capsys) -> None:
    show_answer(Answer("?", "Jeeves.", sentences=(AnswerSentence(0, 7, None),)))
    assert capsys.readouterr().out == "Jeeves. [unsupported]\n"
