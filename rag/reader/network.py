"""The extractive reader's network: an encoder with heads for where the answer starts, ends, and that there is none.

Devlin et al. 2019 (arXiv:1810.04805): each token of the passage competes with the first token, which stands for "no
answer"; a span's score is that of its first token as a start and of its last as an end.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class ReaderNetwork(nn.Module):
    """`forward` gives scores of (rows, tokens, 2): each token as the first and as the last of the answer.

    Only the passage's tokens can be either; the scores at token 0 are those of no answer.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)
        self.spans = nn.Linear(width, 2)
        self.none = nn.Linear(width, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, passage: Tensor, **targets: Tensor) -> Any:
        """Score tokens; `passage` (rows, tokens) marks those of the passage. With targets, return their loss too.

        `starts` and `ends` (rows, tokens) mark the right tokens, all that are; token 0 where the passage has none.
        """
        hidden = encoded(self.encoder, input_ids, attention_mask, passage)
        scores = self.spans(hidden).float()
        scores = torch.cat([self.none(hidden[:, :1]).float(), scores[:, 1:]], dim=1)
        allowed = passage.bool().clone()
        allowed[:, 0] = True
        scores = scores.masked_fill(~allowed[:, :, None], -torch.inf)
        if not targets:
            return scores
        return {"loss": span_loss(scores, targets["starts"], targets["ends"]), "logits": scores}


def encoded(encoder: Any, input_ids: Tensor, attention_mask: Tensor, passage: Tensor) -> Tensor:
    """Return the encoder's last hidden states, (rows, tokens, width), the passage being the second segment if it can.

    Encoders of BERT's kind know two segments, others one.
    """
    has_segments = getattr(encoder.config, "type_vocab_size", 1) > 1
    kinds = {"token_type_ids": passage.long()} if has_segments else {}
    hidden: Tensor = encoder(input_ids=input_ids, attention_mask=attention_mask, **kinds).last_hidden_state
    return hidden


def span_loss(scores: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of the right starts and ends, each of any of the right tokens.

    Where an answer stands several times nobody said which is meant, so that their chances are summed (Clark & Gardner
    2018, arXiv:1710.10723).
    """
    chances = scores.log_softmax(dim=1)
    right = torch.stack([starts, ends], dim=2).bool()
    return -chances.masked_fill(~right, -torch.inf).logsumexp(dim=1).mean()
