"""The server under kills, under random requests and under threads."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rag import Config

if TYPE_CHECKING:
    from tests.rag.serve.conftest import Served

KILLS = 20
CASES = 2000
START = 60
"""Seconds that a server may take to start on a busy machine."""


def start_server(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable, "-m", "rag.cli.main", "serve", "--store", str(folder / "store"), "--extractive", "--port", "0",
    ]  # fmt: skip
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
    assert process.stdout is not None
    address = process.stdout.readline().split()[0].rstrip("/")
    until = time.monotonic() + START
    while True:
        try:
            httpx.get(f"{address}/healthz", timeout=5, trust_env=False)
            return process, address
        except httpx.TransportError:
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)


def document_text(number: int, size: int) -> str:
    return f"# File {number}\n\n" + "\n\n".join(f"File {number} says marker{number}x{place}." for place in range(size))


def send_until_gone(address: str, name: str, acknowledged: dict[str, str]) -> None:
    """Upload files until the server is gone, and note those that it acknowledged."""
    for number in range(50):
        try:
            file, text = f"{name}-{number}.md", document_text(number, 200)
            files = {"files": (file, text.encode())}
            if httpx.post(f"{address}/documents", files=files, timeout=10, trust_env=False).status_code == 202:
                acknowledged[file] = text
        except httpx.TransportError:
            return


@pytest.mark.slow
def test_twenty_kills_during_uploads(tmp_path: Path) -> None:
    """Every upload that was acknowledged is there after the last restart, and each document is whole."""
    draw = random.Random(4)
    acknowledged: dict[str, str] = {}
    number = 0
    for _ in range(KILLS):
        process, address = start_server(tmp_path)
        die_at = time.monotonic() + draw.uniform(0.05, 2.5)
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            try:
                for _ in range(draw.randrange(1, 4)):
                    batch = {f"f{number + offset}.md": document_text(number + offset, draw.randrange(1, 60))
                             for offset in range(3)}  # fmt: skip
                    number += len(batch)
                    response = client.post(
                        "/documents", files=[("files", (name, text.encode())) for name, text in batch.items()]
                    )
                    assert response.status_code == 202
                    acknowledged |= batch
                time.sleep(max(0.0, die_at - time.monotonic()))
                in_flight = threading.Thread(target=send_until_gone, args=(address, f"late{number}", acknowledged))
                in_flight.start()
                time.sleep(draw.uniform(0, 0.1))
            finally:
                process.kill()
                process.wait()
                assert process.stdout
                process.stdout.close()
                in_flight.join()

    process, address = start_server(tmp_path)
    try:
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            until = time.monotonic() + 300
            while True:
                listing = client.get("/documents", params={"limit": 1000}).json()
                stored = {row["source"].rpartition("/")[2]: row["source"] for row in listing["sources"]}
                if set(acknowledged) <= set(stored) or time.monotonic() > until:
                    break
                time.sleep(0.2)
            assert set(acknowledged) <= set(stored), sorted(set(acknowledged) - set(stored))[:5]
            for name, text in acknowledged.items():
                document = client.get(f"/documents/{stored[name]}").json()
                assert document["is_whole"], name
                assert text.split()[-1] in document["text"]
                covered = "".join(document["text"][one["start"] : one["end"]] for one in document["passages"])
                assert covered.split()[-1] == text.split()[-1]
    finally:
        process.terminate()
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)  # which uvicorn raises again when it is done
        assert process.stdout
        process.stdout.close()
    with Config().override("store", path=str(tmp_path / "store")).store(create=False) as store:
        assert store.verify() == []
    print(f"{len(acknowledged)} documents acknowledged, {number} sent, {KILLS} kills")


@pytest.mark.slow
def test_random_requests(served: Served) -> None:
    """Requests that schemathesis makes from the OpenAPI document, right and wrong ones: none is answered with 5xx."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error

    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    answered: dict[str, int] = {}
    per_operation = 2 * CASES // len(operations)  # some have few different cases

    for operation in operations:

        @settings(
            max_examples=per_operation, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            response = case.call(base_url=served.url)
            answered[f"{response.status_code // 100}xx"] = answered.get(f"{response.status_code // 100}xx", 0) + 1
            case.validate_response(response, checks=[not_a_server_error])

        run()
    assert sum(answered.values()) >= CASES
    print(answered)
