"""Score windows with the reference backend: torch, on any device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.models.threads import limited_threads
from rag.reader.spans import Scores
from rag.reader.windows import ReadingWindow

if TYPE_CHECKING:
    from rag.reader.network import ReaderNetwork

Scorer = Callable[[Sequence[ReadingWindow]], list[Scores]]
"""Gives each window's (tokens, 2) scores, in order."""

BATCH_TOKENS = 4096  # of all rows together, padding included


def reference_scorer(network: ReaderNetwork, threads: int) -> Scorer:
    """Return what scores windows with a network, on so many CPU threads."""

    def scored(windows: Sequence[ReadingWindow]) -> list[Scores]:
        with limited_threads(threads):
            return score_windows(network, windows)

    return scored


def score_windows(network: ReaderNetwork, windows: Sequence[ReadingWindow]) -> list[Scores]:
    """Return each window's (tokens, 2) scores, computed in batches of like length."""
    import torch

    device = network.spans.weight.device
    found: dict[int, Scores] = {}
    for batch in batches_of(windows):
        tensors = {name: each.to(device) for name, each in collate([windows[place] for place in batch]).items()}
        with torch.inference_mode():
            scores = network(**tensors).cpu().numpy()
        for row, place in enumerate(batch):
            found[place] = np.asarray(scores[row, : len(windows[place].ids)], dtype=np.float32)
    return [found[place] for place in range(len(windows))]


def collate(windows: Sequence[ReadingWindow]) -> dict[str, Any]:
    """Return windows as the network's (rows, tokens) tensors, padded on the right."""
    import torch

    shape = (len(windows), max(len(window.ids) for window in windows))
    ids, mask, passage = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        passage[row, window.first : window.last] = 1
    return {"input_ids": ids, "attention_mask": mask, "passage": passage}


def batches_of(windows: Sequence[ReadingWindow]) -> list[list[int]]:
    """Return places in order of length, as many at a time as keep the padded batch within BATCH_TOKENS."""
    batches: list[list[int]] = []
    for place in sorted(range(len(windows)), key=lambda place: len(windows[place].ids)):
        width = len(windows[place].ids)
        if batches and width * (len(batches[-1]) + 1) <= BATCH_TOKENS:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches
