"""Intervals and tests against scipy's, by hand, and for what cannot be measured."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import bootstrap, permutation_test

from rag.evaluate.metrics import Metric, difference
from rag.evaluate.metrics.metric import divide, mean_metric, ratio_metric

floats = st.floats(-100, 100).map(lambda value: round(value, 3))


def mean(values) -> Metric:
    return mean_metric("mean", values, "higher", "points")


def test_a_mean_and_a_ratio_by_hand() -> None:
    assert mean([1, 2, 6]).value == 3
    assert mean([1, 2, 6]).per_row.tolist() == [1, 2, 6]
    ratio = ratio_metric("r", [1, 0, 3], [2, 0, 2], "higher", "share")
    assert ratio.value == 1.0
    assert ratio.per_row.tolist() == pytest.approx([0.5, np.nan, 1.5], nan_ok=True)


def test_rows_that_take_no_part_change_nothing() -> None:
    assert mean([1, np.nan, 3]).value == 2


@given(st.lists(floats, min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_an_interval_holds_its_value_when_values_spread(values) -> None:
    low, high = mean(values).interval(draws=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert mean(values).value == pytest.approx(np.mean(values), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_agree_with_scipys(seed) -> None:
    chance = np.random.default_rng(seed)
    part, whole = chance.integers(0, 5, 200), chance.integers(1, 9, 200)
    ours = ratio_metric("r", part, whole, "higher", "share").interval(draws=10_000)
    theirs = bootstrap(
        (part, whole), lambda p, w, axis: p.sum(axis) / w.sum(axis), paired=True, method="percentile",
        n_resamples=10_000, vectorized=True, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    width = theirs.high - theirs.low
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.05 * width)


def test_a_level_moves_the_bounds() -> None:
    measured = mean(np.random.default_rng(0).normal(size=400))
    low, high = measured.interval(0.95, draws=5000)
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(measured.per_row) / 20, rel=0.05)
    narrow_low, narrow_high = measured.interval(0.5, draws=5000)
    assert (narrow_high - narrow_low) / 2 == pytest.approx(0.6745 * np.std(measured.per_row) / 20, rel=0.08)


def test_the_interval_of_a_difference_is_paired() -> None:
    chance = np.random.default_rng(0)
    shared = chance.normal(size=300) * 100
    found = difference(mean(shared + 1 + chance.normal(size=300) * 0.1), mean(shared))
    assert found.value == pytest.approx(1, abs=0.03)
    assert 0.95 < found.low < found.value < found.high < 1.05
    assert found.p == pytest.approx(1 / 2001)


# Sums of whole numbers tie exactly; of fractions scipy misses ties by rounding.
whole = st.integers(-100, 100).map(float)


@given(st.lists(st.tuples(whole, whole), min_size=2, max_size=9))
@settings(max_examples=200, deadline=None)
def test_p_is_exact_on_few_rows_as_scipys(pairs) -> None:
    a, b = np.array(pairs).T
    theirs = permutation_test((a, b), lambda x, y, axis: x.sum(axis) - y.sum(axis), permutation_type="samples",
                              vectorized=True, n_resamples=np.inf)  # fmt: skip
    assert difference(mean(a), mean(b)).p == pytest.approx(theirs.pvalue, abs=1e-6)


def test_p_of_many_rows_comes_near_the_exact_one() -> None:
    chance = np.random.default_rng(3)
    a, b = chance.normal([[0.5], [0]], size=(2, 14))
    exact = difference(mean(a), mean(b), draws=2**14).p
    drawn = difference(mean(a), mean(b), draws=2**14 - 1).p
    assert drawn == pytest.approx(exact, abs=0.015)
    assert 0.01 < exact < 0.9


def test_p_is_uniform_where_there_is_no_difference() -> None:
    chance = np.random.default_rng(5)
    found = [difference(mean(chance.normal(size=40)), mean(chance.normal(size=40)), draws=400).p for _ in range(300)]
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.1)


def test_systems_that_are_the_same_do_not_differ() -> None:
    found = difference(mean(range(50)), mean(range(50)))
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_the_undefined_is_nan_and_no_crash() -> None:
    for measured in (mean([]), mean([np.nan]), ratio_metric("r", [0, 0], [0, 0], "higher", "share")):
        assert np.isnan(measured.value)
        assert np.isnan(measured.interval()).all()
        found = difference(measured, measured)
        assert np.isnan([found.value, found.low, found.high, found.p]).all()


def test_undefined_draws_are_left_out() -> None:
    low, high = ratio_metric("r", [1, 0, 0], [1, 0, 0], "higher", "share").interval()
    assert (low, high) == (1, 1)


def test_what_does_not_pair_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mean \(2 rows, 2 statistics\) with mean \(3 rows, 2 statistics\)"):
        difference(mean([1, 2]), mean([1, 2, 3]))
    with pytest.raises(ValueError, match="cannot pair"):
        difference(mean([1]), mean_metric("other", [1], "higher", "points"))


def test_seeds_repeat_and_differ() -> None:
    measured = mean(np.random.default_rng(0).normal(size=100))
    assert measured.interval(seed=1) == measured.interval(seed=1) != measured.interval(seed=2)


def test_five_thousand_rows_of_three_hundred_statistics_take_little() -> None:
    chance = np.random.default_rng(0)
    a, b = (
        Metric("m", chance.random((5000, 300)), lambda sums: divide(sums[..., 0], sums[..., 1]), "higher", "share")
        for _ in range(2)
    )
    tracemalloc.start()
    began = time.process_time()
    difference(a, b)
    assert time.process_time() - began < 6
    assert tracemalloc.get_traced_memory()[1] < 150 << 20
    tracemalloc.stop()
