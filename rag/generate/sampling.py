"""Choose the next token: repetition control over new tokens, seeded sampling, stop strings, and a watch for near-ties.

A row of a batch and the same row alone differ in their last bits, because matrix products are summed in another order.
That matters only where two candidates lie that close together. The watch marks such rows, and they are done again
alone: so a batch gives exactly the tokens of one by one, and costs the second run of the few rows that came so close.
Sampling takes the argmax of scores plus Gumbel noise, which draws from the softmax (Gumbel 1954; Maddison et al. 2014,
arXiv:1411.0030), so the same watch covers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

import torch
from torch import Tensor
from transformers import LogitsProcessor, StoppingCriteria

from rag.generate.base import Decoding

ROUNDING = 2.0**-14
"""How far float32 scores may move between a batch and a row alone, as a share of the row's largest score.

Measured: 1e-6 for SmolLM2 and most small models with random weights, 2e-5 the worst of 24.
"""


class Rows:
    """What is known of each row of a running batch: whether it is done, and whether each choice was clear."""

    def __init__(self, count: int, device: torch.device, *, watched: bool) -> None:
        self.done = torch.zeros(count, dtype=torch.bool, device=device)
        self.clear = torch.ones(count, dtype=torch.bool, device=device)
        self.watched = watched

    def watch(self, clear: Tensor) -> None:
        """Note which rows chose clearly in this step; a row that is done already chooses nothing."""
        if self.watched:
            self.clear &= clear | self.done


class Repetition(LogitsProcessor):
    """Penalise what was generated (Keskar et al. 2019, arXiv:1909.05858) and forbid to repeat its n-grams.

    transformers' own processors count the prompt as well, so that a model may not quote the passages it was given.
    """

    def __init__(self, start: int, decoding: Decoding) -> None:
        self._start = start
        self._penalty = decoding.repetition_penalty
        self._size = decoding.no_repeat_ngram_size

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        new = input_ids[:, self._start :]
        if self._penalty != 1:
            seen = scores.gather(1, new)
            scores = scores.scatter(1, new, torch.where(seen < 0, seen * self._penalty, seen / self._penalty))
        if self._size:
            for row, tokens in enumerate(new.tolist()):
                scores[row, _completions(tokens, self._size)] = -torch.inf
        return scores


class Choice(LogitsProcessor):
    """Leave scores whose argmax is the chosen token, greedy or sampled from a seed of the row's own."""

    def __init__(self, decoding: Decoding, seeds: Sequence[int], rows: Rows) -> None:
        self._decoding = decoding
        self._rows = rows
        self._noise = [torch.Generator().manual_seed(seed) for seed in seeds] if decoding.temperature else []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        finite = scores.masked_fill(scores.isinf(), 0)
        slack = finite.abs().amax(-1, keepdim=True) * ROUNDING
        if not self._noise:
            best = scores.topk(2).values
            self._rows.watch(best[:, 0] - best[:, 1] > slack[:, 0])
            return scores
        scores, slack = scores / self._decoding.temperature, slack / self._decoding.temperature
        kept, surely, maybe = _candidates(scores, slack, self._decoding)
        noisy = scores + self._gumbel(scores)
        best, tokens = noisy.masked_fill(~maybe, -torch.inf).topk(2)
        self._rows.watch((best[:, 0] - best[:, 1] > slack[:, 0]) & surely.gather(1, tokens[:, :1])[:, 0])
        return noisy.masked_fill(~kept, -torch.inf)

    def _gumbel(self, scores: Tensor) -> Tensor:
        """Draw each row's noise on the CPU from its own generator: the same whatever shares the batch or the device."""
        draws = [torch.empty(scores.shape[1]).exponential_(generator=generator) for generator in self._noise]
        return -torch.stack(draws).log().to(scores.device)


class Halt(StoppingCriteria):
    """Stop a row at its end token or stop string or once it must be done again, and all rows when cancelled."""

    def __init__(
        self,
        start: int,
        eos: frozenset[int],
        stop: Sequence[str],
        text: Callable[[list[int]], str],
        rows: Rows | None = None,
        cancelled: Event | None = None,
    ) -> None:
        self._start = start
        self._eos = sorted(eos)
        self._stop = stop
        self._text = text
        self._rows = rows
        self._cancelled = cancelled

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: object) -> Tensor:
        if self._cancelled is not None and self._cancelled.is_set():
            return torch.ones(len(input_ids), dtype=torch.bool, device=input_ids.device)
        done = torch.isin(input_ids[:, -1], torch.tensor(self._eos, device=input_ids.device, dtype=input_ids.dtype))
        if self._stop:
            texts = [self._text(tokens) for tokens in input_ids[:, self._start :].tolist()]
            stopped = [any(mark in text for mark in self._stop) for text in texts]
            done |= torch.tensor(stopped, device=done.device)
        if self._rows is None:
            return done
        self._rows.done |= done
        return self._rows.done | ~self._rows.clear


def _completions(tokens: list[int], size: int) -> list[int]:
    """Return the tokens that would complete an n-gram of this size which already occurs."""
    tail = tokens[len(tokens) - size + 1 :] if size > 1 else []
    starts = range(len(tokens) - size + 1)
    return [tokens[at + size - 1] for at in starts if tokens[at : at + size - 1] == tail]


def _candidates(scores: Tensor, slack: Tensor, decoding: Decoding) -> tuple[Tensor, Tensor, Tensor]:
    """Return masks of the tokens that top-k and top-p keep; that they keep whatever the rounding; that they might."""
    if not decoding.top_k and decoding.top_p == 1:
        everything = torch.ones_like(scores, dtype=torch.bool)
        return everything, everything, everything
    ordered = scores.sort(descending=True).values
    kept = scores >= ordered.gather(1, _count(ordered, decoding.top_k, decoding.top_p) - 1)
    # A probability moves by at most twice the slack of its score, and so does the sum that top-p cuts at.
    nudge = 2 * slack
    fewest = _count(ordered, decoding.top_k, decoding.top_p - nudge)
    most = _count(ordered, decoding.top_k, decoding.top_p + nudge)
    beyond = torch.nn.functional.pad(ordered, (0, 1), value=-torch.inf).gather(1, fewest)
    return kept, scores > beyond + nudge, scores >= ordered.gather(1, most - 1) - nudge


def _count(ordered: Tensor, top_k: int, top_p: float | Tensor) -> Tensor:
    """Return how many of each row's descending scores stay: as few as reach `top_p`, `top_k` at most, one at least."""
    limited = ordered.clone()
    if top_k:
        limited[:, top_k:] = -torch.inf
    chances = limited.softmax(-1)
    before = chances.cumsum(-1) - chances
    count = ((before < top_p) & limited.isfinite()).sum(-1, keepdim=True)
    return count.clamp(min=1)
