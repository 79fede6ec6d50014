"""Invented organisations, whose papers teach the reader, as collections of documents with questions.

The reader learns nothing of those that examples/reader/office.py leaves out: ranking and confidence can be fitted to
how it reads them.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2] / "examples/reader"))

from judge import Question
from office import cells_of_row, is_held_out
from run import Collection

from rag.answer.cells import cells_of
from rag.answer.kinds import classify_question


def read_organisations(folder: Path, out: Path) -> list[Collection]:
    """Return the organisations that the reader did not learn from, their documents written into `out`."""
    rows = [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    return [write_collection(row, out / _name_of(row)) for row in rows if is_held_out(row)]


def write_collection(organisation: Mapping[str, Any], folder: Path) -> Collection:
    """Write the documents of an organisation and return it as a collection.

    Its questions are those that want a short answer, a yes or a no, or that nothing answers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    for name, group in groupby(organisation["sections"], key=lambda section: section["document"]):
        sections = list(group)
        stem = Path(name).stem
        tables = [_read_table(section["text"]) for section in sections]
        if len(sections) == 1 and tables[0]:
            file = folder / f"{stem}.csv"
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(tables[0])
        elif len(sections) == 1 and sections[0]["text"].startswith("From: "):
            file = folder / f"{stem}.eml"
            file.write_text(sections[0]["text"], "utf-8")
        else:
            file = folder / f"{stem}.md"
            file.write_text("\n\n".join(_as_markdown(sections)), "utf-8")
        files |= {section["id"]: file.name for section in sections}
    name = _name_of(organisation)
    questions = (_question_of(row, f"{name}-{number}", files) for number, row in enumerate(organisation["questions"]))
    return Collection(name, "tune", folder, tuple(question for question in questions if question is not None))


def _question_of(row: Mapping[str, Any], name: str, files: Mapping[str, str]) -> Question | None:
    source = files.get(row.get("section", ""), "")
    match row["kind"]:
        case "short":
            return Question(name, row["q"], "short", ((row["answer"],),), source=source)
        case "yes-no":
            return Question(name, row["q"], "yes-no", answer=row["answer"], source=source)
        case "none":
            kind = "yes-no" if classify_question(row["q"]) == "yes-no" else "short"
            return Question(name, row["q"], kind, is_answerable=False)
    return None


def _as_markdown(sections: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    before: list[str] = []
    for section in sections:
        heading = section["heading"]
        shared = next(
            (place for place, (one, other) in enumerate(zip(heading, before, strict=False)) if one != other),
            min(len(heading), len(before)),
        )
        yield from (f"{'#' * (level + 1)} {title}" for level, title in enumerate(heading) if level >= shared)
        before = heading
        # Lines of cells are a table; what stands before and after them is text.
        for is_table, lines in groupby(section["text"].splitlines(), key=lambda line: bool(_read_table(line))):
            text = "\n".join(lines)
            table = _read_table(text) if is_table else []
            if table:
                table.insert(1, ["---"] * len(table[0]))
                text = "\n".join(f"| {' | '.join(row)} |" for row in table)
            yield text


def _read_table(text: str) -> list[list[str]]:
    """Return header and rows of lines `Column: value; Column: value` with the same columns; none of any other text."""
    rows = [cells_of(line) for line in text.splitlines() if cells_of_row(line)]
    headers = {tuple(cell.column for cell in row) for row in rows}
    if len(rows) < len(text.splitlines()) or len(headers) != 1:
        return []
    return [list(headers.pop()), *([cell.value for cell in row] for row in rows)]


def _name_of(organisation: Mapping[str, Any]) -> str:
    return "-".join(re.findall(r"\w+", organisation["org"].lower()))[:60]
