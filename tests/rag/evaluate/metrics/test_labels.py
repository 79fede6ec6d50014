"""Labels against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support, roc_auc_score

from rag.data.rows import Row
from rag.evaluate.metrics import Confusion, confusion, difference, label_metrics

LABELS = ["card", "cash", "oos", "pin"]
pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=40)


def rows(labels) -> list[Row]:
    return [Row(str(n), "classify", {"text": "?"}, (label,)) for n, label in enumerate(labels)]


def values(metrics) -> dict[str, float]:
    return {metric.name: metric.value for metric in metrics}


@given(pairs, st.booleans())
@settings(max_examples=200, deadline=None)
def test_as_scikit_learn_counts(pairs, all_classes) -> None:
    right, given = zip(*pairs, strict=True)
    found = values(label_metrics(given, rows(right), LABELS if all_classes else None, "oos"))
    assert found["accuracy"] == pytest.approx(100 * accuracy_score(right, given), abs=1e-6)
    assert found["macro_f1"] == pytest.approx(100 * f1_score(right, given, average="macro"), abs=1e-6)
    precision, recall, f1, _ = precision_recall_fscore_support(right, given, labels=["oos"], zero_division=np.nan)
    assert found["out_of_scope_precision"] == pytest.approx(100 * precision[0], abs=1e-6, nan_ok=True)
    assert found["out_of_scope_recall"] == pytest.approx(100 * recall[0], abs=1e-6, nan_ok=True)
    assert found["out_of_scope_f1"] == pytest.approx(100 * f1[0], abs=1e-6, nan_ok=True)
    table = confusion(given, rows(right), LABELS)
    assert np.array_equal(table.counts, confusion_matrix(right, given, labels=LABELS))


scored = st.lists(
    st.tuples(st.sampled_from(["card", "oos"]), st.integers(-3, 3).map(lambda n: n / 3)), min_size=2, max_size=40
)


@given(scored)
@settings(max_examples=200, deadline=None)
def test_auroc_as_scikit_learn_does(scored) -> None:
    right, scores = zip(*scored, strict=True)
    found = values(label_metrics(right, rows(right), None, "oos", scores))["out_of_scope_auroc"]
    both = len(set(right)) == 2
    wanted = 100 * roc_auc_score([label == "oos" for label in right], scores) if both else np.nan
    assert found == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_aurocs_interval_is_as_wide_as_drawing_rows_makes_it() -> None:
    chance = np.random.default_rng(0)
    right = ["oos"] * 60 + ["card"] * 140
    scores = np.concatenate([chance.normal(1, 1, 60), chance.normal(0, 1, 140)])
    low, high = label_metrics(right, rows(right), None, "oos", scores)[-1].interval()
    outside = np.array([label == "oos" for label in right])
    drawn = []
    for _ in range(600):
        at = chance.integers(0, 200, 200)
        drawn.append(100 * roc_auc_score(outside[at], scores[at]))
    assert (low, high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.2 * (high - low))


def test_resampled_macro_f1_is_scikit_learns_of_the_resample() -> None:
    chance = np.random.default_rng(0)
    right, given = chance.choice(LABELS, (2, 30))
    measured = label_metrics(given, rows(right))[1]
    for _ in range(50):
        at = chance.integers(0, 30, 30)
        ours = measured.total(measured.statistics[at].sum(axis=0))
        assert ours == pytest.approx(100 * f1_score(right[at], given[at], average="macro"), abs=1e-6)


def test_systems_that_name_other_labels_are_compared_over_the_same_classes() -> None:
    right = ["card", "cash", "pin"] * 4
    one, other = ["card"] * 12, ["card", "cash", "pin"] * 4
    a, b = (label_metrics(labels, rows(right), LABELS)[1] for labels in (one, other))
    assert difference(a, b).value == pytest.approx(100 * (f1_score(right, one, average="macro") - 1), abs=1e-6)


def test_a_label_outside_the_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="'loan' is not one of the 4 classes"):
        label_metrics(["loan"], rows(["card"]), LABELS)


def test_the_commonest_confusions() -> None:
    table = confusion(["b", "b", "a", "a", "b"], rows(["a", "a", "a", "b", "b"]))
    assert table == Confusion(("a", "b"), ((1, 2), (1, 1)))
    assert table.commonest(1) == [("a", "b", 2)]
