"""Where the time goes, stage by stage, and what the processor could do at best.

    python tests/benchmarks/stages.py ../shared/data/retrieval/nq_wiki_passages_derived

`ingest`: the files of the first passages, each stage by itself on all cores but parsing and cutting, which have one:
what they take together is more than an ingestion takes, since they run beside each other. `ask`: the stages of one
warm question with the default pair, medians. The limits are measured, too: products of matrices in float32 by torch
(int8 can be four times as fast, with VNNI), and how fast memory is read, since each new token needs all weights once.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ingest.chunk import Chunker
from ingest.embed import new_embedder
from ingest.parsers import ParseSettings, ParseWorker
from prompts import Prompt
from rag import Config
from rag.answer.guided import order_by_candidates
from rag.answer.passages import CappedWindow
from rag.answer.types import Retrieved
from rag.generate import Decoding, new_generator
from rag.index.index import Index
from rag.index.manifest import embedder_manifest
from rag.reader import ExtractiveReader
from stores import Entry, LocalStore, Source

LAYER_WEIGHTS = 6 * 12 * 384 * 384  # of MiniLM, each used once a token: two operations
GENERATOR_WEIGHTS = 106_000_000  # of SmolLM2-135M, without the 28 million of its embeddings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a BEIR folder")
    parser.add_argument("--passages", type=int, default=500)
    options = parser.parse_args()
    passages = [json.loads(line) for line in (options.corpus / "corpus.jsonl").open(encoding="utf-8")]
    questions = [json.loads(line)["text"] for line in (options.corpus / "queries.jsonl").open(encoding="utf-8")][:20]
    limits = _limits()
    print(json.dumps({"limits": limits}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        store = _ingested(passages[: options.passages], Path(folder), limits)
        _asked(store, questions, limits)


def _limits() -> dict[str, float]:
    import torch

    one, other = torch.randn(2, 2048, 2048)
    product = min(_seconds(lambda: one @ other) for _ in range(5))
    block = np.zeros(1 << 28, dtype=np.uint8)  # 256 MB: more than any cache holds
    read = min(_seconds(lambda: block.view(np.int64).sum()) for _ in range(5))
    return {
        "float32, GFLOP/s": round(2 * 2048**3 / product / 1e9),
        "one core reads, GB/s": round(block.size / read / 1e9, 1),
    }


def _ingested(passages: list[dict[str, Any]], folder: Path, limits: dict[str, float]) -> Path:
    files = folder / "files"
    files.mkdir()
    for passage in passages:
        (files / f"{passage['_id']}.txt").write_text(passage["text"], "utf-8")
    embedder = new_embedder()
    embedder.embed_query("warm up")
    spent: dict[str, float] = {}
    with ParseWorker(ParseSettings()) as worker:
        worker.parse(next(files.iterdir()), "warm up")
        began = time.perf_counter()
        documents = [each for file in sorted(files.iterdir()) for each in worker.parse(file, file.name).documents]
        spent["parse"] = time.perf_counter() - began
    chunker = Chunker(embedder.tokens)
    began = time.perf_counter()
    cut = chunker.chunk_many(documents)
    spent["cut"] = time.perf_counter() - began
    chunks = [chunk for each in cut for chunk in each]
    texts = [chunk.embedding_text for chunk in chunks]
    tokens = sum(len(each) for each in embedder.tokens.offsets(texts))
    began = time.perf_counter()
    vectors = embedder.embed_documents(texts)
    spent["embed"] = time.perf_counter() - began
    store = LocalStore(folder / "parts")
    store.bind(embedder_manifest(embedder))
    began, low = time.perf_counter(), 0
    for start in range(0, len(documents), 256):
        entries = []
        for document, own in zip(documents[start : start + 256], cut[start : start + 256], strict=True):
            entries.append(Entry(Source(document.source, document.source, "1"), own, vectors[low : low + len(own)]))
            low += len(own)
        store.write(entries)
    store.close()
    spent["write"] = time.perf_counter() - began
    whole = LocalStore(folder / "store")
    began = time.perf_counter()
    Index(whole, embedder).sync([files], progress=False)
    whole.close()
    together = time.perf_counter() - began
    print(
        json.dumps(
            {
                "ingest": {name: f"{1000 * each / len(chunks):.2f} ms a chunk" for name, each in spent.items()},
                "whole ingestion": f"{1000 * together / len(chunks):.2f} ms a chunk",
                "chunks": len(chunks),
                "tokens": tokens,
                "embed, GOP/s": round(2 * LAYER_WEIGHTS * tokens / spent["embed"] / 1e9),
                "of four times float32": round(
                    2 * LAYER_WEIGHTS * tokens / spent["embed"] / 1e9 / (4 * limits["float32, GFLOP/s"]), 2
                ),
            }
        ),
        flush=True,
    )
    return folder / "store"


def _asked(store: Path, questions: list[str], limits: dict[str, float]) -> None:
    embedder, held = new_embedder(), LocalStore(store, read_only=True)
    reader, generator = ExtractiveReader(), new_generator("builtin:smollm2-answers", "auto")
    pipeline = Config().override("store", path=str(store)).pipeline()
    prompt, decoding, longer = Prompt.load("answer"), Decoding(max_new_tokens=1), Decoding(max_new_tokens=16)
    spent: dict[str, list[float]] = {}
    tokens: list[int] = []

    def timed(name: str, call: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = call()
        spent.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        return found

    window = CappedWindow(generator, pipeline.prompt_tokens or generator.prompt_window(48))
    for number, question in enumerate([questions[0], *questions]):
        if number == 1:
            spent.clear()  # the first warmed up
        vector = timed("embed the question", lambda q=question: embedder.embed_query(q))
        hits = timed("dense search", lambda v=vector: held.search(v, 100))
        timed("word search", lambda q=question: held.search_text(q, 100))
        chunks = [hit.chunk for hit in hits[:5]]
        readings = timed("read five passages", lambda q=question, c=chunks: reader.read(q, c))
        led = order_by_candidates(Retrieved(question, "short", hits, readings))
        packed = timed("pack", lambda q=question, c=led: prompt.pack(window, 48, {"question": q}, c))
        tokens.append(packed.prompt_tokens)
        timed("read the prompt, first token", lambda p=packed: generator.generate([p.prompt], decoding))
        timed("the same and 15 tokens more", lambda p=packed: generator.generate([p.prompt], longer))
        timed("whole question", lambda q=question: pipeline.ask(q))
    medians = {name: round(statistics.median(each), 1) for name, each in spent.items()}
    token = (medians["the same and 15 tokens more"] - medians["read the prompt, first token"]) / 15
    print(
        json.dumps(
            {
                "ask, ms": medians,
                "tokens of a prompt": statistics.median(tokens),
                "its products at four times float32, ms": round(
                    2 * GENERATOR_WEIGHTS * statistics.median(tokens) / (4e6 * limits["float32, GFLOP/s"]), 1
                ),
                "a further token, ms": round(token, 1),
                "134 MB of weights read by one core, ms": round(134 / limits["one core reads, GB/s"], 1),
            }
        )
    )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
