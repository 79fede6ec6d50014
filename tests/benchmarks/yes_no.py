"""Yes/no questions with their passage in hand: how many are answered, and how many of the answers are right?

    python examples/reader/heads.py ../shared/data build/reader
    python tests/benchmarks/yes_no.py build/reader/test-boolq.jsonl build/reader/test-condaqa.jsonl [--without-verdicts]

Each question is asked over its own passage, and once more over the passage of another (`swapped`), where silence is
right. `--without-verdicts` leaves all to FAQ entries and statements. Intervals are 95% by bootstrap over questions.
Nothing is trained on these rows; rows that the passage does not answer are not asked.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.embed import new_embedder
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.types import Retrieved
from rag.answer.yes_no import Decision, YesNo
from rag.data.json_lines import read_objects
from rag.evaluate.metrics.metric import mean_metric
from rag.reader import ExtractiveReader
from stores.base import Hit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, nargs="+", help="test-boolq.jsonl and its like")
    parser.add_argument("--without-verdicts", action="store_true")
    parser.add_argument("--reader", default="builtin:minilm-reader")
    parser.add_argument("--limit", type=int, default=10_000, help="rows a set, drawn at random")
    parser.add_argument("--out", type=Path, help="write the decisions as JSONL")
    options = parser.parse_args()

    reader = None if options.without_verdicts else ExtractiveReader(options.reader)
    strategy = YesNo(Abstention(0.0, 0.0, False, "", 0), reader, new_embedder())
    for file in options.rows:
        rows = [row for _, row in read_objects(file) if row["label"] != "none"]
        random.Random(0).shuffle(rows)
        rows = rows[: options.limit]
        own = [decide(strategy, row["question"], row["context"]) for row in rows]
        others = [rows[(number + len(rows) // 2) % len(rows)]["context"] for number in range(len(rows))]
        swapped = [decide(strategy, row["question"], context) for row, context in zip(rows[:200], others, strict=False)]
        print(json.dumps({"set": file.stem, "rows": len(rows), **figures(rows, own, swapped)}), flush=True)
        if options.out:
            with options.out.open("a", encoding="utf-8") as stream:
                for row, decision in zip(rows, own, strict=True):
                    said = decision and {"affirms": decision.affirms, "confidence": decision.confidence}
                    stream.write(json.dumps({"id": row["id"], "label": row["label"], "decision": said}) + "\n")


def decide(strategy: YesNo, question: str, context: str) -> Decision | None:
    """Return the decision on a question with one passage; None for none, or for a sentence that leaves it open."""
    chunk = Chunk(context, "passage.txt", 0, len(context))
    decision = strategy.decide(Retrieved(question, "yes-no", [Hit(chunk, 1.0)], kind="yes-no"))
    return decision if decision and decision.affirms is not None else None


def figures(
    rows: Sequence[Mapping[str, Any]], own: Sequence[Decision | None], swapped: Sequence[Decision | None]
) -> dict[str, str]:
    """Return the accuracy of those answered and the share answered, in percent."""
    right = [decision.affirms == (row["label"] == "yes") for row, decision in zip(rows, own, strict=True) if decision]
    yes = [row["label"] == "yes" for row in rows]
    return {
        "answered": percent([decision is not None for decision in own]),
        "right, of the answered": percent(right),
        "with yes alone": percent(yes),
        "answered when swapped": percent([decision is not None for decision in swapped]),
    }


def percent(values: Sequence[float]) -> str:
    """Return the mean in percent with its interval."""
    return str(mean_metric("share", [100 * value for value in values], "higher", "percent")) if values else "none"


if __name__ == "__main__":
    main()
