"""Load on a server of this machine: searches, streams of answers, and more connections than it takes.

    python tests/benchmarks/serve.py                  # all parts
    python tests/benchmarks/serve.py search --seconds 10

The store has 10,000 chunks of made-up words with random vectors: what is measured is the server, not the ranking.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np

from ingest.types import Chunk
from rag import Config
from rag.index.manifest import embedder_manifest
from stores.base import Entry, Source

CHUNKS = 10_000
PER_SOURCE = 20
WORDS = 40
"""Words of a chunk, of a vocabulary of 5,000 whose frequencies fall as those of a language."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["search", "streams", "crowd"])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--extractive", action="store_true", help="answer with the reader alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill_store(folder / "store")
        server, address = start_server(folder, options.extractive)
        try:
            for part in options.parts:
                asyncio.run(PARTS[part](address, server.pid, options.seconds))
        finally:
            server.terminate()
            print("the server ended with status", server.wait(60))


def fill_store(path: Path) -> None:
    """Write the chunks with vectors that no model made."""
    draw, rows = random.Random(0), np.random.default_rng(0)
    vocabulary = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(3, 10))) for _ in range(5000)]
    weights = [1 / (place + 1) for place in range(len(vocabulary))]
    config = Config().override("store", path=str(path))
    with config.store() as store, config.embedder() as embedder:
        store.bind(embedder_manifest(embedder) | {"chunker": "benchmark"})
        for first in range(0, CHUNKS // PER_SOURCE, 50):
            entries = []
            for number in range(first, first + 50):
                name, start, chunks = f"source-{number}.txt", 0, []
                for _ in range(PER_SOURCE):
                    text = " ".join(draw.choices(vocabulary, weights, k=WORDS))
                    chunks.append(Chunk(text, name, start, start + len(text)))
                    start += len(text) + 1
                vectors = rows.standard_normal((PER_SOURCE, embedder.dimension)).astype(np.float32)
                entries.append(Entry(Source(name, name, name), chunks, vectors))
            store.write(put=entries)


def start_server(folder: Path, extractive: bool) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "rag.cli.main", "serve", "--store", str(folder / "store"), "--port", "0"]
    command += ["--min-confidence", "0"]  # so that every question is answered
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, *(["--extractive"] if extractive else [])], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert server.stdout is not None
    address = server.stdout.readline().split()[0].rstrip("/")
    began = time.monotonic()
    while httpx.get(f"{address}/readyz").status_code != 200:
        if time.monotonic() - began > 120:
            raise SystemExit((folder / "log").read_text())
        time.sleep(0.2)
    return server, address


async def measure_search(address: str, pid: int, seconds: float) -> None:
    """Search over 16 connections."""
    times, statuses = await run_searches(address, 16, seconds)
    show("search, 16 connections", times, statuses, seconds)


async def measure_streams(address: str, pid: int, seconds: float) -> None:
    """Stream eight answers at once, while two connections search."""

    async def stream(client: httpx.AsyncClient, number: int) -> tuple[float, float]:
        began, first = time.perf_counter(), 0.0
        body = {"question": f"What is said about number {number}?", "stream": True}
        async with client.stream("POST", "/ask", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("event:") and not first:
                    first = time.perf_counter() - began
        return first, time.perf_counter() - began

    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as client:
        searching = asyncio.create_task(run_searches(address, 2, 5))
        results = await asyncio.gather(*(stream(client, number) for number in range(8)))
        times, statuses = await searching
    print("8 streams: first event after", *(f"{first:.2f}" for first, _ in results), "s")
    print("8 streams: complete after", *(f"{last:.2f}" for _, last in results), "s")
    show("search beside them, 2 connections", times, statuses, 5)


async def measure_crowd(address: str, pid: int, seconds: float) -> None:
    """Ask over 64 connections, and search over two, for three times as long."""
    before, statuses = memory(pid), Counter[str]()
    until = time.monotonic() + 3 * seconds

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        while time.monotonic() < until:
            try:
                response = await client.post("/ask", json={"question": f"What is said about number {number}?"})
                statuses[str(response.status_code)] += 1
                if response.status_code == 429:
                    await asyncio.sleep(0.25)
            except httpx.HTTPError as error:
                statuses[type(error).__name__] += 1

    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits, trust_env=False) as client:
        searching = asyncio.create_task(run_searches(address, 2, 3 * seconds))
        middle = asyncio.create_task(memory_later(pid, 1.5 * seconds))
        await asyncio.gather(*(ask(client, number) for number in range(64)))
        times, searched = await searching
    print(f"64 connections for {3 * seconds:.0f} s: {dict(statuses)}")
    print(f"memory: {before:.0f} MB before, {await middle:.0f} in the middle, {memory(pid):.0f} MB afterwards")
    show("search beside them, 2 connections", times, searched, 3 * seconds)


async def run_searches(address: str, connections: int, seconds: float) -> tuple[list[float], Counter[str]]:
    """Search as fast as the server answers, and return the times and the statuses."""
    times, statuses, until = list[float](), Counter[str](), time.monotonic() + seconds

    async def search(client: httpx.AsyncClient, number: int) -> None:
        while time.monotonic() < until:
            began = time.perf_counter()
            response = await client.post("/search", json={"query": f"what about {number} and {len(times)}?", "k": 5})
            times.append(time.perf_counter() - began)
            statuses[str(response.status_code)] += 1

    limits = httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(search(client, number) for number in range(connections)))
    return times, statuses


def show(name: str, times: list[float], statuses: Counter[str], seconds: float) -> None:
    shares = {share: 1000 * float(np.percentile(times, share)) for share in (50, 99)}
    rate = len(times) / seconds
    print(f"{name}: {rate:.0f}/s, median {shares[50]:.0f} ms, p99 {shares[99]:.0f} ms, {dict(statuses)}")


async def memory_later(pid: int, seconds: float) -> float:
    await asyncio.sleep(seconds)
    return memory(pid)


def memory(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


PARTS = {"search": measure_search, "streams": measure_streams, "crowd": measure_crowd}

if __name__ == "__main__":
    main()
