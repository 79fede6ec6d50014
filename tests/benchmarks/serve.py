"""Load on a server of this machine: searches, streams of answers, and more connections than it takes.

    python tests/benchmarks/serve.py                  # all parts
    python tests/benchmarks/serve.py search --seconds 10

The store has 10,000 chunks of made-up words with random vectors: what is measured is the server, not the ranking. A
question has four words of the chunks, without the most frequent ones, which are the "the" and "of" of this language.
Beside each measurement stands what the server, this client and all others took of the machine's cores meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np

from ingest.types import Chunk
from rag import Config
from rag.index.manifest import embedder_manifest
from stores.base import Entry, Source

CHUNKS = 10_000
PER_SOURCE = 20
WORDS = range(30, 51)
"""Words of a chunk, of a vocabulary of 5,000 whose frequencies fall as those of a language."""
COMMON = 40
"""Words of the vocabulary that no question has: as many as the store leaves out of questions in English."""


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
    vocabulary, weights = make_vocabulary()
    config = Config().override("store", path=str(path))
    with config.store() as store, config.embedder() as embedder:
        store.bind(embedder_manifest(embedder) | {"chunker": "benchmark"})
        for first in range(0, CHUNKS // PER_SOURCE, 50):
            entries = []
            for number in range(first, first + 50):
                name, start, chunks = f"source-{number}.txt", 0, []
                for _ in range(PER_SOURCE):
                    text = " ".join(draw.choices(vocabulary, weights, k=draw.choice(WORDS)))
                    chunks.append(Chunk(text, name, start, start + len(text)))
                    start += len(text) + 1
                vectors = rows.standard_normal((PER_SOURCE, embedder.dimension)).astype(np.float32)
                entries.append(Entry(Source(name, name, name), chunks, vectors))
            store.write(put=entries)


def make_vocabulary() -> tuple[list[str], list[float]]:
    """Return the words, and how frequent each is: as often as its place in the list is low."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(3, 10))) for _ in range(5000)]
    return words, [1 / (place + 1) for place in range(len(words))]


def make_questions(seed: int) -> Iterator[str]:
    """Yield questions, never one twice but by chance."""
    draw = random.Random(seed)
    words, weights = make_vocabulary()
    while True:
        yield f"what about {' '.join(draw.choices(words[COMMON:], weights[COMMON:], k=4))}?"


class Connection:
    """A connection to the server that is kept open, by which one request goes after the other.

    It takes a tenth of the time of httpx, time that the server on the same cores would not have.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname, parts.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, content: dict[str, object]) -> int:
        """Return the status of the response, when all of it is there."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = json.dumps(content).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        if b"connection: close" in lines:
            self.close()
        return int(lines[0].split()[1])

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


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
    await run_searches(address, 16, 3)  # what the server keeps for later is there, as it is after an hour
    before = Cores.now(pid)
    times, statuses = await run_searches(address, 16, seconds)
    show("search, 16 connections", times, statuses, seconds)
    print(before.until(Cores.now(pid)))


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
        before = Cores.now(pid)
        searching = asyncio.create_task(run_searches(address, 2, 5))
        results = await asyncio.gather(*(stream(client, number) for number in range(8)))
        times, statuses = await searching
    print(before.until(Cores.now(pid)))
    print("8 streams: first event after", *(f"{first:.2f}" for first, _ in results), "s")
    print("8 streams: complete after", *(f"{last:.2f}" for _, last in results), "s")
    show("search beside them, 2 connections", times, statuses, 5)


async def measure_crowd(address: str, pid: int, seconds: float) -> None:
    """Ask over 64 connections, and search over two, for three times as long."""
    before, cores, statuses = memory(pid), Cores.now(pid), Counter[str]()
    until = time.monotonic() + 3 * seconds

    async def ask(number: int) -> None:
        connection, questions = Connection(address), make_questions(number)
        while time.monotonic() < until:
            try:
                status = await connection.post("/ask", {"question": next(questions)})
                statuses[str(status)] += 1
                if status == 429:
                    await asyncio.sleep(0.25)
            except (OSError, asyncio.IncompleteReadError) as error:
                statuses[type(error).__name__] += 1
                connection.close()
        connection.close()

    searching = asyncio.create_task(run_searches(address, 2, 3 * seconds))
    middle = asyncio.create_task(memory_later(pid, 1.5 * seconds))
    await asyncio.gather(*(ask(number) for number in range(64)))
    times, searched = await searching
    print(cores.until(Cores.now(pid)))
    print(f"64 connections for {3 * seconds:.0f} s: {dict(statuses)}")
    print(f"memory: {before:.0f} MB before, {await middle:.0f} in the middle, {memory(pid):.0f} MB afterwards")
    show("search beside them, 2 connections", times, searched, 3 * seconds)


async def run_searches(address: str, connections: int, seconds: float) -> tuple[list[float], Counter[str]]:
    """Search as fast as the server answers, and return the times and the statuses."""
    times, statuses, until = list[float](), Counter[str](), time.monotonic() + seconds

    async def search(number: int) -> None:
        connection, questions = Connection(address), make_questions(1000 + number)
        while time.monotonic() < until:
            began = time.perf_counter()
            status = await connection.post("/search", {"query": next(questions), "k": 5})
            times.append(time.perf_counter() - began)
            statuses[str(status)] += 1
        connection.close()

    await asyncio.gather(*(search(number) for number in range(connections)))
    return times, statuses


def show(name: str, times: list[float], statuses: Counter[str], seconds: float) -> None:
    shares = {share: 1000 * float(np.percentile(times, share)) for share in (50, 99)}
    rate = len(times) / seconds
    print(f"{name}: {rate:.0f}/s, median {shares[50]:.0f} ms, p99 {shares[99]:.0f} ms, {dict(statuses)}")


@dataclass(frozen=True)
class Cores:
    """Seconds that cores were busy until now: with the server, with this client, and with anything."""

    clock: float
    server: float
    client: float
    all: float

    @classmethod
    def now(cls, pid: int) -> Cores:
        tick = os.sysconf("SC_CLK_TCK")
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        total = [int(field) for field in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]]
        busy = sum(total) - total[3] - total[4]  # without idle, and idle while it waits for a disk
        server = (int(fields[11]) + int(fields[12])) / tick
        return cls(time.perf_counter(), server, time.process_time(), busy / tick)

    def until(self, later: Cores) -> str:
        seconds = later.clock - self.clock
        server, client = later.server - self.server, later.client - self.client
        others = max(0.0, later.all - self.all - server - client)
        shares = {"server": server, "client": client, "others": others}
        load = f"load average {os.getloadavg()[0]:.1f}"
        return "; ".join([*(f"{name} {share / seconds:.2f} cores" for name, share in shares.items()), load])


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
