"""The sheet for an independent reader of the licence check, and the way back from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import pytest
from licence import read_texts, scores
from licence_sheet import read_marks, write_sheet


def text_row(system: str, number: int, catalogue: str = "kitchen_household") -> dict[str, Any]:
    fields = {"title": f"Stool {number}", "colour": "red", "note": ""}
    return {"catalogue": catalogue, "system": system, "fields": fields, "text": f"Stool {number} is an elegant stool."}


def write(folder: Path) -> list[dict[str, Any]]:
    """Write a sheet with ten texts of each writer and return its rows."""
    untuned = folder / "untuned/part0/kitchen_household.jsonl"
    untuned.parent.mkdir(parents=True)
    rows = [{"fields": {"title": f"Bench {number}"}, "description": f"A nice bench {number}."} for number in range(10)]
    untuned.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    texts = [text_row(system, number) for system in ("default", "before") for number in range(10)]
    counts = write_sheet([*texts, text_row("before", 99, "icecat")], folder / "untuned", folder)
    assert counts == {"rules": 10, "before": 10, "untuned": 10, "laptops": counts["laptops"]}
    assert counts["laptops"] > 20
    return [json.loads(line) for line in (folder / "sheet.jsonl").read_text("utf-8").splitlines()]


def fill(folder: Path, rows: list[dict[str, Any]]) -> None:
    (folder / "sheet.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_a_sheet_names_no_writer_and_no_product_of_others(tmp_path: Path) -> None:
    rows = write(tmp_path)
    assert {frozenset(row) for row in rows} == {frozenset(("id", "source", "fields", "text", "claims"))}
    assert {row["source"] for row in rows} == {"kitchen_household", "laptops"}
    assert all("note" not in row["fields"] for row in rows)


def test_marks_come_back_in_the_form_of_the_measure(tmp_path: Path) -> None:
    rows = write(tmp_path)
    for row in rows:
        if "elegant" in row["text"]:
            row["claims"] = [{"text": "elegant", "kind": "unlicensed"}, {"text": "tool", "kind": "type", "nth": 2}]
    fill(tmp_path, rows)
    marked = [row for row in read_marks(tmp_path) if row["marks"]]
    assert len(marked) == 20
    for row in marked:
        assert [row["text"][mark["start"] : mark["end"]] for mark in row["marks"]] == ["elegant", "tool"]
        assert row["marks"][1]["start"] > row["marks"][0]["start"]

    (tmp_path / "marked.jsonl").write_text("".join(json.dumps(row) + "\n" for row in marked), "utf-8")
    figures = scores(read_texts(tmp_path / "marked.jsonl"))
    assert figures["texts"] == 20
    assert figures["precision"] == 1
    assert figures["recall"] == 0.5


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"text": "golden", "kind": "unlicensed"}, "the text says 'golden' 0 times"),
        ({"text": "a", "kind": "untrue"}, "'untrue' is no kind: give one of contradiction, number, type, unlicensed"),
    ],
)
def test_a_mark_that_no_text_has_is_refused(tmp_path: Path, claim: dict[str, Any], message: str) -> None:
    rows = write(tmp_path)
    rows[0]["claims"] = [claim]
    fill(tmp_path, rows)
    with pytest.raises(ValueError, match=message):
        read_marks(tmp_path)
