"""Have the texts of two systems graded by a reader who does not know which system wrote which.

    python tests/quality/descriptions.py default before --before build/before --reading --same
    python tests/quality/blind_reading.py sheet build/quality/descriptions/texts.jsonl build/reading
    ... a reader fills in the columns of build/reading/sheet.csv ...
    python tests/quality/blind_reading.py grades build/reading --keep examples/product_descriptions/reading

`sheet.csv` has the texts of both systems in random order, each with the fields of its product, and a column for each
criterion, which the reader fills with 1 or 0 by the rubric of `examples/product_descriptions/reading/README.md`.
`key.csv` says which system wrote which text; the reader does not open it. A product that a system wrote no text of is
on no sheet and counts as not publishable. `grades` prints the shares of each system in per cent with 95% intervals
(Wilson's), and how many more texts of the first system are publishable, on the same products. `--keep` writes the texts
with their grades; where a catalogue's licence does not let us copy it, the grades alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

from held_out_products import CATALOGUES, SEED
from run import Share

from rag.evaluate.metrics.metric import difference, mean_metric

CRITERIA = ("true", "complete", "grammatical", "pleasant")
KEY = ("id", "system", "catalogue", "number")


@dataclass(frozen=True)
class GradedText:
    """A text with a reader's grades; without grades where the system wrote no text."""

    key: Mapping[str, str]
    fields: str = ""
    text: str = ""
    grades: Mapping[str, bool] | None = None
    note: str = ""

    def is_good(self, criterion: str) -> bool:
        """Tell whether the text meets a criterion; it is "publishable" where it meets all."""
        if self.grades is None:
            return False
        return all(self.grades.values()) if criterion == "publishable" else self.grades[criterion]


def write_sheet(rows: Sequence[Mapping[str, Any]], folder: Path, seed: int = SEED) -> int:
    """Write the sheet and the key of texts as `descriptions.py` keeps them; return how many texts are to be read."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "sheet.csv"
    if sheet.exists():
        raise FileExistsError(f"{sheet} may hold grades: remove it, or choose another folder")
    shuffled = random.Random(seed).sample(rows, len(rows))
    named = [{"id": f"t{place:03}", **row} for place, row in enumerate(shuffled, start=1)]
    texts = [{**row, "fields": show_fields(row["fields"])} for row in named if row["text"]]
    _write_table(sheet, ("id", "fields", "text", *CRITERIA, "note"), texts)
    _write_table(folder / "key.csv", KEY, named)
    return len(texts)


def show_fields(fields: Mapping[str, Any]) -> str:
    """Return the fields as a reader sees them, one a line, without empty ones."""
    shown = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in fields.items()
        if value not in (None, "", [], {})
    }
    return "\n".join(f"{name}: {value}" for name, value in shown.items())


def read_grades(folder: Path) -> list[GradedText]:
    """Return the texts of a graded sheet by its key. Raises ValueError for a grade that is neither 1 nor 0."""
    rows = {row["id"]: row for row in _read_table(folder / "sheet.csv")}
    graded = []
    for key in _read_table(folder / "key.csv"):
        row = rows.get(key["id"])
        if row is None:
            graded.append(GradedText(key))
            continue
        grades = {name: (row.get(name) or "").strip() for name in CRITERIA}
        if wrong := [name for name, grade in grades.items() if grade not in ("0", "1")]:
            raise ValueError(f"{folder / 'sheet.csv'}, {key['id']}: {', '.join(wrong)}: give 1 or 0")
        read = {name: grade == "1" for name, grade in grades.items()}
        graded.append(GradedText(key, row["fields"], row["text"], read, row.get("note") or ""))
    return graded


def show_grades(texts: Sequence[GradedText]) -> list[str]:
    """Return the lines of the table: the share of each system's texts that meet each criterion, and all of them."""
    columns = (*CRITERIA, "publishable")
    systems = dict.fromkeys(text.key["system"] for text in sorted(texts, key=lambda text: text.key["system"]))
    lines = ["| system | texts | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
    for system in systems:
        own = [text for text in texts if text.key["system"] == system]
        shares = [Share(sum(text.is_good(column) for text in own), len(own)) for column in columns]
        lines.append(f"| {system} | {len(own)} | " + " | ".join(map(str, shares)) + " |")
    if len(systems) == 2:
        lines += ["", _compare_systems(texts, *systems)]
    return lines


def _compare_systems(texts: Sequence[GradedText], one: str, other: str) -> str:
    good: dict[str, dict[tuple[str, str], float]] = {one: {}, other: {}}
    for text in texts:
        place = text.key["catalogue"], text.key["number"]
        good[text.key["system"]][place] = 100.0 * text.is_good("publishable")
    products = [place for place in good[one] if place in good[other]]
    a, b = (
        mean_metric("publishable", [good[system][place] for place in products], "higher", "percent")
        for system in (one, other)
    )
    gap = difference(a, b)
    interval = f"{gap.value:+.0f} [{gap.low:+.0f}, {gap.high:+.0f}] points, p = {gap.p:.4f}"
    return f"{one} less {other}, publishable, {len(products)} products: {interval}"


def keep_grades(texts: Iterable[GradedText], folder: Path) -> None:
    """Write `grades.csv` with all texts of the catalogues that may be copied, and all grades."""
    ours = {catalogue.name for catalogue in CATALOGUES if catalogue.is_ours}
    rows: list[dict[str, Any]] = []
    for text in texts:
        is_shown = text.key["catalogue"] in ours
        shown = {"fields": text.fields, "text": text.text, "note": text.note} if is_shown else {}
        rows.append({**text.key, **shown, **{name: int(text.is_good(name)) for name in CRITERIA}})
    rows.sort(key=lambda row: (row["catalogue"], int(row["number"]), row["system"]))
    folder.mkdir(parents=True, exist_ok=True)
    _write_table(folder / "grades.csv", (*KEY, "fields", "text", *CRITERIA, "note"), rows)


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Write a sheet, or print the grades of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser("sheet", help="write the sheet and the key")
    sheet.add_argument("texts", type=Path, help="texts.jsonl of descriptions.py")
    sheet.add_argument("folder", type=Path)
    grades = commands.add_parser("grades", help="print the shares")
    grades.add_argument("folder", type=Path)
    grades.add_argument("--keep", type=Path, help="folder to write grades.csv to")
    options = parser.parse_args()
    if options.command == "sheet":
        rows = [json.loads(line) for line in options.texts.read_text("utf-8").splitlines()]
        print(f"{options.folder / 'sheet.csv'}: {write_sheet(rows, options.folder)} texts of {len(rows)} to be read")
        return
    texts = read_grades(options.folder)
    print("\n".join(show_grades(texts)))
    if options.keep:
        keep_grades(texts, options.keep)


if __name__ == "__main__":
    main()
