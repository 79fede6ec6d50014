"""Measure how a reader reads the papers of organisations that it did not learn from.

    python tests/benchmarks/organisations.py builtin:minilm-reader examples/reader/organisations

Every question is read in all sections of its organisation. "first" is the share of short questions whose best span, of
all sections, is right, "any" the share with a right one among the best of every section, "verdicts" the share of yes/no
questions on which the reader's verdict on the right section is right. Below stand, for least margins, how many short
questions are answered, how many of them rightly, and how many of those that no section answers. A span is right that
holds the answer and hardly more.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "examples/reader"))

from office import is_held_out

from ingest.types import Chunk
from rag.answer.match import normalize_answer
from rag.reader import ExtractiveReader, Span

LONGER = 25  # characters that a right span may have beside the answer
MARGINS = (-2.0, 0.0, 2.0, 4.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", help="builtin:minilm-reader, or a folder")
    parser.add_argument("organisations", type=Path)
    parser.add_argument("--files", nargs="+", help="names of files without .jsonl (default: all)")
    options = parser.parse_args()
    reader = ExtractiveReader(options.reader)
    first: list[tuple[float, bool]] = []
    among: list[bool] = []
    unanswerable: list[float] = []
    verdicts: list[bool] = []
    for file in sorted(options.organisations.glob("*.jsonl")):
        if options.files and file.stem not in options.files:
            continue
        for organisation in filter(is_held_out, map(json.loads, file.read_text("utf-8").splitlines())):
            sections = {
                one["id"]: Chunk(one["text"], one["document"], 0, len(one["text"]), heading=tuple(one["heading"]))
                for one in organisation["sections"]
            }
            for row in organisation["questions"]:
                if row["kind"] == "yes-no":
                    [verdict] = reader.verdicts(row["q"], [sections[row["section"]]])
                    verdicts.append((verdict.yes > verdict.no) is (row["answer"] == "yes"))
                elif row["kind"] != "text":
                    [spans] = reader.read_many([(row["q"], list(sections.values()))])
                    best = max(spans, key=lambda span: span.margin)
                    if row["kind"] == "none":
                        unanswerable.append(best.margin)
                        continue
                    first.append((best.margin, holds(best, row["answer"])))
                    among.append(any(holds(one, row["answer"]) for span in spans for one in (span, *span.others)))
    print(
        f"{len(first)} short questions: first {percent([right for _, right in first])}, any {percent(among)}; "
        f"{len(verdicts)} yes/no questions: verdicts {percent(verdicts)}"
    )
    for least in MARGINS:
        given = [right for margin, right in first if margin > least]
        wrongly = sum(margin > least for margin in unanswerable)
        print(f"margin > {least}: {len(given)} answered, {sum(given)} right; {wrongly} of {len(unanswerable)} others")


def holds(span: Span, answer: str) -> bool:
    """Return whether a span is an answer, or hardly longer."""
    return normalize_answer(answer) in normalize_answer(span.text) and len(span.text) < len(answer) + LONGER


def percent(right: list[bool]) -> str:
    return f"{100 * sum(right) / max(len(right), 1):.1f} %"


if __name__ == "__main__":
    main()
