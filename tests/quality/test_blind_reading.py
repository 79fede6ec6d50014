"""Sheets for blind reading: nothing on them names a system, and grades come back to the right one."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import pytest
from blind_reading import CRITERIA, keep_grades, read_grades, show_grades, write_sheet


def text_row(system: str, number: int, text: str, catalogue: str = "electronics") -> dict[str, Any]:
    fields = {"Title": f"Bowl {number}", "dishwasher": True, "colour": "", "sizes": ["S", "M"]}
    return {"catalogue": catalogue, "number": number, "system": system, "fields": fields, "text": text, "claims": []}


def grade_sheet(folder: Path, grades: dict[str, str]) -> None:
    """Grade each text by the word that it has: the criteria that it fails."""
    path = folder / "sheet.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        failed = next(failed for word, failed in grades.items() if word in row["text"])
        row.update({name: "0" if name in failed else "1" for name in CRITERIA})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_grades_return_to_their_systems(tmp_path: Path) -> None:
    rows = [text_row("rules", number, "The bowl is fine.") for number in range(1, 5)]
    rows += [text_row("before", 1, "An elegant bowl."), text_row("before", 2, "The bowl is fine.")]
    rows += [text_row("before", 3, "An elegant bowl."), text_row("before", 4, "")]
    assert write_sheet(rows, tmp_path) == 7
    sheet = (tmp_path / "sheet.csv").read_text("utf-8")
    assert "rules" not in sheet
    assert "before" not in sheet
    assert "Title: Bowl 1\ndishwasher: true\nsizes: " in sheet.replace("\r\n", "\n")

    grade_sheet(tmp_path, {"elegant": "true pleasant", "fine": "-"})
    lines = show_grades(read_grades(tmp_path))
    assert lines[2].startswith("| before | 4 | 25 ")
    assert lines[2].endswith("| 25 (5-70) |")
    assert lines[3].endswith("| 100 (51-100) |")
    assert lines[-1].startswith("before less rules, publishable, 4 products: -75 ")


def test_a_sheet_with_grades_is_not_written_over(tmp_path: Path) -> None:
    write_sheet([text_row("rules", 1, "A bowl.")], tmp_path)
    with pytest.raises(FileExistsError, match=r"sheet\.csv may hold grades"):
        write_sheet([text_row("rules", 1, "A bowl.")], tmp_path)


def test_an_open_grade_is_named(tmp_path: Path) -> None:
    write_sheet([text_row("rules", 1, "A bowl.")], tmp_path)
    with pytest.raises(ValueError, match="t001: true, complete, grammatical, pleasant: give 1 or 0"):
        read_grades(tmp_path)


def test_products_of_others_are_kept_without_their_fields(tmp_path: Path) -> None:
    write_sheet([text_row("rules", 1, "Our bowl."), text_row("rules", 2, "Their bowl.", "icecat")], tmp_path)
    grade_sheet(tmp_path, {"bowl": "pleasant"})
    keep_grades(read_grades(tmp_path), tmp_path / "kept")
    with (tmp_path / "kept/grades.csv").open(encoding="utf-8", newline="") as file:
        ours, theirs = list(csv.DictReader(file))
    assert (theirs["catalogue"], theirs["fields"], theirs["text"], theirs["pleasant"]) == ("icecat", "", "", "0")
    assert (ours["text"], ours["true"]) == ("Our bowl.", "1")
