"""A server over a tiny store, in a process of its own, and Chromium to look at its page."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
REPORT = ROOT / "examples/knowledge_base/documents/accident-report-chi08ca048.pdf"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PATIENCE = 60_000
"""Milliseconds: machines that do other work at the same time are slow."""

LEAVE = """# Leave

Employees get leave as follows.

## Parental leave

Parental leave is 12 weeks of paid time off after the birth or adoption of a child. It can be taken all at once.

## Sick leave

- Sick leave is 13 days a year.
- A note of a doctor is needed after 3 days.
"""
LIMITS = "country,hotel limit,day allowance\nAustria,150,50\nDenmark,190,75\nItaly,160,48\n"


@dataclass
class Server:
    """A server that runs, and where."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path

    def stop(self, with_signal: int = signal.SIGINT) -> None:
        self.process.send_signal(with_signal)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start(folder: Path, *options: str, port: int = 0) -> Server:
    """Start a server over the store of a folder, and return it when it listens.

    What it prints goes to a file: a pipe that nobody reads is full after a few hundred requests, and stops it.
    """
    command = [sys.executable, "-m", "rag.cli.main", "serve", "--extractive", "--port", str(port), *options]
    with tempfile.NamedTemporaryFile(prefix="server-", suffix=".log", dir=folder, delete=False) as printed:
        process = subprocess.Popen(
            command, cwd=folder, stdout=printed, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    log, ends = Path(printed.name), time.monotonic() + 180
    while time.monotonic() < ends and process.poll() is None:
        if match := re.search(r"http://[\d.]+:\d+(?=/)", log.read_text("utf-8", "replace")):
            return Server(process, match[0], folder)
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the server did not start: {log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of three documents: Markdown, PDF and a catalogue."""
    folder = tmp_path_factory.mktemp("page")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text(LEAVE, "utf-8")
    (documents / "limits.csv").write_text(LIMITS, "utf-8")
    shutil.copy(REPORT, documents)
    subprocess.run(
        [sys.executable, "-m", "rag.cli.main", "ingest", "documents"], cwd=folder, check=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="session")
def server(store: Path) -> Iterator[Server]:
    server = _start(store)
    yield server
    server.stop()


@pytest.fixture
def start_server() -> Callable[..., Server]:
    return _start


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the path: `apt-get install chromium` brings it")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: extra dev")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE * 3)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: object) -> Iterator[Callable[..., object]]:
    """Open a URL in a window of its own. At the end, nothing may have failed in it or left the machine."""
    contexts, faults = [], []

    def open_page(url: str, width: int = 1440, height: int = 900, scheme: str = "light") -> object:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page, origin = context.new_page(), url.partition("/#")[0]
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith((origin, "blob:", "data:")) else faults.append(request.url),
        )
        page.goto(url, wait_until="commit")
        page.wait_for_selector("main h1")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
