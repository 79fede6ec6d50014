"""A training loop over batches in a fixed order, measured by a function of the network: for readers and rerankers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import Trainer, TrainingArguments

from rag.finetune.generator.batches import Batches
from rag.finetune.shared.checkpoints import history, last_checkpoint
from rag.finetune.shared.stage import StageSettings, Stop, options, run, values

Measure = Callable[[Any], dict[str, float]]
Collate = Callable[[Any], dict[str, Tensor]]


class StepsSettings(StageSettings, Protocol):
    """What the loop needs to know of the settings that it is run with."""

    @property
    def rate(self) -> float: ...
    @property
    def epochs(self) -> float: ...
    @property
    def metric(self) -> str: ...
    @property
    def eval_every(self) -> int | None: ...
    @property
    def patience(self) -> int | None: ...


@dataclass(frozen=True)
class StepsTrained:
    """What training came to: the losses and what was measured, by step."""

    steps: int
    best_step: int
    losses: Mapping[int, float]
    measured: Mapping[int, dict[str, float]]


def train_steps(
    network: nn.Module,
    batches: Sequence[Sequence[Any]],
    collate: Collate,
    measure: Measure | None,
    folder: Path,
    settings: StepsSettings,
    name: str,
    progress: bool | None = None,
) -> StepsTrained:
    """Train a network, in place, whose `forward` takes what `collate` makes of a batch and returns its loss.

    With `measure` it ends with the weights of the best step. `name` stands before the bar. Checkpoints in `folder` are
    gone on from, on one machine's CPU to the same weights, bit for bit.
    """
    steps = len(batches)
    every = min(settings.eval_every or max(1, round(steps / max(settings.epochs, 1))), steps)
    figure = f"eval_{settings.metric}"
    stop = Stop(figure, -1.0, settings.patience)
    found = last_checkpoint(folder)
    logged = history(found) if found else None
    if found is None or logged is None or not stop.due(logged):
        trainer = _Loop(
            measure,
            model=network,
            args=TrainingArguments(
                **options(folder, settings, every),
                per_device_train_batch_size=1,  # an item of the data is a whole batch
                learning_rate=settings.rate,
                train_sampling_strategy="sequential",
                eval_strategy="steps" if measure else "no",
                eval_steps=every if measure else None,
                metric_for_best_model=figure if measure else None,
                greater_is_better=True if measure else None,
                label_names=[],
            ),
            train_dataset=Batches(batches),
            eval_dataset=Batches(batches[:1]) if measure else None,
            data_collator=lambda items: collate(items[0]),
            callbacks=[stop] if measure else [],
        )
        logged = run(trainer, folder, name, steps, progress)
    measured = {
        int(entry["step"]): {key.removeprefix("eval_"): float(value) for key, value in _figures(entry)}
        for entry in logged
        if figure in entry
    }
    best = max(measured, key=lambda step: (measured[step][settings.metric], -step), default=steps)
    if measured:
        network.load_state_dict(load_file(folder / f"checkpoint-{best}" / "model.safetensors"))
    network.eval()
    done = max((int(entry["step"]) for entry in logged), default=steps)
    return StepsTrained(done, best, values(logged, "loss"), measured)


class _Loop(Trainer):
    """A trainer whose evaluation is a function of the network."""

    control: Any

    def __init__(self, measure: Measure | None, **others: Any) -> None:
        super().__init__(**others)
        self._measured_by = measure
        self.model_accepts_loss_kwargs = False

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        assert self._measured_by is not None
        assert self.model is not None
        self.model.eval()
        named = {f"{metric_key_prefix}_{key}": value for key, value in self._measured_by(self.model).items()}
        self.log(named)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, named)
        return named


def _figures(entry: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [(key, value) for key, value in entry.items() if key.startswith("eval_") and isinstance(value, int | float)]
