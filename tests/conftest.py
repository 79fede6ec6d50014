"""What all tests share: no network, a fixed thread count, and parts small enough to be quick."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import numpy as np
import pytest
from pytest_socket import disable_socket

from ingest.embed.tokens import EstimatedTokens
from prompts.types import Message, RenderedPrompt, Style
from rag.generate.base import Decoding, Generation

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block sockets but those between processes of this machine (asyncio and multiprocessing pair them)."""
    disable_socket(allow_unix_socket=True)
    if item.get_closest_marker("corpus") and not DATA.is_dir():
        pytest.skip("the development data is not beside the checkout")


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


class WordEmbedder:
    """Hash words into 64 dimensions: texts that share words are near. No weights, the same on every machine."""

    name = "words"
    fingerprint = "words-1"
    dimension = 64

    def __init__(self, window: int = 64) -> None:
        self.tokens = EstimatedTokens(window)
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> np.ndarray:
        self.embedded += texts
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> np.ndarray:
        vector = np.full(64, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return vector


class ScriptedGenerator:
    """Answer by a function of the prompt; tokens are words."""

    name = fingerprint = "scripted"
    special_tokens: frozenset[str] = frozenset()

    def __init__(self, answer: object, style: Style = "completion", context_window: int = 400) -> None:
        self.answer = answer
        self.style = style
        self.context_window = context_window
        self.prompts: list[RenderedPrompt] = []

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(self._text(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        self.prompts += prompts
        texts = [self.answer(self._text(prompt)) if callable(self.answer) else str(self.answer) for prompt in prompts]
        return [
            Generation(text, self.count_tokens(p), len(text.split()), "stop")
            for text, p in zip(texts, prompts, strict=True)
        ]

    def close(self) -> None:
        """Hold nothing."""

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        yield from re.findall(r"\S+\s*", self.generate([prompt], decoding)[0].text)

    @staticmethod
    def _text(prompt: RenderedPrompt) -> str:
        if isinstance(prompt, str):
            return prompt
        return "\n".join(message.content for message in prompt if isinstance(message, Message))


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def scripted() -> type[ScriptedGenerator]:
    return ScriptedGenerator
