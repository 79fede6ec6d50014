"""A reader's training: its adapter, its batches, and what they are learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rag.finetune.reader.examples import ReaderExample
from rag.finetune.reader.settings import ReaderSettings
from rag.finetune.shared.batch_order import fixed_batches
from rag.finetune.shared.steps import Measure, StepsTrained, train_steps
from rag.reader.score import collate

if TYPE_CHECKING:
    from rag.reader.network import ReaderNetwork


def train_reader(
    network: ReaderNetwork,
    examples: Sequence[ReaderExample],
    measure: Measure | None,
    folder: Path,
    settings: ReaderSettings,
    progress: bool | None = None,
) -> StepsTrained:
    """Train a network, in place, on examples; see `train_steps`."""
    rows = round(settings.epochs * len(examples))
    lengths = [len(example) for example in examples]
    places = fixed_batches([lengths], [1.0], rows, settings.batch_size, settings.seed)
    batches = [[examples[row] for _, row in batch] for batch in places]
    return train_steps(network, batches, with_targets, measure, folder, settings, "reader", progress)


def with_targets(batch: Sequence[ReaderExample]) -> dict[str, Tensor]:
    """Return examples as the network's tensors, with the places of the right starts and ends marked."""
    tensors = collate([example.window for example in batch])
    for name in ("starts", "ends"):
        marks = torch.zeros_like(tensors["input_ids"])
        for row, example in enumerate(batch):
            marks[row, list(getattr(example, name))] = 1
        tensors[name] = marks
    return tensors
