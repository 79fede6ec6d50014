"""How well do dense, BM25 and hybrid retrieval find? nDCG@10 on folders in the BEIR layout.

    .venv/bin/python tests/benchmarks/retrieval.py ../shared/data/retrieval/* --store build/benchmarks
    .venv/bin/python tests/benchmarks/retrieval.py ../shared/data/retrieval/* --choose

Each corpus.jsonl is ingested as a user would, by `Index.sync` with the default settings. As the reference, the same
texts are embedded by sentence-transformers and searched exactly in numpy. A document's score is that of its best chunk.

`--choose` tells what fusion gains on questions that it was not set on. A hash splits each set's questions into two
halves. Of SETTINGS, that one is chosen whose mean over all sets of (hybrid - the better of dense and BM25) is greatest
on one half; it is one for all sets, as a default has to be. What it gains is shown on the other half, with a bootstrap
interval of the paired difference; then the halves change places, and last each question counts by the setting that was
chosen without it. The better of dense and BM25 is taken on the very questions shown, which favours them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.models.weights import local_path
from rag import Config, Index
from rag.retrieve.retrievers import Bm25Retriever, DenseRetriever, HybridRetriever
from stores import Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

Ranking = Sequence[str]
Settings = Mapping[str, Any]
K, DEPTH = 10, 100
DRAWS = 2_000

SETTINGS: list[Settings] = [
    *(
        {"fusion": "scores", "weight": weight, "neighbour": neighbour}
        for neighbour in (0.0, 0.5, 0.8)
        for weight in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
    ),
    *(
        {"fusion": "ranks", "constant": constant, "weight": weight, "neighbour": neighbour}
        for neighbour in (0.0, 0.5)
        for constant in (10.0, 60.0)
        for weight in (0.5, 0.6, 0.7, 0.8)
    ),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--reference", action="store_true", help="also embed with sentence-transformers: slow")
    parser.add_argument("--choose", action="store_true", help="choose the fusion on half of the questions, show others")
    options = parser.parse_args()
    folders = [Folder(path, options.store / path.name) for path in options.folders]
    lines = held_out([folder.scored() for folder in folders]) if options.choose else map(measure, folders)
    for line in lines:
        print(json.dumps(line), flush=True)
    if options.reference:
        for folder in folders:
            print(json.dumps({"set": folder.path.name, "sentence-transformers": reference(folder)}), flush=True)


# --- one set -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folder:
    """A set's questions, its judgements, and what dense and BM25 find, each question asked once."""

    path: Path
    store: Path

    @cached_property
    def index(self) -> Index:
        index = Config().override("store", path=str(self.store.absolute())).index()
        index.sync([self.path / "corpus.jsonl"])
        return index

    @cached_property
    def judged(self) -> dict[str, dict[str, int]]:
        queries = read_queries(self.path)
        return {query: grades for query, grades in read_judgements(self.path).items() if query in queries}

    @cached_property
    def questions(self) -> list[str]:
        """The texts of those judged, in that order."""
        queries = read_queries(self.path)
        return [queries[query] for query in self.judged]

    @cached_property
    def found(self) -> list[dict[str, list[Hit]]]:
        dense = DenseRetriever(self.index.store, self.index.embedder)
        bm25 = Bm25Retriever(self.index.store)
        return [{"dense": dense.retrieve(text, DEPTH), "bm25": bm25.retrieve(text, DEPTH)} for text in self.questions]

    def ndcg(self, rank: Callable[[dict[str, list[Hit]]], Sequence[Hit]]) -> Values:
        """nDCG@10 of each question, when its hits are ordered so."""
        grades = self.judged.values()
        return np.array([ndcg_at(documents(rank(hits)), each) for hits, each in zip(self.found, grades, strict=True)])

    def hybrid(self, settings: Settings) -> Values:
        return self.ndcg(HybridRetriever(self.index.store, self.index.embedder, DEPTH, **settings).fuse)

    def scored(self) -> Scored:
        return Scored(
            self.path.name,
            np.array([half(f"{self.path.name}/{query}") for query in self.judged]),
            self.ndcg(lambda hits: hits["dense"]),
            self.ndcg(lambda hits: hits["bm25"]),
            np.array([self.hybrid(settings) for settings in SETTINGS]),
        )


def measure(folder: Folder) -> dict[str, object]:
    """nDCG@10 of each retriever as it is shipped, over all questions."""
    values = {
        "dense": folder.ndcg(lambda hits: hits["dense"]),
        "bm25": folder.ndcg(lambda hits: hits["bm25"]),
        "hybrid": folder.hybrid({}),
    }
    return {
        "set": folder.path.name,
        **{name: round(float(value.mean()), 4) for name, value in values.items()},
        "chunks": len(folder.index.store),
    }


