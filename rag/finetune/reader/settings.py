"""Settings of the fine-tuning of a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.finetune.shared.settings import PART, SHARE, TrainingSettings, at_least, one_of, setting


@dataclass(frozen=True)
class ReaderSettings(TrainingSettings):
    """Options of `finetune_reader`, by name; see TrainingSettings for those of every training.

    `method` "lora" trains low-rank updates of every matrix of the encoder, a few megabytes; "layers" trains all weights
    but the embeddings, which are half of a small encoder; "full" trains all weights. `dropout` None keeps the encoder's
    own; 0 makes a step up to a third shorter on a CPU, and suits runs of few epochs over many rows.
    `average` is the share of the tuned weights where training goes on from a reader; the rest are that reader's. Below
    1, a reader gains what the new rows teach and loses less of what it knew (Wortsman et al. 2022, arXiv:2203.05482 and
    arXiv:2109.01903). It needs the methods "layers" or "full".
    A passage is read in windows of at most `max_tokens` that overlap by `stride`; of the windows without the answer of
    an answerable row, `empty_windows` are learnt. Answers have at most `max_answer_tokens`.

    Answerable rows whose answer is not a span of their context are left out; it is an error if their share is above
    `max_left_out`. `unanswerable` rows per question are mined from the contexts of other rows. `metric` is measured on
    `valid_rows` validation rows.
    """

    batch_size: int = setting(16, at_least(1), "windows per step", "WINDOWS")
    warmup: float = setting(0.06, PART)
    metric: str = setting(
        "f1",
        one_of("f1", "exact_match"),
        "validation metric that selects the checkpoint: f1 or exact_match",
        "NAME",
    )
    method: Literal["lora", "layers", "full"] = setting("lora", one_of("lora", "layers", "full"))
    dropout: float | None = setting(None, PART)
    average: float = setting(1.0, SHARE, "share of the tuned weights, the rest those of --start (default: 1)", "SHARE")
    lora_rank: int = setting(48, at_least(1))
    lora_alpha: int = setting(48)
    lora_dropout: float = setting(0.0)
    max_tokens: int = setting(384, at_least(64))
    stride: int = setting(128)
    empty_windows: int = setting(1)
    max_answer_tokens: int = setting(48, at_least(1))
    max_left_out: float = setting(0.05, PART)
    unanswerable: float = setting(0.0, at_least(0), "unanswerable rows to mine for each question", "N")
    valid_rows: int = setting(600, at_least(1))

    @property
    def rate(self) -> float:
        """The peak learning rate: as given, or a default for the method."""
        return self.learning_rate or (5e-4 if self.method == "lora" else 5e-5)
