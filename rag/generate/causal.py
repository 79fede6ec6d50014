"""Decoder-only models: GPT-2, SmolLM2 and other Llamas, and their kin."""

from __future__ import annotations

import inspect
from itertools import takewhile
from typing import Any

from ingest.models.threads import limited_threads
from rag.generate.decode import TransformersGenerator
from rag.generate.load import quiet

SHARED = 32  # tokens: for fewer, reading them once is not worth a call of its own


class CausalGenerator(TransformersGenerator):
    """The answer continues the prompt: both share one window, and only the new part is returned."""

    family = "causal"

    def _padded(self, row: list[int], filler: int, width: int) -> list[int]:
        return [filler] * (width - len(row)) + row

    def read(self, rows: list[list[int]]) -> tuple[dict[str, Any], int]:
        """Read what all prompts of a batch begin with once: instructions, and examples that are the same for all.

        Five fixed examples before each of 16 products: half the processor time. The rows' own parts follow it padded
        left, so that all end together; positions are counted without the padding, as they are in each row alone.
        """
        shared = _common(rows) if len(rows) > 1 else 0
        if shared < SHARED or "position_ids" not in inspect.signature(self.model.forward).parameters:
            return super().read(rows)
        import torch

        with quiet(), limited_threads(self._threads), torch.no_grad():
            beginning = torch.tensor([rows[0][:shared]], device=self.model.device)
            cache = self.model(input_ids=beginning, use_cache=True, logits_to_keep=1).past_key_values
        if not _is_plain(cache):
            return super().read(rows)
        cache.batch_repeat_interleave(len(rows))
        width = max(map(len, rows)) - shared
        own = [self._padded(row[shared:], self._loaded.pad, width) for row in rows]
        seen = [self._padded([1] * (len(row) - shared), 0, width) for row in rows]
        inputs = {
            "input_ids": torch.tensor([rows[0][:shared] + row for row in own]),
            "attention_mask": torch.tensor([[1] * shared + row for row in seen]),
        }
        placed: dict[str, Any] = {name: tensor.to(self.model.device) for name, tensor in inputs.items()}
        return {**placed, "past_key_values": cache}, shared + width

    def _new_from(self, prompt_width: int) -> int:
        return prompt_width


def _common(rows: list[list[int]]) -> int:
    """Return how many tokens all rows begin with; each keeps one of its own at least."""
    shortest = min(map(len, rows)) - 1
    columns = zip(*(row[:shortest] for row in rows), strict=True)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def _is_plain(cache: Any) -> bool:
    """Whether a cache holds every token's keys and values: no window that slides, no state that sums them up."""
    from transformers import DynamicCache

    layers = getattr(cache, "layers", None) or []
    return type(cache) is DynamicCache and {type(layer).__name__ for layer in layers} == {"DynamicLayer"}
