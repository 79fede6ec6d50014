"""The order in which rows are learnt: the mixture of several tasks, and the rows that share a batch.

The whole order is fixed before training by the seed alone, so that a resumed run continues exactly where it was.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

POOL = 50  # batches: within a pool, rows of similar length share a batch, so that little of it is padding


def compute_shares(sizes: Sequence[int], temperature: float = 1.0, cap: int | None = None) -> list[float]:
    """Return the share of each task: min(size, cap) ** (1 / temperature), normalised.

    Temperature 1 is examples-proportional mixing with a cap on large tasks; higher temperatures approach equal shares.
    Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 3.5.2 (arXiv:1910.10683).
    """
    weights = [min(size, cap or size) ** (1 / temperature) for size in sizes]
    return [weight / sum(weights) for weight in weights]


def order_batches(
    lengths: Sequence[Sequence[int]], shares: Sequence[float], rows: int, batch_size: int, seed: int
) -> list[list[tuple[int, int]]]:
    """Return the batches of a run, `rows` rows in total, as (task, row) pairs.

    `lengths` holds the row lengths of each task. The rows of a task are shuffled, and all are used before one is
    repeated. A batch has rows of all tasks, in their shares, and rows of similar length of each task: batches of one
    task alone would give a label's few tokens as much weight as many sentences, and the weights would oscillate. The
    last batch is filled up with the next rows, so that every step counts the same.
    """
    chance = random.Random(seed)
    steps = max(1, -(-rows // batch_size))
    streams = [cycle_shuffled(len(task), random.Random(f"{seed}/{number}")) for number, task in enumerate(lengths)]
    batches: list[list[tuple[int, int]]] = []
    owed = [0.0] * len(shares)
    while len(batches) < steps:
        count = min(POOL, steps - len(batches)) * batch_size

        # Take rows from the tasks in turn; no task is ever more than a row behind its share.
        pool: list[tuple[int, int]] = []
        for _ in range(count):
            owed = [debt + share for debt, share in zip(owed, shares, strict=True)]
            task = max(range(len(shares)), key=owed.__getitem__)
            owed[task] -= 1
            pool.append((task, next(streams[task])))
        chance.shuffle(pool)  # otherwise rows of equal length would stay in the order of their tasks

        # Order each task's rows by length and spread them evenly over the pool, then cut it into batches.
        spread: list[tuple[float, tuple[int, int]]] = []
        for task in range(len(lengths)):
            ordered = sorted((pair for pair in pool if pair[0] == task), key=lambda pair: lengths[pair[0]][pair[1]])
            spread += [((rank + 0.5) / len(ordered), pair) for rank, pair in enumerate(ordered)]
        pool = [pair for _, pair in sorted(spread, key=lambda item: item[0])]
        cut = [pool[low : low + batch_size] for low in range(0, count, batch_size)]
        chance.shuffle(cut)
        batches += cut
    return batches


def cycle_shuffled(count: int, chance: random.Random) -> Iterator[int]:
    """Yield the numbers 0 to count - 1 in random order, again and again, each time in a new order."""
    while True:
        order = list(range(count))
        chance.shuffle(order)
        while order:
            yield order.pop()
