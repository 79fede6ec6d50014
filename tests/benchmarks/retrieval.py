"""How well do dense, BM25 and hybrid retrieval find? nDCG@10 on folders in the BEIR layout.

    .venv/bin/python tests/benchmarks/retrieval.py ../shared/data/retrieval/* --store build/benchmarks

Each corpus.jsonl is ingested as a user would, by `Index.sync` with the default settings. As the reference, the same
texts are embedded by sentence-transformers and searched exactly in numpy. A document's score is that of its best chunk.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag import Config, Index
from rag.measure.ranking import ranking_metrics
from rag.retrieve import Bm25Retriever, DenseRetriever, HybridRetriever, Retriever, fuse
from stores import Hit

Ranking = Sequence[str]
K, DEPTH = 10, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--reference", action="store_true", help="also embed with sentence-transformers: slow")
    parser.add_argument("--constants", type=float, nargs="*", default=[], help="plain fusion with these constants too")
    options = parser.parse_args()
    for folder in options.folders:
        print(json.dumps({"set": folder.name} | measure(folder, options)), flush=True)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Return nDCG@10 of each retriever over one folder."""
    config = Config().override("store", path=str((options.store / folder.name).absolute()))
    index = config.index()
    index.sync([folder / "corpus.jsonl"])
    queries = read_queries(folder)
    judged = read_judgements(folder)

    def ndcg(rank: Callable[[str], Ranking]) -> float:
        return round(float(np.mean([ndcg_at(rank(queries[q]), judged[q]) for q in judged if q in queries])), 4)

    dense = Remembered(DenseRetriever(index.store, index.embedder))
    bm25 = Remembered(Bm25Retriever(index.store))
    retrievers: dict[str, Retriever] = {
        "dense": dense,
        "bm25": bm25,
        "hybrid": HybridRetriever(index.store, index.embedder),
        **{f"plain fusion {c:g}": Fused(dense, bm25, c) for c in options.constants},
    }
    found = {name: ndcg(lambda text, r=retriever: documents(r, text)) for name, retriever in retrievers.items()}
    if options.reference:
        found["sentence-transformers"] = ndcg(reference(index, list(queries.values())))
    found["chunks"] = len(index.store)
    index.store.close()
    return found


@dataclass
class Remembered:
    """A retriever that answers the same question once."""

    retriever: Retriever
    known: dict[str, list[Hit]] = field(default_factory=dict)

    def retrieve(self, question: str, k: int = 5, where: None = None) -> list[Hit]:
        if question not in self.known:
            self.known[question] = self.retriever.retrieve(question, k)
        return self.known[question]


@dataclass
class Fused:
    """Plain reciprocal rank fusion over remembered rankings."""

    dense: Remembered
    bm25: Remembered
    constant: float

    def retrieve(self, question: str, k: int = 5, where: None = None) -> list[Hit]:
        rankings = {"dense": self.dense.retrieve(question, k), "bm25": self.bm25.retrieve(question, k)}
        return fuse(rankings, self.constant)[:k]


def documents(retriever: Retriever, text: str) -> Ranking:
    """Documents in the order of their best chunk."""
    return list(dict.fromkeys(key(hit.chunk.source) for hit in retriever.retrieve(text, DEPTH)))


def reference(index: Index, texts: Sequence[str]) -> Callable[[str], Ranking]:
    """Exact search over vectors made by sentence-transformers alone, from the same chunks' texts."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(index.embedder.folder), device="cpu", local_files_only=True)
    chunks = list(index.store.chunks())
    vectors = model.encode([c.embedding_text for c in chunks], batch_size=32, normalize_embeddings=True)
    asked = dict(zip(texts, model.encode(list(texts), normalize_embeddings=True), strict=True))

    def rank(text: str) -> Ranking:
        best = np.argsort(-(vectors @ asked[text]), kind="stable")[:DEPTH]
        return list(dict.fromkeys(key(chunks[i].source) for i in best))

    return rank


def key(source: str) -> str:
    return source.rpartition("#")[2]


def ndcg_at(ranking: Ranking, relevant: Mapping[str, int], k: int = K) -> float:
    """Normalised discounted cumulative gain, gain 2^relevance - 1 (Järvelin & Kekäläinen 2002; Burges et al. 2005)."""
    ndcg = ranking_metrics({"query": ranking}, {"query": relevant}, k, gain="exponential")[0].value
    return 0.0 if math.isnan(ndcg) else ndcg


def read_queries(folder: Path) -> dict[str, str]:
    rows = (json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").split("\n") if line)
    return {row["_id"]: row["text"] for row in rows}


def read_judgements(folder: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").split("\n")[1:]:
        if line:
            query, document, grade = line.split("\t")
            judged.setdefault(query, {})[document] = int(grade)
    return judged


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    main()
