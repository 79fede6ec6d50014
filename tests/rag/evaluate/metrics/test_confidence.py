"""Calibration, abstention and coverage against their definitions, written another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.metrics import balanced_accuracy_score

from rag.evaluate.metrics import at_coverage, balanced_accuracy, calibration_error, coverage_curve

chances = st.floats(0, 1, allow_nan=False)
cases = st.lists(st.tuples(chances, st.booleans()), min_size=1, max_size=40)


@given(cases)
@settings(max_examples=200, deadline=None)
def test_calibration_error_is_the_textbooks(pairs) -> None:
    expected = 0.0
    for low in range(10):
        inside = [(c, r) for c, r in pairs if low <= 10 * c < low + 1 or (low == 9 and c == 1)]
        if inside:
            gap = abs(np.mean([c for c, _ in inside]) - np.mean([r for _, r in inside]))
            expected += len(inside) / len(pairs) * gap
    found = calibration_error([c for c, _ in pairs], [r for _, r in pairs])
    assert found.value == pytest.approx(100 * expected, abs=1e-6)


def test_rows_without_a_confidence_take_no_part() -> None:
    assert calibration_error([0.9, float("nan")], [True, True]).value == pytest.approx(10)
    assert np.isnan(calibration_error([float("nan")], [True]).value)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
@settings(max_examples=200, deadline=None)
def test_balanced_accuracy_is_scikit_learns(pairs) -> None:
    abstained, unanswerable = zip(*pairs, strict=True)
    found = balanced_accuracy(abstained, unanswerable).value
    if len(set(unanswerable)) < 2:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(100 * balanced_accuracy_score(unanswerable, abstained), abs=1e-6)


def test_the_curve_by_hand() -> None:
    curve = coverage_curve([0.2, 0.9, 0.5, 0.5], [0.0, 1.0, 1.0, 0.0])
    assert [(point.threshold, point.coverage, point.value) for point in curve] == [
        (0.9, 0.25, 1.0),
        (0.5, 0.75, pytest.approx(2 / 3)),
        (0.2, 1.0, 0.5),
    ]
    assert at_coverage(curve, 0.7).threshold == 0.5
    assert at_coverage(curve, 0.75).threshold == 0.5
    assert at_coverage(curve, 1).value == 0.5
    with pytest.raises(ValueError, match="at least one question"):
        at_coverage(coverage_curve([], []), 0.5)


@given(cases)
@settings(max_examples=200, deadline=None)
def test_each_point_is_what_its_threshold_keeps(pairs) -> None:
    confidence, right = [c for c, _ in pairs], [float(r) for _, r in pairs]
    curve = coverage_curve(confidence, right)
    assert curve[-1].coverage == 1
    for point in curve:
        kept = [r for c, r in zip(confidence, right, strict=True) if c >= point.threshold]
        assert point.coverage == pytest.approx(len(kept) / len(pairs))
        assert point.value == pytest.approx(np.mean(kept))
