"""Examples as the tensors of a batch, and what a model need not compute for them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from rag.finetune.generator.examples import IGNORED, Example

Batch = dict[str, Tensor]


class Batches(torch.utils.data.Dataset[Any]):
    """Batches as the items of a data set."""

    def __init__(self, batches: Sequence[Sequence[Any]]) -> None:
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, at: int) -> Sequence[Any]:
        return self._batches[at]


def split(batch: Sequence[Example], parts: int) -> Iterator[Sequence[Example]]:
    """Yield a batch in so many parts, as even as they can be."""
    size = -(-len(batch) // parts)
    for low in range(0, len(batch), size):
        yield batch[low : low + size]


def collate(rows: Sequence[Example], pad: int) -> Batch:
    """Return a batch of examples as (rows, tokens) tensors, padded on the right; padding is masked and not learnt."""
    width = max(len(row.input_ids) for row in rows)
    learnt = max(len(row.labels) for row in rows)
    return {
        "input_ids": torch.tensor([row.input_ids + [pad] * (width - len(row.input_ids)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row.input_ids) + [0] * (width - len(row.input_ids)) for row in rows]),
        "labels": torch.tensor([row.labels + [IGNORED] * (learnt - len(row.labels)) for row in rows]),
    }


def with_decoder_inputs(batch: Batch, model: Any) -> Batch:
    """Add an encoder-decoder's decoder inputs, which it cannot make where a trainer takes the labels away."""
    return {**batch, "decoder_input_ids": model.prepare_decoder_input_ids_from_labels(labels=batch["labels"])}


def with_learnt_logits(batch: Batch, model: Any) -> Batch:
    """Have a causal model compute logits only where some row of the batch learns a token; the loss is the same.

    Over a vocabulary of 49,152 the prompt's logits cost more than a fifth of a training step and most of its memory.
    An encoder-decoder, and a model that cannot leave logits out, get the batch as it is.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    if base.config.is_encoder_decoder or "logits_to_keep" not in inspect.signature(base.forward).parameters:
        return batch
    following = batch["labels"][:, 1:]
    (kept,) = (following != IGNORED).any(dim=0).nonzero(as_tuple=True)
    return {**batch, "logits_to_keep": kept, "shift_labels": following[:, kept].contiguous()}
