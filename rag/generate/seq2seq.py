"""Encoder-decoders: T5, mT5, FLAN-T5, BART, PEGASUS, LED, T5Gemma."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from rag.generate.decode import TransformersGenerator

if TYPE_CHECKING:
    import torch


class Seq2SeqGenerator(TransformersGenerator):
    """An encoder reads the prompt and a decoder writes the answer, each in a window of its own."""

    family = "seq2seq"

    def inputs(self, rows: list[list[int]]) -> tuple[dict[str, torch.Tensor], int]:
        """Return the model's padded inputs, and where the new tokens start: after the decoder's start token."""
        import torch

        inputs, _ = super().inputs(rows)
        if "global_attention_mask" in inspect.signature(self.model.forward).parameters:
            # LED looks from its first token at the whole text, and from the others at their surroundings.
            wide = torch.zeros_like(inputs["input_ids"])
            wide[:, 0] = 1
            inputs["global_attention_mask"] = wide
        return inputs, 1

    def _pad(self, row: list[int], filler: int, width: int) -> list[int]:
        return row + [filler] * (width - len(row))
