"""Evaluate generated texts: summaries, descriptions and tasks of your own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.errors import RowsError
from prompts.prompt import Prompt
from rag.data.rows import Row
from rag.data.task_prompts import prompt_for
from rag.describe.describer import Describer
from rag.describe.drafts.draft_writer import DraftWriter
from rag.evaluate.metrics.licence import NO_HOUSE, HouseLicence, check_rows, licence_metrics, product_of
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.metrics.text import text_metrics
from rag.evaluate.predictions import Prediction
from rag.evaluate.run import Evaluation, Run, check_task, cost_of
from rag.generate.base import Decoding, Generator

TEXT_DECODING = Decoding(max_new_tokens=128, repetition_penalty=1.1)  # summaries, and tasks of your own


def evaluate_text(
    generator: Generator | None,
    rows: Sequence[Row],
    decoding: Mapping[str, Any] | None = None,
    prompt: Prompt | None = None,
    attempts: int = 1,
    run: Run | None = None,
    checked: bool = False,
    house: HouseLicence = NO_HOUSE,
) -> Evaluation:
    """Generate a text for each row from its fields, its passage or its input, with the task's prompt.

    Descriptions are the model's own texts; if `checked`, what `rag describe` makes of them; without a generator, those
    of the rules. `decoding` holds `Decoding`'s options by name. A description with wrong values is written up to
    `attempts` times, 1 being the model as it is. `house` licenses more than the fields do. Raises RowsError for rows of
    several tasks or of one without a text, and for a row that does not fit.
    """
    run = run or Run()
    check_task(rows, {row.task for row in rows} - {"answer", "classify"})
    task = rows[0].task
    if generator is None and task != "describe":
        raise RowsError(f"the rows are of {task}: only descriptions are written without a model")
    if generator is None or (checked and task == "describe"):
        drafts = DraftWriter(generator, decoding=decoding, prompt=prompt, attempts=attempts) if generator else None
        describer = new_describer(house, drafts)
        # Rules cost nothing, and may change with the program: what they write is not kept.
        run = run if drafts else replace(run, cache=None)
        predictions = run.predict(rows, lambda batch: predict_licensed(describer, batch, house), describer)
    elif task == "describe":
        writer = DraftWriter(generator, decoding=decoding, prompt=prompt, attempts=attempts)
        predictions = run.predict(rows, lambda batch: _predict_descriptions(writer, batch), writer)
    else:
        own_prompt, options = prompt or prompt_for(task), replace(TEXT_DECODING, **(decoding or {}))
        predictions = run.predict(
            rows, lambda batch: _predict_texts(generator, own_prompt, options, batch), generator, own_prompt, options
        )
    return Evaluation(task, score_text(predictions, rows, house), tuple(predictions), cost_of(predictions, here=True))


def new_describer(house: HouseLicence, drafts: DraftWriter | None = None) -> Describer:
    """Return the describer of a house: with rules alone, or with the drafts of a model, whose sentences it checks."""
    return Describer(field_rules=house.rules, allowed=house.allowed, drafts=drafts)


def predict_licensed(describer: Describer, rows: Sequence[Row], house: HouseLicence) -> list[Prediction]:
    """Return a describer's long texts of rows; a row whose fields say nothing that can be stated gets none."""
    products = [product_of(row, house) for row in rows]
    places = [place for place, product in enumerate(products) if product.fields]
    described = describer.describe_products([products[place] for place in places])
    predictions = [Prediction(row.id, "", 0, 0) for row in rows]
    for place, text in zip(places, described, strict=True):
        predictions[place] = Prediction(rows[place].id, text.text, text.prompt_tokens, text.completion_tokens)
    return predictions


def score_text(
    predictions: Sequence[Prediction],
    rows: Sequence[Row],
    house: HouseLicence = NO_HOUSE,
) -> tuple[Metric, ...]:
    """Return the metrics of texts, of descriptions also those of the licence check."""
    texts = [prediction.output for prediction in predictions]
    metrics = text_metrics(texts, rows)
    if rows[0].task != "describe":
        return tuple(metrics)
    return (*metrics, *licence_metrics(check_rows([[text] for text in texts], rows, house)))


def score_references(rows: Sequence[Row], house: HouseLicence = NO_HOUSE) -> tuple[Metric, ...]:
    """Return the licence check's metrics of the references of descriptions: what people's own texts score.

    All references of a row count. There are none for other tasks, and for rows without references.
    """
    if rows[0].task != "describe" or not any(row.references for row in rows):
        return ()
    return tuple(licence_metrics(check_rows([row.references for row in rows], rows, house)))


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
