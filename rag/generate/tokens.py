"""Convert between prompts, tokens and answers, for every backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ingest.errors import InputError
from prompts.types import RenderedPrompt, Style
from rag.generate.base import Decoding, Generation
from rag.generate.encode import chat_ids, text_ids
from rag.generate.stop import first_stop
from rag.generate.window import ModelWindow

Family = Literal["seq2seq", "causal"]


@dataclass(frozen=True)
class TextCodec:
    """The encoding of a model's prompts, the room for them, and the decoding of its answers.

    `tokenizer` is a transformers tokenizer or a `FileTokenizer`; `eos` are the tokens that end a text.
    """

    name: str
    family: Family
    tokenizer: Any
    window: ModelWindow
    eos: frozenset[int]

    @property
    def style(self) -> Style:
        """Text-to-text for encoder-decoders; else chat with a chat template, and completion without."""
        if self.family == "seq2seq":
            return "text2text"
        return "chat" if self.tokenizer.chat_template else "completion"

    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the token ids that the model reads for a prompt; a chat model reads a text as one user turn.

        Raises TypeError for a chat where the model reads text.
        """
        if self.style == "chat":
            return chat_ids(self.tokenizer, prompt)
        if not isinstance(prompt, str):
            why = "" if self.family == "seq2seq" else ": its tokenizer has no chat template"
            raise TypeError(f"{self.name} reads text, not chat messages{why}")
        return text_ids(self.tokenizer, prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the largest number of prompt tokens that leaves room for `max_new_tokens`.

        An encoder-decoder has a window for each, the others share one. Raises InputError where there is no room.
        """
        if self.family == "seq2seq":
            limit = self.window.new_tokens
            if max_new_tokens < 1 or (limit is not None and max_new_tokens > limit):
                raise InputError(
                    f"{self.name} can write 1 to {limit or 'any number of'} new tokens, not {max_new_tokens}"
                )
            return self.window.tokens
        if not 1 <= max_new_tokens < self.window.tokens:
            raise InputError(f"{self.name} can write 1 to {self.window.tokens - 1} new tokens, not {max_new_tokens}")
        return self.window.tokens - max_new_tokens

    def encode_all(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[list[int]]:
        """Return the tokens of all prompts. Raises InputError for an empty prompt, or one that is too long."""
        room = self.prompt_window(decoding.max_new_tokens)
        rows = []
        for number, prompt in enumerate(prompts):
            texts = [prompt] if isinstance(prompt, str) else [message.content for message in prompt]
            if not any(text.strip() for text in texts):
                raise InputError(f"prompt {number} is empty")
            row = self.encode(prompt)
            if len(row) > room:
                raise InputError(
                    f"prompt {number} has {len(row)} tokens, but {self.name} takes {room} "
                    f"with {decoding.max_new_tokens} new tokens"
                )
            rows.append(row)
        return rows

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of new tokens, without special tokens."""
        # clean_up_tokenization_spaces would rewrite " ," and the like, in quotations too.
        text = self.tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return str(text)

    def generation(self, prompt_tokens: int, tokens: Sequence[int], decoding: Decoding) -> Generation:
        """Return the answer of a row of new tokens, without what follows its end or a stop string."""
        end = next((place for place, token in enumerate(tokens) if token in self.eos), None)
        finish: Literal["stop", "length"] = "length" if end is None else "stop"
        tokens = tokens[:end]
        text = self.text(tokens)
        # Count the tokens up to the one that completes a stop string.
        cut = first_stop(text, decoding.stop)
        if cut is not None:
            finish, text = "stop", text[:cut]
            counts = range(1, len(tokens) + 1)
            used = next(n for n in counts if first_stop(self.text(tokens[:n]), decoding.stop) is not None)
            tokens = tokens[:used]
        return Generation(text, prompt_tokens, len(tokens), finish)
