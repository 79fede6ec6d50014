"""A reader's training loop: transformers' Trainer over a fixed order of batches, measured by what it reads."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import Trainer, TrainingArguments

from rag.finetune.batches import Batches
from rag.finetune.checkpoints import history, last_checkpoint
from rag.finetune.order import fixed_batches
from rag.finetune.stage import Stop, options, run, values
from rag.read.examples import ReaderExample
from rag.read.reader import collate
from rag.read.settings import ReaderSettings

if TYPE_CHECKING:
    from rag.read.network import ReaderNetwork

Measure = Callable[[Any], dict[str, float]]


@dataclass(frozen=True)
class ReaderTrained:
    """What training came to: the losses and what was measured, by step."""

    steps: int
    best_step: int
    losses: Mapping[int, float]
    measured: Mapping[int, dict[str, float]]


def with_adapter(network: ReaderNetwork, settings: ReaderSettings) -> None:
    """Put low-rank updates over every matrix of the encoder's layers, in place; only they and the heads are learnt."""
    from peft import LoraConfig, get_peft_model

    layers = [name for name, module in network.encoder.named_modules() if isinstance(module, torch.nn.Linear)]
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=layers,
    )
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(settings.seed)
        network.encoder = get_peft_model(network.encoder, config)


def train_reader(
    network: ReaderNetwork,
    examples: Sequence[ReaderExample],
    measure: Measure | None,
    folder: Path,
    settings: ReaderSettings,
    progress: bool | None = None,
) -> ReaderTrained:
    """Train a network, in place, on examples; with `measure` it ends with the weights of the best step.

    Checkpoints in `folder` are gone on from, on one machine's CPU to the same weights, bit for bit.
    """
    lengths = [len(example) for example in examples]
    rows = round(settings.epochs * len(examples))
    places = fixed_batches([lengths], [1.0], rows, settings.batch_size, settings.seed)
    batches = [[examples[row] for _, row in batch] for batch in places]
    steps = len(batches)
    every = min(settings.eval_every or max(1, round(steps / max(settings.epochs, 1))), steps)
    name = f"eval_{settings.metric}"
    stop = Stop(name, -1.0, settings.patience)
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
                metric_for_best_model=name if measure else None,
                greater_is_better=True if measure else None,
                label_names=["starts", "ends"],
            ),
            train_dataset=Batches(batches),
            eval_dataset=Batches(batches[:1]) if measure else None,
            data_collator=lambda items: with_targets(items[0]),
            callbacks=[stop] if measure else [],
        )
        logged = run(trainer, folder, "reader", steps, progress)
    measured = {
        step: {key.removeprefix("eval_"): float(value) for key, value in entry.items() if _is_figure(key, value)}
        for entry in logged
        for step in [int(entry["step"])]
        if name in entry
    }
    best = max(measured, key=lambda step: (measured[step][settings.metric], -step), default=steps)
    if measured:
        network.load_state_dict(load_file(folder / f"checkpoint-{best}" / "model.safetensors"))
    network.eval()
    done = max((int(entry["step"]) for entry in logged), default=steps)
    return ReaderTrained(done, best, values(logged, "loss"), measured)


def with_targets(batch: Sequence[ReaderExample]) -> dict[str, Tensor]:
    """Return examples as the network's tensors, with the places of the right starts and ends marked."""
    tensors = collate([example.window for example in batch])
    for name in ("starts", "ends"):
        marks = torch.zeros_like(tensors["input_ids"])
        for row, example in enumerate(batch):
            marks[row, list(getattr(example, name))] = 1
        tensors[name] = marks
    return tensors


class _Loop(Trainer):
    """A trainer that is evaluated by what the network reads."""

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


def _is_figure(name: str, value: object) -> bool:
    return name.startswith("eval_") and isinstance(value, int | float)
