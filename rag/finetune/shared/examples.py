"""Tokenised examples of language models: their batches and their loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""The label of a token that is not learnt: the prompt's, and padding."""


@dataclass(frozen=True)
class Example:
    """One text in tokens, and the labels to predict: of a causal or masked model as many, of an encoder-decoder any."""

    input_ids: list[int]
    labels: list[int]

    def __len__(self) -> int:
        return len(self.input_ids) + len(self.labels)


Batch = dict[str, "Tensor"]


def collate_examples(examples: Sequence[Example], pad: int) -> Batch:
    """Return a batch of examples as (rows, tokens) tensors, padded on the right; padding is masked and not learnt."""
    import torch

    width = max(len(example.input_ids) for example in examples)
    target_width = max(len(example.labels) for example in examples)
    inputs, masks, labels = [], [], []
    for example in examples:
        gap = width - len(example.input_ids)
        inputs.append(example.input_ids + [pad] * gap)
        masks.append([1] * len(example.input_ids) + [0] * gap)
        labels.append(example.labels + [IGNORED] * (target_width - len(example.labels)))
    tensors = {"input_ids": inputs, "attention_mask": masks, "labels": labels}
    return {name: torch.tensor(rows) for name, rows in tensors.items()}


def measure_loss(
    model: Any, examples: Sequence[Example], collate: Callable[[Any], Batch], batch_size: int, is_causal: bool = False
) -> float:
    """Return the mean cross-entropy of a learnt token over all examples, in nats."""
    import torch

    model.eval()
    total, tokens = 0.0, 0
    ordered = sorted(examples, key=len)
    with torch.no_grad():
        for low in range(0, len(ordered), batch_size):
            batch = {name: tensor.to(model.device) for name, tensor in collate(ordered[low : low + batch_size]).items()}
            count = int(
                (batch["labels"][:, int(is_causal) :] != IGNORED).sum()
            )  # a causal model predicts no first token
            total += float(model(**batch).loss) * count
            tokens += count
    return total / max(tokens, 1)
