"""Smooth a model's activations before it is converted to int8, without changing what it computes.

A few channels of a language model's activations are far larger than all others, so that eight bits leave little for the
rest. Dividing a channel at its source and multiplying the weights that read it moves the difference into weights, which
have room for it (SmoothQuant; Xiao et al. 2022, arXiv:2211.10438). The strength is chosen for each place by the error
of int8 there on a sample, and may be none (as Lin et al. 2023, arXiv:2306.00978).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

STRENGTHS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
LEAST = 1e-5


@dataclass(frozen=True)
class Joint:
    """Channels between the module `source`, which computes them, and the matrices of `readers`.

    Where heads share keys and values, each channel is read `shared` times: heads have `width` channels, and each head
    occurs `shared` times in a row.
    """

    source: nn.Module
    readers: tuple[nn.Linear, ...]
    shared: int = 1
    width: int = 1

    def spread(self, scales: Tensor) -> Tensor:
        """Return the scales of the channels as they are read, from the scales at the source."""
        return scales.view(-1, 1, self.width).expand(-1, self.shared, -1).reshape(-1)

    def merged(self, sizes: Tensor) -> Tensor:
        """Return the largest size of each source channel among the channels that are read."""
        return sizes.view(-1, self.shared, self.width).amax(1).reshape(-1)


def smooth(model: Any, rows: Sequence[Sequence[int]], strengths: Sequence[float] | None = None) -> list[float]:
    """Smooth a model in place by its activations over a sample of token ids, and return the strength of each place.

    `strengths` repeats an earlier choice, without the search. Only decoder-only models of Llama's kind are changed; the
    list is empty for others.
    """
    joints = find_joints(model)
    if not joints:
        return []
    seen = record_inputs(model, [joint.readers[0] for joint in joints], rows)
    chosen: list[float] = []
    with torch.no_grad():
        for place, (joint, inputs) in enumerate(zip(joints, seen, strict=True)):
            # The strength with the smallest error in int8 is chosen.
            candidates = STRENGTHS if strengths is None else (strengths[place],)
            scales = {strength: _scales(joint, inputs, strength) for strength in candidates}
            best = candidates[0]
            if len(candidates) > 1:
                best = min(candidates, key=lambda strength: int8_error(joint, inputs, joint.spread(scales[strength])))
            chosen.append(best)
            if not best:
                continue
            # Divide the channels at their source, and multiply the weights that read them.
            source: Any = joint.source
            source.weight.div_(scales[best] if source.weight.dim() == 1 else scales[best][:, None])
            if getattr(source, "bias", None) is not None:
                source.bias.div_(scales[best])
            for reader in joint.readers:
                reader.weight.mul_(joint.spread(scales[best]))
    return chosen


def find_joints(model: Any) -> list[Joint]:
    """Return the places of a Llama-like model that can be smoothed; none for other models."""
    joints: list[Joint] = []
    for layer in getattr(getattr(model, "model", None), "layers", ()):
        attention: Any = getattr(layer, "self_attn", None)
        mlp: Any = getattr(layer, "mlp", None)
        parts = (
            (attention, ("q_proj", "k_proj", "v_proj", "o_proj")),
            (mlp, ("gate_proj", "up_proj", "down_proj")),
            (layer, ("input_layernorm", "post_attention_layernorm")),
        )
        modules = [getattr(part, name, None) for part, names in parts for name in names]
        if not all(isinstance(module, nn.Module) for module in modules):
            return []
        # A norm must return its weight times something: Gemma's adds one to the weight.
        norm, ones = layer.input_layernorm, torch.ones(1, layer.input_layernorm.weight.numel())
        with torch.no_grad():
            if not torch.allclose(norm(ones), norm.weight.expand_as(ones), rtol=1e-3, atol=1e-3):
                return []
        # Several query heads may read the values of one head.
        width = int(attention.head_dim)
        shared = attention.o_proj.in_features // attention.v_proj.out_features
        joints += [
            Joint(layer.input_layernorm, (attention.q_proj, attention.k_proj, attention.v_proj)),
            Joint(attention.v_proj, (attention.o_proj,), shared, width),
            Joint(layer.post_attention_layernorm, (mlp.gate_proj, mlp.up_proj)),
            Joint(mlp.up_proj, (mlp.down_proj,)),
        ]
    return joints


def record_inputs(model: Any, readers: Sequence[nn.Module], rows: Sequence[Sequence[int]]) -> list[Tensor]:
    """Return the inputs of each module, `(tokens, channels)`, over all rows."""
    inputs_of: dict[nn.Module, list[Tensor]] = {reader: [] for reader in readers}

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        inputs_of[module].append(inputs[0].detach().reshape(-1, inputs[0].shape[-1]))

    # Hooks see the inputs while the model reads the rows.
    hooks = [reader.register_forward_pre_hook(note) for reader in readers]
    try:
        with torch.inference_mode():
            for row in rows:
                model(input_ids=torch.tensor([list(row)]))
    finally:
        for hook in hooks:
            hook.remove()
    return [torch.cat(inputs_of[reader]) for reader in readers]


def _scales(joint: Joint, inputs: Tensor, strength: float) -> Tensor:
    """Return the divisors of the source channels."""
    # Balance the largest activation of a channel against its largest weight.
    largest = joint.merged(inputs.abs().amax(0)).clamp(min=LEAST)
    weights = torch.stack([reader.weight.abs().amax(0) for reader in joint.readers]).amax(0)
    scales = largest**strength / joint.merged(weights).clamp(min=LEAST) ** (1 - strength)
    return scales.clamp(min=LEAST) if strength else torch.ones_like(largest)


def int8_error(joint: Joint, inputs: Tensor, scales: Tensor) -> float:
    """Return the squared error of the products in int8, with a scale for each token and each row of the weights.

    Errors are relative to each token's product: those of the first token are often a thousand times as large.
    """
    rounded = _int8(inputs / scales)
    error = 0.0
    for reader in joint.readers:
        exact = inputs @ reader.weight.T
        off = (rounded @ _int8(reader.weight * scales).T - exact).square().sum(-1)
        error += float((off / exact.square().sum(-1).clamp(min=1e-12)).mean())
    return error


def _int8(values: Tensor) -> Tensor:
    step = values.abs().amax(-1, keepdim=True).clamp(min=1e-12) / 127
    return (values / step).round() * step
