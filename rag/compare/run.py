"""`run_comparison`: measure systems on the same rows, with intervals and costs."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RowsError
from rag.compare.advice import advise
from rag.compare.comparison import ComparedData, Comparison, DataCheck, DataSplit, RunSettings
from rag.compare.comparison_file import load_comparison
from rag.compare.curve import learning_curve
from rag.compare.experiment import Experiment
from rag.compare.folder import Clock, lock_folder
from rag.compare.models import LocalModels, Models, hardware
from rag.compare.outputs import OutputCache
from rag.compare.results import Scorer, compared_metrics, paired_differences, system_result
from rag.compare.samples import draw_samples
from rag.compare.settings import ComparisonSettings
from rag.compare.system import System, check_systems
from rag.compare.training import SystemTrainer
from rag.data.checks import CheckedRows, RowChecks
from rag.data.rows import Row
from rag.evaluate.metrics.licence import NO_HOUSE, HouseLicence
from rag.generate.base import Decoding
from rag.retrieve.retrievers import Retriever

if TYPE_CHECKING:
    from ingest.embed import Embedder

LOG = logging.getLogger(f"openbook.{__name__}")


def run_comparison(
    systems: Sequence[System],
    rows: Sequence[Row],
    *,
    out: str | Path,
    train: Sequence[Row] = (),
    valid: Sequence[Row] = (),
    settings: ComparisonSettings | None = None,
    retriever: Retriever | None = None,
    embedder: Embedder | None = None,
    house: HouseLicence = NO_HOUSE,
    models: Models | None = None,
    files: Mapping[str, str] | None = None,
    command: str = "",
    progress: bool | None = None,
) -> Comparison:
    """Compare systems on the same rows, and write the result to `out`/comparison.json.

    Test rows that also occur in train are dropped. Trained models are in `out`/models and outputs in `out`/cache, so
    that an interrupted comparison resumes. With a `retriever`, questions are answered from its store, and no system is
    shown a row's own context. `embedder` finds similar rows to label. `house` licenses what the fields of descriptions
    do not. `files` (the path of each split) and `command` are quoted in the report. Raises RowsError for rows and
    InputError for systems that cannot be compared, BusyError if another comparison writes into `out`.
    """
    # Refuse rows and systems that cannot be compared.
    out, settings, files = Path(out), settings or ComparisonSettings(), files or {}
    tasks = sorted({row.task for row in (*train, *valid, *rows)})
    if len(tasks) != 1:
        raise RowsError(f"the rows are of {' and '.join(tasks) or 'no task'}: compare on rows of one task")
    [task] = tasks
    check_systems(systems, len(train), task)

    # Check the rows. Questions lose their own contexts where there is a store to find them in.
    store = getattr(retriever, "store", None) if task == "answer" else None
    checked = RowChecks(repeated=settings.repeated, store=store).run(train, valid, rows)
    for check in checked.checks:
        if check.count:
            LOG.warning("%s: %s", check.text, check.action)
    if task == "answer" and retriever is not None:
        splits = {name: getattr(checked, name) for name in ("train", "valid", "test")}
        bare = {name: tuple(replace(row, passages=()) for row in split) for name, split in splits.items()}
        checked = replace(checked, **bare)

    # Draw test rows: a larger sample contains a smaller one, whose outputs are in the cache.
    order = list(range(len(checked.test)))
    random.Random(settings.seed).shuffle(order)
    test = [checked.test[index] for index in sorted(order[: settings.rows])]

    experiment = Experiment(task, checked.train, test, settings.seed, retriever, embedder, house)
    models = models or LocalModels(settings)
    cache = OutputCache(out / "cache", experiment, models, settings, progress)
    trainer = SystemTrainer(out / "models", experiment, checked.valid, models, settings)
    for system in systems:
        experiment.definition(system)  # raises if a system lacks rows, before hours are spent on the others

    with ExitStack() as stack:
        stack.enter_context(lock_folder(out))
        clock = stack.enter_context(Clock(out / "seconds.json", (trainer.seconds, cache.seconds)))
        stack.callback(models.release)

        # Train, then generate the outputs of one model after the other: each is loaded once.
        trained = [trainer.train(system) for system in systems]
        names = [system.model for system in trained]
        by_model = sorted(trained, key=lambda system: names.index(system.model))
        generated = {system.name: cache.outputs(system, test) for system in by_model}
        outputs = {system.name: generated[system.name] for system in trained}

        # Measure all systems, and for the curve those that learn from parts of the rows.
        scorer = Scorer(experiment, [record for written in outputs.values() for record in written.records])
        metrics = {name: scorer.measure(written.records) for name, written in outputs.items()}
        curve = learning_curve(
            systems,
            settings.curve,
            trainer,
            lambda system: next(iter(scorer.measure(cache.outputs(system, test).records).values())),
            {name: next(iter(measured.values())) for name, measured in metrics.items()},
            settings.seed,
        )

        # Put the result together.
        decoding = settings.decoding_for(task)
        limit = Decoding(**decoding).max_new_tokens
        alone = min(sum(record.together == 1 for record in written.records) for written in outputs.values())
        comparison = Comparison(
            openbook=_package_version(),
            title=settings.title or f"{task}: {len(systems)} systems on {len(test)} rows",
            task=task,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            command=command,
            data=ComparedData(
                train=_describe_split(checked.train, files.get("train")),
                valid=_describe_split(checked.valid, files.get("valid")),
                test=_describe_split(test, files.get("test")),
                checks=_describe_checks(checked, len(test)),
            ),
            settings=RunSettings(
                decoding=decoding,
                seed=settings.seed,
                batch_size=settings.batch_size,
                latency=f"measured on {alone} rows generated one by one; the others {settings.batch_size} at a time",
                hardware=hardware(getattr(models, "threads", settings.threads)),
            ),
            metrics=compared_metrics(next(iter(metrics.values()))),
            systems=tuple(
                system_result(system, ready, outputs[system.name], metrics[system.name], limit)
                for system, ready in zip(systems, trained, strict=True)
            ),
            references=scorer.references(),
            differences=paired_differences(metrics),
            curve=curve,
            samples=draw_samples(test, outputs, settings.samples, settings.seed, house),
        )
        advice, caveats = advise(comparison)
        comparison = replace(comparison, advice=" ".join(advice), caveats=tuple(caveats), seconds=clock.seconds())
    file = out / "comparison.json"
    comparison.save(file)
    return load_comparison(file)


def _describe_split(rows: Sequence[Row], file: str | None) -> DataSplit | None:
    if not rows:
        return None
    digest = None
    if file is not None and Path(file).is_file():
        with Path(file).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return DataSplit(path=file or "", rows=len(rows), sha256=digest)


def _describe_checks(checked: CheckedRows, drawn: int) -> tuple[DataCheck, ...]:
    checks = [
        DataCheck(check=check.name, count=check.count, action=check.action, text=check.text) for check in checked.checks
    ]
    total = len(checked.test)
    if drawn < total:
        text = f"{drawn:,} of {total:,} test rows were drawn"
        checks.append(DataCheck(check="rows drawn", count=total - drawn, action="left out", text=text))
    return tuple(checks)


def _package_version() -> str:
    try:
        return version("openbook-rag")
    except PackageNotFoundError:
        return "0"
