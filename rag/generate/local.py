"""What generators on this machine's own models have in common, whatever runs them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ingest.fingerprint import fingerprint
from ingest.models.threads import idle_cores
from ingest.models.weights import model_fingerprint, weights_fingerprint
from prompts.types import RenderedPrompt, Style
from rag.generate.tokens import TextCodec


class LocalGenerator:
    """Name, prompts and window of a local model; a subclass makes `_codec` and generates."""

    exact_tokens = True
    _codec: TextCodec

    def __init__(self, model: str, threads: int | None, batch_size: int) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        self._batch_size = batch_size

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the weights, the window and the class; a subclass adds what else changes its outputs."""
        folder = Path(self._name)  # an adapter's files name the hash of its base
        weights = weights_fingerprint(folder) if folder.is_dir() else model_fingerprint(self._name)
        return fingerprint(type(self).__name__, weights, self.context_window)

    @property
    def style(self) -> Style:
        """Which rendering of a prompt the model reads."""
        return self._codec.style

    @property
    def context_window(self) -> int:
        """The window in tokens: of the encoder for encoder-decoders, else of prompt and answer together."""
        return self._codec.window.tokens

    @property
    def codec(self) -> TextCodec:
        """What stands between prompts and the model's tokens."""
        return self._codec

    @property
    def threads(self) -> int:
        """How many CPU threads a call uses."""
        return self._threads

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of the prompt, special tokens and chat marks in."""
        return len(self.encode(prompt))

    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the prompt's token ids as the model gets them. Raises TypeError for a chat where it reads text."""
        return self._codec.encode(prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return how many tokens a prompt may have beside this many new ones. Raises ValueError when none."""
        return self._codec.prompt_window(max_new_tokens)