def reference(folder: Folder) -> float:
    """nDCG@10 of exact search over vectors made by sentence-transformers alone, from the same chunks' texts."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(local_path(folder.index.embedder.name)), device="cpu", local_files_only=True)
    chunks = list(folder.index.store.chunks())
    vectors = model.encode([c.embedding_text for c in chunks], batch_size=32, normalize_embeddings=True)
    asked = model.encode(folder.questions, normalize_embeddings=True)
    found = []
    for vector, grades in zip(asked, folder.judged.values(), strict=True):
        best = np.argsort(-(vectors @ vector), kind="stable")[:DEPTH]
        found.append(ndcg_at(list(dict.fromkeys(key(chunks[i].source) for i in best)), grades))
    return round(float(np.mean(found)), 4)


def documents(hits: Sequence[Hit]) -> Ranking:
    """Documents in the order of their best chunk."""
    return list(dict.fromkeys(key(hit.chunk.source) for hit in hits[:DEPTH]))


def key(source: str) -> str:
    return source.rpartition("#")[2]


def ndcg_at(ranking: Ranking, relevant: Mapping[str, int], k: int = K) -> float:
    """Normalised discounted cumulative gain, gain 2^relevance - 1 (Järvelin & Kekäläinen 2002; Burges et al. 2005)."""

    def dcg(grades: Iterable[int]) -> float:
        return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))

    ideal = dcg(sorted(relevant.values(), reverse=True)[:k])
    return dcg(relevant.get(name, 0) for name in ranking[:k]) / ideal if ideal else 0.0


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


# --- choosing on one half, showing the other ---------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """nDCG@10 of each question of a set: (n,) by dense and by BM25 alone, (settings, n) fused."""

    name: str
    half: NDArray[np.int_]
    dense: Values
    bm25: Values
    hybrid: Values

    def gains(self, shown: NDArray[np.bool_]) -> Values:
        """(settings, questions shown): hybrid - the retriever alone that is better on them."""
        alone = max(self.dense[shown], self.bm25[shown], key=lambda values: float(values.mean()))
        gains: Values = self.hybrid[:, shown] - alone
        return gains


def half(name: str) -> int:
    """0 or 1, always the same for a name."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2


def choose(sets: Sequence[Scored], on: int) -> int:
    """Return which setting gains most on this half, each set counting the same."""
    gains = [each.gains(each.half == on).mean(axis=1) for each in sets]
    return int(np.argmax(np.mean(gains, axis=0)))


def held_out(sets: Sequence[Scored]) -> Iterable[dict[str, object]]:
    """Yield a line for each choice, and for each set what it gains on the questions that it was not made on."""
    chosen = [choose(sets, on) for on in (0, 1)]
    for on in (0, 1):
        gain = np.mean([each.gains(each.half == on)[chosen[on]].mean() for each in sets])
        yield {"chosen on half": on, **SETTINGS[chosen[on]], "mean gain there": round(float(gain), 4)}
        for each in sets:
            yield {"shown on half": 1 - on, **line(each, each.half != on, np.full(len(each.half), chosen[on]))}
    for each in sets:
        yield {"shown on half": "both", **line(each, each.half >= 0, np.where(each.half == 0, chosen[1], chosen[0]))}


def line(each: Scored, shown: NDArray[np.bool_], setting: NDArray[np.int_]) -> dict[str, object]:
    """What a set's questions score; `setting` is that of each question."""
    places = np.flatnonzero(shown)
    gains = each.gains(shown)[setting[places], np.arange(len(places))]
    values = {
        "dense": each.dense[places].mean(),
        "bm25": each.bm25[places].mean(),
        "hybrid": each.hybrid[setting[places], places].mean(),
        "gain": gains.mean(),
        **dict(zip(("low", "high"), interval(gains), strict=True)),
    }
    rounded = {name: round(float(value), 4) for name, value in values.items()}
    return {"set": each.name, "questions": len(places), **rounded}


def interval(values: Values, draws: int = DRAWS) -> tuple[float, float]:
    """95% of the mean, by bootstrap over the questions (percentiles)."""
    counts = np.random.default_rng(0).multinomial(len(values), np.full(len(values), 1 / len(values)), size=draws)
    low, high = np.percentile(counts @ values / len(values), [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    main()
