"""How good are the answers, open book? Exact match, F1, verified citations and abstentions on SQuAD-style rows.

    .venv/bin/python tests/benchmarks/answers.py ../shared/data/qa/squad_subset/squad_subset.jsonl --rows 300

All contexts are in the store; each question is asked with k = 5. Exact match and F1 are SQuAD's (Rajpurkar et al.
2016); `contained` is the share of answers in which a reference stands somewhere. `span holds the reference` is the
share of cited answers, among those that hold a reference, whose cited span holds it too. Intervals are 95% by bootstrap
over the questions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

from ingest import Document
from rag import Config
from rag.answer.match import exact_match, holds, token_f1
from rag.answer.types import Answer
from rag.evaluate.metrics.metric import mean_metric

BATCH = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks/squad"))
    parser.add_argument("--model", default="builtin:smollm2")
    parser.add_argument("--prompt-tokens", type=int)
    options = parser.parse_args()

    rows = [json.loads(line) for line in options.questions.read_text("utf-8").split("\n") if line]
    config = Config().override("store", path=str(options.store.absolute())).override("generator", model=options.model)
    config = config.override("pipeline", prompt_tokens=options.prompt_tokens, answer_format="short")
    index = config.index()
    index.add(Document(text, f"c{n}") for n, text in enumerate(dict.fromkeys(row["context"] for row in rows)))
    pipeline = config.pipeline()

    sample = random.Random(0).sample(rows, min(options.rows, len(rows)))
    answers: list[Answer] = []
    began = time.perf_counter()
    for low in range(0, len(sample), BATCH):
        answers += pipeline.ask_many([row["question"] for row in sample[low : low + BATCH]])
        print(f"{len(answers)} of {len(sample)}, {time.perf_counter() - began:.0f} s", flush=True)
    seconds = (time.perf_counter() - began) / len(sample)
    references = [row["answers"] for row in sample]
    print(json.dumps({"model": options.model, "rows": len(sample)} | measure(answers, references, seconds), indent=1))
    for row, answer in list(zip(sample, answers, strict=True))[:10]:
        print(f"- {row['question']} | {row['answers'][0]} | {answer.text!r} | {[c.text for c in answer.citations]}")


def measure(answers: Sequence[Answer], references: Sequence[Sequence[str]], seconds: float) -> dict[str, object]:
    """Return each figure as its mean with a 95% interval, all in percent but the seconds."""
    pairs = list(zip(answers, references, strict=True))
    held = [holds(answer.text, each) for answer, each in pairs]
    figures = {
        "exact match": [exact_match(answer.text, each) for answer, each in pairs],
        "F1": [token_f1(answer.text, each) for answer, each in pairs],
        "contained": held,
        "abstained": [answer.abstained for answer in answers],
        "with a verified citation, of the answered": [bool(a.citations) for a in answers if not a.abstained],
        "span holds the reference": [
            any(holds(citation.text, each) for citation in answer.citations)
            for (answer, each), is_held in zip(pairs, held, strict=True)
            if is_held and answer.citations
        ],
    }
    return {name: interval(values) for name, values in figures.items()} | {"seconds a question": round(seconds, 2)}


def interval(values: Sequence[float]) -> str:
    if not values:
        return "none"
    return str(mean_metric("share", [100 * value for value in values], "higher", "percent"))


if __name__ == "__main__":
    main()
