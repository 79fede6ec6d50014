"""Settings of the fine-tuning of a reranker."""

from __future__ import annotations

from dataclasses import dataclass

from rag.finetune.embedder.settings import PairSettings
from rag.finetune.shared.settings import ABOVE_ZERO, PART, at_least, setting


@dataclass(frozen=True)
class RerankerSettings(PairSettings):
    """Options of `finetune_reranker`, by name; see PairSettings for those shared with the embedder.

    Low-rank updates of every matrix of the encoder are trained. A passage is read in windows of at most `max_tokens`
    that overlap by `stride`; its first window is learnt. For validation each held-out question is asked of its passage
    and `valid_negatives` hard negatives.
    """

    epochs: float = setting(2.0, ABOVE_ZERO, "passes over the pairs", "N")
    batch_size: int = setting(8, at_least(1), "pairs per step", "PAIRS")
    warmup: float = setting(0.06, PART)
    negatives: int = setting(3, at_least(1), "hard negatives per pair, from --store or the pairs' own passages", "N")
    valid_share: float = setting(0.05, PART, "share of the passages held out for validation", "X")
    valid_questions: int = setting(200, at_least(1))
    valid_negatives: int = setting(9, at_least(1))
    lora_rank: int = setting(16, at_least(1))
    lora_alpha: int = setting(16)
    lora_dropout: float = setting(0.0)
    max_tokens: int = setting(256, at_least(64))
    stride: int = setting(64)

    @property
    def rate(self) -> float:
        """The peak learning rate: as given, or a default for low-rank updates."""
        return self.learning_rate or 5e-4
