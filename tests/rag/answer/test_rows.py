"""Yes/no questions to tables: the cell that decides is that of the row and the column that are asked for."""

from __future__ import annotations

import pytest

from ingest.types import Block, Chunk
from rag.answer.proposition import Proposition
from rag.answer.rows import judge_rows, read_flag
from rag.answer.synonyms import Vocabulary

PLANS = (
    "Feature: Invoices by e-mail; Basic: yes; Team: yes\n"
    "Feature: Single sign-on; Basic: no; Team: ✓\n"
    "Feature: Archive; Basic: 30 days; Team: cannot be deleted"
)
CAKE = "Dish: Almond cake\nNuts: yes\nGluten: no\nMilk: traces\nRemarks: can be frozen; gift box sold separately"


def section(text: str, kind: str, *heading: str) -> Chunk:
    block = Block(0, len(text), "table" if kind == "table" else "list", heading=heading)
    return Chunk(text, "plans.md", 0, len(text), heading=heading, blocks=(block,))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Does Basic include single sign-on?", (False, "Feature: Single sign-on; Basic: no")),
        ("Is single sign-on part of Team?", (True, "Feature: Single sign-on; Team: ✓")),
        ("Does Business include single sign-on?", None),
        ("Does Basic include telephone support?", None),
    ],
)
def test_a_row_of_a_table(question: str, expected: tuple[bool, str] | None) -> None:
    rows = judge_rows(Proposition.of(question), section(PLANS, "table", "Plans"), Vocabulary())
    assert [(row.judgement.affirms, row.text) for row in rows] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Are there nuts in the almond cake?", (True, "Dish: Almond cake; Nuts: yes", "Nuts: yes")),
        ("Is the almond cake gluten free?", (True, "Dish: Almond cake; Gluten: no", "Gluten: no")),
        ("Is the almond cake ok for people allergic to nuts?", (False, "Dish: Almond cake; Nuts: yes", "Nuts: yes")),
        ("Is there milk in the almond cake?", None),
        ("Are there nuts in the lemon cake?", None),
        ("Is there soya in the almond cake?", None),
    ],
)
def test_a_record(question: str, expected: tuple[bool, str, str] | None) -> None:
    rows = judge_rows(Proposition.of(question), section(CAKE, "list", "Allergens"), Vocabulary())
    judged = [(row.judgement.affirms, row.text, row.evidence.text) for row in rows]
    assert judged == ([expected] if expected else [])


def test_the_limit_of_a_property_that_nobody_asks_for_decides_nothing() -> None:
    record = "Day tour: free up to 24 hours ahead\nCancelling: free up to 8 hours ahead"
    rows = judge_rows(
        Proposition.of("Is cancelling free 6 hours ahead?"), section(record, "list", "Tours"), Vocabulary()
    )
    assert {row.evidence.text for row in rows} <= {"Cancelling: free up to 8 hours ahead"}


def test_a_flag_is_a_yes_or_a_no_and_nothing_else() -> None:
    assert [read_flag(value) for value in ("yes", "✓", "Yes, on request", "–", "not included")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert [read_flag(value) for value in ("traces", "30 days", "yes men")] == [None, None, True]
