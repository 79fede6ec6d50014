"""The Generator protocol: prompts in, only the new text out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from prompts.types import RenderedPrompt, Style


@dataclass(frozen=True, slots=True)
class Decoding:
    """Options for choosing new tokens.

    A `temperature` of 0 is greedy, or beam search with `num_beams`; above 0 it samples with `top_p` and `top_k` (0:
    off), repeatably where a `seed` is set. `stop` strings end the text and are not part of it. Repetition control
    counts the new tokens only, so a passage may always be quoted. Raises InputError for a value out of range.
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
        # A number in rag.toml may have been written as a string.
        for name, (rule, holds) in rules.items():
            value = getattr(self, name)
            if isinstance(value, str):
                raise InputError(f"{name} must be a number, not {value!r}")
            if not holds(value):
                raise InputError(f"{name} must be {rule}, not {value!r}")
        if self.num_beams > 1 and self.temperature:
            raise InputError("num_beams needs temperature 0: beam search does not sample")
        if not all(self.stop):
            raise InputError("a stop string must not be empty")

    @property
    def fingerprint(self) -> str:
        """A hash of all options."""
        return fingerprint(asdict(self))


@dataclass(frozen=True, slots=True)
class Generation:
    """The new text of one prompt. `finish` is "length" where `max_new_tokens` cut the text off."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: Literal["stop", "length"]


class Generator(Protocol):
    """A language model of either family behind one call."""

    @property
    def name(self) -> str:
        """The name that the model was requested by: a hub id, a folder, `builtin:smollm2`."""

    @property
    def fingerprint(self) -> str:
        """A hash of all that the output depends on: weights, backend, precision and window."""

    @property
    def style(self) -> Style:
        """The style of prompt that the model reads."""

    @property
    def context_window(self) -> int:
        """The true window in tokens: of the encoder for encoder-decoders, else of prompt and answer together."""

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        """Return the exact number of tokens that the model reads for a prompt, special tokens and chat marks included.

        LangChain models estimate it where the provider's tokenizer is not on this machine.
        """

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the largest number of prompt tokens that leaves room for `max_new_tokens`.

        Raises InputError where no room is left for a prompt.
        """

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        """Return one generation a prompt, in order.

        A batch sums in another order than a single prompt does, so its text may differ where two tokens are almost
        equally probable. Raises InputError for a prompt that is longer than `prompt_window`: nothing is cut.
        """

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        """Yield the new text in pieces as it is generated; joined, they are what `generate` returns for one prompt."""

    def close(self) -> None:
        """Release the model and its threads. Closing twice does no harm; a closed generator is not used again."""
