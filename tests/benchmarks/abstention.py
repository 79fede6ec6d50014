"""Which cosine of the best passage tells answerable questions from others? Calibrates `MIN_EVIDENCE`.

    .venv/bin/python tests/benchmarks/abstention.py ../shared/data/qa/squad_subset/squad_subset.jsonl

Each question is asked twice: with its passage in the store, and with it taken out (near ones of the same article stay).
Printed a threshold: the share of answerable questions that would be tried, and of unanswerable ones that would be
refused. Questions of another set (`--foreign`) show what happens to questions that the store has nothing about.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np

from ingest import Document
from rag import Config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, help="JSONL of question and context")
    parser.add_argument("--foreign", type=Path, help="JSONL of questions about something else")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks/squad"))
    options = parser.parse_args()

    rows = [json.loads(line) for line in options.questions.read_text("utf-8").split("\n") if line]
    contexts = {context: f"c{n}" for n, context in enumerate(dict.fromkeys(row["context"] for row in rows))}
    index = Config().override("store", path=str(options.store.absolute())).index()
    index.add(Document(context, name) for context, name in contexts.items())

    answerable, removed = [], []
    for row in random.Random(0).sample(rows, options.rows):
        hits = index.store.search(index.embedder.embed_query(row["question"]), 30)
        answerable.append(hits[0].score)
        removed.append(next(hit.score for hit in hits if hit.chunk.source != contexts[row["context"]]))
    foreign = []
    if options.foreign:
        others = [json.loads(line) for line in options.foreign.read_text("utf-8").split("\n") if line]
        asked = [index.embedder.embed_query(row["question"]) for row in random.Random(0).sample(others, options.rows)]
        foreign = [index.store.search(vector, 1)[0].score for vector in asked]
    for threshold in np.arange(0.2, 0.75, 0.05):
        tried = np.mean(np.array(answerable) >= threshold)
        refused = np.mean(np.array(removed) < threshold)
        line = (
            f"{threshold:.2f}: tried {tried:.2f}, refused {refused:.2f}, balanced accuracy {(tried + refused) / 2:.3f}"
        )
        print(line + (f", foreign refused {np.mean(np.array(foreign) < threshold):.2f}" if foreign else ""))


if __name__ == "__main__":
    main()
