"""Settings of the fine-tuning of a generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.finetune.shared.settings import ABOVE_ZERO, PART, TrainingSettings, at_least, check, one_of, setting

METHODS = ("full", "lora")


@dataclass(frozen=True)
class GeneratorSettings(TrainingSettings):
    """Options of `finetune_generator`, by name; see TrainingSettings for those of every training.

    `max_steps` optimiser steps replace `epochs`. A batch is computed in `accumulation` parts. `learning_rate` None
    means 1e-3 for random weights and for LoRA, 3e-4 for T5 and 5e-5 for other models. `schedule` is the name of one of
    transformers' schedules ("cosine", "linear", "constant", ...).

    `metric` is "loss", or "bleu", "exact_match" or "f1" of texts generated for the first `valid_rows` validation rows
    of each task. Rows whose prompt or target does not fit are left out; it is an error if their share is above
    `max_left_out`. `max_target_tokens` bounds a target, and a generated text.

    `temperature` and `cap` mix several tasks (see `compute_shares`). `placeholders` trains on delexicalised values (see
    `rag.describe.drafts.delexicalise`). `words` names an embedder that initialises the word embeddings of a model with
    random weights. `adapter_only` writes the LoRA adapter alone, a few megabytes, instead of a merged model.
    """

    epochs: float = setting(3.0, ABOVE_ZERO, "passes over the rows", "N")
    batch_size: int = setting(32, at_least(1), "rows per step", "ROWS")
    warmup: float = setting(0.03, PART)
    metric: str = setting(
        "loss",
        one_of("loss", "bleu", "exact_match", "f1"),
        "validation metric that selects the checkpoint: loss, bleu, exact_match or f1",
        "NAME",
    )
    method: Literal["full", "lora"] = setting("full", one_of(*METHODS))
    max_steps: int | None = setting(None, at_least(1), "optimiser steps, instead of epochs", "N")
    accumulation: int = setting(1, at_least(1))
    schedule: str = setting("cosine")
    label_smoothing: float = setting(0.0, PART)
    max_target_tokens: int = setting(96, at_least(1), "longest target", "N")
    max_left_out: float = setting(0.01, PART)
    valid_rows: int = setting(300, at_least(1))
    temperature: float = setting(1.0, ABOVE_ZERO, "mixing of tasks: 1 is by size, more evens them out", "T")
    cap: int | None = setting(None, at_least(1), "count at most this many rows of a task in the mixture", "ROWS")
    placeholders: bool = setting(False, None, "train with placeholders for the values of fields")
    words: str | None = setting(None, None, "embedder that initialises the word embeddings of --init", "MODEL")
    lora_rank: int = setting(16, at_least(1))
    lora_alpha: int = setting(32)
    lora_dropout: float = setting(0.05)
    lora_targets: str = setting("all-linear")
    adapter_only: bool = setting(False)

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = not self.adapter_only or self.method == "lora"
        check(whole, "adapter_only", True, "False where all weights are trained")
        check(self.batch_size % self.accumulation == 0, "accumulation", self.accumulation, "a divisor of batch_size")
