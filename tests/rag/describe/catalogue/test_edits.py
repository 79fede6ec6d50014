"""Edits: the texts that people changed are rows of training, unless they claim what no field says."""

from __future__ import annotations

import csv
import json

import pytest

from ingest.errors import InputError, RowsError
from rag.describe.catalogue.approvals import TextDecision, check_mark, read_decisions, resolve_decision, write_decisions
from rag.describe.catalogue.batch import CatalogueBatch
from rag.describe.catalogue.edits import LeftOutEdit, learn_edits, unlicensed_words
from rag.describe.catalogue.product_file import ProductFile
from rag.describe.catalogue.record_database import ProductTexts
from rag.describe.fields.field_rules import FieldRules


@pytest.fixture
def edited(tmp_path):
    """Approvals of two products and two channels, of which three texts were edited."""
    (tmp_path / "p.csv").write_text("id,name,colour\n1,Kettle,red\n2,Lamp,\n")
    out = tmp_path / "out.csv"
    with CatalogueBatch(
        out, ProductFile.open(tmp_path / "p.csv"), "s", ("title", "description"), ignored=["ID"]
    ) as batch:
        list(batch.write(lambda rows: [ProductTexts({"title": "T", "description": "D"}) for _ in rows]))
        batch.finish()
    approvals = tmp_path / "out.csv.approvals.csv"
    with approvals.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["text"], rows[1]["text"], rows[3]["text"] = "Red kettle", " A red kettle. ", "An elegant lamp."
    with approvals.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return approvals


def no_elegance(fields, text):
    return ["elegant"] if "elegant" in text else []


KETTLE = {"name": "Kettle", "colour": "red"}
ROWS = (
    {"id": "1 title", "fields": KETTLE, "intent": "title", "references": ["Red kettle"]},
    {"id": "1", "fields": KETTLE, "intent": "", "references": ["A red kettle."]},
)


def test_edits_become_rows_and_unlicensed_ones_are_reported(edited) -> None:
    learnt = learn_edits(edited, check=no_elegance)
    assert learnt.rows == ROWS
    assert learnt.left_out == (LeftOutEdit(5, "2", "description", "no field says elegant"),)
    assert str(learnt.left_out[0]) == "line 5: description of 2: no field says elegant"
    assert learn_edits(edited).rows[2]["fields"] == {"name": "Lamp"}


def test_hidden_fields_are_in_no_row(tmp_path) -> None:
    (tmp_path / "p.csv").write_text(
        "sku,name,colour,cost_price,note,margin_group\nK1,Kettle,red,4.20,reorder in May,B\nK2,Lamp,blue,9.10,,A\n"
    )
    approvals = tmp_path / "moved.csv"
    approvals.write_text("key,state,text\nK1,edited,A red kettle.\n")
    rules = FieldRules.read({"margin_group": {"hide": True}})
    [row] = learn_edits(approvals, ProductFile.open(tmp_path / "p.csv"), rules=rules).rows
    assert row["fields"] == {"name": "Kettle", "colour": "red"}


def test_the_check_of_claims_is_a_check_of_edits(edited) -> None:
    learnt = learn_edits(edited, check=unlicensed_words)
    assert (learnt.rows, [one.reason for one in learnt.left_out]) == (ROWS, ["no field says elegant"])


def test_rows_are_those_that_fine_tuning_reads(edited, tmp_path) -> None:
    from rag.data.rows import read_rows

    rows = learn_edits(edited, check=no_elegance).rows
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [(row.id, row.task, row.values["intent"], row.target) for row in read_rows(tmp_path / "train.jsonl")] == [
        ("1 title", "describe", "title", "Red kettle"),
        ("1", "describe", "", "A red kettle."),
    ]


def test_a_file_that_was_moved_needs_the_catalogue(edited, tmp_path) -> None:
    moved = edited.rename(tmp_path / "edits.csv")
    with pytest.raises(InputError, match=r"edits\.csv has no records beside it: give the catalogue's products"):
        learn_edits(moved)
    products = ProductFile.open(tmp_path / "p.csv")
    assert learn_edits(moved, products, check=no_elegance, ignored=["id"]).rows == ROWS
    # The kettle has become blue since: its edits are of no product that is known.
    (tmp_path / "p.csv").write_text("id,name,colour\n1,Kettle,blue\n2,Lamp,\n")
    learnt = learn_edits(moved, ProductFile.open(tmp_path / "p.csv"), ignored=["id"])
    assert [row["id"] for row in learnt.rows] == ["2"]
    assert [one.reason for one in learnt.left_out] == ["the fields that it was written for are not known"] * 2


def test_a_list_of_a_persons_own_is_known_by_its_keys(edited, tmp_path) -> None:
    (tmp_path / "own.csv").write_text("key,state,text,note\n1,,A red kettle.,mine\n9,edited,A bowl.,\n")
    learnt = learn_edits(tmp_path / "own.csv", ProductFile.open(tmp_path / "p.csv"), ignored=["id"])
    assert (learnt.rows, [one.key for one in learnt.left_out]) == (ROWS[1:], ["9"])
    with pytest.raises(RowsError, match="there is no file"):
        learn_edits(tmp_path / "no.csv")


V1, V2 = "1" * 16, "2" * 16


@pytest.mark.parametrize(
    ("state", "text", "check", "expected"),
    [
        ("draft", "old", check_mark("old", V1), ("draft", "new", V2)),
        ("draft", "mine", check_mark("old", V1), ("edited", "mine", V1)),
        ("approved", "old", check_mark("old", V1), ("approved", "old", V1)),
        ("approved", "old\r\n", check_mark("old", V1), ("approved", "old\r\n", V1)),
        ("approved", "old", check_mark("old", V1, V2), ("approved", "old", V2)),
        ("approved", "mine", check_mark("old", V1, V2), ("edited", "mine", V2)),
        ("approved", "new", check_mark("new", V1), ("approved", "new", V2)),
        ("approved", " ", check_mark("old", V1), ("draft", "new", V2)),
        ("edited", "mine", check_mark("mine", V2), ("edited", "mine", V2)),
        ("rejected", "old", check_mark("old", V1), ("draft", "new", V2)),
        ("rejected", "new", check_mark("new", V1), ("rejected", "", V2)),
        ("rejected", "notes", check_mark("new", V2), ("rejected", "", V2)),
    ],
)
def test_a_decision_and_a_new_draft(state, text, check, expected) -> None:
    published = resolve_decision(TextDecision("k", "title", state, text, check=check), "new", V2)
    assert (published.state, published.text, published.version) == expected


TEXTS = ["=1+1", "- a\n- b", "'=x", "''-x", "@a", "plain, \"quoted\"; 'x'", "tab\tü €", "'"]


def test_texts_survive_the_file_of_approvals(tmp_path) -> None:
    decisions = [TextDecision(f"-{n}", "title", "draft", text, extra={"who": "me"}) for n, text in enumerate(TEXTS)]
    write_decisions(tmp_path / "a.csv", decisions, ["who"])
    assert [decision for _, decision in read_decisions(tmp_path / "a.csv")] == decisions
    assert not any(
        line.startswith(("=", "-", "@")) for line in (tmp_path / "a.csv").read_text("utf-8-sig").split("\n-")
    )
