"""A reader's converted copy: windows in, scores of tokens out, on a CPU and without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from ingest.models.convert import MODEL
from ingest.models.encoder import EncoderRuntime
from rag.reader.score import Scorer
from rag.reader.spans import Scores
from rag.reader.windows import ReadingWindow

HEADS = "heads.safetensors"


def converted_scorer(folder: Path, segmented: bool, threads: int, compute_type: str = "int8") -> Scorer:
    """Return what scores windows with a copy's encoder and its heads; see `rag.reader.network.ReaderNetwork`.

    `segmented`: the encoder knows two segments, of which the passage is the second.
    """
    runtime = EncoderRuntime(folder / MODEL, threads, compute_type)
    heads = load_file(folder / HEADS)

    def scored(windows: Sequence[ReadingWindow]) -> list[Scores]:
        segments = [_passage(window) for window in windows] if segmented else None
        states = runtime.hidden([window.ids for window in windows], segments)
        found = []
        for window, hidden in zip(windows, states, strict=True):
            scores = np.full((len(window.ids), 2), -np.inf, dtype=np.float32)
            scores[0] = heads["none.weight"] @ hidden[0] + heads["none.bias"]
            passage = hidden[window.first : window.last]
            scores[window.first : window.last] = passage @ heads["spans.weight"].T + heads["spans.bias"]
            found.append(scores)
        return found

    return scored


def _passage(window: ReadingWindow) -> list[int]:
    """Return 1 for each token of the passage, 0 for the others."""
    return [int(window.first <= place < window.last) for place in range(len(window.ids))]
