"""In which order rows are learnt: how several tasks are mixed, and which rows share a batch.

The whole order is fixed before training by the seed alone, so that a run that was killed goes on exactly where it was.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

POOL = 50  # batches: rows of like length share a batch within a pool, so that little of it is padding


def mixture(sizes: Sequence[int], temperature: float = 1.0, cap: int | None = None) -> list[float]:
    """Return the share of each task: min(size, cap) ** (1 / temperature), normalised.

    Temperature 1 is examples-proportional mixing with a cap on large tasks; higher temperatures approach equal shares.
    Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 3.5.2 (arXiv:1910.10683).
    """
    weights = [min(size, cap or size) ** (1 / temperature) for size in sizes]
    return [weight / sum(weights) for weight in weights]


def fixed_batches(
    lengths: Sequence[Sequence[int]], shares: Sequence[float], rows: int, batch_size: int, seed: int
) -> list[list[tuple[int, int]]]:
    """Return the batches of a run: `rows` rows in all, as (task, row) pairs.

    `lengths` holds each task's row lengths. Each task's rows are shuffled and used up before one is repeated. A batch
    has rows of all tasks, in their shares, and of each task rows of like length: batches of one task alone would count
    a label's few tokens as much as many sentences, and pull the weights to and fro. A last batch that is not full is
    filled with the rows that come next, so that every step counts the same.
    """
    chance = random.Random(seed)
    steps = max(1, -(-rows // batch_size))
    streams = [_Shuffled(len(each), random.Random(f"{seed}/{task}")) for task, each in enumerate(lengths)]
    batches: list[list[tuple[int, int]]] = []
    owed = [0.0] * len(shares)
    while len(batches) < steps:
        count = min(POOL, steps - len(batches)) * batch_size
        drawn = [(task, streams[task].next()) for task in _turns(shares, owed, count)]
        chance.shuffle(drawn)  # rows of equal length would else stay in their tasks' order
        drawn = _by_length(drawn, lengths)
        pool = [drawn[low : low + batch_size] for low in range(0, count, batch_size)]
        chance.shuffle(pool)
        batches += pool
    return batches


def _by_length(drawn: Sequence[tuple[int, int]], lengths: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return (task, row) pairs in order of length, each task's spread evenly over all."""
    placed = []
    for task in range(len(lengths)):
        ordered = sorted((pair for pair in drawn if pair[0] == task), key=lambda pair: lengths[task][pair[1]])
        placed += [((rank + 0.5) / len(ordered), pair) for rank, pair in enumerate(ordered)]
    return [pair for _, pair in sorted(placed, key=lambda each: each[0])]


def _turns(shares: Sequence[float], owed: list[float], count: int) -> list[int]:
    """Return which task each of `count` rows is taken from, no task ever more than a row behind its share."""
    turns = []
    for _ in range(count):
        for task, share in enumerate(shares):
            owed[task] += share
        task = max(range(len(shares)), key=lambda each: owed[each])
        owed[task] -= 1
        turns.append(task)
    return turns


class _Shuffled:
    """The places 0 to n - 1 in random order, over and over, in a new order each time."""

    def __init__(self, count: int, chance: random.Random) -> None:
        self._chance = chance
        self._count = count
        self._left: list[int] = []

    def next(self) -> int:
        if not self._left:
            self._left = list(range(self._count))
            self._chance.shuffle(self._left)
        return self._left.pop()
