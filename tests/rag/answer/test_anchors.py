"""Anchors: what a question names, and whether it occurs."""

from __future__ import annotations

import pytest

from ingest.types import Block, Chunk
from rag.answer.anchors import complete_question, find_anchors
from rag.answer.anchors_held import find_empty_cell, holds_anchors
from rag.answer.evidence import Evidence
from rag.answer.focus import focus_sections
from rag.answer.required_anchors import require_anchors
from rag.answer.support import judge_support


@pytest.mark.parametrize(
    ("question", "anchors"),
    [
        ("What does QX-77 mean?", [("QX-77", "identifier")]),
        ("Which release fixed 0x80004005?", [("0x80004005", "identifier")]),
        ("What changed in 7.1.3?", [("7.1.3", "identifier")]),
        ("What is the default of max_retry_count?", [("max_retry_count", "identifier")]),
        ("What replaced /v3/orders?", [("/v3/orders", "identifier")]),
        ("Who sits in room 12?", [("room 12", "label")]),
        ("How much is a seat in Oslo?", [("Oslo", "name")]),
        ("Who runs the Bank of Wessex?", [("Bank of Wessex", "name")]),
        ('What does "force majeure" mean?', [("force majeure", "quotation")]),
        ("Who was treasurer in March 2024?", [("March 2024", "date")]),
        ("Can I send 300 MB?", [("300 MB", "number")]),
        ("What is the fee for members?", [("for members", "qualifier")]),
        ("What is the rate in the first year?", [("in the first year", "qualifier")]),
        ("Who looks after the garden?", []),
        ("May cooks wear rings when I'm away?", []),
        ("Milk bar. May contain nuts?", []),
        ("May 2026?", [("May 2026", "date")]),
        ("My order is late. Tell me when it arrives.", []),
        ("How much is a crème brûlée?", []),
        ("How much is été in Évian?", [("Évian", "name")]),
        ("What does it cost during the week?", []),
        ("How long is the notice?", []),
        ("Price of the Merlin 4?", [("Merlin 4", "name")]),
        ("What does Oslo 5 EUR mean?", [("Oslo", "name"), ("5 EUR", "number")]),
        ("When is the shop open on a Tuesday?", []),
        ("When did the 5km run start?", [("5km", "number")]),
    ],
)
def test_anchors_of_questions(question: str, anchors: list[tuple[str, str]]) -> None:
    assert [(anchor.text, anchor.kind) for anchor in find_anchors(question)] == anchors


def anchors_in(question: str, *texts: str) -> tuple[list[str], list[str]]:
    chunks = [Chunk(text, f"{number}.md", 0, len(text)) for number, text in enumerate(texts)]
    anchors = require_anchors(question, chunks, lambda phrase: None)
    return [anchor.text for anchor in anchors], [anchor.text for anchor in anchors.unanswerable]


def test_a_code_or_a_name_that_occurs_nowhere_makes_a_question_unanswerable() -> None:
    assert anchors_in("What does QX-78 mean?", "QX-77: the door is open") == ([], ["QX-78"])
    assert anchors_in("What is the rent in Bergen?", "The rent in Oslo is high.") == ([], ["Bergen"])


def test_another_model_or_another_house_is_another_thing() -> None:
    assert anchors_in("Price of the Merlin 4?", "The Merlin 2 costs 415 GBP.") == ([], ["Merlin 4"])
    text = "The guest room in Weaver House costs 28 pounds."
    chunk = Chunk(text, "a.md", 0, len(text))
    evidence = Evidence(chunk, 0, len(text))
    assert not holds_anchors(find_anchors("What does the room in Dyer House cost?"), evidence)
    assert holds_anchors(find_anchors("What does the room in Weaver House cost?"), evidence)
    person = "Ms Berg leads the choir."
    assert holds_anchors(find_anchors("Who is Ada Berg?"), Evidence(Chunk(person, "b", 0, len(person)), 0, len(person)))


def test_a_method_may_stand_in_parts() -> None:
    assert anchors_in("What is the port of Store.open?", "class Store:\n    def open(port=5433)") == (
        ["Store", "open"],
        [],
    )
    assert anchors_in("What is the port of Store.close?", "class Store:\n    def open(port=5433)")[1] == ["Store.close"]


def test_a_misspelt_name_counts_as_the_word_that_it_is_like() -> None:
    assert anchors_in("What is the rent in Bregen?", "The rent in Bergen is high.") == (["bergen"], [])


def test_abbreviations_are_no_other_names() -> None:
    assert anchors_in("Who joined the EU?", "Sweden joined the European Union.")[1] == []


def test_names_are_seen_in_questions_without_capitals() -> None:
    assert anchors_in("what is the rent in bergen", "The rent in Bergen is high.")[0] == ["bergen"]


ROWS = "Town: Lund; Rent: 900 EUR; Deposit: 1800 EUR\nTown: Kiel; Rent: 700 EUR; Deposit: 1400 EUR"


