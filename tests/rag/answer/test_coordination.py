"""A value belongs to what its own part of the sentence names."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.coordination import is_of_neighbour, is_of_other_label
from rag.answer.evidence import Evidence
from rag.answer.support import judge_support


def evidence_of(value: str, text: str) -> Evidence:
    start = text.index(value)
    return Evidence(Chunk(text, "manual.md", 0, len(text)), start, start + len(value))


TANKS = "Inspection of tank A takes 90 minutes and of tank B 40 minutes."
PROBATION = "Probation lasts six months for engineers and three months for clerks."
LEADERS = "Anna Berg leads purchasing and Tom Lind leads sales."
CLEANING = "Cleaning the mixer costs 80 euros, and the oven 45 euros."
HOURS = "The shop opens at 9 am on weekdays and at 10 am on Saturdays."
FEES = "For members the fee is 20 euros, for guests 30 euros."


@pytest.mark.parametrize(
    ("text", "question", "right", "wrong"),
    [
        (TANKS, "How long does the inspection of tank A take?", "90 minutes", "40 minutes"),
        (TANKS, "How long does the inspection of tank B take?", "40 minutes", "90 minutes"),
        (PROBATION, "How long is probation for engineers?", "six months", "three months"),
        (PROBATION, "How long is probation for clerks?", "three months", "six months"),
        (LEADERS, "Who leads purchasing?", "Anna Berg", "Tom Lind"),
        (LEADERS, "Who leads sales?", "Tom Lind", "Anna Berg"),
        (CLEANING, "How much does cleaning the mixer cost?", "80 euros", "45 euros"),
        (CLEANING, "How much does cleaning the oven cost?", "45 euros", "80 euros"),
        (HOURS, "When does the shop open on Saturdays?", "10 am", "9 am"),
        (FEES, "What is the fee for members?", "20 euros", "30 euros"),
        (FEES, "What do guests pay?", "30 euros", "20 euros"),
    ],
)
def test_a_value_is_of_what_its_part_of_the_sentence_names(text: str, question: str, right: str, wrong: str) -> None:
    assert not is_of_neighbour(question, right, evidence_of(right, text))
    assert is_of_neighbour(question, wrong, evidence_of(wrong, text))
    # A generated text is judged at its own place, wherever the reader's span is.
    assert is_of_neighbour(question, wrong, evidence_of(right, text))
    assert judge_support(right, question, evidence_of(right, text))
    assert not judge_support(wrong, question, evidence_of(wrong, text))


@pytest.mark.parametrize(
    ("text", "question", "value"),
    [
        ("Anna Berg and Tom Lind lead sales.", "Who leads sales?", "Anna Berg"),
        ("Anna Berg from Hull and Tom Lind lead sales.", "Who leads sales?", "Anna Berg"),
        ("Delivery costs 5 euros and is free for orders above 50 euros.", "What is delivery for an order?", "5 euros"),
        (
            "The course costs 200 euros and takes place in Hull, where a room costs 80 euros.",
            "How much is the course in Hull?",
            "200 euros",
        ),
        ("In 2020, 50 people worked here, and in 2021, 60 people.", "How many people worked in 2021?", "60 people"),
        ("A and B weigh 5 kg and 6 kg respectively.", "What does B weigh?", "6 kg"),
    ],
)
def test_parts_that_say_one_thing_together_are_no_neighbours(text: str, question: str, value: str) -> None:
    assert not is_of_neighbour(question, value, evidence_of(value, text))


def test_a_sentence_about_other_letters_of_a_kind_is_about_other_things() -> None:
    assert is_of_other_label("How long does the inspection of tank C take?", TANKS)
    assert not is_of_other_label("How long does the inspection of tank B take?", TANKS)
    assert not is_of_other_label("Who fills tank C?", "Tanks A to D are filled by the night shift.")
    assert not is_of_other_label("Who fills tank C?", "Tanks A, B and C are filled by the night shift.")
    assert not is_of_other_label("Which fruit has vitamin C?", "Kiwis have ascorbic acid.")
