"""Fit the model of yes/no answers to questions about documents that the reader did not learn from.

    .venv/bin/python tests/quality/fit_verdicts.py examples/reader/organisations

Run it after training a reader, and copy what it prints to `YES_WEIGHTS` and `RIGHT_WEIGHTS` in
rag/answer/yes_no_model.py. Asked are the yes/no questions of the collections with split "tune" and of the organisations
that the reader did not learn from. Below the weights stand, for each least confidence, the shares of the answerable
questions that are answered, of the answers that are right, and of the unanswerable ones left unanswered, each
collection as fitted to others.
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from calibrate import configure
from numpy.typing import NDArray
from organisation_papers import read_organisations
from run import Collection, ingest_documents, read_collections
from scipy.optimize import minimize

from rag.answer.editions import keep_newest
from rag.answer.proposition import Proposition
from rag.answer.yes_no import YesNo
from rag.answer.yes_no_model import VerdictSignals
from rag.reader.base import JudgingReader

PENALTY = 1e-2  # of the squares of the weights
FOLDS = 5
LEAST = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AskedVerdict:
    """A yes/no question with its signals, the right answer, None for none, and its fold."""

    signals: VerdictSignals
    answer: str | None
    fold: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("organisations", type=Path)
    parser.add_argument("--stores", type=Path, default=Path("build/verdicts"))
    options = parser.parse_args()
    collections = read_collections("tune") + read_organisations(options.organisations, options.stores / "documents")
    asked = [row for collection in collections for row in ask(collection, options.stores / collection.name)]

    yes = np.array([row.answer == "yes" for row in asked], float)
    answerable = np.array([row.answer is not None for row in asked])
    folds = np.array([row.fold for row in asked])
    leans, chances = np.zeros(len(asked)), np.zeros(len(asked))
    for fold in range(FOLDS):
        weights, right_weights = fit_model(asked, yes, answerable, folds != fold)
        mine = [row.signals for row, of in zip(asked, folds, strict=True) if of == fold]
        leans[folds == fold] = [np.dot(weights, signals.yes_values) for signals in mine]
        logits = np.array(
            [
                np.dot(right_weights, signals.right_values(lean))
                for signals, lean in zip(mine, leans[folds == fold], strict=True)
            ]
        )
        chances[folds == fold] = 1 / (1 + np.exp(-logits))
    weights, right_weights = fit_model(asked, yes, answerable, folds >= 0)
    print("YES_WEIGHTS", np.round(weights, 2).tolist())
    print("RIGHT_WEIGHTS", np.round(right_weights, 2).tolist())
    right = ((leans > 0) == (yes > 0)) & answerable
    print(f"{answerable.sum()} answerable questions, leans right {100 * right[answerable].mean():.0f}%")
    for least in LEAST:
        given = chances >= least
        share = 100 * (given & answerable).sum() / answerable.sum()
        declined = 100 * (~given & ~answerable).sum() / max((~answerable).sum(), 1)
        print(
            f"from {least:.2f}: answered {share:.0f}%, right of all given {100 * right[given].mean():.0f}%, "
            f"declined {declined:.0f}%"
        )


def ask(collection: Collection, store: Path) -> list[AskedVerdict]:
    """Return the yes/no questions of a collection."""
    config = configure(store)
    if not store.exists():
        ingest_documents(collection, config)
    questions = [question for question in collection.questions if question.kind == "yes-no"]
    asked = []
    with config.pipeline() as pipeline:
        strategy = YesNo(pipeline.abstention, pipeline.reader or None, getattr(pipeline.retriever, "embedder", None))
        assert isinstance(strategy.reader, JudgingReader)
        for question, row in zip(questions, pipeline.prepare([one.text for one in questions]), strict=True):
            sections = keep_newest(row.question, row.sections, row.hits)
            statements = strategy.best_statements(Proposition.of(row.question), sections)
            if len({one.affirms for one in statements}) > 1:
                continue  # left open
            signals = strategy.read_signals(strategy.reader, row, sections, next(iter(statements), None))
            if signals is not None:
                fold = zlib.crc32(collection.name.encode()) % FOLDS
                asked.append(AskedVerdict(signals, question.answer if question.is_answerable else None, fold))
    return asked


def fit_model(
    asked: list[AskedVerdict], yes: Array, answerable: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return the weights of the two functions, fitted to the chosen questions."""
    values = np.array([row.signals.yes_values for row in asked])
    weights = fit_logistic(values[chosen & answerable], yes[chosen & answerable])
    leans = values @ weights
    right = ((leans > 0) == (yes > 0)) & answerable
    further = np.array([row.signals.right_values(lean) for row, lean in zip(asked, leans, strict=True)])
    return weights, fit_logistic(further[chosen], right[chosen].astype(float))


def fit_logistic(values: Array, targets: Array) -> Array:
    """Return the weights of a logistic regression; the first value is the constant, which costs nothing."""

    def loss(weights: Array) -> float:
        logits = values @ weights
        return float(np.mean(np.logaddexp(0, logits) - targets * logits) + PENALTY * (weights[1:] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(values.shape[1])).x)


if __name__ == "__main__":
    main()
