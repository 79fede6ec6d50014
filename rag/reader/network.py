"""The extractive reader's network: an encoder with heads for the answer's span, a verdict, and the relevant sentences.

Devlin et al. 2019 (arXiv:1810.04805): each token of the passage competes with the first token, whose scores are those
of no answer. A span's score is the score of its first token as a start plus that of its last as an end.

Two further heads share the encoder. The verdict says whether the passage answers a yes/no question with yes, with no,
or not at all; it is read from the first token, as in BERT-joint (Alberti et al. 2019, arXiv:1901.08634). A sentence's
relevance is the mean over its tokens of a linear function, in logits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from rag.reader.base import VERDICTS


class NetworkScores(NamedTuple):
    """The scores of a batch.

    `spans` (rows, tokens, 2) are those of each token as the first and as the last of the answer: only the passage's
    tokens can be either, and the scores at token 0 are those of no answer. `verdict` (rows, 3) are the logits of
    VERDICTS, `relevance` (rows, tokens) what a token adds to its sentence.
    """

    spans: Tensor
    verdict: Tensor
    relevance: Tensor


class ReaderNetwork(nn.Module):
    """Scores question and passage with an encoder and its heads."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)
        self.spans = nn.Linear(width, 2)
        self.none = nn.Linear(width, 2)
        self.verdict = nn.Linear(width, len(VERDICTS))
        self.relevance = nn.Linear(width, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, passage: Tensor, **targets: Tensor) -> Any:
        """Return the NetworkScores; `passage` (rows, tokens) marks the passage's tokens. With targets, return the loss.

        A row has targets for one head, and is left out of the others' losses. `starts` and `ends` (rows, tokens) mark
        every right token, token 0 if the passage has no answer. `verdicts` (rows) are indexes of VERDICTS, -1 for none.
        `sentences` (rows, tokens) number the passage's sentences from 1, and `relevant` (rows, sentences) is 1 for
        those that answer the question, 0 for others, -1 for padding.
        """
        # The first token has a head of its own for "no answer".
        hidden = encoder_states(self.encoder, input_ids, attention_mask, passage)
        scores = self.spans(hidden).float()
        scores = torch.cat([self.none(hidden[:, :1]).float(), scores[:, 1:]], dim=1)
        # Question and heading are no part of any answer.
        allowed = passage.bool().clone()
        allowed[:, 0] = True
        scores = scores.masked_fill(~allowed[:, :, None], -torch.inf)
        result = NetworkScores(scores, self.verdict(hidden[:, 0]).float(), self.relevance(hidden).float().squeeze(2))
        if not targets:
            return result

        # The mean over the rows, each by the loss of the head that it has a target for.
        losses = span_loss(result.spans, targets["starts"], targets["ends"])
        if "verdicts" in targets:
            losses = losses + cross_entropy(result.verdict, targets["verdicts"], ignore_index=-1, reduction="none")
        if "sentences" in targets:
            losses = losses + relevance_loss(result.relevance, targets["sentences"], targets["relevant"])
        return {"loss": losses.mean(), "logits": result.spans}


def encoder_states(encoder: Any, input_ids: Tensor, attention_mask: Tensor, passage: Tensor) -> Tensor:
    """Return the encoder's last hidden states, (rows, tokens, width).

    The passage is the second segment in encoders that know two, such as BERT.
    """
    has_segments = getattr(encoder.config, "type_vocab_size", 1) > 1
    segments = {"token_type_ids": passage.long()} if has_segments else {}
    hidden: Tensor = encoder(input_ids=input_ids, attention_mask=attention_mask, **segments).last_hidden_state
    return hidden


def span_loss(scores: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Return each row's negative log-likelihood of the right starts and ends, their mean; 0 for a row without targets.

    Where the answer occurs several times, nobody marked the one that is meant: the probabilities of all occurrences are
    added up (Clark & Gardner 2018, arXiv:1710.10723).
    """
    log_probabilities = scores.log_softmax(dim=1)
    right = torch.stack([starts, ends], dim=2).bool()
    has_target = right.any(dim=1).all(dim=1)
    right = right | ~has_target[:, None, None]  # all tokens are right: a probability of 1, and no gradient of infinity
    losses: Tensor = -log_probabilities.masked_fill(~right, -torch.inf).logsumexp(dim=1).mean(dim=1)
    return losses.masked_fill(~has_target, 0.0)


def relevance_loss(relevance: Tensor, sentences: Tensor, relevant: Tensor) -> Tensor:
    """Return each row's binary cross-entropy of its sentences' relevance, their mean; 0 for a row without sentences."""
    logits = mean_by_sentence(relevance, sentences, relevant.shape[1])
    weights = (relevant >= 0).float()
    losses = binary_cross_entropy_with_logits(logits, relevant.clamp(min=0).float(), weights, reduction="none")
    return losses.sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def mean_by_sentence(values: Tensor, sentences: Tensor, count: int) -> Tensor:
    """Return the mean of `values` (rows, tokens) over each of `count` sentences, numbered from 1: (rows, count)."""
    sums = values.new_zeros(len(values), count + 1).scatter_add(1, sentences, values)
    counts = values.new_zeros(len(values), count + 1).scatter_add(1, sentences, torch.ones_like(values))
    return (sums / counts.clamp(min=1))[:, 1:]
