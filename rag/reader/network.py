"""The extractive reader's network: an encoder with heads for the start of the answer, its end, and no answer.

Devlin et al. 2019 (arXiv:1810.04805): each token of the passage competes with the first token, whose scores are those
of no answer. A span's score is the score of its first token as a start plus that of its last as an end.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class ReaderNetwork(nn.Module):
    """Scores each token as the first and as the last of the answer: (rows, tokens, 2).

    Only the passage's tokens can be either; the scores at token 0 are those of no answer.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)
        self.spans = nn.Linear(width, 2)
        self.none = nn.Linear(width, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, passage: Tensor, **targets: Tensor) -> Any:
        """Score tokens; `passage` (rows, tokens) marks those of the passage. With targets, return the loss too.

        The targets `starts` and `ends` (rows, tokens) mark every right token, token 0 if the passage has no answer.
        """
        # The first token has a head of its own for "no answer".
        hidden = encoder_states(self.encoder, input_ids, attention_mask, passage)
        scores = self.spans(hidden).float()
        scores = torch.cat([self.none(hidden[:, :1]).float(), scores[:, 1:]], dim=1)
        # Question and heading are no part of any answer.
        allowed = passage.bool().clone()
        allowed[:, 0] = True
        scores = scores.masked_fill(~allowed[:, :, None], -torch.inf)
        if not targets:
            return scores
        return {"loss": span_loss(scores, targets["starts"], targets["ends"]), "logits": scores}


def encoder_states(encoder: Any, input_ids: Tensor, attention_mask: Tensor, passage: Tensor) -> Tensor:
    """Return the encoder's last hidden states, (rows, tokens, width).

    The passage is the second segment in encoders that know two, such as BERT.
    """
    has_segments = getattr(encoder.config, "type_vocab_size", 1) > 1
    segments = {"token_type_ids": passage.long()} if has_segments else {}
    hidden: Tensor = encoder(input_ids=input_ids, attention_mask=attention_mask, **segments).last_hidden_state
    return hidden


def span_loss(scores: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of the right starts and ends.

    Where the answer occurs several times, nobody marked the one that is meant: the probabilities of all occurrences are
    added up (Clark & Gardner 2018, arXiv:1710.10723).
    """
    log_probabilities = scores.log_softmax(dim=1)
    right = torch.stack([starts, ends], dim=2).bool()
    return -log_probabilities.masked_fill(~right, -torch.inf).logsumexp(dim=1).mean()
