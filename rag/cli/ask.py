"""`rag ask`: answer one question, or a file of them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rag.cli import output
from rag.cli.options import Command, load_config
from rag.cli.questions import QuestionOptions, read_questions, warn_of_filter, with_id
from rag.options import GenerationOptions, ReadingOptions, option

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
    pipeline = config.pipeline()
    if not (options.json or options.file):
        stream = pipeline.stream(rows[0]["question"])
        output.show_stream(stream)
        if not stream.answer.hits:
            warn_of_filter(config, pipeline.where)
        return 0
    some_hits = False
    for low in range(0, len(rows), BATCH):
        batch = rows[low : low + BATCH]
        began = time.perf_counter()
        answers = pipeline.ask_many([row["question"] for row in batch])
        seconds = (time.perf_counter() - began) / len(batch)
        some_hits = some_hits or any(answer.hits for answer in answers)
        for row, answer in zip(batch, answers, strict=True):
            output.json_line(with_id(row, output.answer_object(answer, seconds)))
    if not some_hits:
        warn_of_filter(config, pipeline.where)
    return 0


COMMAND = Command("answer a question, with citations", AskOptions, ask)
