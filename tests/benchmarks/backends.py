"""What do the converted copies bring, and what do they cost? Speed, memory and start of both backends, in one run.

    rag ingest ../shared/data/documents --store build/benchmarks/documents
    python tests/benchmarks/backends.py build/reader build/benchmarks/documents

Each figure is measured in a process of its own, the two backends in turns, `--repeat` times; shown are medians and the
ratio of the medians. `embed`: the store's chunks a second. `query`: one question embedded, milliseconds. `read`: one
question over five passages of SQuAD. `write`: new tokens a second of the embedded generator, prompts of the answering
kind, one at a time and eight at once. `ask`: a warm question to the end of its answer. `cold`: `rag ask` and
`rag search` from the shell, seconds. Memory is the process's peak in MB. What quality costs is told by answering.py
and reader.py with `--backend transformers`, and by retrieval.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BACKENDS = ("transformers", "ctranslate2")
KINDS = {"transformers": "sentence-transformers", "ctranslate2": "ctranslate2"}
QUESTIONS = (
    "How long can files stay in the trash?",
    "How many weeks of parental leave are there?",
    "What must a password have?",
    "Who approves travel?",
    "What happens when an account is cancelled?",
    "How is two-factor authentication set up?",
    "When are refunds given?",
    "What is an authenticator?",
)
TEXTS, REQUESTS = 400, 40


def embed(backend: str, options: argparse.Namespace) -> dict[str, float]:
    from ingest.embed import new_embedder
    from rag import Config

    store = Config().override("store", path=str(options.store.resolve())).store(create=False)
    texts = [chunk.text for chunk in store.chunks()][:TEXTS]
    embedder = new_embedder(kind=KINDS[backend])
    embedder.embed_documents(texts[:8])
    began = time.perf_counter()
    embedder.embed_documents(texts)
    return {"chunks/s": len(texts) / (time.perf_counter() - began)}


def query(backend: str, options: argparse.Namespace) -> dict[str, float]:
    from ingest.embed import new_embedder

    embedder = new_embedder(kind=KINDS[backend])
    embedder.embed_query("warm up")
    spent = [_timed(lambda at=at: embedder.embed_query(f"{QUESTIONS[at % 8]} {at}")) for at in range(200)]
    return {"p50 ms": 1000 * statistics.median(spent), "p99 ms": 1000 * sorted(spent)[-2]}


def read(backend: str, options: argparse.Namespace) -> dict[str, float]:
    from rag.data.rows import read_rows
    from rag.reader import ExtractiveReader

    rows = read_rows(options.rows / "test-squad.jsonl", "answer")[: 5 * REQUESTS]
    reader = ExtractiveReader(backend=backend)
    groups = [rows[low : low + 5] for low in range(0, len(rows), 5)]
    asked = [(group[0].values["question"], [row.passages[0] for row in group]) for group in groups]
    reader.read(*asked[0])
    spent = [_timed(lambda each=each: reader.read(*each)) for each in asked]
    return {"p50 ms": 1000 * statistics.median(spent)}


def write(backend: str, options: argparse.Namespace) -> dict[str, float]:
    from prompts import Prompt
    from rag.data.rows import read_rows
    from rag.generate import Decoding, new_generator

    generator = new_generator("builtin:smollm2", backend)
    rows = read_rows(options.rows / "test-squad.jsonl", "answer")[:16]
    prompt = Prompt.load("answer")
    prompts = [prompt.pack(generator, 64, {"question": r.values["question"]}, [r.passages[0]]).prompt for r in rows]
    decoding = Decoding(max_new_tokens=64)
    generator.generate(prompts[:1], decoding)
    found = {}
    for size in (1, 8):
        made, began = 0, time.perf_counter()
        for low in range(0, 16, size):
            made += sum(each.completion_tokens for each in generator.generate(prompts[low : low + size], decoding))
        found[f"tokens/s, {size} at once"] = made / (time.perf_counter() - began)
    return found


def ask(backend: str, options: argparse.Namespace) -> dict[str, float]:
    from rag import Config

    with tempfile.TemporaryDirectory() as folder:
        pipeline = Config.load(_config(Path(folder), backend, options.store)).pipeline()
    pipeline.ask(QUESTIONS[0])
    spent = [_timed(lambda question=question: pipeline.ask(question)) for question in QUESTIONS]
    return {"median s": statistics.median(spent), "longest s": max(spent)}


def cold(backend: str, options: argparse.Namespace) -> dict[str, float]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        config = _config(Path(folder), backend, options.store)
        for command in ("search", "ask"):
            line = [str(Path(sys.executable).with_name("rag")), command, "--config", str(config), QUESTIONS[1]]
            spent = _timed(lambda line=line: subprocess.run(line, check=True, capture_output=True))
            found[f"rag {command} s"] = spent
    return found


MEASURES: dict[str, Callable[[str, argparse.Namespace], dict[str, float]]] = {
    "embed": embed,
    "query": query,
    "read": read,
    "write": write,
    "ask": ask,
    "cold": cold,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="the folder that examples/reader/prepare.py wrote")
    parser.add_argument("store", type=Path, help="a store that `rag ingest` wrote")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "BACKEND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, backend = options.measure
        found = MEASURES[what](backend, options)
        usage = resource.RUSAGE_CHILDREN if what == "cold" else resource.RUSAGE_SELF
        print(json.dumps({**found, "MB": resource.getrusage(usage).ru_maxrss / 1024}))
        return
    for what in options.only:
        runs: dict[str, list[dict[str, float]]] = {backend: [] for backend in BACKENDS}
        for _ in range(options.repeat):
            for backend in BACKENDS:
                runs[backend].append(_measured(what, backend, options))
        for name in runs[BACKENDS[0]][0]:
            medians = [statistics.median(run[name] for run in runs[backend]) for backend in BACKENDS]
            spread = ["{:.3g}-{:.3g}".format(*_ends(run[name] for run in runs[backend])) for backend in BACKENDS]
            line: dict[str, Any] = {"what": what, "figure": name}
            line |= {
                backend: f"{each:.3g} ({ends})" for backend, each, ends in zip(BACKENDS, medians, spread, strict=True)
            }
            print(json.dumps({**line, "ratio": round(medians[1] / medians[0], 2)}), flush=True)


def _measured(what: str, backend: str, options: argparse.Namespace) -> dict[str, float]:
    line = [sys.executable, __file__, str(options.rows), str(options.store), "--measure", what, backend]
    done = subprocess.run(line, check=True, capture_output=True, text=True, env=dict(os.environ))
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _config(folder: Path, backend: str, store: Path) -> Path:
    """Write a configuration that names the backend everywhere."""
    file = folder / "rag.toml"
    file.write_text(
        f"[store]\npath = '{store.resolve()}'\n[embedder]\nkind = '{KINDS[backend]}'\n"
        f"[generator]\nbackend = '{backend}'\n[reader]\nbackend = '{backend}'\n",
        "utf-8",
    )
    return file


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _ends(values: Any) -> tuple[float, float]:
    listed = list(values)
    return min(listed), max(listed)


if __name__ == "__main__":
    main()
