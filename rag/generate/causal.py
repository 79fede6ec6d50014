"""Decoder-only models: GPT-2, SmolLM2 and other Llamas, and their kin."""

from __future__ import annotations

import inspect
from itertools import takewhile
from typing import Any

from ingest.models.threads import limited_threads
from rag.generate.decode import TransformersGenerator
from rag.generate.load import quiet

MIN_SHARED = 32
"""Tokens: reading a shorter common beginning once does not pay for a call of its own."""


class CausalGenerator(TransformersGenerator):
    """The answer continues the prompt: both share one window, and only the new part is returned."""

    family = "causal"

    def read(self, rows: list[list[int]]) -> tuple[dict[str, Any], int]:
        """Read the common beginning of a batch once: instructions, and examples that are the same in all prompts.

        Five fixed examples before each of 16 products: half the processor time. The rest of each row follows padded
        left, so that all end together. Positions are counted without the padding, as in each row alone.
        """
        # Measure the common beginning; each row keeps at least one token of its own.
        shared = 0
        if len(rows) > 1:
            shortest = min(map(len, rows)) - 1
            columns = zip(*(row[:shortest] for row in rows), strict=True)
            shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
        if shared < MIN_SHARED or "position_ids" not in inspect.signature(self.model.forward).parameters:
            return super().read(rows)
        import torch
        from transformers import DynamicCache

        # Read the common beginning into a cache, and repeat the cache for each row.
        with quiet(), limited_threads(self._threads), torch.no_grad():
            beginning = torch.tensor([rows[0][:shared]], device=self.model.device)
            cache = self.model(input_ids=beginning, use_cache=True, logits_to_keep=1).past_key_values
        # A sliding window or a recurrent state cannot be repeated for each row.
        layers = getattr(cache, "layers", None) or []
        if type(cache) is not DynamicCache or {type(layer).__name__ for layer in layers} != {"DynamicLayer"}:
            return super().read(rows)
        cache.batch_repeat_interleave(len(rows))
        # The mask covers the cached tokens as well as the rest of each row.
        width = max(map(len, rows)) - shared
        ids = [rows[0][:shared] + self._pad(row[shared:], self._loaded.pad, width) for row in rows]
        mask = [[1] * shared + self._pad([1] * (len(row) - shared), 0, width) for row in rows]
        inputs = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
        placed = {name: tensor.to(self.model.device) for name, tensor in inputs.items()}
        return {**placed, "past_key_values": cache}, shared + width

    def _pad(self, row: list[int], filler: int, width: int) -> list[int]:
        return [filler] * (width - len(row)) + row
