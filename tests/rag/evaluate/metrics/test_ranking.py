"""Measures of retrieval against pytrec_eval and their formulas."""

from __future__ import annotations

import math

import pytest
import pytrec_eval
from hypothesis import given, settings, strategies as st

from rag.evaluate.metrics import ranking_metrics

DOCUMENTS = [f"d{n}" for n in range(12)]
rankings = st.lists(st.sampled_from(DOCUMENTS), unique=True, max_size=12)
judgements = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1, max_size=8).filter(
    lambda grades: any(grades.values())
)
queries = st.lists(st.tuples(rankings, judgements), min_size=1, max_size=6)


@given(queries, st.sampled_from([1, 3, 10]))
@settings(max_examples=200, deadline=None)
def test_as_pytrec_eval_and_the_formulas_have_it(queries, k) -> None:
    run = {f"q{n}": ranking for n, (ranking, _) in enumerate(queries)}
    qrels = {f"q{n}": grades for n, (_, grades) in enumerate(queries)}
    found = {metric.name: metric for metric in ranking_metrics(run, qrels, k)}
    names = {f"ndcg@{k}": f"ndcg_cut_{k}", f"recall@{k}": f"recall_{k}", "mrr": "recip_rank", "map": "map",
             f"success@{k}": f"success_{k}"}  # fmt: skip
    scored = {q: {d: 1.0 / rank for rank, d in enumerate(ranking, 1)} for q, ranking in run.items() if ranking}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, set(names.values())).evaluate(scored)
    assert list(found) == list(names)
    for name, their_name in names.items():
        wanted = [theirs[q][their_name] if q in theirs else 0.0 for q in qrels]
        assert found[name].per_row.tolist() == pytest.approx(wanted, abs=1e-6)
        assert found[name].value == pytest.approx(sum(wanted) / len(wanted), abs=1e-6)
    for row, (ranking, grades) in enumerate(queries):
        assert found[f"ndcg@{k}"].per_row[row] == pytest.approx(ndcg(ranking, grades, k, lambda g: g), abs=1e-6)
        first = next((1 / r for r, d in enumerate(ranking, 1) if grades.get(d)), 0)
        assert found["mrr"].per_row[row] == pytest.approx(first, abs=1e-6)
        hits = [bool(grades.get(d)) for d in ranking]
        precisions = [sum(hits[: r + 1]) / (r + 1) for r, hit in enumerate(hits) if hit]
        relevant = sum(grade > 0 for grade in grades.values())
        assert found["map"].per_row[row] == pytest.approx(sum(precisions) / relevant, abs=1e-6)
        assert found[f"recall@{k}"].per_row[row] == pytest.approx(sum(hits[:k]) / relevant, abs=1e-6)
        assert found[f"success@{k}"].per_row[row] == any(hits[:k])


@given(rankings, judgements)
@settings(max_examples=200, deadline=None)
def test_exponential_gain(ranking, grades) -> None:
    found = ranking_metrics({"q": ranking}, {"q": grades}, 10, gain="exponential")[0]
    assert found.value == pytest.approx(ndcg(ranking, grades, 10, lambda g: 2**g - 1), abs=1e-6)


def test_queries_without_results_count_nothing_and_unjudged_ones_not_at_all() -> None:
    found = ranking_metrics({"a": ["d1"], "x": ["d1"]}, {"a": {"d1": 1}, "b": {"d1": 1}, "c": {"d1": 0}})
    assert [metric.value for metric in found] == [0.5] * 5
    assert [metric.value for metric in ranking_metrics({}, {"a": {"d1": 1}})] == [0] * 5


def test_a_ranking_has_no_ties_and_counts_a_document_once() -> None:
    assert ranking_metrics({"q": ["z", "z", "a"]}, {"q": {"a": 1}})[2].value == 0.5


def ndcg(ranking, grades, k, gain) -> float:
    def dcg(listed) -> float:
        return sum(gain(grade) / math.log2(rank + 1) for rank, grade in enumerate(listed[:k], 1))

    return dcg([grades.get(d, 0) for d in ranking]) / dcg(sorted(grades.values(), reverse=True))
