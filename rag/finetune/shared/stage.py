"""What trainings of embedders and readers share: checkpoints to go on from, when to stop, the line that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from tqdm import tqdm
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainerCallback

from rag.finetune.shared.checkpoints import last_checkpoint, step_of


class StageSettings(Protocol):
    """What a stage needs to know of the settings that it is run with."""

    @property
    def warmup(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def precision(self) -> str: ...


def options(folder: Path, settings: StageSettings, every: int) -> dict[str, Any]:
    """Return the training arguments of a stage: one pass over batches in a fixed order, a checkpoint `every` steps.

    Nothing is reported to anybody.
    """
    return {
        "output_dir": str(folder),
        "num_train_epochs": 1,
        "warmup_steps": settings.warmup,
        "weight_decay": settings.weight_decay,
        "lr_scheduler_type": "linear",
        "seed": settings.seed,
        "use_cpu": settings.device == "cpu",
        "bf16": _half(settings),
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        # Figures logged by a run that goes on are those of the uninterrupted one: the sum since the last is not kept.
        "logging_steps": max(size for size in range(1, 11) if every % size == 0),
        "disable_tqdm": True,
        "report_to": "none",
        "push_to_hub": False,
        "remove_unused_columns": False,
        "dataloader_pin_memory": False,
    }


def run(trainer: Trainer, folder: Path, name: str, steps: int, progress: bool | None) -> list[dict[str, Any]]:
    """Train, from the last checkpoint in `folder` where there is one, and return what was logged since the start."""
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    found = last_checkpoint(folder)
    with _bar(name, steps, found, progress) as bar:
        trainer.add_callback(_Line(bar))
        trainer.train(resume_from_checkpoint=str(found) if found else None)
    history: list[dict[str, Any]] = trainer.state.log_history
    return history


def values(logged: Sequence[Mapping[str, Any]], name: str) -> dict[int, float]:
    """Return a logged figure by step."""
    return {int(entry["step"]): float(entry[name]) for entry in logged if name in entry}


class Stop(TrainerCallback):
    """End the run after `patience` measurements in a row that are no better than the best before them or the start.

    The last step is always measured. All is told from what was logged, so that a run that goes on decides as the
    uninterrupted one.
    """

    def __init__(self, name: str, start: float, patience: int | None) -> None:
        self._name = name
        self._start = start
        self._patience = patience

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step >= state.max_steps:
            control.should_evaluate = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.due(state.log_history):
            control.should_training_stop = True

    def due(self, logged: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the run is over."""
        measured = [self._start, *values(logged, self._name).values()]
        return self._patience is not None and len(measured) - 1 - measured.index(max(measured)) >= self._patience


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Let torch use this many threads for the length of a call; None leaves it as it is."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Line(TrainerCallback):
    """The steps done, the time left, the loss and what was last measured, on one line."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._shown: dict[str, str] = {}

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._bar.update(state.global_step - self._bar.n)

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, float] | None = None, **_: Any) -> None:
        for name, value in (logs or {}).items():
            if name == "loss" or "@" in name:
                self._shown[name.removeprefix("eval_")] = f"{value:.3f}"
        self._bar.set_postfix(self._shown)


def _bar(name: str, steps: int, found: Path | None, progress: bool | None) -> Any:
    disable = None if progress is None else not progress
    return tqdm(
        total=steps, initial=step_of(found) if found else 0, desc=name, unit="step", disable=disable, leave=False
    )


def _half(settings: StageSettings) -> bool:
    if settings.precision != "auto":
        return settings.precision == "bfloat16"
    return settings.device.startswith("cuda") and torch.cuda.is_available() and torch.cuda.is_bf16_supported()
