"""`rag finetune`: labelled rows in, a model folder out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rag.cli import output
from rag.cli.options import Command, CommonOptions
from rag.finetune.generator.settings import GeneratorSettings
from rag.options import StoreOptions, option

if TYPE_CHECKING:
    from rag.data.checks import CheckResult
    from rag.data.rows import Row
    from rag.finetune.generator.run import FinetunedGenerator

NAMED: tuple[str, ...] = (
    "epochs",
    "max_steps",
    "batch_size",
    "learning_rate",
    "metric",
    "patience",
    "max_target_tokens",
)
NAMED += ("words", "seed", "device", "threads", "temperature", "cap")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(StoreOptions, CommonOptions):
    """How a generator is trained."""

    TITLE: ClassVar = "training"

    model: str | None = option("model to start from (default: builtin:smollm2)", "MODEL")
    init: str | None = option("start from nothing: t5-tiny, t5-micro, t5-mini, gpt2-mini, ...", "SIZE")
    out: Path = option("folder to write the model into", "DIR", required=True)
    lora: bool = option("train a low-rank adapter and merge it at the end", default=False)
    adapter: bool = option("write the low-rank adapter alone: a few megabytes", default=False)
    epochs: float | None = option("passes over the rows (default: 3)", "N")
    max_steps: int | None = option("steps, in place of epochs", "N")
    batch_size: int | None = option("rows a step (default: 32)", "ROWS")
    learning_rate: float | None = option("learning rate (default: by model and method)", "X")
    seed: int | None = option("seed of everything random (default: 0)", "N")
    device: str | None = option("cpu (default), cuda, mps or auto", "NAME")
    threads: int | None = option("CPU threads (default: all cores)", "N")
    set: tuple[str, ...] = option("any other field of FinetuneSettings", "NAME=VALUE", default=())
    restart: bool = option("discard the checkpoints of an interrupted run", default=False)


@dataclass(frozen=True, kw_only=True)
class FinetuneOptions(TrainingOptions):
    """Options of `rag finetune`."""

    train: tuple[str, ...] = option(
        "JSONL rows; name the files of several tasks", "[TASK=]FILE", required=True, positional=True
    )
    valid: tuple[str, ...] = option("rows that choose the best checkpoint", "[TASK=]FILE", default=())
    metric: str | None = option("metric that chooses it: loss (default), bleu, exact_match, f1")
    words: str | None = option("embedder whose vectors initialise the words of a model from nothing", "MODEL")
    patience: int | None = option("stop after N evaluations without a better one", "N")
    max_target_tokens: int | None = option("longest target in tokens (default: 96)", "N")
    placeholders: bool = option("train on placeholders instead of the fields' values", default=False)
    temperature: float | None = option("mix tasks by size (1) or more evenly (above 1)", "T")
    cap: int | None = option("rows that a task counts with at most when tasks are mixed", "ROWS")
    export: Path | None = option("also write an int8 copy for CTranslate2", "DIR")
    strict: bool = option("refuse rows that both files hold", default=False)


def finetune(options: FinetuneOptions) -> int:
    """Check the rows, fine-tune, and say what came of it."""
    from rag.finetune.generator.run import finetune_generator as run

    settings = training_settings(options)
    train, valid, checks = _checked(options)
    for check in checks:
        output.warn(check.text + f": {check.action}")
    if options.export and options.adapter:
        raise ValueError("--export needs a whole model: leave --adapter out, and give --lora")
    done = run(
        start_model(options),
        train,
        valid or None,
        out=options.out,
        init=options.init,
        restart=options.restart,
        **settings,
    )
    if options.export:
        from rag.finetune.generator.export import export_ctranslate2

        export_ctranslate2(done.folder, options.export)
    return show_finetuned(done, options.json, checks)


def finetuned_object(done: FinetunedGenerator, checks: Sequence[CheckResult]) -> dict[str, Any]:
    """The object of `rag finetune --json`."""
    return {
        "folder": str(done.folder),
        "rows": done.rows,
        "steps": done.steps,
        "seconds": round(done.seconds, 1),
        "parameters": done.parameters,
        "trained_parameters": done.trained_parameters,
        "metrics": dict(done.metrics),
        "checks": [check.as_json for check in checks],
    }


def start_model(options: TrainingOptions) -> str | None:
    """Return the model to start from, None to start from nothing."""
    return None if options.init else options.model or "builtin:smollm2"


def _checked(options: FinetuneOptions) -> tuple[dict[str, list[Row]], dict[str, list[Row]], list[CheckResult]]:
    """Return the rows of each task that passed the checks, and what the checks found."""
    from ingest.errors import RowsError
    from rag.data.checks import RowChecks
    from rag.data.rows import read_rows

    train_files, valid_files = _files(options.train), _files(options.valid or [])
    for name in valid_files:
        if name not in train_files:
            known = ", ".join(each or "the unnamed one" for each in train_files)
            raise RowsError(f"--valid names the task {name!r}, but the tasks to train are {known}")
    train: dict[str, list[Row]] = {}
    valid: dict[str, list[Row]] = {}
    checks: list[CheckResult] = []
    for name, file in train_files.items():
        rows = read_rows(file, name or None)
        held = read_rows(valid_files[name], name or None) if name in valid_files else []
        found = RowChecks(strict=options.strict).run(rows, held)
        train[name], checks = list(found.train), [*checks, *found.checks]
        if held:
            valid[name] = list(found.valid)
    return train, valid, checks


def _files(given: Sequence[str]) -> dict[str, Path]:
    """Return files by the name of their task: "qa=train.jsonl", or a file alone for a single task."""
    files: dict[str, Path] = {}
    for text in given:
        name, equals, file = text.partition("=")
        name, file = (name, file) if equals and not Path(text).exists() else ("", text)
        if name in files:
            raise ValueError(
                f"two files for the task {name!r}: name each, as in NAME=FILE"
                if not name
                else f"two files for the task {name!r}"
            )
        files[name] = Path(file)
    return files


def training_settings(options: TrainingOptions) -> dict[str, Any]:
    """Return the settings that were given: options of their own, and those of --set NAME=VALUE."""
    settings = {name: getattr(options, name) for name in NAMED if getattr(options, name, None) is not None}
    if options.lora or options.adapter:
        settings["method"] = "lora"
    if options.adapter:
        settings["adapter_only"] = True
    if getattr(options, "placeholders", False):
        settings["placeholders"] = True
    settings |= settings_from(options.set or [])
    GeneratorSettings(**settings)
    return settings


def settings_from(given: Sequence[str], option: str = "--set", of: type[Any] = GeneratorSettings) -> dict[str, Any]:
    """Return settings of a class given as NAME=VALUE. Raises ValueError, naming the option, for what is none."""
    kinds = typing.get_type_hints(of)
    settings = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in kinds:
            known = ", ".join(field.name for field in dataclasses.fields(of))
            raise ValueError(f"{option} {text!r}: needs NAME=VALUE with one of {known}")
        settings[name] = _value(name, value, kinds[name])
    return settings


def _value(name: str, text: str, kind: Any) -> Any:
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    for each in kinds:
        if each is bool:
            if text.casefold() in ("true", "false"):
                return text.casefold() == "true"
        elif each in (int, float):
            try:
                return each(text)
            except ValueError:
                continue
        elif each is not types.NoneType:
            return text
    raise ValueError(
        f"--set {name}={text}: {text!r} is no {' or '.join(getattr(each, '__name__', '') for each in kinds)}"
    )


def show_finetuned(done: FinetunedGenerator, as_json: bool, checks: Sequence[CheckResult]) -> int:
    """Show what a training run did, and return the exit status."""
    if as_json:
        output.json_line(finetuned_object(done, checks))
        return 0
    reached = ", ".join(f"{name} {value:.3g}" for name, value in _plain(done.metrics).items())
    share = f", {done.trained_parameters:,} of them trained" if done.trained_parameters < done.parameters else ""
    output.line(f"{output.colour(str(done.folder), output.BOLD)}: {done.parameters:,} parameters{share}")
    output.line(f"{done.rows:,} rows, {done.steps:,} steps, {done.seconds:.0f} s" + (f"; {reached}" if reached else ""))
    return 0


def _plain(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name in ("loss", "bleu", "exact_match", "f1")}


COMMAND = Command("fine-tune a model on your rows", FinetuneOptions, finetune)
