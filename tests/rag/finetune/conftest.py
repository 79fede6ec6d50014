"""Rows that a tiny model can learn by heart in a second or two, and the small models of every architecture."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from rag.data.rows import Row

COLOURS = ("red", "blue", "green", "black")
SIZES = ("small", "large", "tall", "wide")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def describe_rows() -> list[Row]:
    return [
        Row(f"{colour}-{size}", "describe", {"fields": {"colour": colour, "size": size}}, (f"a {size} {colour} cup",))
        for colour in COLOURS
        for size in SIZES
    ]


@pytest.fixture
def rows() -> list[Row]:
    return describe_rows()


@pytest.fixture(scope="session")
def tiny() -> dict[str, Any]:
    """Settings under which the tiny sizes learn the rows by heart."""
    return {
        "epochs": 80,
        "batch_size": 8,
        "learning_rate": 5e-3,
        "eval_every": 40,
        "warmup": 0.1,
        "max_target_tokens": 16,
    }


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    spec = importlib.util.spec_from_file_location("small_models", Path(__file__).parents[2] / "small_models.py")
    assert spec is not None
    assert spec.loader is not None
    made: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    folders: dict[str, Path] = {}

    def folder(architecture: str) -> Path:
        if architecture not in folders:
            target = tmp_path_factory.mktemp(architecture)
            folders[architecture] = getattr(made, f"make_{architecture}")(target, seed=1)
        return folders[architecture]

    return folder
