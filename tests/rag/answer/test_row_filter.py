"""A condition selects all rows of a table that meet it, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import parse
from rag.answer.records import Record, find_records
from rag.answer.row_filter import RowCondition, filter_rows

WARDS = """\
# Wards

| Ward | Sister | Day off | Oxygen |
|---|---|---|---|
| Maple | Ada Lind | Monday | yes |
| Birch | Tom Hale | Tuesday | no |
| Cedar | Ada Lind | Tuesday | yes |
| Rowan | Eve Moss | Friday | no |
"""


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    file = tmp_path / "wards.md"
    file.write_text(WARDS, "utf-8")
    [document] = parse(file, file.name, ParseSettings()).documents
    return [record for chunk in Chunker(EstimatedTokens(400)).chunk(document) for record in find_records(chunk)]


@pytest.mark.parametrize(
    ("question", "wards"),
    [
        ("Which wards does Ada Lind run?", ["Maple", "Cedar"]),
        ("which wards does ada lind look after", ["Maple", "Cedar"]),
        ("Which wards have oxygen?", ["Maple", "Cedar"]),
        ("Which wards have no oxygen?", ["Birch", "Rowan"]),
        ("Which of the wards are closed on a Tuesday?", []),  # "closed" is no column
        ("Which wards does Ann Lind run?", []),
        ("Which doctors does Ada Lind know?", []),
    ],
)
def test_all_rows_that_meet_the_condition_are_selected_and_no_other(
    question: str, wards: list[str], records: list[Record]
) -> None:
    condition = RowCondition.of(question)
    assert condition is not None
    assert [row.cells[0].value for row in filter_rows(condition, records)] == wards


@pytest.mark.parametrize("question", ["List the wards.", "Which wards have more than 30 beds?", "Why is it closed?"])
def test_a_question_without_a_condition_reads_no_rows(question: str) -> None:
    assert RowCondition.of(question) is None
