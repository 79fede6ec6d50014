"""The training loop: transformers' Trainer over a fixed order of batches, validated by what the model writes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import (
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from rag.finetune.generator.batches import Batch, Batches, collate, split, with_decoder_inputs, with_learnt_logits
from rag.finetune.generator.examples import IGNORED, Example
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.shared.checkpoints import last_checkpoint, step_of
from rag.generate.decode import TransformersGenerator
from rag.generate.load import quiet

Validate = Callable[[], dict[str, float]]


def train(
    generator: TransformersGenerator,
    model: Any,
    batches: Sequence[Sequence[Example]],
    valid: Sequence[Example],
    validate: Validate,
    settings: GeneratorSettings,
    learning_rate: float,
    folder: Path,
) -> dict[str, Any]:
    """Train a model on these batches, in order, and return what happened; the best weights are in the model then.

    Checkpoints in `folder` are gone on from. `validate` gives the metrics of generated texts. On one machine's CPU and
    with the same number of threads, a run that was ended anywhere and begun again ends with the same weights, bit for
    bit.
    """
    steps = len(batches)
    every = min(settings.eval_every or max(1, round(steps / max(settings.epochs, 1))), steps)
    watched = bool(valid)
    parts = [part for batch in batches for part in split(batch, settings.accumulation)]
    trainer_class, arguments_class = _classes(generator.family)
    arguments = arguments_class(
        output_dir=str(folder),
        per_device_train_batch_size=1,  # an item of the data is a whole batch
        gradient_accumulation_steps=settings.accumulation,
        num_train_epochs=1,
        max_steps=steps,
        learning_rate=learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        label_smoothing_factor=settings.label_smoothing,
        max_grad_norm=1.0,
        seed=settings.seed,
        train_sampling_strategy="sequential",
        bf16=_half(settings),
        use_cpu=settings.device == "cpu",
        eval_strategy="steps" if watched else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=watched,
        metric_for_best_model=f"eval_{settings.metric}" if watched else None,
        greater_is_better=settings.metric != "loss" if watched else None,
        logging_steps=10,
        disable_tqdm=True,
        report_to="none",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        label_names=["labels"],
    )
    log = Progress(steps, folder.with_name("log.jsonl"))
    callbacks: list[Any] = [log]
    if settings.patience is not None and watched:
        callbacks.append(Patience(f"eval_{settings.metric}", settings.metric != "loss", settings.patience))
    pad = generator.loaded.pad
    trained_parameters = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)

    def _ready(rows: Sequence[Example]) -> Batch:
        batch = collate(rows, pad)
        if not settings.label_smoothing:
            return with_learnt_logits(batch, generator.model)
        return with_decoder_inputs(batch, generator.model) if generator.family == "seq2seq" else batch

    class Loop(trainer_class):  # type: ignore[misc,valid-type]
        """The trainer of the family, validated by loss and by what the model writes."""

        control: Any

        def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
            self.model.eval()
            metrics = {"loss": _loss(self.model, valid, pad, generator.family, settings.batch_size), **validate()}
            named = {f"{metric_key_prefix}_{name}": value for name, value in metrics.items()}
            self.log(named)
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, named)
            return named

    with quiet(), _threads(settings.threads):
        trainer = Loop(
            model=model,
            args=arguments,
            train_dataset=Batches(parts),
            eval_dataset=Batches([valid]) if watched else None,
            data_collator=lambda items: _ready(items[0]),
            callbacks=callbacks,
        )
        trainer.remove_callback(_printer(trainer))
        found = last_checkpoint(folder)
        log.begin(found)
        try:
            trainer.train(resume_from_checkpoint=str(found) if found else None)
        finally:
            log.close()
    model.eval()
    state = trainer.state
    return {
        "steps": state.global_step,
        "best_step": getattr(state, "best_global_step", None) if watched else state.global_step,
        "trained_parameters": trained_parameters,
        "history": log.history(),
    }


class Patience(TrainerCallback):
    """Ends a run after so many evaluations in a row without a better one.

    All is told from what was logged, so that a run which was killed after its end does not go on.
    """

    def __init__(self, metric: str, higher_is_better: bool, patience: int) -> None:
        self._metric = metric
        self._sign = 1 if higher_is_better else -1
        self._patience = patience

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_training_stop = self._is_over(state.log_history)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._is_over(state.log_history):
            control.should_training_stop = True

    def _is_over(self, logged: Sequence[Mapping[str, float]]) -> bool:
        values = [self._sign * entry[self._metric] for entry in logged if self._metric in entry]
        return bool(values) and len(values) - 1 - values.index(max(values)) >= self._patience


class Progress(TrainerCallback):
    """A bar on a terminal, and every logged figure as a line of a file that a run which goes on adds to."""

    def __init__(self, steps: int, file: Path) -> None:
        self._steps = steps
        self._file = file
        self._bar: Any = None
        self._began = time.perf_counter()

    def begin(self, checkpoint: Path | None) -> None:
        """Show the bar; drop what was logged after the checkpoint that the run goes on from."""
        done = step_of(checkpoint) if checkpoint else 0
        kept = [line for line in self.history() if line["step"] <= done] if checkpoint else []
        self._file.write_text("".join(f"{json.dumps(line)}\n" for line in kept), "utf-8")
        self._before = max((line["seconds"] for line in kept), default=0.0)
        self._bar = tqdm(
            total=self._steps, initial=done, desc="training", unit="step", disable=not sys.stderr.isatty(), leave=False
        )

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._bar.update(1)

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, float] | None = None, **_: Any) -> None:
        shown = {name.removeprefix("eval_"): value for name, value in (logs or {}).items() if name in SHOWN}
        if shown:
            self._bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()})
        seconds = round(self._before + time.perf_counter() - self._began, 1)
        line = {"step": state.global_step, "seconds": seconds, **(logs or {})}
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{json.dumps(line)}\n")

    def history(self) -> list[dict[str, Any]]:
        """Return the lines logged so far; a torn last one is left out."""
        if not self._file.exists():
            return []
        lines = self._file.read_text("utf-8").split("\n")
        return [json.loads(line) for line in lines if line.endswith("}")]

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


SHOWN = ("loss", "eval_loss", "eval_bleu", "eval_exact_match", "eval_f1")


def _loss(model: Any, valid: Sequence[Example], pad: int, family: str, batch_size: int) -> float:
    """Return the mean loss a learnt token."""
    total = tokens = 0.0
    ordered = sorted(valid, key=len)
    with torch.no_grad():
        for low in range(0, len(ordered), batch_size):
            on_cpu = with_learnt_logits(collate(ordered[low : low + batch_size], pad), model)
            batch = {name: tensor.to(model.device) for name, tensor in on_cpu.items()}
            labels = batch["labels"] if family == "seq2seq" else batch["labels"][:, 1:]
            count = float((labels != IGNORED).sum())
            total += float(model(**batch).loss) * count
            tokens += count
    return total / max(tokens, 1.0)


def _classes(family: str) -> tuple[Any, Any]:
    return (Seq2SeqTrainer, Seq2SeqTrainingArguments) if family == "seq2seq" else (Trainer, TrainingArguments)


def _half(settings: GeneratorSettings) -> bool:
    if settings.precision == "auto":
        return settings.device != "cpu" and torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    return settings.precision == "bfloat16"


def _printer(trainer: Any) -> Any:
    from transformers import PrinterCallback

    return PrinterCallback


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
