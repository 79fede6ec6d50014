"""Evaluate a pipeline's answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from ingest.errors import RowsError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from rag.answer.pipeline import Pipeline
from rag.answer.refusal import is_refusal
from rag.answer.types import Answer, Signals
from rag.data.rows import Row
from rag.evaluate.metrics.answers import AnswerOutput, answer_metrics, is_right
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.metrics.rouge import rouge_scorer
from rag.evaluate.predictions import Prediction
from rag.evaluate.risk_coverage import risk_coverage
from rag.evaluate.unanswerable import WithoutGold
from stores.base import Hit
from stores.filters.filter import Where

if TYPE_CHECKING:
    pass
from rag.evaluate.run import MAKING, Evaluation, Run, _refuse_others, cost_of


def evaluate_answers(
    pipeline: Pipeline,
    rows: Sequence[Row],
    gold: bool = False,
    run: Run = MAKING,
    withheld: Sequence[Row] = (),
) -> Evaluation:
    """Ask a pipeline the rows' questions; `gold` gives each question its own row's passages instead of retrieving.

    The `withheld` rows (`rag.evaluate.unanswerable`) are asked after them, over what is found less what answers
    `rows`. Raises RowsError for rows of another task, and with `gold` for one without a context.
    """
    _refuse_others(rows, ("answer",))
    rouge_scorer("rougeL")  # what is missing is told before the work
    without = next((row.id for row in rows if gold and not row.passages), None)
    if without is not None:
        raise RowsError(f'row {without!r} has no "context" to answer from: leave --gold out, or add it')
    asked = replace(pipeline, retriever=NO_PASSAGES) if gold else pipeline
    records = run.records(rows, lambda batch: list(_answers(pipeline, batch, gold)), asked)
    if withheld:
        less = replace(pipeline, retriever=WithoutGold.of(pipeline.retriever, rows))
        records += run.records(withheld, lambda batch: list(_answers(less, batch, False)), less)
    every = [*rows, *withheld]
    cost = cost_of(records, here=True)
    return Evaluation("answer", score_answers(records, every), tuple(records), cost, risk_coverage(records, every))


def score_answers(records: Sequence[Prediction], rows: Sequence[Row]) -> tuple[Metric, ...]:
    """Return the metrics of answers; one of which it is not said whether it abstains is judged by its words."""
    outputs = [
        AnswerOutput(
            record.output,
            is_refusal(record.output) if record.abstained is None else record.abstained,
            record.citations or (),
            record.sentences or 0,
            record.supported or 0,
            record.confidence,
        )
        for record in records
    ]
    return tuple(answer_metrics(outputs, rows))


def _answers(pipeline: Pipeline, rows: Sequence[Row], gold: bool) -> Iterator[Prediction]:
    for part in distinct_questions(rows) if gold else [rows]:
        asked = replace(pipeline, retriever=OwnPassages.of(part)) if gold else pipeline
        answers = asked.ask_many([row.values["question"] for row in part])
        yield from (answer_record(row, answer) for row, answer in zip(part, answers, strict=True))


def answers_right(records: Sequence[Prediction], rows: Sequence[Row]) -> list[bool]:
    """Return whether each row was answered, and rightly."""
    return [not record.abstained and is_right(record.output, row) for record, row in zip(records, rows, strict=True)]


def signals_of_record(record: Prediction) -> Signals:
    """Return what a record says was known of its answer."""
    given = dict(record.signals or {})
    agreed = given.pop("agreed", None)
    return Signals(**given, agreed=None if agreed is None else bool(agreed))


def answer_record(row: Row, answer: Answer) -> Prediction:
    """Return what is kept of a pipeline's answer to a row."""
    output = AnswerOutput.from_answer(answer)
    return Prediction(
        row.id,
        answer.text,
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
        abstained=answer.abstained,
        citations=output.citations,
        sentences=output.sentences,
        supported=output.supported,
        confidence=answer.confidence,
        signals={name: value for name, value in asdict(answer.signals).items() if value is not None},
    )


@dataclass(frozen=True)
class OwnPassages:
    """A retriever that finds for a question the passages of its own row, and nothing else."""

    passages: Mapping[str, Sequence[Chunk]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> OwnPassages:
        return cls({row.values["question"]: row.passages for row in rows})

    @property
    def fingerprint(self) -> str:
        return fingerprint("own passages", {key: [chunk.text for chunk in part] for key, part in self.passages.items()})

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        return [Hit(chunk, 1.0) for chunk in self.passages[question]]


NO_PASSAGES = OwnPassages({})


def distinct_questions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows so that no part asks the same question twice: it may have another context there."""
    part: dict[str, Row] = {}
    for row in rows:
        if row.values["question"] in part:
            yield list(part.values())
            part = {}
        part[row.values["question"]] = row
    if part:
        yield list(part.values())
