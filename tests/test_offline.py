"""Nothing phones home: every attempt at the network is refused and recorded, in the command and in its children."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUARD = r"""
import os, socket, sys

def refuse(event, arguments):
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        return
    if event == "socket.connect" and arguments[0].family == socket.AF_UNIX:
        return
    with open(os.environ["ATTEMPTS"], "a") as log:
        log.write(f"{event} {arguments[-1] if event == 'socket.connect' else arguments[0]}\n")
    raise OSError(101, "Network is unreachable")

sys.addaudithook(refuse)
"""
"""Run by Python before anything else; an audit hook sees what C code of the standard library does, too."""

pytestmark = pytest.mark.weights


@dataclass(frozen=True)
class Ran:
    """What a command did: exit status, output, complaints, and its attempts at the network."""

    status: int
    out: str
    err: str
    attempts: list[str]
    seconds: float

    @property
    def complaints(self) -> list[str]:
        """The lines of `err` but those that say that a model is prepared, where no copy of it is kept yet."""
        prepared = re.compile(r"rag: (preparing \S+ for this machine, once; .*|\S+ is ready)")
        return [line for line in self.err.splitlines() if not prepared.fullmatch(line)]


def run_python(folder: Path, *arguments: str) -> Ran:
    """Run Python guarded, with no setting that would keep a hub's client offline, and an empty cache."""
    (folder / "guard").mkdir(exist_ok=True)
    (folder / "guard" / "sitecustomize.py").write_text(GUARD)
    log = folder / "attempts.log"
    log.write_text("")
    theirs = ("HF_", "HUGGINGFACE_", "TRANSFORMERS_", "PYTHONPATH", "PYTHONWARNINGS", "DO_NOT_TRACK")
    env = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    env |= {"PYTHONPATH": str(folder / "guard"), "ATTEMPTS": str(log), "HF_HOME": str(folder / "empty-cache")}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    seconds = time.perf_counter() - began
    return Ran(done.returncode, done.stdout, done.stderr, log.read_text().splitlines(), seconds)


def rag(folder: Path, *arguments: str) -> Ran:
    return run_python(folder, "-m", "rag.cli.main", *arguments)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of documents of several kinds."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "docs").mkdir()
    (folder / "docs" / "tea.md").write_text("# House\n\nTea is served at four in the library.\n")
    (folder / "docs" / "rent.html").write_text(
        '<html><head><link rel="stylesheet" href="http://example.org/a.css"></head>'
        '<body><img src="http://example.org/a.png"><p>The rent is 900 euros.</p></body></html>'
    )
    (folder / "docs" / "note.xml").write_text(
        '<!DOCTYPE n SYSTEM "http://example.org/n.dtd"><n>The key is under the mat.</n>'
    )
    (folder / "docs" / "products.csv").write_text("name,price\nkettle,30\nteapot,20\n")
    return folder


@pytest.fixture(scope="module")
def ingested(house: Path) -> Ran:
    return rag(house, "ingest", "docs", "--json")


def test_the_guard_refuses_and_records(tmp_path: Path) -> None:
    code = "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=5)"
    ran = run_python(tmp_path, "-c", code)
    assert ran.status == 1
    assert "Network is unreachable" in ran.err
    assert ran.attempts
    child = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {code!r}]))"
    assert run_python(tmp_path, "-c", child).attempts


def test_ingest_stays_at_home_and_says_only_what_is_asked(ingested: Ran) -> None:
    assert (ingested.status, ingested.attempts, ingested.err) == (0, [], "")
    report = json.loads(ingested.out)
    assert (report["added"], report["failed"]) == (4, [])
    assert ingested.out.count("\n") == 1


def test_search_stays_at_home_and_says_only_what_is_asked(ingested: Ran, house: Path) -> None:
    ran = rag(house, "search", "When is tea served?", "-k", "1", "--json")
    assert (ran.status, ran.attempts, ran.err) == (0, [], "")
    assert json.loads(ran.out)["hits"][0]["source"] == "docs/tea.md"
    assert ran.out.count("\n") == 1


def test_a_hub_model_that_is_not_here_is_one_line_after_few_attempts(ingested: Ran, house: Path) -> None:
    ran = rag(house, "ask", "When is tea served?", "--model", "google/flan-t5-base")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(
        "rag: model 'google/flan-t5-base' is not in the local cache and the hub cannot be reached"
    )
    assert "builtin:smollm2" in ran.err
    assert 1 <= len(ran.attempts) <= 10, ran.attempts
    assert all("huggingface.co" in attempt for attempt in ran.attempts)
    assert ran.seconds < 60


@pytest.mark.slow
def test_a_model_in_a_folder_never_asks_a_hub(ingested: Ran, house: Path) -> None:
    spec = importlib.util.spec_from_file_location("small_models", ROOT / "tests" / "small_models.py")
    small_models = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(small_models)
    small_models.make_t5(house / "my-t5", seed=5)
    ran = rag(house, "ask", "When is tea served?", "--model", "my-t5", "--max-new-tokens", "8", "--json")
    assert (ran.status, ran.attempts, ran.complaints) == (0, [], [])
    assert json.loads(ran.out)["model"] == "my-t5"


@pytest.mark.slow
@pytest.mark.parametrize("model", [(), ("--model", "builtin:smollm2")], ids=["by default", "by name"])
def test_ask_stays_at_home(ingested: Ran, house: Path, model: tuple[str, ...]) -> None:
    (house / "itself.toml").write_text("[generator]\nbackend = 'transformers'\n[reader]\nbackend = 'transformers'\n")
    asked = ("ask", "When is tea served?", *model, "--max-new-tokens", "16", "--json")
    ran = rag(house, *asked, "--config", "itself.toml")
    assert (ran.status, ran.attempts, ran.complaints) == (0, [], [])
    answer = json.loads(ran.out)
    copied = rag(house, *asked)  # its copy in 8 bits need not be as sure of so short a text
    assert (copied.status, copied.attempts, copied.complaints) == (0, [], [])
    assert json.loads(copied.out)["answer"].strip()
    # What the untuned model writes rests on no source, and is not shown.
    assert (answer["model"], answer["abstained"]) == (model[-1] if model else "builtin:smollm2-answers", bool(model))
    assert answer["answer"].strip()