def test_the_reader_is_shown_the_row_or_line_that_a_question_names() -> None:
    text = f"Rents\n\n{ROWS}"
    chunk = Chunk(
        text,
        "a.md",
        10,
        10 + len(text),
        blocks=(Block(10, 15, "title"), Block(17, 10 + len(text), "table", heading=("Rents",))),
    )
    anchors = require_anchors("What is the deposit in Kiel?", [chunk], lambda phrase: None)
    [section] = focus_sections(chunk, "What is the deposit in Kiel?", anchors)
    assert (section.text, section.heading) == ("Town: Kiel; Rent: 700 EUR; Deposit: 1400 EUR", ("Rents",))
    assert text[section.start - 10 : section.end - 10] == section.text

    codes = "- QX-77: the door is open\n- QX-78: the lamp is off\n- QX-79: the belt is worn"
    chunk = Chunk(codes, "b.md", 0, len(codes), blocks=(Block(0, len(codes), "list"),))
    anchors = require_anchors("What does QX-78 mean?", [chunk], lambda phrase: None)
    [section] = focus_sections(chunk, "What does QX-78 mean?", anchors)
    assert section.text == "- QX-78: the lamp is off"


def test_a_column_that_names_the_thing_asked_about_hides_no_other() -> None:
    text = "Course: Powerboat\nDays: 2\nPrice: 160"
    chunk = Chunk(text, "courses.csv#4", 0, len(text), blocks=(Block(0, len(text), "text"),))
    question = "How much is the powerboat course?"
    [section] = focus_sections(chunk, question, require_anchors(question, [chunk], lambda phrase: None))
    assert section.text == text


def test_the_askers_situation_names_nothing_that_a_source_has_to_speak_of() -> None:
    rule = "Lost scores cost 14 euros. The Haydn is rehearsed in May."
    assert anchors_in("I lost my copy of the Haydn in May. What do I pay?", rule) == ([], [])
    assert anchors_in("The display shows E14. What is wrong?", "E14: no water.")[0] == ["E14"]
    assert anchors_in("Suppose I lose a score, what happens?", rule) == ([], [])


def test_a_title_that_answers_is_read() -> None:
    text = "Release 7.1.3 (4 May 2026)\n\nFixed error 0x80004005."
    blocks = (Block(0, 26, "title"), Block(28, len(text), "text", heading=("Release 7.1.3 (4 May 2026)",)))
    chunk = Chunk(text, "c.md", 0, len(text), blocks=blocks)
    for question in ("Which release fixed 0x80004005?", "When was 7.1.3 released?"):
        anchors = require_anchors(question, [chunk], lambda phrase: None)
        [section] = focus_sections(chunk, question, anchors)
        assert (section.text, section.heading) == (text, ())


RECORDS = (
    "Machine: Plate compactor\nDay rate: 45 EUR\nWeek rate: 180 EUR\nWeight: 85 kg",
    "Machine: Cement mixer\nWeek rate: 120 EUR\nDeposit: 100 EUR\nWeight: 60 kg",
)
RECORD_ROWS = "\n".join(record.replace("\n", "; ") for record in RECORDS)


@pytest.mark.parametrize(
    ("question", "value", "column"),
    [
        ("What is the day rate of the cement mixer?", "120 EUR", "Day rate"),
        ("What is the deposit for the plate compactor?", "45 EUR", "Deposit"),
        ("What is the week rate of the cement mixer?", "120 EUR", ""),
        ("Which machine has no day rate?", "Cement mixer", ""),
        ("What does the cement mixer cost?", "120 EUR", ""),
    ],
)
@pytest.mark.parametrize("form", ["records", "rows"])
def test_an_empty_cell_has_no_value_of_another_column(question: str, value: str, column: str, form: str) -> None:
    if form == "records":
        sections = [
            Chunk(text, f"hire.csv#{number}", 0, len(text), blocks=(Block(0, len(text), "list"),))
            for number, text in enumerate(RECORDS)
        ]
    else:
        sections = [Chunk(RECORD_ROWS, "hire.md", 0, len(RECORD_ROWS), blocks=(Block(0, len(RECORD_ROWS), "table"),))]
    anchors = require_anchors(question, sections, lambda phrase: None)
    section = next(section for section in sections if value in section.text)
    start = section.text.index(value)
    evidence = Evidence(section, start, start + len(value))
    assert find_empty_cell(anchors, evidence) == column
    assert (f"its row has no {column}" in judge_support(value, question, evidence, anchors).missing) == bool(column)


def test_a_code_alone_asks_what_it_means() -> None:
    assert complete_question("INC-2041") == "What does INC-2041 mean?"
    assert complete_question("ERR-1004?") == "What does ERR-1004 mean?"
    assert complete_question("Who has INC-2041?") == "Who has INC-2041?"
    assert complete_question("Mira Holt") == "Mira Holt"
