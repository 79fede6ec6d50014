"""Small models of every architecture, made once for a test run."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from rag.generate import Generator, new_generator

ARCHITECTURES = ("t5", "mt5", "bart", "pegasus", "led", "t5gemma", "gpt2", "chat_llama")


def _small_models() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_models", Path(__file__).parents[2] / "small_models.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small are quickest with one thread, and on a busy machine by far."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def small_models() -> ModuleType:
    return _small_models()


@pytest.fixture(scope="session")
def folder_of(small_models: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return the folder of an architecture's small model with these random weights."""
    made: dict[tuple[str, int], Path] = {}

    def folder(architecture: str, seed: int = 1) -> Path:
        if (architecture, seed) not in made:
            target = tmp_path_factory.mktemp(f"{architecture}-{seed}")
            made[architecture, seed] = getattr(small_models, f"make_{architecture}")(target, seed=seed)
        return made[architecture, seed]

    return folder


@pytest.fixture(scope="session")
def generator_of(folder_of: Callable[..., Path]) -> Callable[..., Generator]:
    made: dict[tuple[str, int], Generator] = {}

    def generator(architecture: str, seed: int = 1) -> Generator:
        if (architecture, seed) not in made:
            made[architecture, seed] = new_generator(str(folder_of(architecture, seed)), "transformers", threads=1)
        return made[architecture, seed]

    return generator


@pytest.fixture(scope="session")
def exact_generator_of(folder_of: Callable[..., Path]) -> Callable[..., Generator]:
    """Return generators that compute in float64, where no two tokens of these models tie but for rounding."""
    generators: dict[tuple[str, int], Generator] = {}

    def generator(architecture: str, seed: int = 1) -> Generator:
        if (architecture, seed) not in generators:
            exact: Any = new_generator(str(folder_of(architecture, seed)), "transformers", threads=1)
            exact.model.double()
            generators[architecture, seed] = exact
        return generators[architecture, seed]

    return generator


@pytest.fixture(params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)
