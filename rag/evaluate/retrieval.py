"""Evaluate a retriever on judged queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.data.beir import RetrievalSet
from rag.data.rows import Row
from rag.evaluate.metrics.ranking import ranking_metrics
from rag.evaluate.predictions import Prediction, recall_or_make
from rag.retrieve.retrievers import Retriever

if TYPE_CHECKING:
    pass
from rag.evaluate.run import Evaluation, cost_of

DEPTH = 100  # chunks looked at for a ranking of documents


def evaluate_retrieval(
    retriever: Retriever,
    judged: RetrievalSet,
    k: int = 10,
    document: Callable[[str], str | None] = lambda source: source,
    progress: bool | None = None,
) -> Evaluation:
    """Rank documents for the judged queries, each by its best chunk; metrics look at the first k.

    `document` tells the id that the judgements use for a chunk's source, None for what is not of the corpus. Outputs
    are the first k documents, separated by tabs.
    """
    # The id keeps queries of equal text apart. Nothing is kept: a ranking takes milliseconds.
    retriever.retrieve(next(iter(judged.queries.values())), 1)  # the first call loads the embedder: nobody's latency
    queries = [Row(name, "retrieve", {"question": text, "id": name}, ()) for name, text in judged.queries.items()]
    rankings: dict[str, list[str]] = {}

    def rank(batch: Sequence[Row]) -> list[Prediction]:
        for row in batch:
            hits = retriever.retrieve(row.values["question"], max(DEPTH, 2 * k))
            found = dict.fromkeys(document(hit.chunk.source) for hit in hits)
            rankings[row.id] = [name for name in found if name is not None]
        return [Prediction(row.id, "\t".join(rankings[row.id][:k])) for row in batch]

    records = recall_or_make(queries, rank, {}, progress=progress)
    metrics = ranking_metrics(rankings, judged.judgements, k)
    return Evaluation("retrieve", tuple(metrics), tuple(records), cost_of(records))
