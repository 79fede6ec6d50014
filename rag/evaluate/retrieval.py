"""Evaluate a retriever on judged queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.data.beir import RetrievalSet
from rag.data.rows import Row
from rag.evaluate.metrics.ranking import ranking_metrics
from rag.evaluate.predictions import Prediction, predict_rows
from rag.evaluate.run import Evaluation, cost_of
from rag.retrieve.retrievers import Retriever

DEPTH = 100  # chunks that a ranking of documents is made of


def evaluate_retrieval(
    retriever: Retriever,
    judged: RetrievalSet,
    k: int = 10,
    document: Callable[[str], str | None] = lambda source: source,
    progress: bool | None = None,
) -> Evaluation:
    """Rank documents for the judged queries, each by its best chunk; metrics look at the first k.

    `document` returns the id that the judgements use for a chunk's source, None for a source outside the corpus.
    Outputs are the first k documents, separated by tabs.
    """
    retriever.retrieve(next(iter(judged.queries.values())), 1)  # the first call loads the embedder: no query's latency
    # The id keeps queries of equal text apart. Nothing is kept in a file: a ranking takes milliseconds.
    queries = [Row(name, "retrieve", {"question": text, "id": name}, ()) for name, text in judged.queries.items()]
    rankings: dict[str, list[str]] = {}

    def predict(batch: Sequence[Row]) -> list[Prediction]:
        for row in batch:
            hits = retriever.retrieve(row.values["question"], max(DEPTH, 2 * k))
            documents = dict.fromkeys(document(hit.chunk.source) for hit in hits)
            rankings[row.id] = [name for name in documents if name is not None]
        return [Prediction(row.id, "\t".join(rankings[row.id][:k])) for row in batch]

    predictions = predict_rows(queries, predict, "", progress=progress)
    metrics = ranking_metrics(rankings, judged.judgements, k)
    return Evaluation("retrieve", tuple(metrics), tuple(predictions), cost_of(predictions))
