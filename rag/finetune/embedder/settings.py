"""Settings of the fine-tuning of an embedder, and those that it shares with a reranker's."""

from __future__ import annotations

from dataclasses import dataclass

from rag.finetune.shared.settings import (
    ABOVE_ZERO,
    PART,
    SHARE,
    Rule,
    TrainingSettings,
    at_least,
    one_of,
    setting,
)


@dataclass(frozen=True)
class PairSettings(TrainingSettings):
    """Settings of trainings on pairs of a question and a passage, with hard negatives.

    Each pair gets `negatives` passages from the `depth` best hits for its question. Hits that may answer the question
    are skipped: those whose cosine is above (1 - `margin`) of the right passage's, and those that share at least
    `near_duplicate` of their three-word sequences with a right passage. Without validation pairs a share `valid_share`
    of the passages is held out; at most `valid_questions` held-out questions are asked.
    """

    epochs: float = setting(3.0, ABOVE_ZERO, "passes over the pairs", "N")
    metric: str = setting(
        "ndcg@10",
        one_of("ndcg@10", "mrr@10"),
        "validation metric that selects the checkpoint: ndcg@10 or mrr@10",
        "NAME",
    )
    negatives: int = setting(1, at_least(1), "hard negatives per pair, mined from the store (default: none)", "N")
    depth: int = setting(30, at_least(1))
    margin: float = setting(0.05, SHARE)
    near_duplicate: float = setting(0.3, Rule("a share above 0", lambda value: 0 < value <= 1))
    valid_share: float = setting(0.1, PART, "share of the passages held out for validation", "X")
    valid_questions: int = setting(500, at_least(1))


@dataclass(frozen=True)
class EmbedderSettings(PairSettings):
    """Options of `finetune_embedder`, by name; see PairSettings for those shared with the reranker.

    Each pair competes with the other passages of its batch, so a larger batch is a harder task. Cosines are multiplied
    by `scale`. Held-out questions are searched among the held-out passages and `distractors` training passages.

    With documents, the encoder is first adapted to them: `adapt_epochs` passes over blocks of at most `adapt_tokens`
    tokens. It is an error if more than `max_truncated` (a share) of the texts are longer than the embedder reads.
    """

    batch_size: int = setting(32, at_least(2), "pairs per step", "PAIRS")
    learning_rate: float = setting(3e-5, ABOVE_ZERO, "peak learning rate", "X")
    patience: int | None = setting(3, at_least(1), "stop after N evaluations without a better one", "N")
    scale: float = setting(20.0, ABOVE_ZERO)
    distractors: int = setting(1000, at_least(0))
    adapt_epochs: float = setting(1.0, ABOVE_ZERO)
    adapt_tokens: int = setting(128, at_least(16))
    adapt_batch_size: int = setting(16, at_least(2))
    adapt_learning_rate: float = setting(5e-5, ABOVE_ZERO)
    max_truncated: float = setting(0.05, SHARE, "allowed share of texts that are truncated", "X")

    def adaptation(self, eval_every: int) -> TrainingSettings:
        """Return the settings of the adaptation to documents, with a checkpoint every `eval_every` steps."""
        shared = {name: getattr(self, name) for name in ("weight_decay", "seed", "device", "precision", "threads")}
        return TrainingSettings(
            epochs=self.adapt_epochs,
            batch_size=self.adapt_batch_size,
            learning_rate=self.adapt_learning_rate,
            warmup=self.warmup,
            eval_every=eval_every,
            **shared,
        )
