"""`rag finetune`: labelled rows in, a model folder out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ingest.errors import InputError, RowsError
from ingest.models.weights import SMOLLM2
from rag.cli import output
from rag.cli.options import Command, JsonOptions, settings_option
from rag.finetune.generator.settings import GeneratorSettings
from rag.options import option

if TYPE_CHECKING:
    from rag.data.checks import CheckResult
    from rag.data.rows import Row
    from rag.finetune.generator.start import FinetunedGenerator


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """The output of a training."""

    TITLE: ClassVar = "training"

    out: Path = option("folder to write the model to", "DIR", required=True)
    restart: bool = option("discard the checkpoints of an interrupted run", default=False)


@dataclass(frozen=True, kw_only=True)
class GeneratorTrainingOptions(TrainingOptions, JsonOptions):
    """The start and the settings of a generator's training."""

    TITLE: ClassVar = "training"

    model: str | None = option(f"model to start from (default: {SMOLLM2})", "MODEL")
    init: str | None = option("start from random weights: t5-tiny, t5-micro, t5-mini, gpt2-mini, ...", "SIZE")
    lora: bool = option("train a low-rank adapter and merge it into the model", default=False)
    adapter: bool = option("write the low-rank adapter alone, a few megabytes", default=False)
    settings: Mapping[str, Any] = settings_option(GeneratorSettings)

    @property
    def start(self) -> str | None:
        """The model to start from; None for random weights."""
        return None if self.init else self.model or SMOLLM2

    @property
    def all_settings(self) -> dict[str, Any]:
        """The settings given by name, and those that --lora and --adapter stand for."""
        method = {"method": "lora"} if self.lora or self.adapter else {}
        return method | ({"adapter_only": True} if self.adapter else {}) | dict(self.settings)


@dataclass(frozen=True, kw_only=True)
class FinetuneOptions(GeneratorTrainingOptions):
    """Options of `rag finetune`."""

    train: tuple[str, ...] = option(
        "JSONL rows; name the files of several tasks", "[TASK=]FILE", required=True, positional=True
    )
    valid: tuple[str, ...] = option("validation rows, which select the checkpoint", "[TASK=]FILE", default=())
    export: Path | None = option("also write an int8 copy for CTranslate2", "DIR")
    strict: bool = option("refuse rows that are in both files", default=False)


def run_finetune(options: FinetuneOptions) -> int:
    """CheckResult the rows, fine-tune, and show the result."""
    from rag.finetune.generator.run import finetune_generator

    if options.export and options.adapter:
        raise InputError("--export needs a whole model: leave --adapter out, and give --lora")
    train, valid, checks = check_task_rows(options)
    for check in checks:
        output.warn(f"{check.text}: {check.action}")
    tuned = finetune_generator(
        options.start,
        train,
        valid or None,
        out=options.out,
        init=options.init,
        restart=options.restart,
        **options.all_settings,
    )
    if options.export:
        from rag.finetune.generator.export import export_ctranslate2

        export_ctranslate2(tuned.folder, options.export)
    return show_finetuned(tuned, options.json, checks)


def check_task_rows(options: FinetuneOptions) -> tuple[dict[str, list[Row]], dict[str, list[Row]], list[CheckResult]]:
    """Return the training and validation rows of each task that pass the checks, and the checks' reports."""
    from rag.data.checks import RowChecks
    from rag.data.rows import read_rows

    train_files, valid_files = task_files(options.train), task_files(options.valid)
    for name in valid_files:
        if name not in train_files:
            tasks = ", ".join(task or "the unnamed one" for task in train_files)
            raise RowsError(f"--valid names the task {name!r}, but the tasks to train are {tasks}")
    train: dict[str, list[Row]] = {}
    valid: dict[str, list[Row]] = {}
    checks: list[CheckResult] = []
    for name, file in train_files.items():
        rows = read_rows(file, name or None)
        held_out = read_rows(valid_files[name], name or None) if name in valid_files else []
        checked = RowChecks(strict=options.strict).run(rows, held_out)
        train[name], checks = list(checked.train), [*checks, *checked.checks]
        if held_out:
            valid[name] = list(checked.valid)
    return train, valid, checks


def task_files(texts: Sequence[str]) -> dict[str, Path]:
    """Return files by the name of their task: "qa=train.jsonl", or a file alone for a single task."""
    files: dict[str, Path] = {}
    for text in texts:
        name, equals, file = text.partition("=")
        if not equals or Path(text).exists():
            name, file = "", text
        if name in files:
            cure = "" if name else ": name each, as in NAME=FILE"
            raise InputError(f"two files for the task {name!r}{cure}")
        files[name] = Path(file)
    return files


def show_finetuned(tuned: FinetunedGenerator, as_json: bool, checks: Sequence[CheckResult] = ()) -> int:
    """Show the result of a generator's training, and return the exit status."""
    if as_json:
        output.json_line(
            {
                "folder": str(tuned.folder),
                "rows": tuned.rows,
                "steps": tuned.steps,
                "seconds": round(tuned.seconds, 1),
                "parameters": tuned.parameters,
                "trained_parameters": tuned.trained_parameters,
                "metrics": dict(tuned.metrics),
                "checks": [check.as_json for check in checks],
            }
        )
        return 0
    metrics = "".join(f"; {name} {value:.3g}" for name, value in tuned.metrics.items())
    share = f", {tuned.trained_parameters:,} of them trained" if tuned.trained_parameters < tuned.parameters else ""
    output.line(f"{output.colour(str(tuned.folder), output.BOLD)}: {tuned.parameters:,} parameters{share}")
    output.line(f"{tuned.rows:,} rows, {tuned.steps:,} steps, {tuned.seconds:.0f} s{metrics}")
    return 0


COMMAND = Command("fine-tune a model on your rows", FinetuneOptions, run_finetune)
