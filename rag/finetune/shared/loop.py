"""The training loop of every model: batches in a fixed order, the loss from the network, the metric handed in.

A run that is killed and started again resumes from its last checkpoint. On one machine's CPU, with the same number of
threads, it ends with the same weights as an uninterrupted run, bit for bit.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from tqdm import tqdm
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainerCallback, TrainingArguments

from rag.finetune.shared.attention import keep_attention_in_float32
from rag.finetune.shared.settings import TrainingSettings
from rag.generate.load import quiet

Collate = Callable[[Any], dict[str, Any]]
Measure = Callable[[], dict[str, float]]
WEIGHTS, STATE = "model.safetensors", "trainer_state.json"


@dataclass(frozen=True)
class TrainingRun:
    """The course of a training: the steps taken, the step kept, and by step the losses and validation metrics.

    `seconds` counts all parts of a run that was interrupted.
    """

    steps: int
    best_step: int
    seconds: float
    losses: Mapping[int, float] = field(repr=False)
    measured: Mapping[int, Mapping[str, float]] = field(repr=False)

    @property
    def metrics(self) -> dict[str, float]:
        """The validation metrics of the step that was kept; empty without validation."""
        return dict(self.measured.get(self.best_step, {}))


def train(
    network: nn.Module,
    batches: Sequence[Sequence[Any]],
    collate: Collate,
    measure: Measure | None,
    folder: Path,
    settings: TrainingSettings,
    *,
    name: str,
    baseline: float | None = None,
    rate: float | None = None,
    accumulation: int = 1,
    schedule: str = "linear",
    label_smoothing: float = 0.0,
    progress: bool | None = None,
) -> TrainingRun:
    """Train a network in place, one step a batch, and leave it with the weights of the best step.

    `collate` turns a batch into the keyword arguments of the network's `forward`, which returns a "loss". `measure`
    evaluates the network; without it the last step counts as the best. `baseline` is the metric before training, which
    early stopping compares with. Checkpoints are written to `folder`, and a run resumes from them. `name` labels the
    progress bar.
    """
    # A run that reached its last step, or stopped early, in an earlier call is not trained further.
    steps = len(batches)
    every = min(settings.eval_every or max(1, round(steps / max(settings.epochs, 1))), steps)
    stop = EarlyStop(settings, baseline)
    checkpoint = last_checkpoint(folder)
    logged = read_history(checkpoint) if checkpoint else None
    if checkpoint is None or logged is None or not (step_of(checkpoint) >= steps or stop.is_due(logged)):
        half = settings.precision == "bfloat16"
        if settings.precision == "auto":
            half = settings.device != "cpu" and torch.cuda.is_available() and torch.cuda.is_bf16_supported()
        if half and (settings.device == "cpu" or not torch.cuda.is_available()):
            keep_attention_in_float32(network)
        arguments = TrainingArguments(
            output_dir=str(folder),
            max_steps=steps,
            per_device_train_batch_size=1,  # an item of the data set is a whole batch
            gradient_accumulation_steps=accumulation,
            train_sampling_strategy="sequential",
            learning_rate=rate or settings.rate,
            lr_scheduler_type=schedule,
            warmup_steps=settings.warmup,
            weight_decay=settings.weight_decay,
            label_smoothing_factor=label_smoothing,
            seed=settings.seed,
            use_cpu=settings.device == "cpu",
            bf16=half,
            eval_strategy="steps" if measure else "no",
            eval_steps=every if measure else None,
            metric_for_best_model=stop.figure if measure else None,
            greater_is_better=stop.sign > 0 if measure else None,
            save_strategy="steps",
            save_steps=every,
            save_total_limit=2,
            # A logged loss is a mean since the last one, which a checkpoint does not keep: log at every checkpoint.
            logging_steps=max(size for size in range(1, 11) if every % size == 0),
            disable_tqdm=True,
            report_to="none",
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            label_names=["labels"],
        )

        # Resume from the last checkpoint, the seconds of earlier parts included.
        parts = [part for batch in batches for part in split(batch, accumulation)]
        earlier = max((float(entry["seconds"]) for entry in logged or ()), default=0.0)
        done = step_of(checkpoint) if checkpoint else 0
        hidden = None if progress is None else not progress
        bar = tqdm(total=steps, initial=done, desc=name, unit="step", disable=hidden, leave=False)
        with quiet(), limit_threads(settings.threads), bar:
            trainer = _Loop(
                measure,
                earlier,
                model=network,
                args=arguments,
                train_dataset=Batches(parts),
                eval_dataset=Batches(parts[:1]) if measure else None,
                data_collator=lambda items: collate(items[0]),
                callbacks=[ProgressBar(bar), *([stop] if measure else [])],
            )
            trainer.remove_callback(PrinterCallback)
            trainer.remove_callback(ProgressCallback)
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        logged = trainer.state.log_history

    # Read the course of the run from its log, and go back to the best step.
    measured = {
        int(entry["step"]): {
            key.removeprefix("eval_"): float(value) for key, value in sorted(entry.items()) if key.startswith("eval_")
        }
        for entry in logged
        if stop.figure in entry
    }
    last = max(int(entry["step"]) for entry in logged)
    best = max(measured, key=lambda step: (stop.sign * measured[step][settings.metric], -step), default=last)
    load_weights(network, folder / f"checkpoint-{best}")
    network.eval()
    losses = {int(entry["step"]): float(entry["loss"]) for entry in logged if "loss" in entry}
    return TrainingRun(last, best, max(float(entry["seconds"]) for entry in logged), losses, measured)


class EarlyStop(TrainerCallback):
    """Ends a run after `patience` evaluations in a row without a better metric than the best, or than the baseline.

    It decides from the log alone, so that a resumed run ends where the uninterrupted one does. The last step is always
    evaluated.
    """

    def __init__(self, settings: TrainingSettings, baseline: float | None = None) -> None:
        self.figure = f"eval_{settings.metric}"
        self.sign = -1 if settings.metric == "loss" else 1
        self._patience = settings.patience
        self._baseline = [] if baseline is None else [self.sign * baseline]

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step >= state.max_steps:
            control.should_evaluate = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.is_due(state.log_history):
            control.should_training_stop = True

    def is_due(self, logged: Sequence[Mapping[str, Any]]) -> bool:
        """Tell whether the run is over."""
        values = self._baseline + [self.sign * entry[self.figure] for entry in logged if self.figure in entry]
        if self._patience is None or not values:
            return False
        return len(values) - 1 - values.index(max(values)) >= self._patience


class ProgressBar(TrainerCallback):
    """Shows the steps done, the time left, the last loss and the last metrics on one line."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._figures: dict[str, str] = {}

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._bar.update(state.global_step - self._bar.n)

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, float] | None = None, **_: Any) -> None:
        for name, value in (logs or {}).items():
            if name == "loss" or name.startswith("eval_"):
                self._figures[name.replace("eval_", "valid ")] = f"{value:.3f}"
        self._bar.set_postfix(self._figures)


