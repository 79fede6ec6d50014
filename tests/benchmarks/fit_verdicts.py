"""Fit the weights by which yes/no verdicts are rated, on rows that no reader was trained on and no benchmark asks.

    python examples/reader/heads.py ../shared/data build/reader
    python tests/benchmarks/fit_verdicts.py build/reader/yesno.jsonl \\
        --seen build/reader/*-yesno.jsonl build/reader/test-boolq.jsonl build/reader/test-condaqa.jsonl

Run it after training a reader, and copy what it prints to `VERDICT_WEIGHTS` and `MIN_VERDICT` in rag/answer/yes_no.py.
Below the weights stand, for each least probability, the shares of the questions with an answer that get one and of the
answers that are right. A verdict on a passage that does not answer is never right. It takes some two minutes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ingest.embed import new_embedder
from ingest.types import Chunk
from rag.answer.polarity import read_polarity
from rag.answer.proposition import Proposition
from rag.answer.synonyms import Vocabulary
from rag.answer.yes_no import features_of
from rag.data.json_lines import read_objects
from rag.reader import ExtractiveReader

PENALTY = 1e-3  # of the squares of the weights
LEAST = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="yesno.jsonl")
    parser.add_argument("--seen", type=Path, nargs="+", default=[], help="rows to leave out, by id and by question")
    parser.add_argument("--reader", default="builtin:minilm-reader")
    parser.add_argument("--limit", type=int, default=800)
    options = parser.parse_args()

    seen = {row[name] for file in options.seen for _, row in read_objects(file) for name in ("id", "question")}
    rows = [row for _, row in read_objects(options.rows) if not {row["id"], row["question"]} & seen]
    random.Random(0).shuffle(rows)
    rows = rows[: options.limit]

    reader, vocabulary = ExtractiveReader(options.reader), Vocabulary(new_embedder())
    rated = [rate(row, reader, vocabulary) for row in rows]
    features = np.array([one for one, _ in rated])
    right = np.array([is_right for _, is_right in rated], float)
    weights = fit(features, right)
    print("VERDICT_WEIGHTS", np.round(weights, 2).tolist())
    probabilities = 1 / (1 + np.exp(-features @ weights))
    answerable = np.array([row["label"] != "none" for row in rows])
    for least in LEAST:
        answered = probabilities >= least
        share = 100 * (answered & answerable).sum() / answerable.sum()
        print(f"from {least:.2f}: answered {share:.0f}%, right of the answered {100 * right[answered].mean():.0f}%")


def rate(row: Mapping[str, Any], reader: ExtractiveReader, vocabulary: Vocabulary) -> tuple[list[float], bool]:
    """Return the features of the verdict on a row, and whether it is right."""
    chunk = Chunk(row["context"], "passage.txt", 0, len(row["context"]))
    [verdict] = reader.verdicts(row["question"], [chunk])
    [sentences] = reader.score_sentences(row["question"], [chunk])
    best = max(sentences, key=lambda sentence: sentence.score)
    own = read_polarity(Proposition.of(row["question"]), chunk.text[best.start : best.end], vocabulary)
    said = "yes" if verdict.yes > verdict.no else "no"
    return features_of(verdict, own), said == row["label"]


def fit(features: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression; the first feature is the constant, which costs nothing."""

    def loss(weights: NDArray[np.float64]) -> float:
        logits = features @ weights
        return float(np.mean(np.logaddexp(0, logits) - right * logits) + PENALTY * (weights[1:] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(features.shape[1])).x)


if __name__ == "__main__":
    main()
