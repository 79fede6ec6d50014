"""`rag ask`: answer one question, or a file of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.cli import output
from rag.cli.options import Command, load_config
from rag.cli.questions import QuestionOptions, read_questions, warn_of_filter, with_id
from rag.options import GenerationOptions, ReadingOptions, option

if TYPE_CHECKING:
    from rag.answer.pipeline import Pipeline

BATCH = 8  # questions


@dataclass(frozen=True, kw_only=True)
class AskOptions(QuestionOptions, ReadingOptions, GenerationOptions):
    """Options of `rag ask`."""

    min_evidence: float | None = option(
        "abstain if the best passage's cosine is lower (default: 0.45 without a confidence model, else 0)",
        "X",
        key="pipeline.min_evidence",
    )


def ask(options: AskOptions) -> int:
    """Answer one question, streaming it to a terminal, or a file of them in batches."""
    rows, config = list(read_questions(options)), load_config(options)
    with config.pipeline() as pipeline:
        if options.json or options.file:
            has_hits = _ask_in_batches(pipeline, rows)
        else:
            stream = pipeline.stream(rows[0]["question"])
            output.show_stream(stream)
            has_hits = bool(stream.answer.hits)
    if not has_hits:
        warn_of_filter(config, pipeline.where)
    return 0


def _ask_in_batches(pipeline: Pipeline, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Answer the rows' questions, print an object for each, and return whether any had hits."""
    has_hits = False
    for low in range(0, len(rows), BATCH):
        batch = rows[low : low + BATCH]
        began = time.perf_counter()
        answers = pipeline.ask_many([row["question"] for row in batch])
        seconds = (time.perf_counter() - began) / len(batch)
        has_hits = has_hits or any(answer.hits for answer in answers)
        for row, answer in zip(batch, answers, strict=True):
            output.json_line(with_id(row, output.answer_object(answer, seconds)))
    return has_hits


COMMAND = Command("answer a question, with citations", AskOptions, ask)