class Batches(torch.utils.data.Dataset[Any]):
    """A data set whose items are batches."""

    def __init__(self, batches: Sequence[Sequence[Any]]) -> None:
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> Sequence[Any]:
        return self._batches[index]


def split(batch: Sequence[Any], parts: int) -> Iterator[Sequence[Any]]:
    """Yield a batch in at most `parts` parts of nearly equal size."""
    size = -(-len(batch) // parts)
    for low in range(0, len(batch), size):
        yield batch[low : low + size]


class _Loop(Trainer):
    """A trainer that evaluates by a function, and keeps only trained weights in its checkpoints."""

    control: Any
    model: nn.Module

    def __init__(self, measure: Measure | None, earlier: float, **others: Any) -> None:
        super().__init__(**others)
        self._measure = measure
        self._began = time.perf_counter() - earlier

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        assert self._measure is not None
        self.model.eval()
        metrics = {f"{metric_key_prefix}_{name}": value for name, value in self._measure().items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        super().log({**logs, "seconds": round(time.perf_counter() - self._began, 1)}, start_time)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Save the weights that are trained; tied ones once, and no pickled arguments."""
        folder = Path(str(output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: weight.detach().contiguous() for name, weight in _trained(self.model)}, folder / WEIGHTS)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        load_weights(self.model, Path(resume_from_checkpoint))


def load_weights(network: nn.Module, checkpoint: Path) -> None:
    """Put a checkpoint's weights into the network that wrote it."""
    weights = load_file(checkpoint / WEIGHTS)
    with torch.no_grad():
        for name, weight in _trained(network):
            weight.copy_(weights[name])


def _trained(network: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    return ((name, weight) for name, weight in network.named_parameters() if weight.requires_grad)


def last_checkpoint(folder: Path) -> Path | None:
    """Return the last complete checkpoint, and remove what a kill left half-written."""
    complete = []
    for checkpoint in folder.glob("checkpoint-*") if folder.is_dir() else ():
        if read_history(checkpoint) is None:  # the state is written last, and older checkpoints are deleted only then
            shutil.rmtree(checkpoint)
        else:
            complete.append(checkpoint)
    return max(complete, key=step_of, default=None)


def read_history(checkpoint: Path) -> list[dict[str, Any]] | None:
    """Return what was logged up to a checkpoint; None for an incomplete one."""
    try:
        logged: list[dict[str, Any]] = json.loads((checkpoint / STATE).read_text("utf-8"))["log_history"]
    except (OSError, ValueError, KeyError):
        return None
    return logged


def step_of(checkpoint: Path) -> int:
    """Return the step after which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


@contextmanager
def limit_threads(count: int | None) -> Iterator[None]:
    """Let torch use `count` threads in this context; None leaves it as it is."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
