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
import re
import string
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingest import Document
from rag import Config
from rag.types import Answer

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
    config = config.override("pipeline", prompt_tokens=options.prompt_tokens)
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
    tried = [not answer.abstained for answer in answers]
    cited = [bool(answer.citations) for answer in answers]
    exact = [max(normal(answer.text) == normal(r) for r in rs) for answer, rs in zip(answers, references, strict=True)]
    f1 = [max(token_f1(answer.text, r) for r in rs) for answer, rs in zip(answers, references, strict=True)]
    held = [holds(answer.text, rs) for answer, rs in zip(answers, references, strict=True)]
    spans = [
        any(holds(citation.text, rs) for citation in answer.citations)
        for answer, rs, is_held in zip(answers, references, held, strict=True)
        if is_held and answer.citations
    ]
    return {
        "exact match": interval(exact),
        "F1": interval(f1),
        "contained": interval(held),
        "abstained": interval([not each for each in tried]),
        "with a verified citation, of the answered": interval([c for c, t in zip(cited, tried, strict=True) if t]),
        "span holds the reference": interval(spans),
        "seconds a question": round(seconds, 2),
    }


def interval(values: Sequence[float]) -> str:
    if not values:
        return "none"
    draws = np.random.default_rng(0).choice(np.array(values, dtype=float), size=(2000, len(values))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{100 * float(np.mean(values)):.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def holds(text: str, references: Sequence[str]) -> bool:
    return any(f" {normal(reference)} " in f" {normal(text)} " for reference in references)


def normal(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces."""
    kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def token_f1(text: str, reference: str) -> float:
    said, wanted = normal(text).split(), normal(reference).split()
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


if __name__ == "__main__":
    main()
