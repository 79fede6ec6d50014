"""How does a store behave as it grows: writing, opening, searching, with and without a filter?

    python tests/benchmarks/growth.py ../shared/data/retrieval build/benchmarks/growth --sizes 10000 100000 1000000

Texts and their embeddings are those of the BEIR folders under the first argument, as far as they reach. Beyond, a
text comes again and its vector is made from three real ones, unit(a + 0.4 (b - c)), since embedding a million texts
would take hours. Questions are the folders' own, embedded; the share of the ten nearest that is found is against exact
search over all vectors. Every store is measured in a process of its own: opening until the first answer, then
`--questions` single searches, k = 5, each from a question to its hits ("with embedding") or from its vector.
`1%` and `0.01%` are filters that let so many chunks through. Memory is the process's peak; "before" is that of the
process with the embedder loaded and nothing opened. A store that is there is not written again.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ingest.embed import new_embedder
from ingest.types import Chunk
from stores import Entry, LocalStore, Source, parse_filter
from stores.scoring import units

BATCH = 1_000
SPREAD = 0.4
FILTERS = {"1%": "hundredth == 7", "0.01%": "part == 7"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="a folder of BEIR folders")
    parser.add_argument("folder", type=Path, help="where stores and embeddings are kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measured(options.measure, options.folder, options.questions)))
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    texts, vectors = _embedded(options.corpora, options.folder)
    for size in options.sizes:
        store = options.folder / str(size)
        found: dict[str, object] = {"chunks": size, "of them real": min(size, len(texts))}
        if not (store / "done").exists():
            found |= _written(store, size, texts, vectors)
        line = [sys.executable, __file__, str(options.corpora), str(options.folder), "--measure", str(store)]
        done = subprocess.run(
            [*line, "--questions", str(options.questions)], check=True, stdout=subprocess.PIPE, text=True
        )
        print(json.dumps({**found, **json.loads(done.stdout)}), flush=True)


def _embedded(corpora: Path, folder: Path) -> tuple[list[str], np.ndarray]:
    """Return texts and their vectors; those of the questions are left in the folder."""
    lists = {}
    for name in ("corpus", "queries"):
        rows = [json.loads(line) for file in sorted(corpora.glob(f"*/{name}.jsonl")) for line in file.open()]
        lists[name] = list(dict.fromkeys(f"{row.get('title') or ''} {row['text']}".strip()[:900] for row in rows))
        if not (folder / f"{name}.npy").exists():
            np.save(folder / f"{name}.npy", new_embedder().embed_documents(lists[name]))
    (folder / "questions.json").write_text(json.dumps(lists["queries"]), "utf-8")
    return lists["corpus"], np.load(folder / "corpus.npy")


def _made(size: int, vectors: np.ndarray) -> Iterator[np.ndarray]:
    """Yield batches of so many vectors in all: the real ones, then mixtures of three."""
    draw = np.random.default_rng(0)
    for low in range(0, size, BATCH):
        real = vectors[low : min(low + BATCH, size)]
        one, two, three = draw.integers(0, len(vectors), (3, min(BATCH, size - low) - len(real)))
        yield np.concatenate([real, units(vectors[one] + SPREAD * (vectors[two] - vectors[three]))])


def _written(folder: Path, size: int, texts: list[str], vectors: np.ndarray) -> dict[str, object]:
    store = LocalStore(folder)
    store.bind({"embedder": "made", "embedder_fingerprint": "made", "dimension": str(vectors.shape[1])})
    began = time.perf_counter()
    number = 0
    for batch in _made(size, vectors):
        name = f"s{number // BATCH}"
        chunks = []
        for _ in batch:
            metadata = {"hundredth": number % 100, "part": number % 10_000}
            text = texts[number % len(texts)]
            chunks.append(Chunk(text, name, number, number + len(text), metadata=metadata))
            number += 1
        store.write([Entry(Source(name, name, "1"), chunks, batch)])
    store.close()
    seconds = time.perf_counter() - began
    (folder / "done").touch()
    return {"written, chunks/s": round(size / seconds), "write peak MB": _peak()}


def _measured(folder: Path, shared: Path, count: int) -> dict[str, object]:
    texts = json.loads((shared / "questions.json").read_text("utf-8"))
    chosen = np.random.default_rng(1).choice(len(texts), count, replace=False)
    queries = np.load(shared / "queries.npy")[chosen]
    embedder = new_embedder()
    embedder.embed_query("warm up")
    before = _peak()
    began = time.perf_counter()
    store = LocalStore(folder, read_only=True)
    store.search(queries[0], 5)
    found: dict[str, object] = {"open and first answer, ms": round(1000 * (time.perf_counter() - began), 1)}
    found["with embedding"] = _spent(lambda at: store.search(embedder.embed_query(texts[chosen[at]]), 5), count)
    found["from a vector"] = _spent(lambda at: store.search(queries[at], 5), count)
    for name, where in FILTERS.items():
        parsed = parse_filter(where)
        found[name] = _spent(lambda at, parsed=parsed: store.search(queries[at], 5, parsed), min(count, 200))
    found |= {"MB before": before, "MB": _peak(), "disk MB": _disk(folder)}
    exact = _exact(store, queries)
    hits = [[hit.chunk.start for hit in store.search(query, 10)] for query in queries]
    found["recall@10"] = round(float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(hits, exact, strict=True)])), 4)
    for name, keep in {"1%": 100, "0.01%": 10_000}.items():
        few = _exact(store, queries[:100], keep)
        got = [[hit.chunk.start for hit in store.search(q, 10, parse_filter(FILTERS[name]))] for q in queries[:100]]
        found[f"recall@10, {name}"] = round(
            float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(got, few, strict=True)])), 4
        )
    return found


def _exact(store: LocalStore, queries: np.ndarray, keep: int = 1) -> list[list[int]]:
    """Return the numbers of each query's ten nearest chunks, of those whose number leaves 7 beside `keep`."""
    import sqlite3

    connection = sqlite3.connect(f"file:{store.path / 'store.sqlite'}?mode=ro", uri=True)
    rows = connection.execute("SELECT start, vector FROM chunks JOIN vectors USING (key)")
    scores, places = np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
    while page := rows.fetchmany(20_000):
        chosen = [(start, vector) for start, vector in page if keep == 1 or start % keep == 7]
        if not chosen:
            continue
        block = np.frombuffer(b"".join(vector for _, vector in chosen), np.float32).reshape(len(chosen), -1)
        numbers = np.broadcast_to(np.array([start for start, _ in chosen]), (len(queries), len(chosen)))
        scores, places = np.hstack([scores, queries @ block.T]), np.hstack([places, numbers])
        order = np.argsort(-scores, axis=1)[:, :10]
        scores, places = np.take_along_axis(scores, order, 1), np.take_along_axis(places, order, 1)
    connection.close()
    return places.tolist()


def _spent(call: Callable[[int], object], count: int) -> str:
    spent = []
    for at in range(count):
        began = time.perf_counter()
        call(at)
        spent.append(1000 * (time.perf_counter() - began))
    return f"p50 {statistics.median(spent):.2f} ms, p99 {sorted(spent)[int(0.99 * count)]:.2f} ms"


def _peak() -> int:
    """Return the most memory that this process had, in MB; what the system counts for its parent is left out."""
    status = Path("/proc/self/status")
    if status.exists():
        return round(int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _disk(folder: Path) -> int:
    return round(sum(file.stat().st_size for file in folder.iterdir()) / 1e6)


if __name__ == "__main__":
    main()
