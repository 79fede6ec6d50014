"""What a prompt needs to know of a generator, and what packing gives back."""

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
        """Which rendering the model reads."""

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of the prompt as the model gets it, special tokens and chat marks in."""

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return how many tokens a prompt may have when this many new tokens are to be generated.

        Raises ValueError when no room is left for a prompt.
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
    """A rendered prompt that fits, and what went into it.

    `passages` are the chunks as they stand in the prompt, best first; one that was shortened is a chunk of its own with
    narrower `start` and `end`, so `text == document.text[start:end]` still holds. `dropped` is all that was left out.
    """

    prompt: RenderedPrompt
    passages: tuple[Chunk, ...]
    dropped: tuple[Dropped, ...]
    prompt_tokens: int
