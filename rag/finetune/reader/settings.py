"""What a reader's training can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.finetune.generator.settings import METHODS, PRECISIONS, check


@dataclass(frozen=True)
class ReaderSettings:
    """Options of `finetune_reader`, by name.

    `method` "lora" trains low-rank updates of every matrix of the encoder, which are a few megabytes, "full" all of it.
    `epochs` passes over the examples, `batch_size` of them a step. Windows have at most `max_tokens`, of which those of
    one passage share `stride`; of the windows of an answerable passage that do not hold its answer, `empty_windows` are
    learnt. No answer is longer than `max_answer_tokens`. Answerable rows whose answer does not stand in their context
    are left out; more than `max_left_out` of them (a share) is refused. `unanswerable` rows are mined for each question
    from the other rows' contexts. `metric` "f1" or "exact_match" decides which step is kept, measured on `valid_rows`
    every `eval_every` steps (None: once an epoch); `patience` measurements without a better one end the run (None:
    never).
    """

    method: Literal["lora", "full"] = "lora"
    epochs: float = 3.0
    batch_size: int = 16
    learning_rate: float | None = None
    warmup: float = 0.06
    weight_decay: float = 0.01
    lora_rank: int = 48
    lora_alpha: int = 48
    lora_dropout: float = 0.0
    max_tokens: int = 384
    stride: int = 128
    empty_windows: int = 1
    max_answer_tokens: int = 48
    max_left_out: float = 0.05
    unanswerable: float = 0.0
    metric: Literal["f1", "exact_match"] = "f1"
    valid_rows: int = 600
    eval_every: int | None = None
    patience: int | None = None
    seed: int = 0
    device: str = "cpu"
    precision: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        check(self.method in METHODS, "method", self.method, f"one of {', '.join(METHODS)}")
        check(self.metric in ("f1", "exact_match"), "metric", self.metric, "f1 or exact_match")
        check(self.precision in PRECISIONS, "precision", self.precision, f"one of {', '.join(PRECISIONS)}")
        for name in ("batch_size", "lora_rank", "max_answer_tokens", "valid_rows"):
            check(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("eval_every", "patience", "threads"):
            value = getattr(self, name)
            check(value is None or value >= 1, name, value, "at least 1")
        check(self.max_tokens >= 64, "max_tokens", self.max_tokens, "at least 64")
        check(self.epochs > 0, "epochs", self.epochs, "above 0")
        check(self.unanswerable >= 0, "unanswerable", self.unanswerable, "0 or more, rows a question")
        check(0 <= self.max_left_out < 1, "max_left_out", self.max_left_out, "a share from 0 to below 1")

    @property
    def rate(self) -> float:
        """The learning rate: as given, or what suits the method."""
        return self.learning_rate or (5e-4 if self.method == "lora" else 5e-5)
