"""Types of prompts: styles, messages, the window that a prompt is packed into, and the packed prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from ingest.types import Chunk

Style = Literal["text2text", "completion", "chat"]
STYLES: tuple[Style, ...] = get_args(Style)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


RenderedPrompt = str | tuple[Message, ...]
"""Text for encoder-decoders and plain causal models, messages for chat models."""


class Window(Protocol):
    """The part of a generator that packing needs."""

    @property
    def style(self) -> Style:
        """The style of prompt that the model reads."""

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of a prompt, special tokens and chat marks included."""

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the largest number of prompt tokens that leaves room for `max_new_tokens`.

        Raises InputError where no room is left for a prompt.
        """


@dataclass(frozen=True, slots=True)
class Dropped:
    """A span of a passage that did not fit: `document.text[start:end]` of the chunk's source."""

    chunk: Chunk
    start: int
    end: int
    reason: str = "window"


@dataclass(frozen=True, slots=True)
class Packed:
    """A rendered prompt that fits its window, with the passages that it holds.

    `passages` are the chunks in the prompt, best first. A shortened one has a narrower `start` and `end`, so that
    `text == document.text[start:end]` still holds. `dropped` is everything that was left out.
    """

    prompt: RenderedPrompt
    passages: tuple[Chunk, ...]
    dropped: tuple[Dropped, ...]
    prompt_tokens: int
