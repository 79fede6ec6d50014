"""Which style a question asks for."""

from __future__ import annotations

import pytest

from rag.answer.formats import choose_format


@pytest.mark.parametrize(
    ("question", "style"),
    [
        ("Who approves travel?", "short"),
        ("When is tea served?", "short"),
        ("How many weeks of paid parental leave are employees entitled to?", "short"),
        ("How long is the warranty?", "short"),
        ("What is the rate per mile?", "short"),
        ("What are the chances of rain?", "short"),
        ("Which floor is the office on?", "short"),
        ("Which bus does he take?", "short"),
        ("Is parking free?", "short"),
        ("Why was the flight cancelled?", "sentence"),
        ("How do I reset my password?", "sentence"),
        ("how can I book a room", "sentence"),
        ("Explain the leave policy.", "sentence"),
        ("What happens if I miss the deadline?", "sentence"),
        ("What does comp time mean?", "sentence"),
        ("What is the difference between leave and comp time?", "sentence"),
        ("List the holidays.", "list"),
        ("What are the core hours?", "list"),
        ("Which countries were founding members?", "list"),
        ("What documents do I need?", "list"),
        ("Name three rivers of France.", "list"),
    ],
)
def test_auto_goes_by_the_kind_of_question(question: str, style: str) -> None:
    assert choose_format("auto", question) == style
    assert choose_format("short", question) == "short"
    assert choose_format("list", question) == "list"
