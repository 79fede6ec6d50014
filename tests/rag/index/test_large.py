"""A hundred thousand chunks: memory stays bounded, and a second run only looks."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROWS = 100_000

RUN = """
import json, resource, sys
import numpy as np
from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from rag.index.index import Index
from stores import LocalStore

class Noise:
    name = fingerprint = "noise"
    dimension = 384
    tokens = EstimatedTokens(254)
    def embed_documents(self, texts):
        return np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32)
    def embed_query(self, text):
        return self.embed_documents([text])[0]

store = LocalStore(sys.argv[1])
index = Index(store, Noise(), Chunker(Noise.tokens))
report = index.sync([sys.argv[2]])
found = len(store.search(Noise().embed_query("x"), 10)) + len(store.search_text("lamp", 10))
store.close()
# Not ru_maxrss of this process: it begins with the memory of the process that started it.
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
print(json.dumps([report.chunks_total, report.chunks_embedded, report.unchanged, found, peak, report.seconds]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory in Linux's units")
def test_a_hundred_thousand_rows_fit_into_two_gigabytes(tmp_path: Path) -> None:
    with (tmp_path / "products.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "name", "colour", "description"])
        for number in range(ROWS):
            told = " ".join(f"word{(number * 7 + n) % 5000}" for n in range(60))
            rows.writerow([f"S{number}", f"lamp {number}", ["red", "blue"][number % 2], f"A lamp with {told}."])

    def run() -> list[float]:
        command = [sys.executable, "-c", RUN, str(tmp_path / "store"), str(tmp_path / "products.csv")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        result: list[float] = json.loads(done.stdout)
        print(result)
        return result

    total, embedded, unchanged, found, peak, _ = run()
    assert (total, unchanged, found) == (embedded, 0, 20)
    assert total >= ROWS
    assert peak < 2048, "MB at most, the parser's process looked at on its own"
    assert run()[1:3] == [0, 1]
