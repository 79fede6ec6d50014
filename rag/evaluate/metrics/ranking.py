"""Metrics of rankings by ir_measures and pytrec_eval, query by query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ingest.errors import MissingExtra
from rag.evaluate.metrics.metric import Metric, mean_metric


def ranking_metrics(
    run: Mapping[str, Sequence[str]],
    qrels: Mapping[str, Mapping[str, int]],
    k: int = 10,
    gain: Literal["linear", "exponential"] = "linear",
) -> list[Metric]:
    """Return nDCG@k, recall@k, MRR, MAP and success@k, each from 0 to 1.

    There is a row for each judged query, in the order of qrels. `run` holds the documents retrieved for each query,
    best first; a query that it lacks counts 0. `qrels` grade documents; above 0 is relevant, and queries without a
    relevant document are left out. MRR and MAP look at the whole ranking. nDCG discounts by log2(rank + 1); its gain is
    the grade (trec_eval, BEIR), or 2^grade - 1 (Burges et al. 2005).
    """
    try:
        import ir_measures
    except ImportError:
        raise MissingExtra("the metrics of retrieval", "evaluate") from None
    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    if gain == "exponential":
        judged = {query: {d: 2 ** max(g, 0) - 1 for d, g in grades.items()} for query, grades in judged.items()}
    names = {
        f"ndcg@{k}": ir_measures.nDCG @ k,
        f"recall@{k}": ir_measures.R @ k,
        "mrr": ir_measures.RR,
        "map": ir_measures.AP,
        f"success@{k}": ir_measures.Success @ k,
    }
    # Falling scores by rank, so that no tie is broken by a document's name.
    ranked = {
        query: {document: -float(rank) for rank, document in enumerate(dict.fromkeys(run[query]))}
        for query in judged
        if run.get(query)
    }
    # pytrec_eval's evaluator computes every measure of one relevance level in one pass over the run.
    results = ir_measures.pytrec_eval.iter_calc(list(names.values()), judged, ranked) if ranked else ()
    values = {(result.query_id, result.measure): result.value for result in results}
    return [
        mean_metric(name, [values.get((query, measure), 0.0) for query in judged], "higher", "share")
        for name, measure in names.items()
    ]
