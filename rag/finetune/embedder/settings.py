"""What the fine-tuning of an embedder can be told: defaults for a small encoder and some thousand pairs on a CPU."""

from __future__ import annotations

from dataclasses import dataclass

METRICS = ("ndcg@10", "mrr@10")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class EmbedderSettings:
    """Options of `finetune_embedder`, by name.

    Training: `epochs` passes over the pairs, `batch_size` pairs a step (each is told from the passages of all others in
    its batch, so larger is harder), `warmup` a share of the steps, `scale` what cosines are multiplied with.

    Hard negatives, where a store is given: `negatives` a pair, from its `depth` best hits. Left out are hits that may
    answer the question themselves: those whose cosine is above (1 - `margin`) of the right passage's, and those that
    share at least `near_duplicate` of their three-word sequences with a right passage.

    Validation: without pairs of its own a share `valid_share` of the passages is held out, 0 for none. At most
    `valid_questions` are asked, of the held-out passages and `distractors` of the training's. It is measured every
    `eval_every` steps (None: once an epoch), a checkpoint written, and `patience` measurements without a better
    `metric` end the run (None: never).

    Adaptation, where documents are given: `adapt_epochs` passes over blocks of at most `adapt_tokens` tokens.

    More than `max_truncated` (a share) of the texts longer than the embedder reads are refused. `threads` None: as
    torch is set up. `precision` "auto" is bfloat16 where the device has it, else float32.
    """

    epochs: float = 3.0
    batch_size: int = 32
    learning_rate: float = 3e-5
    warmup: float = 0.1
    weight_decay: float = 0.01
    scale: float = 20.0
    negatives: int = 1
    depth: int = 30
    margin: float = 0.05
    near_duplicate: float = 0.3
    valid_share: float = 0.1
    valid_questions: int = 500
    distractors: int = 1000
    metric: str = "ndcg@10"
    eval_every: int | None = None
    patience: int | None = 3
    adapt_epochs: float = 1.0
    adapt_tokens: int = 128
    adapt_batch_size: int = 16
    adapt_learning_rate: float = 5e-5
    max_truncated: float = 0.05
    seed: int = 0
    device: str = "cpu"
    precision: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        self._check("metric", self.metric in METRICS, f"one of {', '.join(METRICS)}")
        self._check("precision", self.precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}")
        for name in ("batch_size", "adapt_batch_size"):
            self._check(name, _is_int(getattr(self, name)) and getattr(self, name) >= 2, "at least 2")
        for name in ("negatives", "depth", "valid_questions"):
            self._check(name, _is_int(getattr(self, name)) and getattr(self, name) >= 1, "at least 1")
        for name in ("eval_every", "patience", "threads"):
            value = getattr(self, name)
            self._check(name, value is None or (_is_int(value) and value >= 1), "at least 1")
        for name in ("warmup", "valid_share"):
            self._check(name, 0 <= getattr(self, name) < 1, "a share from 0 to below 1")
        for name in ("margin", "max_truncated"):
            self._check(name, 0 <= getattr(self, name) <= 1, "a share from 0 to 1")
        self._check("near_duplicate", 0 < self.near_duplicate <= 1, "a share above 0")
        for name in ("epochs", "learning_rate", "scale", "adapt_epochs", "adapt_learning_rate"):
            self._check(name, getattr(self, name) > 0, "above 0")
        self._check("distractors", _is_int(self.distractors) and self.distractors >= 0, "at least 0")
        self._check("adapt_tokens", _is_int(self.adapt_tokens) and self.adapt_tokens >= 16, "at least 16")

    def _check(self, name: str, holds: bool, rule: str) -> None:
        if not holds:
            raise ValueError(f"{name} must be {rule}, not {getattr(self, name)!r}")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
