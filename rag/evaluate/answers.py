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
from rag.evaluate.run import Evaluation, Run, check_task, cost_of
from rag.evaluate.unanswerable import WithoutGold
from stores.base import Hit
from stores.filters.filter import Where

if TYPE_CHECKING:
    from ingest.embed import Embedder


def evaluate_answers(
    pipeline: Pipeline,
    rows: Sequence[Row],
    gold: bool = False,
    run: Run | None = None,
    unanswerable: Sequence[Row] = (),
) -> Evaluation:
    """Ask a pipeline the rows' questions; `gold` gives each question its own row's passages instead of retrieving.

    The `unanswerable` rows (`rag.evaluate.unanswerable`) are asked after them, with the passages that answer `rows`
    taken out of what is retrieved. Raises RowsError for rows of another task, and with `gold` for a row without a
    context.
    """
    run = run or Run()
    check_task(rows, ("answer",))
    rouge_scorer("rougeL")  # a missing package is reported before the work
    bare = next((row.id for row in rows if gold and not row.passages), None)
    if bare is not None:
        raise RowsError(f'row {bare!r} has no "context" to answer from: leave --gold out, or add it')

    def predict_gold(batch: Sequence[Row]) -> list[Prediction]:
        # The same question may have another context in another row.
        parts = split_repeated_questions(batch)
        return [
            prediction
            for part in parts
            for prediction in _predict_answers(replace(pipeline, retriever=OwnPassages.of(part)), part)
        ]

    if gold:
        predictions = run.predict(rows, predict_gold, replace(pipeline, retriever=NO_PASSAGES))
    else:
        predictions = run.predict(rows, lambda batch: _predict_answers(pipeline, batch), pipeline)
    if unanswerable:
        misled = replace(pipeline, retriever=WithoutGold.of(pipeline.retriever, rows))
        predictions += run.predict(unanswerable, lambda batch: _predict_answers(misled, batch), misled)
    asked_rows = [*rows, *unanswerable]
    return Evaluation(
        "answer",
        score_answers(predictions, asked_rows),
        tuple(predictions),
        cost_of(predictions, here=True),
        risk_coverage(predictions, asked_rows),
    )


def score_answers(predictions: Sequence[Prediction], rows: Sequence[Row]) -> tuple[Metric, ...]:
    """Return the metrics of answers. An answer that does not say whether it abstains is judged by its words."""
    outputs = [
        AnswerOutput(
            prediction.output,
            is_refusal(prediction.output) if prediction.abstained is None else prediction.abstained,
            prediction.citations or (),
            prediction.sentences or 0,
            prediction.supported or 0,
            prediction.confidence,
        )
        for prediction in predictions
    ]
    return tuple(answer_metrics(outputs, rows))


def are_right(predictions: Sequence[Prediction], rows: Sequence[Row]) -> list[bool]:
    """Tell of each row whether it was answered, and rightly."""
    return [
        not prediction.abstained and is_right(prediction.output, row)
        for prediction, row in zip(predictions, rows, strict=True)
    ]


def read_signals(prediction: Prediction) -> Signals:
    """Return the signals that a prediction keeps."""
    signals = dict(prediction.signals or {})
    agreed, sources = signals.pop("agreed", None), signals.pop("sources", None)
    return Signals(
        **signals,
        agreed=None if agreed is None else bool(agreed),
        sources=None if sources is None else int(sources),
    )


def answer_prediction(row: Row, answer: Answer) -> Prediction:
    """Return a pipeline's answer to a row as a prediction."""
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
    """A retriever that returns the passages of a question's own row, and nothing else.

    `embedder` is that of the retriever in whose place it stands: a pipeline's defaults depend on it.
    """

    passages: Mapping[str, Sequence[Chunk]]
    embedder: Embedder | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> OwnPassages:
        return cls({row.values["question"]: row.passages for row in rows})

    @property
    def fingerprint(self) -> str:
        texts = {question: [chunk.text for chunk in chunks] for question, chunks in self.passages.items()}
        return fingerprint("own passages", texts)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        return [Hit(chunk, 1.0) for chunk in self.passages[question]]


NO_PASSAGES = OwnPassages({})


def split_repeated_questions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Split rows so that no part has the same question twice."""
    part: dict[str, Row] = {}
    for row in rows:
        if row.values["question"] in part:
            yield list(part.values())
            part = {}
        part[row.values["question"]] = row
    if part:
        yield list(part.values())


def _predict_answers(pipeline: Pipeline, rows: Sequence[Row]) -> list[Prediction]:
    answers = pipeline.ask_many([row.values["question"] for row in rows])
    return [answer_prediction(row, answer) for row, answer in zip(rows, answers, strict=True)]
