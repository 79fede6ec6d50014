"""Predictions: a system's output for each row, kept as JSON lines so that nothing is generated twice.

A prediction is found again by a key of the row's input and of everything that its output depends on. So one file may
hold several systems, and a changed setting never meets an old output.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ingest.errors import RowsError
from rag.data.json_lines import RecordFile, read_objects, write_objects
from rag.data.rows import Row


@dataclass(frozen=True)
class Prediction:
    """One row's output with its cost; `row` is the row's id. None is not known.

    `seconds` is wall-clock time, `cpu_seconds` that of all threads. The rows of a batch share its time equally, and
    `together` is their number: only where that is 1 is `seconds` what a user would wait. An answer has `abstained`, its
    `confidence` (0 to 1), the `signals` behind it (`rag.answer.types.Signals`), the texts of its `citations`, and how
    many of its `sentences` are `supported`. A label has the `label` and its `probability`, a description the `attempts`
    and the `raw` text before checking.
    """

    row: str
    output: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    together: int | None = None
    abstained: bool | None = None
    citations: tuple[str, ...] | None = None
    sentences: int | None = None
    supported: int | None = None
    confidence: float | None = None
    signals: Mapping[str, float] | None = None
    label: str | None = None
    probability: float | None = None
    attempts: int | None = None
    raw: str | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        """The prediction without what is not known."""
        return {name: value for name in _NAMES if (value := getattr(self, name)) is not None}

    @classmethod
    def of(cls, content: Mapping[str, Any], place: str) -> Prediction:
        """Read a kept prediction, or a line that `rag ask`, `classify` or `describe` printed for a row with an `id`.

        Raises RowsError naming the place.
        """
        row = content.get("row", content.get("id"))
        output = next((content[name] for name in OUTPUTS if name in content), None)
        if not isinstance(row, str | int) or not isinstance(output, str):
            raise RowsError(f'{place}: needs "row" or "id", and a text as one of {", ".join(OUTPUTS)}')
        # Other columns are ignored: `rag ask` prints many more.
        values = {name: content[name] for name in _NAMES if content.get(name) is not None}
        for name, value in values.items():
            if not isinstance(value, _KINDS.get(name, str | int | float)):
                raise RowsError(f'{place}: "{name}" cannot be {value!r}')
        if "citations" in values:
            # `rag ask` prints objects with a text.
            values["citations"] = tuple(
                str(citation.get("text", "") if isinstance(citation, Mapping) else citation)
                for citation in values["citations"]
            )
        return cls(**{**values, "row": str(row), "output": output})


OUTPUTS = ("output", "answer", "description", "label")
_NAMES = tuple(field.name for field in fields(Prediction))
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("prompt_tokens", "completion_tokens", "together", "sentences", "supported", "attempts"), int),
    **dict.fromkeys(("seconds", "cpu_seconds", "confidence"), int | float),
    "abstained": bool,
    "citations": list,
    "signals": dict,
}

Predict = Callable[[Sequence[Row]], Sequence[Prediction]]
"""Returns the predictions of some rows, in their order; the time is measured around it."""

Batches = Callable[[Sequence[Row]], Iterable[Sequence[Row]]]
"""Splits rows into batches, in the order in which they are to be predicted."""


def predict_rows(
    rows: Sequence[Row],
    predict: Predict,
    origin: Mapping[str, Any] | str,
    file: Path | None = None,
    batch: int | Batches = 1,
    progress: bool | None = None,
    title: str = "generate",
) -> list[Prediction]:
    """Return a prediction for each row: from the file where it has one of the same `origin`, else predicted and kept.

    `origin` is everything that the outputs depend on, as JSON values or a hash. Rows with equal inputs are predicted
    once. `batch` is a number of rows, or a function that splits them; each batch is written before the next begins.
    `progress` shows a bar with this title on stderr; None means on a terminal only.
    """
    records = RecordFile(file) if file is not None else None
    kept: dict[str, Prediction] = {}
    for key, content in records.read().items() if records else ():
        try:
            kept[key] = Prediction.of(content, str(file))
        except RowsError:  # of an older version: predicted anew
            continue

    # Predict the first row of each key that is not kept, batch by batch.
    keys = [prediction_key(row, origin) for row in rows]
    by_key = dict(reversed(list(zip(keys, rows, strict=True))))  # the first row of each key
    waiting = [by_key[key] for key in dict.fromkeys(keys) if key not in kept]
    batches = (
        batch(waiting) if callable(batch) else [waiting[low : low + batch] for low in range(0, len(waiting), batch)]
    )
    is_shown = bool(waiting) and (sys.stderr.isatty() if progress is None else progress)
    with _show_progress(title, len(rows) - len(waiting), len(rows), is_shown) as advance:
        for part in batches if waiting else ():
            predictions = {
                prediction_key(row, origin): prediction
                for row, prediction in zip(part, _predict_timed(predict, part), strict=True)
            }
            if records:
                records.append({key: prediction.as_json for key, prediction in predictions.items()})
            kept.update(predictions)
            advance(len(part))
    # A kept prediction may have been made for a row of another id.
    return [replace(kept[key], row=row.id) for key, row in zip(keys, rows, strict=True)]


def prediction_key(row: Row, origin: Mapping[str, Any] | str) -> str:
    """Return the key that a row's prediction is kept under."""
    content = json.dumps([row.key, origin], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def read_predictions(file: str | Path, rows: Sequence[Row], among: Sequence[Row] | None = None) -> list[Prediction]:
    """Return the predictions of a file in the order of the rows.

    Raises RowsError for a row that the file lacks or holds twice, and for one that is not `among` the rows (by default
    these very rows).
    """
    file, predictions = Path(file), dict[str, Prediction]()
    for number, content in read_objects(file):
        prediction = Prediction.of(content, f"{file}, line {number}")
        if prediction.row in predictions:
            raise RowsError(f"{file}, line {number}: row {prediction.row!r} has an output on an earlier line too")
        predictions[prediction.row] = prediction
    expected = {row.id for row in among or rows}
    if unknown := [row for row in predictions if row not in expected]:
        raise RowsError(f"{file}: {len(unknown)} outputs are for rows that are not there, such as {unknown[0]!r}")
    if missing := [row.id for row in rows if row.id not in predictions]:
        raise RowsError(f"{file} has no output for {len(missing)} of {len(rows)} rows, such as {missing[0]!r}")
    return [predictions[row.id] for row in rows]


def write_predictions(file: str | Path, predictions: Sequence[Prediction]) -> None:
    """Write predictions as `read_predictions` reads them."""
    write_objects(Path(file), (prediction.as_json for prediction in predictions))


@contextmanager
def _show_progress(title: str, done: int, total: int, is_shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr that starts at the rows that are kept, and yield the function that advances it."""
    if not is_shown:
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    label = TextColumn("{task.description}", markup=False)
    columns = (label, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, completed=done)
        yield lambda rows: bar.advance(task, rows)


def _predict_timed(predict: Predict, rows: Sequence[Row]) -> list[Prediction]:
    wall, cpu = time.perf_counter(), time.process_time()
    predictions = list(predict(rows))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    wall, cpu = round(wall / len(rows), 6), round(cpu / len(rows), 6)
    return [replace(prediction, seconds=wall, cpu_seconds=cpu, together=len(rows)) for prediction in predictions]
