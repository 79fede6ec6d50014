"""Encoder-decoders: T5, mT5, FLAN-T5, BART, PEGASUS, LED, T5Gemma."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prompts.types import RenderedPrompt, Style
from rag.generate.decode import TransformersGenerator
from rag.generate.encode import text_ids

if TYPE_CHECKING:
    import torch


class Seq2SeqGenerator(TransformersGenerator):
    """An encoder reads the prompt, a decoder writes the answer: each has a window of its own."""

    family = "seq2seq"

    @property
    def style(self) -> Style:
        """Always text-to-text."""
        return "text2text"

    def encode(self, prompt: RenderedPrompt) -> list[int]:
        """Return the prompt's token ids as the encoder gets them. Raises TypeError for a chat."""
        if not isinstance(prompt, str):
            raise TypeError(f"{self.name} reads text, not chat messages")
        return text_ids(self.tokenizer, prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        """Return the encoder's window. Raises ValueError when the decoder cannot write that many tokens."""
        limit = self._window.new_tokens
        if max_new_tokens < 1 or (limit is not None and max_new_tokens > limit):
            raise ValueError(f"{self.name} can write 1 to {limit or 'any number of'} new tokens, not {max_new_tokens}")
        return self.context_window

    def _padded(self, row: list[int], filler: int, width: int) -> list[int]:
        return row + [filler] * (width - len(row))

    def _extra_inputs(self, ids: torch.Tensor) -> Mapping[str, torch.Tensor]:
        """LED looks from its first token at the whole text, and from the others at their surroundings."""
        import torch

        if "global_attention_mask" not in inspect.signature(self.model.forward).parameters:
            return {}
        wide = torch.zeros_like(ids)
        wide[:, 0] = 1
        return {"global_attention_mask": wide}

    def _new_from(self, prompt_width: int) -> int:
        return 1  # the decoder's start token
