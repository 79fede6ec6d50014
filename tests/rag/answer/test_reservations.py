"""Sentences that do not say what their words hold."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.evidence import Evidence
from rag.answer.reservations import is_no_fact, leaves_open
from rag.answer.support import judge_support
from rag.answer.yes_no import names_other_numbers


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("When was the club dissolved?", "The club was almost dissolved in 2011.", True),
        ("Who is the trainer?", "The trainer used to be Ivo Klein.", True),
        ("Who used to be the trainer?", "The trainer used to be Ivo Klein.", False),
        ("What is the kiln used for?", "The kiln is used to dry clay.", False),
        ("Who is the treasurer?", "Cy Rand wanted to be treasurer, but Dee Fox was elected.", True),
        ("Where will the firm move?", "Rumour says that the firm will move to Berlin.", True),
        ("How are claims sent?", "Claims are sent by post within 14 days.", False),
        ("When does it open?", "It opens at nearly all hours.", False),
    ],
)
def test_what_is_no_fact(question: str, sentence: str, expected: bool) -> None:
    assert is_no_fact(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("May I eat in room 14?", "It is not forbidden to eat in room 14.", True),
        ("Is it forbidden to eat in room 14?", "It is not forbidden to eat in room 14.", False),
        ("Can guests use the weights room?", "Nothing prevents guests from using the weights room.", True),
        ("Are guide dogs allowed?", "Dogs are not allowed, guide dogs excepted.", True),
        ("Are dogs allowed?", "Dogs are not allowed, guide dogs excepted.", False),
        ("Can visitors enter with goggles?", "Visitors may not enter unless they wear goggles.", True),
        ("Is smoking allowed on the balcony?", "Smoking is prohibited on the balcony.", False),
    ],
)
def test_what_leaves_a_yes_or_no_open(question: str, sentence: str, expected: bool) -> None:
    assert leaves_open(question, sentence) is expected


def test_a_span_of_no_fact_is_not_supported() -> None:
    text = "The club was almost dissolved in 2011. It was founded in 1990."
    chunk = Chunk(text, "a.md", 0, len(text))
    start = text.index("2011")
    nearly = judge_support("2011", "When was the club dissolved?", Evidence(chunk, start, start + 4))
    assert nearly.missing == ("the source says it of no fact",)
    assert judge_support("1990", "When was the club founded?", Evidence(chunk, text.index("1990"), len(text) - 1))


def test_numbers_that_only_the_question_names() -> None:
    text = "Never take more than 6 tablets in 24 hours."
    evidence = Evidence(Chunk(text, "a.md", 0, len(text)), 0, len(text))
    assert names_other_numbers("Can I take 5 tablets in 24 hours?", evidence)
    assert not names_other_numbers("Can I take 6 tablets in a day?", evidence)
