"""What a reranker's training can be told."""

from __future__ import annotations

from dataclasses import dataclass

from rag.finetune.generator.settings import PRECISIONS, check

METRICS = ("ndcg@10", "mrr@10")


@dataclass(frozen=True)
class RerankerSettings:
    """Options of `finetune_reranker`, by name.

    Of every pair the passage is told from `negatives` hard ones, drawn for it from the best `depth` hits by meaning and
    by words; left out are hits that may answer the question themselves: those whose cosine is above (1 - `margin`) of
    the right passage's, and those that share at least `near_duplicate` of their three-word sequences with it.
    `epochs` passes over the pairs, `batch_size` of them a step. Windows have at most `max_tokens`, of which those of
    one passage share `stride`; learnt from is a passage's first window. Low-rank updates of `lora_rank` are trained
    over every matrix of the encoder. Without validation pairs a share `valid_share` of the passages is held out; at
    most `valid_questions` are asked, each passage among `valid_negatives` hard ones, every `eval_every` steps (None:
    once an epoch). `metric` decides which step is kept; `patience` measurements without a better one end the run
    (None: never).
    """

    epochs: float = 2.0
    batch_size: int = 8
    learning_rate: float | None = None
    warmup: float = 0.06
    weight_decay: float = 0.01
    negatives: int = 3
    depth: int = 30
    margin: float = 0.05
    near_duplicate: float = 0.3
    lora_rank: int = 16
    lora_alpha: int = 16
    lora_dropout: float = 0.0
    max_tokens: int = 256
    stride: int = 64
    valid_share: float = 0.05
    valid_questions: int = 200
    valid_negatives: int = 9
    metric: str = "ndcg@10"
    eval_every: int | None = None
    patience: int | None = None
    seed: int = 0
    device: str = "cpu"
    precision: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        check(self.metric in METRICS, "metric", self.metric, f"one of {', '.join(METRICS)}")
        check(self.precision in PRECISIONS, "precision", self.precision, f"one of {', '.join(PRECISIONS)}")
        for name in ("batch_size", "negatives", "depth", "lora_rank", "valid_questions", "valid_negatives"):
            check(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("eval_every", "patience", "threads"):
            value = getattr(self, name)
            check(value is None or value >= 1, name, value, "at least 1")
        check(self.max_tokens >= 64, "max_tokens", self.max_tokens, "at least 64")
        check(self.epochs > 0, "epochs", self.epochs, "above 0")
        check(0 <= self.valid_share < 1, "valid_share", self.valid_share, "a share from 0 to below 1")
        check(0 <= self.margin <= 1, "margin", self.margin, "a share from 0 to 1")
        check(0 < self.near_duplicate <= 1, "near_duplicate", self.near_duplicate, "a share above 0")

    @property
    def rate(self) -> float:
        """The learning rate: as given, or what suits low-rank updates."""
        return self.learning_rate or 5e-4
