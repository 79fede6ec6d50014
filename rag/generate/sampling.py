"""Rules for the next token: repetition control over new tokens, seeded sampling, end tokens and stop strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

import torch
from torch import Tensor
from transformers import LogitsProcessor, StoppingCriteria

from ingest.cancel import current_cancellation
from rag.generate.base import Decoding


class Repetition(LogitsProcessor):
    """Penalise tokens that were generated (Keskar et al. 2019, arXiv:1909.05858) and forbid to repeat their n-grams.

    transformers' own processors also count the prompt, which keeps a model from quoting the passages.
    """

    def __init__(self, start: int, decoding: Decoding) -> None:
        self._start = start
        self._penalty = decoding.repetition_penalty
        self._size = decoding.no_repeat_ngram_size

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        # Divide the positive scores of seen tokens by the penalty, and multiply the negative ones.
        new = input_ids[:, self._start :]
        if self._penalty != 1:
            seen = scores.gather(1, new)
            scores = scores.scatter(1, new, torch.where(seen < 0, seen * self._penalty, seen / self._penalty))
        if self._size:
            for row, tokens in enumerate(new.tolist()):
                # Forbid each token that followed an earlier occurrence of the last n-1 tokens.
                tail = tokens[len(tokens) - self._size + 1 :] if self._size > 1 else []
                ngrams = (tokens[low : low + self._size] for low in range(len(tokens) - self._size + 1))
                scores[row, [ngram[-1] for ngram in ngrams if ngram[:-1] == tail]] = -torch.inf
        return scores


class Sampler(LogitsProcessor):
    """Add Gumbel noise to the scores: their argmax is then a draw from the softmax.

    Source: Gumbel 1954; Maddison et al. 2014, arXiv:1411.0030. Each row has a seed of its own, so a draw does not
    depend on what else is in the batch.
    """

    def __init__(self, decoding: Decoding, seeds: Sequence[int]) -> None:
        self._decoding = decoding
        self._sources = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        scores = scores / self._decoding.temperature
        # Noise comes from the CPU, so that it is the same on every device.
        noise = [torch.empty(scores.shape[1]).exponential_(generator=source) for source in self._sources]
        noisy = scores - torch.stack(noise).log().to(scores.device)
        top_k, top_p = self._decoding.top_k, self._decoding.top_p
        if not top_k and top_p == 1:
            return noisy
        # Keep the best tokens: at most `top_k`, no more than reach `top_p` together, at least one.
        ordered = scores.sort(descending=True).values
        limited = ordered.clone()
        if top_k:
            limited[:, top_k:] = -torch.inf
        chances = limited.softmax(-1)
        before = chances.cumsum(-1) - chances
        count = ((before < top_p) & limited.isfinite()).sum(-1, keepdim=True).clamp(min=1)
        return noisy.masked_fill(scores < ordered.gather(1, count - 1), -torch.inf)


class Halt(StoppingCriteria):
    """Stop a row at its end token or a stop string, and every row once the caller has cancelled."""

    def __init__(
        self,
        start: int,
        eos: frozenset[int],
        stop: Sequence[str],
        text: Callable[[list[int]], str],
        cancelled: Event | None = None,
    ) -> None:
        self._start = start
        self._eos = sorted(eos)
        self._stop = stop
        self._text = text
        self._cancelled = cancelled

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: object) -> Tensor:
        if current_cancellation().is_set or (self._cancelled is not None and self._cancelled.is_set()):
            return torch.ones(len(input_ids), dtype=torch.bool, device=input_ids.device)
        # transformers keeps a row that is done, and pads it.
        done = torch.isin(input_ids[:, -1], torch.tensor(self._eos, device=input_ids.device, dtype=input_ids.dtype))
        if self._stop:
            texts = [self._text(tokens) for tokens in input_ids[:, self._start :].tolist()]
            stopped = [any(mark in text for mark in self._stop) for text in texts]
            done |= torch.tensor(stopped, device=done.device)
        return done
