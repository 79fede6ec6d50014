"""Even out a model's activations before it is converted to int8, which changes nothing of what it computes.

A few channels of a language model's activations are far larger than all others, so that eight bits leave little for the
rest. Dividing a channel where it is made and multiplying the weights that read it moves the difference into weights,
which have room for it (SmoothQuant; Xiao et al. 2022, arXiv:2211.10438). How far to go is chosen for each place by the
error that int8 would make there on a sample, none at all being a choice too (as Lin et al. 2023, arXiv:2306.00978).
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
    """Channels that `made_by` makes, a row of its weight each, and that the matrices of `read_by` read.

    Where heads share keys and values, each made channel is read `shared` times: there are heads of `width` channels,
    and each stands `shared` times in a row.
    """

    made_by: nn.Module
    read_by: tuple[nn.Linear, ...]
    shared: int = 1
    width: int = 1

    def spread(self, scales: Tensor) -> Tensor:
        """Return the scales of what is read from those of what is made."""
        return scales.view(-1, 1, self.width).expand(-1, self.shared, -1).reshape(-1)

    def merged(self, sizes: Tensor) -> Tensor:
        """Return the largest size of what is read for each channel that is made."""
        return sizes.view(-1, self.shared, self.width).amax(1).reshape(-1)


def smooth(model: Any, rows: Sequence[Sequence[int]], strengths: Sequence[float] | None = None) -> list[float]:
    """Even out a model in place by its activations over a sample of token ids; return the strength of each place.

    `strengths` repeats an earlier choice, without the search. Only decoder-only models of Llama's kind are changed; the
    list is empty for others.
    """
    joints = _joints(model)
    if not joints:
        return []
    seen = _inputs(model, [joint.read_by[0] for joint in joints], rows)
    chosen: list[float] = []
    with torch.no_grad():
        for place, (joint, inputs) in enumerate(zip(joints, seen, strict=True)):
            candidates = STRENGTHS if strengths is None else (strengths[place],)
            scales = {strength: _scales(joint, inputs, strength) for strength in candidates}
            if len(candidates) > 1:
                best = min(candidates, key=lambda strength: _error(joint, inputs, joint.spread(scales[strength])))
            else:
                best = candidates[0]
            if best:
                _apply(joint, scales[best])
            chosen.append(best)
    return chosen


def _joints(model: Any) -> list[Joint]:
    found = []
    for layer in getattr(getattr(model, "model", None), "layers", ()):
        attention: Any = getattr(layer, "self_attn", None)
        mlp: Any = getattr(layer, "mlp", None)
        parts = (
            (attention, ("q_proj", "k_proj", "v_proj", "o_proj")),
            (mlp, ("gate_proj", "up_proj", "down_proj")),
            (layer, ("input_layernorm", "post_attention_layernorm")),
        )
        if not all(_has(part, *names) for part, names in parts) or not _is_plain(layer):
            return []
        width = int(attention.head_dim)
        shared = attention.o_proj.in_features // attention.v_proj.out_features
        found += [
            Joint(layer.input_layernorm, (attention.q_proj, attention.k_proj, attention.v_proj)),
            Joint(attention.v_proj, (attention.o_proj,), shared, width),
            Joint(layer.post_attention_layernorm, (mlp.gate_proj, mlp.up_proj)),
            Joint(mlp.up_proj, (mlp.down_proj,)),
        ]
    return found


def _has(module: Any, *names: str) -> bool:
    return all(isinstance(getattr(module, name, None), nn.Module) for name in names)


def _is_plain(layer: Any) -> bool:
    """Whether a norm's result is its weight times something: Gemma's adds one to it."""
    with torch.no_grad():
        norm, sample = layer.input_layernorm, torch.ones(1, layer.input_layernorm.weight.numel())
        return bool(torch.allclose(norm(sample), norm.weight.expand_as(sample), rtol=1e-3, atol=1e-3))


def _inputs(model: Any, readers: Sequence[nn.Module], rows: Sequence[Sequence[int]]) -> list[Tensor]:
    """Return what each module was given, (tokens, channels), over all rows."""
    given: dict[nn.Module, list[Tensor]] = {reader: [] for reader in readers}

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        given[module].append(inputs[0].detach().reshape(-1, inputs[0].shape[-1]))

    hooks = [reader.register_forward_pre_hook(note) for reader in readers]
    try:
        with torch.inference_mode():
            for row in rows:
                model(input_ids=torch.tensor([list(row)]))
    finally:
        for hook in hooks:
            hook.remove()
    return [torch.cat(given[reader]) for reader in readers]


def _scales(joint: Joint, inputs: Tensor, strength: float) -> Tensor:
    """Return by what each made channel is to be divided."""
    largest = joint.merged(inputs.abs().amax(0)).clamp(min=LEAST)
    weights = torch.stack([reader.weight.abs().amax(0) for reader in joint.read_by]).amax(0)
    scales = largest**strength / joint.merged(weights).clamp(min=LEAST) ** (1 - strength)
    return scales.clamp(min=LEAST) if strength else torch.ones_like(largest)


def _error(joint: Joint, inputs: Tensor, scales: Tensor) -> float:
    """Return the squared error of the products in int8, with a scale for each token and each row of the weights.

    It is each token's share of its own product: the first token's, often a thousand times as large, is one of many.
    """
    rounded = _int8(inputs / scales)
    found = 0.0
    for reader in joint.read_by:
        exact = inputs @ reader.weight.T
        off = (rounded @ _int8(reader.weight * scales).T - exact).square().sum(-1)
        found += float((off / exact.square().sum(-1).clamp(min=1e-12)).mean())
    return found


def _int8(values: Tensor) -> Tensor:
    step = values.abs().amax(-1, keepdim=True).clamp(min=1e-12) / 127
    return (values / step).round() * step


def _apply(joint: Joint, scales: Tensor) -> None:
    made: Any = joint.made_by
    made.weight.div_(scales if made.weight.dim() == 1 else scales[:, None])
    if getattr(made, "bias", None) is not None:
        made.bias.div_(scales)
    for reader in joint.read_by:
        reader.weight.mul_(joint.spread(scales))
