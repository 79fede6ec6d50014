"""Organisations as collections of documents, and as rows that a reader learns from."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import pytest
from organisation_papers import read_organisations, write_collection

sys.path.append(str(Path(__file__).parents[2] / "examples/reader"))
from office import is_held_out, rows_of, split_rows

PRICES = "Group: Adults; Day: 9 euros; Week: 40 euros\nGroup: Children; Day: 4 euros; Week: 18 euros"
RULES = "Dogs stay outside. Bicycles may be left in the yard until ten in the evening."
ORGANISATION: dict[str, Any] = {
    "org": "Lakeside Baths",
    "sections": [
        {"id": "a", "document": "prices.xlsx", "heading": ["Prices"], "text": PRICES},
        {"id": "b", "document": "rules.docx", "heading": ["House rules", "Outside"], "text": RULES},
        {"id": "c", "document": "rules.docx", "heading": ["House rules", "Lockers"], "text": "Keys cost 5 euros."},
        {
            "id": "d",
            "document": "note.eml",
            "heading": ["Note"],
            "text": "From: Ada\nTo: all\n\nThe pool is shut on 3 May.",
        },
    ],
    "questions": [
        {
            "q": "what's a day for my son",
            "kind": "short",
            "section": "a",
            "answer": "4 euros",
            "evidence": "Group: Children; Day: 4 euros; Week: 18 euros",
        },
        {"q": "Can I bring Rex?", "kind": "yes-no", "section": "b", "answer": "no", "evidence": "Dogs stay outside."},
        {"q": "What goes on in the yard?", "kind": "text", "section": "b", "evidence": ["Dogs stay outside."]},
        {"q": "Is there a sauna?", "kind": "none", "near": "b"},
    ],
}


def test_an_organisation_is_written_as_documents_with_questions(tmp_path: Path) -> None:
    collection = write_collection(ORGANISATION, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["note.eml", "prices.csv", "rules.md"]
    assert (tmp_path / "prices.csv").read_text("utf-8").split() == [
        "Group,Day,Week",
        *("Adults,9", "euros,40", "euros"),
        *("Children,4", "euros,18", "euros"),
    ]
    assert (tmp_path / "rules.md").read_text("utf-8").split("\n\n") == [
        *("# House rules", "## Outside", RULES, "## Lockers", "Keys cost 5 euros."),
    ]
    asked = [(one.kind, one.is_answerable, one.facts, one.answer, one.source) for one in collection.questions]
    assert asked == [
        ("short", True, (("4 euros",),), None, "prices.csv"),
        ("yes-no", True, (), "no", "rules.md"),
        ("yes-no", False, (), None, ""),
    ]


def test_only_organisations_that_the_reader_did_not_learn_from_are_read(tmp_path: Path) -> None:
    names = [f"Office {number}" for number in range(40)]
    lines = [json.dumps({**ORGANISATION, "org": name}) for name in names]
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows/1.jsonl").write_text("\n".join(lines), "utf-8")
    read = read_organisations(tmp_path / "rows", tmp_path / "out")
    assert 0 < len(read) < 20
    assert len(read) == sum(is_held_out({"org": name}) for name in names)


@pytest.mark.weights
def test_the_reader_learns_the_right_section_and_that_the_others_do_not_answer(embedder: Any) -> None:
    rows = list(rows_of(ORGANISATION, embedder))
    spans = [row for kind, row in rows if kind == "spans" and row["question"].startswith("what's a day")]
    assert [row["answers"] for row in spans if row["context"] == PRICES] == [["4 euros"]]
    assert {row["context"] for row in spans if "unanswerable" in row} >= {RULES, "Keys cost 5 euros."}
    assert all("4 euros" not in row["context"] for row in spans if "unanswerable" in row)
    verdicts = [(row["context"], row["label"]) for kind, row in rows if kind == "yesno"]
    assert ("Dogs stay outside.", "no") in verdicts
    assert (RULES, "no") in verdicts
    assert (RULES, "none") in verdicts  # the sauna
    [relevant] = [
        row["relevant"] for kind, row in rows if kind == "sentences" and "yard" in row["question"] and row["relevant"]
    ]
    assert relevant == [[0, 18]]


def test_a_row_of_a_table_is_a_section_with_a_cell_a_line() -> None:
    from office import Section

    lines = dict(split_rows(Section("a", ("Prices",), PRICES)))
    assert list(lines) == PRICES.splitlines()
    row = lines[PRICES.splitlines()[1]]
    assert "Day: 4 euros" in row.text.splitlines()
    assert "Group: Children" in (*row.heading, *row.text.splitlines())
    assert not list(split_rows(Section("b", (), RULES)))
