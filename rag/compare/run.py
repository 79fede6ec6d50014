"""`compare`: which system serves best on your own rows, with what confidence, at what cost."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import RowsError
from rag.compare.advice import advice
from rag.compare.curve import learning_curve
from rag.compare.experiment import Experiment
from rag.compare.models import LocalModels, Models, hardware
from rag.compare.numbers import Metrics, differences, estimate, metric_objects, ordered, plain
from rag.compare.outputs import Generating, Outputs, latencies
from rag.compare.samples import sample_objects
from rag.compare.settings import Settings
from rag.compare.system import System, check_systems
from rag.compare.training import Training, training_object
from rag.data.checks import CheckedRows, CheckResult, RowChecks
from rag.data.rows import Row
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.predictions import Prediction
from rag.generate.base import Decoding
from rag.retrieve.retrievers import Retriever

if TYPE_CHECKING:
    from ingest.embed import Embedder


@dataclass(frozen=True)
class Comparison:
    """Systems measured on the same rows. `content` is what comparison.json holds, `outputs` each system's records."""

    content: Mapping[str, Any]
    outputs: Mapping[str, Outputs]

    @property
    def advice(self) -> str:
        """One paragraph of what follows from the numbers."""
        return str(self.content["advice"])

    def value(self, system: str, metric: str) -> float | None:
        """Return a system's value of a metric, None where it is not defined. Raises KeyError for unknown names."""
        [found] = [each for each in self.content["systems"] if each["name"] == system] or [{"metrics": {}}]
        value: float | None = found["metrics"][metric]["value"]
        return value

    def write(self, folder: Path) -> None:
        """Write comparison.json, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "comparison.json.part"
        part.write_text(json.dumps(self.content, ensure_ascii=False, indent=1, allow_nan=False), "utf-8")
        part.replace(folder / "comparison.json")


def compare(
    systems: Sequence[System],
    rows: Sequence[Row],
    *,
    out: str | Path,
    train: Sequence[Row] = (),
    valid: Sequence[Row] = (),
    settings: Settings | None = None,
    retriever: Retriever | None = None,
    embedder: Embedder | None = None,
    models: Models | None = None,
    files: Mapping[str, str] | None = None,
    command: str = "",
    progress: bool | None = None,
) -> Comparison:
    """Compare systems on the same rows, and write comparison.json into `out`.

    What stands in a row of train is dropped from the test rows. Systems that ask for it are trained into `out/models`;
    what each writes is kept in `out/cache`, so that a comparison that was interrupted goes on where it was. With a
    `retriever` questions are answered from its store, and a row's own context is shown to no system. `embedder` finds
    labelled rows that are alike. `files` are the paths of the splits, and `command` what was typed, for the report.
    Raises RowsError for rows and ValueError for systems that cannot be compared.
    """
    out, settings = Path(out), settings or Settings()
    task = _task([*train, *valid, *rows])
    check_systems(systems, len(train))
    checked = _checked(train, valid, rows, retriever, settings, task)
    test = _drawn(checked.test, settings)
    material = Experiment(task, checked.train, test, settings.seed, retriever, embedder)
    models = models or LocalModels(settings)
    generating = Generating(out / "cache", material, models, settings, progress)
    training = Training(out / "models", material, checked.valid, models, settings, progress)

    def work() -> float:
        return sum((*training.spent.values(), *generating.spent.values()))

    for system in systems:
        material.shown(system)  # what a system lacks is told before hours are spent on the others
    with _alone(out), _Clock(out / "seconds.json", work) as clock:
        ready = [training.trained(system) for system in systems]
        outputs = {system.name: generating.outputs(system, test) for system in _by_model(ready)}
        outputs = {system.name: outputs[system.name] for system in ready}
        scorer = _Scorer(material, [record for each in outputs.values() for record in each.records])
        metrics = {name: ordered(scorer.measured(each.records), task) for name, each in outputs.items()}
        first = {name: next(iter(each.values())) for name, each in metrics.items()}
        curve = learning_curve(
            systems,
            settings.curve,
            training,
            lambda system: scorer.main(generating.outputs(system, test).records),
            first,
            settings.seed,
        )
        content = _content(
            material,
            checked,
            settings,
            ready,
            systems,
            outputs,
            metrics,
            curve,
            files or {},
            command,
            getattr(models, "threads", settings.threads),
        )
        content["seconds"] = clock.told()
    comparison = Comparison(content, outputs)
    comparison.write(out)
    return comparison


def _task(rows: Sequence[Row]) -> str:
    found = sorted({row.task for row in rows})
    if len(found) != 1:
        raise RowsError(f"the rows are of {' and '.join(found) or 'no task'}: compare on rows of one task")
    return found[0]


def _checked(
    train: Sequence[Row],
    valid: Sequence[Row],
    rows: Sequence[Row],
    retriever: Retriever | None,
    settings: Settings,
    task: str,
) -> CheckedRows:
    """Return the rows that are left, those of questions without their own context where there is a store."""
    store = getattr(retriever, "store", None) if task == "answer" else None
    found = RowChecks(repeated=settings.repeated, store=store).run(train, valid, rows)
    if task != "answer" or retriever is None:
        return found
    splits = [tuple(replace(row, passages=()) for row in each) for each in (found.train, found.valid, found.test)]
    return CheckedRows(splits[0], splits[1], splits[2], found.checks)


def _drawn(rows: Sequence[Row], settings: Settings) -> list[Row]:
    """Return so many rows, in their own order; more of them hold the fewer, so that those are not made again."""
    order = list(range(len(rows)))
    random.Random(settings.seed).shuffle(order)
    return [rows[at] for at in sorted(order[: settings.rows])]


def _by_model(systems: Sequence[System]) -> list[System]:
    """Return the systems so that those of one model follow each other: it is loaded once."""
    order = [str(system.model) for system in systems]
    return sorted(systems, key=lambda system: order.index(str(system.model)))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from writing into the folder; SQLite's lock goes with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = sqlite3.connect(folder / ".lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise ValueError(
            f"{folder}: another comparison is writing there: wait for it, or choose another --out"
        ) from error
    try:
        yield
    finally:
        lock.close()


class _Clock:
    """Counts the seconds of all runs that made something, those that were interrupted in.

    What a kill took from the count still stands in what was made: `work`, the seconds of trainings and outputs.
    """

    def __init__(self, file: Path, work: Callable[[], float]) -> None:
        self._file = file
        self._work = work
        self._began = time.perf_counter()
        self._told: float | None = None
        try:
            kept = json.loads(file.read_text("utf-8"))
            self._before, self._known = float(kept["seconds"]), float(kept["work"])
        except (OSError, ValueError, KeyError, TypeError):
            self._before, self._known = 0.0, -1.0

    def __enter__(self) -> _Clock:
        return self

    def __exit__(self, *_: object) -> None:
        kept = {"seconds": self.told(), "work": round(max(self._work(), self._known), 3)}
        self._file.write_text(json.dumps(kept), "utf-8")

    def told(self) -> float:
        """Return the seconds up to the first time that this is asked."""
        if self._told is None:
            made = round(self._work(), 3) > self._known
            here = self._before + time.perf_counter() - self._began
            self._told = round(max(here, self._work()) if made else self._before, 1)
        return self._told


class _Scorer:
    """Measures records of the task; the same classes and the same lexicon for all systems."""

    def __init__(self, material: Experiment, records: Sequence[Prediction]) -> None:
        self._material = material
        self._classes: set[str] | None = None
        if material.task == "classify":
            self._classes = {*material.labels, *(row.target for row in material.test)}
            self._classes |= {record.output for record in records}

    def measured(self, records: Sequence[Prediction]) -> tuple[Metric, ...]:
        from rag.evaluate.answers import score_answers
        from rag.evaluate.labels import score_labels
        from rag.evaluate.text import score_text

        rows = self._material.test
        if self._material.task == "answer":
            return score_answers(records, rows)
        if self._material.task == "classify":
            return score_labels(records, rows, None, self._classes)
        return score_text(records, rows, self._material.lexicon)

    def main(self, records: Sequence[Prediction]) -> Metric:
        return next(iter(ordered(self.measured(records), self._material.task).values()))


def _content(
    material: Experiment,
    checked: CheckedRows,
    settings: Settings,
    systems: Sequence[System],
    asked: Sequence[System],
    outputs: Mapping[str, Outputs],
    metrics: Mapping[str, Metrics],
    curve: dict[str, Any] | None,
    files: Mapping[str, str],
    command: str,
    threads: int | None,
) -> dict[str, Any]:
    most = Decoding(**settings.decoding_for(material.task)).max_new_tokens
    splits = {"train": checked.train, "valid": checked.valid, "test": material.test}
    content: dict[str, Any] = {
        "openbook": _version(),
        "title": settings.title or f"{material.task}: {len(systems)} systems on {len(material.test)} rows",
        "task": material.task,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "seconds": None,
        "data": {
            **{name: _split(rows, files.get(name)) for name, rows in splits.items()},
            "checks": [check.as_json for check in _with_drawn(checked, material.test)],
        },
        "settings": _settings_object(material, settings, outputs, threads),
        "metrics": metric_objects(next(iter(metrics.values()))),
        "systems": [
            _system_object(system, before, outputs[system.name], metrics[system.name], most)
            for system, before in zip(systems, asked, strict=True)
        ],
        "differences": differences(metrics),
        "curve": curve,
        "samples": sample_objects(material.test, outputs, settings.samples, settings.seed, material.lexicon),
        "advice": "",
    }
    content["advice"] = advice(content)
    return content


def _split(rows: Sequence[Row], file: str | None) -> dict[str, Any] | None:
    if not rows:
        return None
    digest = None
    if file is not None and Path(file).is_file():
        with Path(file).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"path": file or "", "rows": len(rows), "sha256": digest}


def _with_drawn(checked: CheckedRows, test: Sequence[Row]) -> list[CheckResult]:
    left = len(checked.test) - len(test)
    drawn = CheckResult("rows drawn", left, "left out", f"{len(test):,} of {len(checked.test):,} test rows were drawn")
    return [*checked.checks, *([drawn] if left else [])]


def _settings_object(
    material: Experiment, settings: Settings, outputs: Mapping[str, Outputs], threads: int | None
) -> dict[str, Any]:
    alone = [sum(record.together == 1 for record in each.records) for each in outputs.values()]
    return {
        "decoding": settings.decoding_for(material.task),
        "seed": settings.seed,
        "batch": settings.batch,
        "latency": f"measured on {min(alone, default=0)} rows made one by one; the others {settings.batch} at a time",
        "hardware": hardware(threads),
    }


def _system_object(system: System, asked: System, outputs: Outputs, metrics: Metrics, most: int) -> dict[str, Any]:
    import numpy as np

    seconds = latencies(outputs.records)
    training = training_object(system)
    return {
        "name": system.name,
        "kind": system.kind,
        "model": asked.model or asked.start or f"from nothing: {(asked.finetune or {}).get('init')}",
        "examples": system.examples,
        "passages": system.passages,
        "attempts": system.attempts,
        "trained": training,
        "metrics": {name: estimate(each) for name, each in metrics.items()},
        "cost": {
            "latency_p50": plain(float(np.percentile(seconds, 50))) if seconds else None,
            "latency_p95": plain(float(np.percentile(seconds, 95))) if seconds else None,
            "prompt_tokens": _mean([record.prompt_tokens for record in outputs.records]),
            "completion_tokens": _mean([record.completion_tokens for record in outputs.records]),
            "peak_memory_mb": plain(outputs.peak_memory_mb, 1),
            "cpu_seconds_a_row": _mean([record.cpu_seconds for record in outputs.records]),
            "cut": _cut_share(system, outputs, most),
        },
        "prompt_example": outputs.prompt_example,
    }


def _cut_share(system: System, outputs: Outputs, most: int) -> float | None:
    """Return the share of texts with as many tokens as they may have; of texts written several times it is unknown."""
    if system.attempts > 1:
        return None
    written = [record.completion_tokens for record in outputs.records]
    return _mean([float(count >= most) for count in written if count is not None])


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return plain(sum(known) / len(known)) if known else None


def _version() -> str:
    try:
        return version("openbook-rag")
    except PackageNotFoundError:
        return "0"
