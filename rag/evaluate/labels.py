"""Evaluate a classifier's labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from ingest.errors import RowsError
from rag.data.rows import Row
from rag.evaluate.metrics.labels import label_metrics
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.predictions import Prediction
from rag.evaluate.risk_coverage import risk_coverage
from rag.evaluate.run import Evaluation, Run, check_task, cost_of

if TYPE_CHECKING:
    from rag.classify.types import Classification


class Labeller(Protocol):
    """A part that gives a text one of its labels: `rag.classify.Classifier`."""

    @property
    def labels(self) -> Sequence[str]:
        """All labels that can come out."""

    @property
    def fingerprint(self) -> str:
        """A hash of what the labels depend on."""

    def classify(self, text: str) -> Classification:
        """Return the text's label."""


def evaluate_labels(
    labeller: Labeller, rows: Sequence[Row], out_of_scope: str | None = None, run: Run | None = None
) -> Evaluation:
    """Label the rows' texts. `out_of_scope` is the label of rows that belong to none of the labeller's.

    A text that the labeller calls out of scope gets that label, and the uncertainty of all labels is measured against
    it. Raises RowsError for a row whose label can never come out.
    """
    run = run or Run()
    classes = {*labeller.labels, *([out_of_scope] if out_of_scope else [])}
    check_task(rows, ("classify",))
    if foreign := sorted({row.target for row in rows} - classes):
        raise RowsError(
            f"{len(foreign)} labels of the rows can never come out, such as {foreign[0]!r}: train on rows that have "
            "them, or name the one for texts out of scope with --out-of-scope"
        )

    def predict(batch: Sequence[Row]) -> list[Prediction]:
        return [label_prediction(row, labeller.classify(row.text), out_of_scope) for row in batch]

    predictions = run.predict(rows, predict, labeller, out_of_scope)
    return Evaluation(
        "classify",
        score_labels(predictions, rows, out_of_scope, classes),
        tuple(predictions),
        cost_of(predictions, here=True),
        risk_coverage(predictions, rows) if out_of_scope is None else None,
    )


def score_labels(
    predictions: Sequence[Prediction],
    rows: Sequence[Row],
    out_of_scope: str | None = None,
    classes: Iterable[str] | None = None,
) -> tuple[Metric, ...]:
    """Return the metrics of labels. Systems that are compared need the same `classes`, all that can come out."""
    labels = [prediction.output for prediction in predictions]
    ordered = sorted(classes) if classes is not None else None
    # The AUROC of being out of scope needs the uncertainty of every row.
    doubts = [1 - prediction.probability for prediction in predictions if prediction.probability is not None]
    return tuple(label_metrics(labels, rows, ordered, out_of_scope, doubts if len(doubts) == len(labels) else None))


def label_prediction(row: Row, classification: Classification, out_of_scope: str | None) -> Prediction:
    """Return a classification of a row as a prediction."""
    label = out_of_scope if out_of_scope and classification.out_of_scope else classification.label
    return Prediction(
        row.id, label, classification.prompt_tokens, 0, label=label, probability=classification.probability
    )
