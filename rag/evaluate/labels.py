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

if TYPE_CHECKING:
    from rag.classify.types import Classification
from rag.evaluate.run import MAKING, Evaluation, Run, _refuse_others, cost_of


class Labeller(Protocol):
    """What gives a text one of its labels: `rag.classify.Classifier`."""

    @property
    def labels(self) -> Sequence[str]:
        """All labels that may come out."""

    @property
    def fingerprint(self) -> str:
        """A hash of what the labels depend on."""

    def classify(self, text: str) -> Classification:
        """Return the text's label."""


def evaluate_labels(
    labeller: Labeller, rows: Sequence[Row], out_of_scope: str | None = None, run: Run = MAKING
) -> Evaluation:
    """Label the rows' texts. `out_of_scope` is the label of rows that belong to none of the labeller's.

    It is given to texts that the labeller calls out of scope, and how uncertain all labels are is measured against it.
    Raises RowsError for a row whose label can never come out.
    """
    _refuse_others(rows, ("classify",))
    _refuse_foreign(rows, {*labeller.labels, *([out_of_scope] if out_of_scope else [])})

    def label(batch: Sequence[Row]) -> list[Prediction]:
        return [label_record(row, labeller.classify(row.text), out_of_scope) for row in batch]

    records = run.records(rows, label, labeller, out_of_scope)
    classes = {*labeller.labels, *([out_of_scope] if out_of_scope else [])}
    metrics = score_labels(records, rows, out_of_scope, classes)
    trust = risk_coverage(records, rows) if out_of_scope is None else None
    return Evaluation("classify", metrics, tuple(records), cost_of(records, here=True), trust)


def score_labels(
    records: Sequence[Prediction],
    rows: Sequence[Row],
    out_of_scope: str | None = None,
    classes: Iterable[str] | None = None,
) -> tuple[Metric, ...]:
    """Return the metrics of labels. Systems that are to be compared need the same `classes`, all that may come out."""
    labels = [record.output for record in records]
    certain = [record.probability for record in records]
    scores = [1 - each for each in certain if each is not None]
    ordered = sorted(classes) if classes is not None else None
    return tuple(label_metrics(labels, rows, ordered, out_of_scope, scores if len(scores) == len(certain) else None))


def label_record(row: Row, found: Classification, out_of_scope: str | None) -> Prediction:
    """Return what is kept of the label that a row was given."""
    outside = out_of_scope is not None and found.out_of_scope
    label = out_of_scope if outside and out_of_scope else found.label
    return Prediction(row.id, label, found.prompt_tokens, 0, label=label, probability=found.probability)


def _refuse_foreign(rows: Sequence[Row], known: set[str]) -> None:
    if foreign := sorted({row.target for row in rows} - known):
        raise RowsError(
            f"{len(foreign)} labels of the rows can never come out, such as {foreign[0]!r}: train on rows that have "
            "them, or name the one for texts out of scope with --out-of-scope"
        )
