"""Smoothing changes nothing of what a model computes, and leaves less to be lost in eight bits."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch

from rag.generate.smoothquant import find_joints, int8_error, record_inputs, smooth

ROWS = [[5, 9, 14, 3, 7, 21, 30], [8, 8, 2, 40]]


@pytest.fixture
def uneven(generator_of: Callable[..., Any]) -> Any:
    """A model of Llama's kind in which one channel of each norm is a hundred times as large as the others."""
    model = deepcopy(generator_of("chat_llama").model)
    with torch.no_grad():
        for layer in model.model.layers:
            for norm in (layer.input_layernorm, layer.post_attention_layernorm):
                norm.weight[3] = 100.0
    return model


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        return torch.cat([model(input_ids=torch.tensor([row])).logits[0] for row in ROWS])


def errors(model: Any) -> list[float]:
    """What eight bits lose at each place."""
    joints = find_joints(model)
    given = record_inputs(model, [joint.readers[0] for joint in joints], ROWS)
    return [int8_error(joint, inputs, torch.ones(inputs.shape[1])) for joint, inputs in zip(joints, given, strict=True)]


def test_it_computes_the_same_and_loses_less(uneven: Any) -> None:
    before, lost = logits(uneven), errors(uneven)
    assert sum(strength > 0 for strength in smooth(uneven, ROWS)) >= len(uneven.model.layers)
    torch.testing.assert_close(logits(uneven), before, rtol=1e-3, atol=1e-4)
    now = errors(uneven)
    assert all(after <= was * 1.01 for after, was in zip(now, lost, strict=True))
    assert sum(now) < sum(lost) / 2


def test_heads_that_share_keys_and_values_are_scaled_alike(uneven: Any) -> None:
    attention = uneven.model.layers[0].self_attn
    joint = find_joints(uneven)[1]
    assert joint.source is attention.v_proj
    assert joint.shared * attention.v_proj.out_features == attention.o_proj.in_features
    assert joint.shared > 1, "the small model shares them"


@pytest.mark.parametrize("architecture", ["gpt2", "t5", "bart"])
def test_other_models_are_left_alone(architecture: str, generator_of: Callable[..., Any]) -> None:
    model = generator_of(architecture).model
    before = {name: each.clone() for name, each in model.named_parameters()}
    assert smooth(model, ROWS) == []
    assert all(torch.equal(each, before[name]) for name, each in model.named_parameters())
