"""Shifting changes nothing of what an encoder computes, and leaves less to be lost in eight bits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel

from ingest.models.shift import _find_norms, shift_activations

IDS = torch.tensor([[5, 9, 14, 3, 7, 21, 30, 11]])
SIZES: dict[str, Any] = {"vocab_size": 50, "max_position_embeddings": 32}
BERT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, **SIZES}


def off_zero(encoder: Any) -> Any:
    """The encoder with one channel of each norm far from zero, as trained ones have."""
    with torch.no_grad():
        for module in encoder.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.bias[3] = 20.0
    return encoder.eval()


def largest(encoder: Any) -> list[float]:
    """The largest activation that each place reads."""
    inputs: list[float] = []
    hooks = [
        norm.readers[0].register_forward_pre_hook(lambda _, arguments: inputs.append(float(arguments[0].abs().max())))
        for norm in _find_norms(encoder)
    ]
    read(encoder)
    for hook in hooks:
        hook.remove()
    return inputs


def read(encoder: Any) -> torch.Tensor:
    with torch.inference_mode():
        states: torch.Tensor = encoder(input_ids=IDS).last_hidden_state
    return states


@pytest.mark.parametrize("encoder", [BertModel(BertConfig(**BERT)), RobertaModel(RobertaConfig(**BERT))])
def test_it_computes_the_same_from_smaller_numbers(encoder: Any) -> None:
    off_zero(encoder)
    states, before = read(encoder), largest(encoder)
    assert shift_activations(encoder, lambda: read(encoder)) == len(before) == 4, "two norms a layer"
    torch.testing.assert_close(read(encoder), states, rtol=1e-3, atol=1e-4)
    assert all(was > 15 and now < was / 3 for was, now in zip(before, largest(encoder), strict=True))


def test_other_encoders_are_left_alone() -> None:
    encoder = off_zero(DistilBertModel(DistilBertConfig(dim=32, n_layers=2, n_heads=4, hidden_dim=64, **SIZES)))
    before = {name: value.clone() for name, value in encoder.named_parameters()}
    assert shift_activations(encoder, lambda: pytest.fail("nothing is to be read")) == 0
    assert all(torch.equal(value, before[name]) for name, value in encoder.named_parameters())
