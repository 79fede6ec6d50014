"""What generators on this machine's own models have in common, whatever runs them."""

from __future__ import annotations

from ingest.models.threads import idle_cores
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
