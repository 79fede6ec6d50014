"""Precision and recall of the licence check, against the reading of 162 texts.

    python tests/quality/licence.py [--errors tuned|measured] [--texts FILE]

`licence_texts.jsonl` has texts by four kinds of writer: people (a bicycle shop's catalogue), a marketing model,
openbook's models for laptops, and rules, the latter also with words and figures swapped. Every word that no field says,
every contradiction and every changed figure is marked. The marks are those of the check's author, written before the
check had run on the texts; since then single texts of the part "tuned" alone were looked at. A mark is found where a
finding overlaps it, a finding is right where it overlaps a mark. A mark has several words as a rule, so the share of
the marked content words that are found stands beside it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.words import STOP_WORDS
from rag.describe.fields.understand import understand_fields
from rag.describe.licence.check import check_licence
from rag.describe.licence.denials import read_words

TEXTS = Path(__file__).parent / "licence_texts.jsonl"


@dataclass(frozen=True)
class Reading:
    """A text with the spans that a reader marked and those that the check found, each with its kind."""

    id: str
    writer: str
    part: str
    text: str
    marks: tuple[tuple[int, int, str], ...]
    findings: tuple[tuple[int, int, str], ...]

    @property
    def wrong(self) -> list[tuple[int, int, str]]:
        return [finding for finding in self.findings if not overlaps(finding, self.marks)]

    @property
    def missed(self) -> list[tuple[int, int, str]]:
        return [mark for mark in self.marks if not overlaps(mark, self.findings)]

    @property
    def marked_words(self) -> list[tuple[int, int, str]]:
        words = [(word.start, word.end, word.text) for word in read_words(self.text) if word.text not in STOP_WORDS]
        return [word for word in words if overlaps(word, self.marks)]


def overlaps(span: tuple[int, int, str], others: Iterable[tuple[int, int, str]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end, _ in others)


def read_texts(file: Path = TEXTS) -> Iterator[Reading]:
    for line in file.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        check = check_licence(row["text"], understand_fields(row["fields"]))
        marks = tuple((mark["start"], mark["end"], mark["kind"]) for mark in row["marks"])
        findings = tuple((claim.start, claim.end, claim.kind) for claim in check.untrue)
        yield Reading(row["id"], row["writer"], row["part"], row["text"], marks, findings)


def scores(readings: Iterable[Reading]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for reading in readings:
        counts["texts"] += 1
        counts["marks"] += len(reading.marks)
        counts["findings"] += len(reading.findings)
        counts["right"] += len(reading.findings) - len(reading.wrong)
        counts["found"] += len(reading.marks) - len(reading.missed)
        counts["marked words"] += len(reading.marked_words)
        counts["found words"] += sum(overlaps(word, reading.findings) for word in reading.marked_words)
        # Clean texts are the texts that a shop could publish: both have to agree on them.
        counts["clean"] += not reading.marks
        counts["clean, found clean"] += not reading.marks and not reading.findings
        counts["false, found clean"] += bool(reading.marks) and not reading.findings
    return {
        **counts,
        "precision": counts["right"] / max(1, counts["findings"]),
        "recall": counts["found"] / max(1, counts["marks"]),
        "recall of words": counts["found words"] / max(1, counts["marked words"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", choices=["tuned", "measured", "independent"], help="print the errors of a part")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="other texts, as licence_sheet.py writes them")
    options = parser.parse_args()
    readings = list(read_texts(options.texts))
    for part in dict.fromkeys(reading.part for reading in sorted(readings, key=lambda one: one.part, reverse=True)):
        of_part = [reading for reading in readings if reading.part == part]
        for writer in (None, *sorted({reading.writer for reading in of_part})):
            row = scores(reading for reading in of_part if writer in (None, reading.writer))
            print(
                f"{part:11} {writer or 'all':10} texts {row['texts']:3.0f}  marks {row['marks']:4.0f}"
                f"  precision {row['precision']:.3f}  recall {row['recall']:.3f}"
                f" (of words {row['recall of words']:.3f})"
                f"  clean texts {row['clean, found clean']:.0f} of {row['clean']:.0f},"
                f" passed though false {row['false, found clean']:.0f}"
            )
    for reading in readings:
        if reading.part == options.errors and (reading.wrong or reading.missed):
            wrong = [f"{reading.text[start:end]} ({kind})" for start, end, kind in reading.wrong]
            missed = [f"{reading.text[start:end]} ({kind})" for start, end, kind in reading.missed]
            print(f"{reading.id}: wrong {wrong} missed {missed}\n    {reading.text}")


if __name__ == "__main__":
    main()
