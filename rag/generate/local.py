"""Common parts of the generators that run on this machine."""

from __future__ import annotations

from ingest.closing import Closing
from ingest.errors import InputError
from ingest.models.threads import idle_cores
from prompts.types import RenderedPrompt, Style
from rag.generate.tokens import TextCodec


class LocalGenerator(Closing):
    """The name, prompts and window of a local model. A subclass sets `_codec` and generates."""

    exact_tokens = True
    _codec: TextCodec

    def __init__(self, model: str, threads: int | None, batch_size: int) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size must be at least 1, not {batch_size}")
        if threads is not None and threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        self._batch_size = batch_size

    @property
    def name(self) -> str:
        """The name that the model was requested by."""
        return self._name

    @property
    def style(self) -> Style:
        """The style of prompt that the model reads."""
        return self._codec.style

    @property
    def context_window(self) -> int:
        """The window in tokens: of the encoder for encoder-decoders, else of prompt and answer together."""
        return self._codec.window.tokens

    @property
    def codec(self) -> TextCodec:
        """The conversion between prompts, tokens and answers."""
        return self._codec

    @property
    def threads(self) -> int:
        """The number of CPU threads that a call uses."""
        return self._threads

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of a prompt, special tokens and chat marks included."""
        return len(self.encode(prompt))

    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the token ids that the model reads. Raises TypeError for a chat where the model reads text."""
        return self._codec.encode(prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the largest prompt in tokens that leaves room for the new ones. Raises InputError for no room."""
        return self._codec.prompt_window(max_new_tokens)
