"""Measure the test of support on rows with an answer and its passage: right answers supported, wrong ones refused.

    python tests/benchmarks/support.py build/reader/test-squad.jsonl --rows 600

A row's passage stands among those of two other rows. Right is the answer of the row, alone and behind the question's
words; wrong is the answer of a row whose passage is not there, of a row whose passage is there but does not answer
this question, and the right one with another number or name.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from pathlib import Path

from ingest.types import Chunk
from rag.answer.cite import cite
from rag.answer.match import holds
from rag.answer.required_anchors import require_anchors


def read_rows(file: Path, count: int, seed: int) -> list[dict[str, object]]:
    """Return a draw of the answerable rows of a file."""
    rows = [row for line in file.read_text("utf-8").splitlines() if (row := json.loads(line)).get("answers")]
    random.Random(seed).shuffle(rows)
    return rows[:count]


def changed(answer: str) -> str | None:
    """Return an answer with another number, or with its last name replaced; None without either."""
    if number := re.search(r"\d+", answer):
        return answer[: number.start()] + str(int(number[0]) + 7) + answer[number.end() :]
    names = re.findall(r"\b[A-Z][a-z]{3,}\b", answer)
    return answer.replace(names[-1], "Wetherbourne") if names else None


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    rows = read_rows(arguments.file, arguments.rows, arguments.seed)
    shown = arguments.show
    passages_of = [Chunk(str(row["context"]), str(row["id"]), 0, len(str(row["context"]))) for row in rows]

    counts: Counter[str] = Counter()
    seconds = time.perf_counter()
    for number, row in enumerate(rows):
        others = [(number + 1) % len(rows), (number + 2) % len(rows)]
        passages = [passages_of[place] for place in (number, *others)]
        anchors = require_anchors(str(row["question"]), passages, lambda phrase: None)
        question, answer = str(row["question"]), str(row["answers"][0])  # type: ignore[index]
        beside, other = (str(rows[(number + step) % len(rows)]["answers"][0]) for step in (1, 3))  # type: ignore[index]
        cases = {
            "right": answer,
            "right, in a sentence": f"{question.rstrip('?')}: {answer}",
            "another row's": other,
            "another row's, in a sentence": f"{question.rstrip('?')}: {other}",
            "of the passage beside": beside,
            "of the passage beside, in a sentence": f"{question.rstrip('?')}: {beside}",
        }
        if (wrong := changed(answer)) is not None:
            cases["changed"] = wrong
        counts["unanswerable: all"] += 1
        counts["unanswerable: supported"] += bool(anchors.unanswerable)
        if anchors.unanswerable and arguments.show:
            print("unanswerable", question, [anchor.text for anchor in anchors.unanswerable])
        if any(holds(text, [answer]) or holds(answer, [text]) for text in (other, beside)):
            continue
        for name, text in cases.items():
            citations, sentences = cite(text, question, passages, anchors)
            supported = bool(citations) and all(sentence.citation for sentence in sentences)
            counts[f"{name}: all"] += 1
            counts[f"{name}: supported"] += supported
            if supported and name == "right":
                counts["right: cites a span with the answer"] += any(holds(one.text, [answer]) for one in citations)
            if shown and name == "right" and not supported:
                shown -= 1
                print(f"{question!r} {answer!r} {[anchor.text for anchor in anchors]}\n    {row['context']!r}"[:900])
    seconds = time.perf_counter() - seconds

    for name in sorted({name.split(":")[0] for name in counts}):
        whole, part = counts[f"{name}: all"], counts[f"{name}: supported"]
        print(f"{name:38} supported {part:4} of {whole:4} = {100 * part / max(whole, 1):.1f}%")
    print(f"cites a span with the answer           {counts['right: cites a span with the answer']}")
    print(f"{1000 * seconds / len(rows):.1f} ms a row")


if __name__ == "__main__":
    main()
