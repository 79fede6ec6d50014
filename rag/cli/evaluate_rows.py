"""What all tasks of `rag evaluate` share: the rows to measure on, outputs that are given or made, and their result."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ingest.errors import InputError
from rag.cli import output
from rag.cli.evaluate_options import (
    AskedRowsOptions,
    EvaluateAnswersOptions,
    EvaluateLabelsOptions,
    EvaluateRetrievalOptions,
    EvaluateTextOptions,
    PredictionOptions,
    SampleOptions,
)
from rag.config import Config
from rag.data.rows import Row, read_rows
from rag.options import StoreOptions

if TYPE_CHECKING:
    from rag.data.checks import CheckResult
    from rag.evaluate.predictions import Prediction
    from rag.evaluate.result import EvaluationResult
    from rag.evaluate.run import Evaluation, Run

T = TypeVar("T")

FOLDER = Path("build") / "evaluate"
"""The folder of stores and kept outputs without a name of their own."""


@dataclass(frozen=True)
class SampledRows:
    """All rows of the file, the sample to measure on, the training rows, and the results of checking them."""

    all: Sequence[Row]
    chosen: Sequence[Row]
    train: Sequence[Row] = ()
    checks: tuple[CheckResult, ...] = ()


def read_sample(
    options: EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions,
    task: str | None,
    out_of_scope: str | None = None,
) -> SampledRows:
    """Read the rows and draw the sample, without rows that the training rows hold too."""
    rows = read_rows(options.path, task)
    if options.train is None:
        return SampledRows(rows, draw_sample(rows, options))
    from rag.data.checks import RowChecks

    train = read_rows(options.train, rows[0].task)
    checked = RowChecks(strict=options.strict, out_of_scope=out_of_scope).run(train, (), rows)
    return SampledRows(rows, draw_sample(checked.test, options), checked.train, checked.checks)


def measure_outputs(
    task: str,
    options: EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions,
    rows: SampledRows,
    predict: Callable[[], tuple[str, Evaluation]],
    score: Callable[[Sequence[Prediction]], Evaluation],
) -> EvaluationResult:
    """Measure the outputs that are given, or make them, and the outputs to compare them with.

    Files of outputs are read before anything is made, so that a mistake in them shows at once.
    """
    from rag.evaluate.predictions import read_predictions
    from rag.evaluate.result import EvaluationResult

    files = [file for file in (options.outputs, options.against) if file is not None]
    names = [file.stem for file in files]  # short, unless two would be equal
    if len(set(names)) < len(names):
        names = [str(file) for file in files]
    evaluations = [score(read_predictions(file, rows.chosen, among=rows.all)) for file in files]
    systems = dict(zip(names, evaluations, strict=True))
    if not options.outputs:
        name, evaluation = predict()
        systems = {name: evaluation, **systems}
    return EvaluationResult(task, str(options.path), {"rows": len(rows.chosen)}, systems, rows.checks)


RowMetric = Callable[[str, Row], float]
"""A metric of the user: an output and its row in, a number out."""


def import_metrics(names: Sequence[str]) -> dict[str, RowMetric]:
    """Return the functions of "MODULE:FUNCTION" names by function name. Raises InputError for one that is not there."""
    if names and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # at the end: a file here must not hide a library
    metrics: dict[str, RowMetric] = {}
    for name in names:
        module, _, function = name.partition(":")
        try:
            metrics[function] = getattr(import_module(module), function)
        except (ImportError, AttributeError, ValueError) as error:
            raise InputError(
                f"--metric {name}: it takes MODULE:FUNCTION of a module that can be imported ({error})"
            ) from None
    return metrics


def add_own_metrics(
    result: EvaluationResult, metrics: Mapping[str, RowMetric], rows: Sequence[Row]
) -> EvaluationResult:
    """Add the user's own metrics to every system."""
    from rag.evaluate.metrics.metric import mean_metric

    systems = {}
    for name, system in result.systems.items():
        pairs = list(zip(system.outputs, rows, strict=True))
        own = [
            mean_metric(
                title, [float(compute(prediction.output, row)) for prediction, row in pairs], "neither", "points"
            )
            for title, compute in metrics.items()
        ]
        systems[name] = replace(system, metrics=(*system.metrics, *own))
    return replace(result, systems=systems)


def write_result(options: TaskOptions, result: EvaluationResult) -> int:
    """Write the files that the options name, and print the result."""
    from rag.data.json_lines import write_objects
    from rag.evaluate.predictions import write_predictions

    if options.out:
        write_predictions(options.out, next(iter(result.systems.values())).outputs)
    if options.per_row:
        write_objects(options.per_row, result.rows_as_json())
    if options.report:
        from rag.report.evaluation import write_evaluation

        write_evaluation(result, options.report)
    if options.json:
        output.json_line(result.as_json())
    else:
        from rag.cli.output_metrics import show_evaluation

        show_evaluation(result)
    return 0


TaskOptions = EvaluateRetrievalOptions | EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions


def draw_sample(rows: Sequence[T], options: SampleOptions) -> Sequence[T]:
    """Return a seeded sample in the rows' own order, or all of them; a smaller sample is part of a larger one."""
    if options.rows is None or options.rows >= len(rows):
        return rows
    # The first N of a shuffled order: a larger N adds rows and replaces none.
    order = list(range(len(rows)))
    random.Random(options.seed or 0).shuffle(order)
    return [rows[place] for place in sorted(order[: options.rows])]


def prediction_run(options: PredictionOptions) -> Run:
    """Return the way predictions are made and kept."""
    from rag.evaluate.run import Run

    return Run(None if options.no_cache else options.cache or FOLDER / "records.jsonl", options.batch_size)


def check_prediction_options(options: PredictionOptions) -> None:
    """Raise InputError for options that contradict each other or cannot be."""
    check_at_least_one(options, "rows", "batch_size", *(["k"] if isinstance(options, AskedRowsOptions) else []))
    if options.cache and options.no_cache:
        raise InputError("give --cache or --no-cache, not both")


def check_at_least_one(options: object, *names: str) -> None:
    """Raise InputError for a number below 1 of these options."""
    for name in names:
        value = getattr(options, name)
        if value is not None and value < 1:
            flag = "-k" if name == "k" else f"--{name.replace('_', '-')}"
            raise InputError(f"{flag} is {value}: it has to be at least 1")


def name_store(config: Config, options: StoreOptions, origin: Path) -> Config:
    """Return the configuration with a store for this data and embedder in FOLDER, unless one is named."""
    if options.store is not None:
        return config.override("store", kind="local", path=str(options.store.absolute()))
    # Vectors of another embedder need another store.
    key = f"{origin.resolve()}\0{config.table('embedder')}"
    name = f"{origin.resolve().stem}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    return config.override("store", kind="local", path=str((FOLDER / name).absolute()))
