"""Attention in float32 for networks that train in bfloat16 on a CPU.

On processors with matrix units, bfloat16 makes the linear layers of a step some three times as fast, but the backward
pass of PyTorch's fused attention about five times as slow (measured with PyTorch 2.9 on a Xeon with AMX): kept in
float32, a whole step takes half the time.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "sdpa_float32"


def keep_attention_in_float32(network: nn.Module) -> None:
    """Let the parts of a network that use PyTorch's fused attention compute it in float32 under autocast."""
    AttentionInterface.register(NAME, attend_in_float32)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    for module in network.modules():
        if getattr(getattr(module, "config", None), "_attn_implementation", None) == "sdpa":
            module.config._attn_implementation = NAME  # type: ignore[union-attr]


def attend_in_float32(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    """Return transformers' fused attention, computed in float32, in the type of the query."""
    if attention_mask is not None and attention_mask.dtype != torch.bool:
        attention_mask = attention_mask.float()
    with torch.autocast(query.device.type, enabled=False):
        attended, _ = sdpa_attention_forward(
            module, query.float(), key.float(), value.float(), attention_mask, **options
        )
    return attended.to(query.dtype), None
