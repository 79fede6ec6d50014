"""`rag prepare` fills the cache with the models that a command needs."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag.build import Builder
from rag.cli.main import main
from rag.config import Config

pytestmark = pytest.mark.weights


def test_the_models_of_a_question_are_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["prepare", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["models"] == ["builtin:smollm2-answers", "builtin:minilm-reader", "builtin:minilm"]
    assert not list(tmp_path.iterdir()), "no store is made"


@pytest.mark.parametrize(
    ("task", "models"),
    [
        ("describe", ["embedder"]),
        ("classify", ["generator builtin:smollm2", "embedder"]),
        (
            "all",
            [
                "generator builtin:smollm2-answers",
                "generator builtin:smollm2",
                "reader",
                "embedder",
            ],
        ),
    ],
)
def test_each_task_has_its_models(task: Any, models: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def generator(self: Builder, default: str = "builtin:smollm2-answers", scored: bool = False) -> Any:
        return SimpleNamespace(name=f"generator {default}")

    monkeypatch.setattr(Builder, "generator", generator)
    monkeypatch.setattr(Builder, "reader", lambda _: SimpleNamespace(name="reader"))
    monkeypatch.setattr(Builder, "embedder", lambda _: SimpleNamespace(name="embedder"))
    assert Config().prepare(task) == models


def test_a_model_that_describes_is_prepared_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Builder, "generator", lambda self: SimpleNamespace(name=self.generator_model()))
    monkeypatch.setattr(Builder, "embedder", lambda _: SimpleNamespace(name="embedder"))
    assert Config().override("generator", model="my-t5").prepare("describe") == ["my-t5", "embedder"]


def test_an_error_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    logging.getLogger("openbook.ingest").handlers = []
    assert main(["prepare", "--embedder", "./nowhere/at/all"]) == 1
    assert capsys.readouterr().err.startswith("rag: model './nowhere/at/all' is no folder and no hub id")
