"""Batches for training: what a model need not compute changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from rag.finetune.generator.train import with_learnt_logits
from rag.finetune.shared.examples import IGNORED, Example, collate_examples
from rag.finetune.shared.loop import split

ROWS = [
    Example([5, 6, 7, 8, 9, 2], [IGNORED, IGNORED, IGNORED, 8, 9, 2]),
    Example([5, 9, 2], [IGNORED, 9, 2]),
    Example([4, 4, 4, 4, 4, 4, 4, 2], [IGNORED] * 7 + [2]),
]


def gpt2() -> Any:
    return GPT2LMHeadModel(GPT2Config(vocab_size=32, n_embd=16, n_layer=2, n_head=2, n_positions=32))


def llama() -> Any:
    return LlamaForCausalLM(
        LlamaConfig(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2)
    )


@pytest.mark.parametrize("build", [gpt2, llama])
def test_leaving_out_the_prompts_logits_changes_neither_loss_nor_gradients(build: Any) -> None:
    torch.manual_seed(0)
    model = build().eval()
    batch = collate_examples(ROWS, pad=0)
    model(**batch).loss.backward()
    expected = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    loss = model(**batch).loss.detach()
    model.zero_grad()

    kept = with_learnt_logits(batch, model)
    out = model(**kept)
    out.loss.backward()
    assert out.logits.shape[1] == 6 < batch["input_ids"].shape[1], "rows learn at 6 of the 8 positions"
    assert float(out.loss.detach()) == pytest.approx(float(loss), rel=1e-6)
    for name, weight in model.named_parameters():
        torch.testing.assert_close(weight.grad, expected[name], msg=name)


def test_a_model_that_cannot_leave_logits_out_gets_its_batch_as_it_is() -> None:
    class Old(torch.nn.Module):
        config = GPT2Config()

        def forward(self, input_ids: Any, labels: Any) -> None: ...

    batch = collate_examples(ROWS, pad=0)
    assert with_learnt_logits(batch, Old()) is batch


def test_a_batch_is_split_evenly() -> None:
    assert [len(part) for part in split(ROWS, 2)] == [2, 1]
    assert [row for part in split(ROWS, 3) for row in part] == ROWS
