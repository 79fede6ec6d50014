"""Attention in float32: as the fused attention computes it, whatever type the rest of a step has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.data.rows import Row, as_passage
from rag.finetune.reader.run import finetune_reader
from rag.finetune.shared.attention import NAME, attend_in_float32, keep_attention_in_float32


class Layer(torch.nn.Module):
    """What transformers' attention function asks of a layer."""

    is_causal = False
    num_key_value_groups = 1


@pytest.fixture
def states() -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(2, 4, 7, 8) for _ in range(3)]


def test_it_is_softmax_attention_without_the_masked_tokens(states: list[torch.Tensor]) -> None:
    query, key, value = states
    mask = torch.ones(2, 1, 7, 7, dtype=torch.bool)
    mask[1, :, :, 5:] = False
    attended, _ = attend_in_float32(Layer(), query, key, value, mask)
    logits = (query @ key.transpose(-1, -2) / 8**0.5).masked_fill(~mask, -torch.inf)
    torch.testing.assert_close(attended.transpose(1, 2), logits.softmax(-1) @ value)
    added, _ = attend_in_float32(Layer(), query, key, value, torch.zeros(mask.shape).masked_fill(~mask, -1e9))
    torch.testing.assert_close(added, attended)


def test_under_autocast_it_keeps_the_type_and_loses_only_its_rounding(states: list[torch.Tensor]) -> None:
    exact, _ = attend_in_float32(Layer(), *states, None)
    halves = [state.bfloat16() for state in states]
    with torch.autocast("cpu", torch.bfloat16):
        attended, _ = attend_in_float32(Layer(), *halves, None)
    assert attended.dtype == torch.bfloat16
    torch.testing.assert_close(attended.float(), exact, atol=0.03, rtol=0.03)
    rounded, _ = attend_in_float32(Layer(), *(half.float() for half in halves), None)
    assert torch.equal(attended, rounded.bfloat16()), "computed in float32, rounded once"


def test_a_network_gives_the_same_values_and_gradients(encoder: Path) -> None:
    from transformers import AutoModel

    plain, kept = (AutoModel.from_pretrained(encoder, local_files_only=True).eval() for _ in range(2))
    keep_attention_in_float32(kept)
    assert kept.config._attn_implementation == NAME
    tokens = torch.tensor([[2, 7, 8, 9, 3], [2, 7, 3, 0, 0]])
    outputs = []
    for network in (plain, kept):
        output = network(tokens, attention_mask=(tokens > 0).long()).last_hidden_state
        output.sum().backward()
        outputs.append(output)
    torch.testing.assert_close(outputs[0], outputs[1])
    for one, other in zip(plain.parameters(), kept.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


@pytest.mark.parametrize(("precision", "is_kept"), [("bfloat16", True), ("float32", False)])
def test_training_in_bfloat16_on_a_cpu_uses_it(
    precision: str, is_kept: bool, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[torch.dtype] = []

    def watch(module: torch.nn.Module, query: torch.Tensor, *rest: torch.Tensor, **options: object) -> object:
        calls.append(query.dtype)
        return attend_in_float32(module, query, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("rag.finetune.shared.attention.attend_in_float32", watch)
    rows = [
        Row(
            f"{place}",
            "answer",
            {"question": "where did ann live?"},
            (place,),
            (as_passage(f"ann lived in {place}", "a"),),
        )
        for place in ("paris", "rome", "oslo", "prague")
    ]
    finetune_reader(
        rows, out=tmp_path / "reader", base=str(encoder), precision=precision, max_tokens=64, stride=16, batch_size=2,
        epochs=1, threads=1,
    )  # fmt: skip
    assert bool(calls) == is_kept
