"""The cross-encoder's network: question and passage in one window, one score for both (Nogueira & Cho 2019).

Nogueira & Cho 2019, "Passage Re-ranking with BERT", arXiv:1901.04085. It is trained to tell a question's passage from
hard negatives (Gao, Dai & Callan 2021, "Rethink Training of BERT Rerankers", arXiv:2101.08751).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rag.reader.network import encoder_states


class RerankerNetwork(nn.Module):
    """Scores windows: (rows,). With `size`, returns the loss of rows in groups of that size, the right one first."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.score = nn.Linear(int(encoder.config.hidden_size), 1)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, passage: Tensor, size: Tensor | None = None
    ) -> Tensor | dict[str, Tensor]:
        """Score windows; `passage` (rows, tokens) marks the passage's tokens."""
        hidden = encoder_states(self.encoder, input_ids, attention_mask, passage)
        scores: Tensor = self.score(hidden[:, 0]).float().squeeze(1)
        if size is None:
            return scores
        groups = scores.view(-1, int(size))
        right = torch.zeros(len(groups), dtype=torch.long, device=groups.device)
        return {"loss": nn.functional.cross_entropy(groups, right), "logits": scores}
