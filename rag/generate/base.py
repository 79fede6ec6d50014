"""What a generator is: prompts in, only the new text out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol, runtime_checkable

from ingest.fingerprint import fingerprint
from prompts.types import RenderedPrompt, Style


@dataclass(frozen=True, slots=True)
class Decoding:
    """How new tokens are chosen.

    `temperature` 0 is greedy (or beam search with `num_beams`), above 0 samples with `top_p` and `top_k` (0: off),
    repeatably when `seed` is set. `stop` strings end the text and are not part of it. Repetition control counts the
    new tokens only: a passage may always be quoted. Raises ValueError for a value out of range.
    """

    max_new_tokens: int = 128
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    num_beams: int = 1
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    stop: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        rules: dict[str, tuple[str, Callable[[float], bool]]] = {
            "max_new_tokens": ("at least 1", lambda value: value >= 1),
            "temperature": ("0 or above", lambda value: value >= 0),
            "top_p": ("above 0 and at most 1", lambda value: 0 < value <= 1),
            "top_k": ("0 or above", lambda value: value >= 0),
            "num_beams": ("at least 1", lambda value: value >= 1),
            "repetition_penalty": ("above 0", lambda value: value > 0),
            "no_repeat_ngram_size": ("0 or above", lambda value: value >= 0),
        }
        for name, (rule, holds) in rules.items():
            value = getattr(self, name)
            if isinstance(value, str):
                raise ValueError(f"{name} must be a number, not {value!r}")
            if not holds(value):
                raise ValueError(f"{name} must be {rule}, not {value!r}")
        if self.num_beams > 1 and self.temperature:
            raise ValueError("num_beams needs temperature 0: beam search does not sample")
        if not all(self.stop):
            raise ValueError("a stop string must not be empty")

    @property
    def fingerprint(self) -> str:
        """A hash of all options."""
        return fingerprint(asdict(self))


@dataclass(frozen=True, slots=True)
class Generation:
    """One prompt's new text. `finish` is "length" when the model was cut off by `max_new_tokens`."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: Literal["stop", "length"]


@runtime_checkable
class Generator(Protocol):
    """A language model of either family behind one call."""

    @property
    def name(self) -> str:
        """The name that it was asked for by: a hub id, a folder, `builtin:smollm2`."""

    @property
    def fingerprint(self) -> str:
        """A hash that changes with the weights, the window, the backend and its precision."""

    @property
    def style(self) -> Style:
        """Which rendering of a prompt the model reads."""

    @property
    def context_window(self) -> int:
        """The true window in tokens: of the encoder for encoder-decoders, else of prompt and answer together."""

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens of the prompt as the model gets it, special tokens and chat marks in."""

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return how many tokens a prompt may have when this many new tokens are to be generated.

        Raises ValueError when no room is left for a prompt.
        """

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order; equal to generating one by one.

        Raises ValueError for a prompt that is longer than `prompt_window`: nothing is cut.
        """

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; joined, they are what `generate` returns."""
