"""What a fine-tuning run can be told: everything with a default that suits small models on a CPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["full", "lora"]
METHODS = ("full", "lora")


@dataclass(frozen=True)
class GeneratorSettings:
    """Options of `finetune`, by name.

    `epochs` passes over the rows, or `max_steps` optimiser steps where given. `batch_size` rows a step, taken in
    `accumulation` parts. `learning_rate` None: 1e-3 for weights from nothing and for LoRA, 3e-4 for T5 and 5e-5 for
    others. `schedule` is one of transformers' ("cosine", "linear", "constant", ...), `warmup` a share of the steps.
    `max_target_tokens` is the longest target, and how much the model may write when validated. Rows whose input or
    target does not fit are left out; more than `max_left_out` of them (a share) is refused. `metric` is what early
    stopping and the choice of the best checkpoint go by: "loss", or "bleu", "exact_match" or "f1" of generated texts,
    on the first `valid_rows` validation rows of each task; `patience` evaluations without a better one end the run
    (None: never). `eval_every` steps (None: once an epoch) it is evaluated and a checkpoint written. `temperature` and
    `cap` mix the tasks (see `mixture`). `placeholders` lets values be written as marks (`rag.describe.delexicalise`),
    `words` names an embedder from whose vectors the words of a model from nothing start. `threads` None: all cores.
    `adapter_only` writes what LoRA learnt by itself, a few megabytes to be put over the model that it started from,
    instead of a whole model. `precision` "auto" is bfloat16 where the device has it, else float32.
    """

    method: Method = "full"
    epochs: float = 3.0
    max_steps: int | None = None
    batch_size: int = 32
    accumulation: int = 1
    learning_rate: float | None = None
    schedule: str = "cosine"
    warmup: float = 0.03
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    max_target_tokens: int = 96
    max_left_out: float = 0.01
    metric: str = "loss"
    valid_rows: int = 300
    patience: int | None = None
    eval_every: int | None = None
    temperature: float = 1.0
    cap: int | None = None
    placeholders: bool = False
    words: str | None = None
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.05
    lora_targets: str = "all-linear"
    adapter_only: bool = False
    seed: int = 0
    device: str = "cpu"
    precision: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        check(self.method in METHODS, "method", self.method, f"one of {', '.join(METHODS)}")
        check(self.metric in METRICS, "metric", self.metric, f"one of {', '.join(METRICS)}")
        check(self.precision in PRECISIONS, "precision", self.precision, f"one of {', '.join(PRECISIONS)}")
        for name in ("batch_size", "accumulation", "max_target_tokens", "valid_rows", "lora_rank"):
            check(_is_int(getattr(self, name)) and getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("max_steps", "patience", "eval_every", "cap", "threads"):
            value = getattr(self, name)
            check(value is None or (_is_int(value) and value >= 1), name, value, "at least 1")
        for name in ("warmup", "max_left_out", "label_smoothing"):
            check(0 <= getattr(self, name) < 1, name, getattr(self, name), "a share from 0 to below 1")
        check(self.epochs > 0, "epochs", self.epochs, "above 0")
        check(self.temperature > 0, "temperature", self.temperature, "above 0")
        check(self.learning_rate is None or self.learning_rate > 0, "learning_rate", self.learning_rate, "above 0")
        alone = not self.adapter_only or self.method == "lora"
        check(alone, "adapter_only", True, "False where all weights are trained")
        check(self.batch_size % self.accumulation == 0, "accumulation", self.accumulation, "a divisor of batch_size")


METRICS = ("loss", "bleu", "exact_match", "f1")
PRECISIONS = ("auto", "float32", "bfloat16")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check(holds: bool, name: str, value: object, rule: str) -> None:
    """Raise ValueError, saying what was given and what would work, unless the rule holds."""
    if not holds:
        raise ValueError(f"{name} must be {rule}, not {value!r}")
