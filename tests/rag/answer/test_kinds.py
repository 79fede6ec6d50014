"""The kind of a question, by its words."""

from __future__ import annotations

import pytest

from rag.answer.kinds import choose_format, classify_question

QUESTIONS = {
    "short": [
        "Who approves travel?",
        "When is tea served?",
        "How many weeks of paid parental leave are employees entitled to?",
        "How long is the warranty?",
        "What is the rate per mile?",
        "What are the chances of rain?",
        "Which floor is the office on?",
        "Which bus does he take?",
    ],
    "yes-no": ["Is parking free?"],
    "explain": [
        "Why was the flight cancelled?",
        "Explain the leave policy.",
        "What happens if I miss the deadline?",
        "What does comp time mean?",
    ],
    "list": [
        "List the holidays.",
        "What are the core hours?",
        "Which countries were founding members?",
        "What documents do I need?",
        "Name three rivers of France.",
    ],
    "compare": ["What is the difference between leave and comp time?"],
}


@pytest.mark.parametrize(("kind", "question"), [(kind, text) for kind, texts in QUESTIONS.items() for text in texts])
def test_the_words_of_a_question_tell_its_kind(kind: str, question: str) -> None:
    assert classify_question(question) == kind
    assert choose_format("auto", question) == kind
    assert choose_format("sentence", question) == "sentence", "a choice is final"
