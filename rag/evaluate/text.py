"""Evaluate generated texts: summaries, descriptions and tasks of your own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.errors import RowsError
from prompts.prompt import Prompt
from rag.data.rows import Row
from rag.data.task_prompts import prompt_for
from rag.describe.drafts import DraftWriter
from rag.describe.slots import ValueLexicon, check_slots
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.metrics.slots import slot_metrics
from rag.evaluate.metrics.text import text_metrics
from rag.evaluate.predictions import Prediction
from rag.evaluate.run import Evaluation, Run, check_task, cost_of
from rag.generate.base import Decoding, Generator

TEXT_DECODING = Decoding(max_new_tokens=128, repetition_penalty=1.1)  # summaries, and tasks of your own


def evaluate_text(
    generator: Generator,
    rows: Sequence[Row],
    decoding: Mapping[str, Any] | None = None,
    prompt: Prompt | None = None,
    lexicon: ValueLexicon | None = None,
    attempts: int = 1,
    run: Run | None = None,
    complete: bool = False,
) -> Evaluation:
    """Generate a text for each row from its fields, its passage or its input, with the task's prompt.

    `decoding` holds `Decoding`'s options by name. A description with errors is written up to `attempts` times, 1 being
    the model as it is; with `complete` a last line states what it leaves out. `lexicon` holds the values that slots are
    measured by, by default those of these rows. Raises RowsError for rows of several tasks or of one without a text,
    and for a row that does not fit.
    """
    run = run or Run()
    check_task(rows, {row.task for row in rows} - {"answer", "classify"})
    task = rows[0].task
    # Descriptions are written as `rag describe` writes them, other texts by the task's prompt alone.
    if task == "describe":
        writer = DraftWriter(generator, decoding=decoding, prompt=prompt, attempts=attempts, complete=complete)
        predictions = run.predict(rows, lambda batch: _predict_descriptions(writer, batch), writer)
    else:
        own_prompt, options = prompt or prompt_for(task), replace(TEXT_DECODING, **(decoding or {}))
        predictions = run.predict(
            rows, lambda batch: _predict_texts(generator, own_prompt, options, batch), generator, own_prompt, options
        )
    return Evaluation(task, score_text(predictions, rows, lexicon), tuple(predictions), cost_of(predictions, here=True))


def score_text(
    predictions: Sequence[Prediction], rows: Sequence[Row], lexicon: ValueLexicon | None = None
) -> tuple[Metric, ...]:
    """Return the metrics of texts, with those of slots where the rows have fields."""
    texts = [prediction.output for prediction in predictions]
    metrics = text_metrics(texts, rows)
    if rows[0].task != "describe":
        return tuple(metrics)
    lexicon = lexicon or ValueLexicon.of_rows(rows)
    checks = [check_slots(text, row.values["fields"], lexicon) for text, row in zip(texts, rows, strict=True)]
    return (*metrics, *slot_metrics(checks))


def _predict_descriptions(writer: DraftWriter, rows: Sequence[Row]) -> list[Prediction]:
    try:
        descriptions = writer.write_rows(rows)
    except ValueError as error:
        raise RowsError(str(error)) from None
    return [
        Prediction(
            row.id,
            description.text,
            description.prompt_tokens,
            description.completion_tokens,
            attempts=description.attempts,
            raw=description.first,
        )
        for row, description in zip(rows, descriptions, strict=True)
    ]


def _predict_texts(generator: Generator, prompt: Prompt, decoding: Decoding, rows: Sequence[Row]) -> list[Prediction]:
    prompts = []
    for row in rows:
        try:
            packed = prompt.pack(generator, decoding.max_new_tokens, row.values, row.passages)
        except ValueError as error:  # too long; only here is the row's id known
            raise RowsError(f"row {row.id}: {error}") from None
        prompts.append(packed.prompt)
    return [
        Prediction(row.id, generation.text.strip(), generation.prompt_tokens, generation.completion_tokens)
        for row, generation in zip(rows, generator.generate(prompts, decoding), strict=True)
    ]
