"""`rag ask`: answer one question, or a file of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.tracing import record_trace
from rag.cli import output
from rag.cli.messages import is_of_question
from rag.cli.options import Command, load_config
from rag.cli.questions import QuestionOptions, QuestionRow, read_questions, warn_of_filter, with_id
from rag.options import GenerationOptions, ReadingOptions, option

if TYPE_CHECKING:
    from rag.answer.pipeline import Pipeline
    from rag.answer.types import Answer

BATCH = 8  # questions


@dataclass(frozen=True, kw_only=True)
class AskOptions(QuestionOptions, ReadingOptions, GenerationOptions):
    """Options of `rag ask`."""

    min_evidence: float | None = option(
        "abstain if the best passage's cosine is lower (default: 0.45 without a confidence model, else 0)",
        "X",
        key="pipeline.min_evidence",
    )
    trace: bool = option("show on stderr what was retrieved, read, generated and refused, with times", default=False)


def ask(options: AskOptions) -> int:
    """Answer one question, streaming it to a terminal, or a file of them in batches."""
    questions, config = read_questions(options), load_config(options)
    if not questions.rows:  # of a file with broken lines alone, or none
        return int(questions.broken > 0)
    answered = 0
    with config.pipeline() as pipeline, record_trace() as spans:
        if options.file:
            answered, has_hits = _ask_in_batches(pipeline, questions.rows)
        elif options.json:
            has_hits = _show_objects(pipeline, questions.rows)
        else:
            answer = _show_answer(pipeline, questions.rows[0].question)
            has_hits = bool(answer.hits)
            if options.trace:
                output.show_hits_read(answer)
    if options.trace:
        output.show_trace(spans)
    if not has_hits:
        warn_of_filter(config, pipeline.where)
    return int(bool(options.file) and (questions.broken > 0 or answered < len(questions.rows)))


def _show_answer(pipeline: Pipeline, question: str) -> Answer:
    """Answer a question, on a terminal with its drafts as they come, and return the answer."""
    if output.is_terminal():
        return output.show_drafts(pipeline.stream_drafts(question))
    answer = pipeline.ask(question)
    output.show_answer(answer)
    return answer


def _ask_in_batches(pipeline: Pipeline, rows: Sequence[QuestionRow], size: int = BATCH) -> tuple[int, bool]:
    """Answer the rows' questions, print an object for each, and return the number answered and if any had hits.

    A question that cannot be answered is reported, and the others of its batch are answered one by one.
    """
    answered, has_hits = 0, False
    for low in range(0, len(rows), size):
        batch = rows[low : low + size]
        try:
            has_hits |= _show_objects(pipeline, batch)
            answered += len(batch)
        except Exception as error:
            if not is_of_question(error):
                raise
            if size == 1:
                batch[0].report(error)
                continue
            count, is_found = _ask_in_batches(pipeline, batch, size=1)
            answered, has_hits = answered + count, has_hits or is_found
    return answered, has_hits


def _show_objects(pipeline: Pipeline, rows: Sequence[QuestionRow]) -> bool:
    """Answer questions together, print an object for each, and return if any had hits."""
    began = time.perf_counter()
    answers = pipeline.ask_many([row.question for row in rows])
    seconds = (time.perf_counter() - began) / len(rows)
    for row, answer in zip(rows, answers, strict=True):
        output.json_line(with_id(row.row, output.answer_object(answer, seconds)))
    return any(answer.hits for answer in answers)


COMMAND = Command("answer a question, with citations", AskOptions, ask)
