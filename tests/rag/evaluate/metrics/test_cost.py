"""Costs by hand and against numpy; metrics as a package."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import bootstrap

from rag.evaluate import metrics
from rag.evaluate.metrics import METRICS, Spent, cost_metrics, metric_info, peak_memory_mb, percentile


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=50), st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_percentiles_are_numpys(values, percent) -> None:
    found = percentile(values, percent, draws=50)
    assert found.value == pytest.approx(np.percentile(values, percent), abs=1e-6)
    assert min(values) <= found.low <= found.high <= max(values)


def test_a_percentiles_interval_is_scipys() -> None:
    seconds = np.random.default_rng(0).gamma(2, size=300)
    found = percentile(seconds, 95, draws=5000)
    theirs = bootstrap((seconds,), lambda x, axis: np.percentile(x, 95, axis=axis), method="percentile",
                       n_resamples=5000, rng=np.random.default_rng(1)).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=0.03)
    assert np.isnan(percentile([], 50).value)


def test_costs_are_means_a_row() -> None:
    found = {m.name: (m.value, m.unit) for m in cost_metrics([Spent(1.0, 2.0, 10, 4), Spent(3.0, 4.0, 30, 6)])}
    assert found == {
        "seconds": (2.0, "seconds"),
        "cpu_seconds": (3.0, "seconds"),
        "prompt_tokens": (20.0, "tokens"),
        "completion_tokens": (5.0, "tokens"),
    }
    assert 10 < peak_memory_mb() < 100_000


def test_every_metric_has_a_meaning() -> None:
    assert metric_info("ndcg@10").title == "nDCG@10"
    assert metric_info("recall@5").text.endswith("of the first 5")
    assert metric_info("own").title == "own"
    measured = [*metrics.licence_metrics([]), *cost_metrics([]), *metrics.text_metrics([], []),
                *metrics.answer_metrics([], []), *metrics.label_metrics([], [], out_of_scope="x", scores=[]),
                *metrics.ranking_metrics({}, {})]  # fmt: skip
    assert {metric.name.partition("@")[0] for metric in measured} == set(METRICS)


def test_the_package_loads_nothing_heavy_and_has_all_it_names() -> None:
    heavy = "{'numpy', 'sacrebleu', 'rouge_score', 'ir_measures'}"
    code = f"import sys, rag.evaluate.metrics; print(*{heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
    for name in metrics.__all__:
        assert getattr(metrics, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        metrics.nonsense  # noqa: B018
