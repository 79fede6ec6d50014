"""SIGTERM while an answer is written, a stream is open and uploads are taken in: nothing is cut, nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.weights]

FILES = 40
ASKED = 6
LONGEST = 45
"""Seconds that the server may take to end."""


def start_server(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a server with the default models, and wait until it is ready."""
    command = [sys.executable, "-m", "rag.cli.main", "serve", "--store", str(folder / "store"), "--port", "0"]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
    assert process.stdout is not None
    address = process.stdout.readline().split()[0]
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        until = time.monotonic() + 120
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.1)
    return process, address


def test_sigterm_cuts_nothing_and_loses_nothing(make_config: Callable[..., Any], tmp_path: Path) -> None:
    make_config(tmp_path, {"leave.md": "# Leave\n\nParental leave lasts 18 weeks. It is paid in full.\n"})
    process, address = start_server(tmp_path)
    replies: list[httpx.Response | httpx.TransportError] = []
    events: list[list[str]] = []
    is_streaming = threading.Event()

    def ask(number: int) -> None:
        try:
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                replies.append(client.post("/ask", json={"question": f"How many weeks is parental leave, {number}?"}))
        except httpx.TransportError as error:
            replies.append(error)

    def stream() -> None:
        lines: list[str] = []
        events.append(lines)
        body = {"question": "Is parental leave paid in full?", "stream": True}
        with (
            httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
            client.stream("POST", "/ask", json=body) as response,
        ):
            is_streaming.set()
            lines.extend(response.iter_lines())

    # Uploads that are acknowledged, questions, and a stream.
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        files = [("files", (f"f{at}.md", f"# File {at}\n\nThe code is {1000 + at}.\n".encode())) for at in range(FILES)]
        assert client.post("/documents", files=files).status_code == 202
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(ASKED)]
    threads.append(threading.Thread(target=stream))
    for thread in threads:
        thread.start()
    assert is_streaming.wait(30)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONGEST) in (0, -signal.SIGTERM)  # which uvicorn raises again when it is done
    print(f"ended {time.monotonic() - began:.1f} s after SIGTERM")
    for thread in threads:
        thread.join(30)
    assert process.stdout is not None
    process.stdout.close()

    # Each client has a whole answer, or a problem; one that came too late was refused before it sent anything.
    assert len(replies) == ASKED
    answered = 0
    for reply in replies:
        if isinstance(reply, httpx.TransportError):
            assert isinstance(reply, httpx.ConnectError), repr(reply)
        elif reply.status_code == 200:
            assert "18" in reply.json()["answer"] or reply.json()["abstained"]
            answered += 1
        else:
            assert (reply.status_code, reply.json()["status"]) == (503, 503)
    assert answered
    [lines] = events
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names[-1] in ("done", "error")
    assert json.loads(next(line for line in reversed(lines) if line.startswith("data: ")).removeprefix("data: "))
    assert "Traceback" not in (tmp_path / "log").read_text()

    # What was acknowledged is there after the next start.
    process, address = start_server(tmp_path)
    try:
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            until = time.monotonic() + 60
            wanted = {f"store-uploads/f{at}.md" for at in range(FILES)}
            stored: set[str] = set()
            while not wanted <= stored and time.monotonic() < until:
                stored = {one["source"] for one in client.get("/documents").json()["sources"]}
                time.sleep(0.1)
        assert wanted <= stored
    finally:
        process.terminate()
        process.communicate(timeout=LONGEST)
