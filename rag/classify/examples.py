"""Labelled rows in a store: the most similar are the examples of a prompt, or vote for their labels themselves."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.embed import Embedder
from ingest.errors import InputError
from ingest.types import Chunk
from rag.classify.types import Classification, Threshold, softmax
from rag.data.rows import Row
from rag.index.manifest import embedder_manifest
from rag.retrieve.retrievers import DenseRetriever, Retriever
from stores.base import Entry, Source, Store

SOURCE = "examples"


def index_examples(rows: Sequence[Row], embedder: Embedder, store: Store | None = None) -> DenseRetriever:
    """Return a retriever over the rows' texts, with the label as metadata `label` of each chunk.

    Without a store they are kept in memory. A store that already holds these very rows is not filled again.
    """
    from stores.memory import MemoryStore

    store = store if store is not None else MemoryStore()
    store.bind(embedder_manifest(embedder))
    # The hash of texts and labels tells whether the store holds these rows already.
    content = json.dumps([(row.text, row.target) for row in rows])
    source = Source(SOURCE, SOURCE, hashlib.sha256(content.encode()).hexdigest())
    if source.fingerprint not in {held.source.fingerprint for held in store.sources()}:
        # The rows are lines of one document.
        chunks, start = [], 0
        for row in rows:
            end = start + len(row.text)
            chunks.append(Chunk(row.text, SOURCE, start, end, metadata={"label": row.target, "row": row.id}))
            start = end + 1
        vectors = embedder.embed_documents([row.text for row in rows])
        store.write([Entry(source, chunks, vectors)])
    return DenseRetriever(store, embedder)


def nearest(retriever: Retriever, text: str, k: int) -> list[tuple[Chunk, str, float]]:
    """Return up to k examples with their labels and scores, best first. Raises InputError for one without a label."""
    examples = []
    for hit in retriever.retrieve(text, k):
        label = hit.chunk.metadata.get("label")
        if not isinstance(label, str):
            raise InputError(f"{hit.chunk.source} at {hit.chunk.start} has no 'label' in its metadata: not an example")
        examples.append((hit.chunk, label, hit.score))
    return examples


@dataclass(frozen=True)
class NearestNeighbours:
    """A baseline without a generator: the k most similar examples vote, weighted by their similarity."""

    labels: Sequence[str]
    retriever: Retriever
    k: int = 5
    threshold: Threshold | None = None

    def classify(self, text: str) -> Classification:
        """Return the label with most votes; `scores` are the logs of the shares of the labels with votes."""
        began = time.perf_counter()
        if not text.strip():
            raise InputError("the text is empty: there is nothing to classify")
        # A dissimilar example still has a vote, so that every label that was found has a score.
        votes: dict[str, float] = {}
        neighbours = nearest(self.retriever, text, self.k)
        for _, label, score in neighbours:
            votes[label] = votes.get(label, 0.0) + max(score, 1e-6)
        if not votes:
            raise InputError("no examples: the store is empty")
        total = sum(votes.values())
        scores = {label: math.log(vote / total) for label, vote in votes.items()}
        best, probability = next(iter(softmax(scores).items()))
        examples = tuple((chunk.text, label) for chunk, label, _ in neighbours)
        seconds = time.perf_counter() - began
        return Classification(best, probability, scores, 0, seconds, examples, (), self.threshold, "nearest neighbours")
