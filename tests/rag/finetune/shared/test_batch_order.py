"""The order of rows: every row before any twice, shares as asked, the same for the same seed."""

from __future__ import annotations

from collections import Counter

import pytest

from rag.finetune.shared.batch_order import compute_shares, order_batches


def test_mixing_is_by_size_with_a_cap_and_a_temperature() -> None:
    assert compute_shares([100, 300]) == [0.25, 0.75]
    assert compute_shares([100, 300], cap=100) == [0.5, 0.5]
    # 100 and 400 at temperature 2: their square roots, 10 and 20.
    assert compute_shares([100, 400], temperature=2) == pytest.approx([1 / 3, 2 / 3])


def test_each_row_comes_once_an_epoch() -> None:
    lengths = [[5] * 40, [9] * 24]
    batches = order_batches(lengths, compute_shares([40, 24]), 64, 8, seed=3)
    assert [len(batch) for batch in batches] == [8] * 8
    assert Counter(pair for batch in batches for pair in batch) == Counter(
        {(task, row): 1 for task, count in ((0, 40), (1, 24)) for row in range(count)}
    )


def test_a_small_task_is_repeated_to_its_share() -> None:
    batches = order_batches([[5] * 90, [5] * 10], [0.5, 0.5], 200, 10, seed=0)
    drawn = Counter(pair for batch in batches for pair in batch)
    assert sum(count for (task, _), count in drawn.items() if task == 1) == 100
    assert {count for (task, _), count in drawn.items() if task == 1} == {10}


def test_rows_of_like_length_share_a_batch() -> None:
    lengths = [[row % 100 for row in range(3200)]]
    batches = order_batches(lengths, [1.0], 3200, 32, seed=0)
    spread = [max(lengths[0][row] for _, row in batch) - min(lengths[0][row] for _, row in batch) for batch in batches]
    assert max(spread) <= 4
    means = [sum(lengths[0][row] for _, row in batch) for batch in batches]
    assert means != sorted(means), "batches come in random order"


def test_the_seed_alone_decides() -> None:
    def order(seed: int) -> list[list[tuple[int, int]]]:
        return order_batches([[1, 2, 3, 4, 5, 6, 7, 8]], [1.0], 16, 4, seed)

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_a_batch_has_all_tasks_in_their_shares_and_of_each_rows_of_like_length() -> None:
    lengths = [[50 + row % 10 for row in range(600)], [5 + row % 3 for row in range(300)]]
    batches = order_batches(lengths, [0.75, 0.25], 1600, 32, seed=1)
    for batch in batches:
        assert 7 <= sum(task == 1 for task, _ in batch) <= 9
        long = [lengths[task][row] for task, row in batch if task == 0]
        assert max(long) - min(long) <= 1
