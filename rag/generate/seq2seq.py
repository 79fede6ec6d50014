"""Encoder-decoders: T5, mT5, FLAN-T5, BART, PEGASUS, LED, T5Gemma."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.generate.decode import TransformersGenerator

if TYPE_CHECKING:
    import torch


class Seq2SeqGenerator(TransformersGenerator):
    """An encoder reads the prompt, a decoder writes the answer: each has a window of its own."""

    family = "seq2seq"

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
