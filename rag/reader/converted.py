"""Score windows with a reader's converted copy, on a CPU and without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from ingest.models.convert import MODEL
from ingest.models.encoder import EncoderRuntime
from rag.reader.score import WindowScorer, WindowScores
from rag.reader.windows import ReadingWindow

HEADS = "heads.safetensors"


class ConvertedScorer(WindowScorer):
    """Scores windows with a copy's encoder and its heads; see `rag.reader.network.ReaderNetwork`.

    `segmented` is True if the encoder knows two segments, of which the passage is the second. A closed one loads the
    encoder again when it is used.
    """

    def __init__(self, folder: Path, segmented: bool, threads: int, compute_type: str = "int8") -> None:
        self._folder, self._segmented = folder, segmented
        self._threads, self._compute_type = threads, compute_type
        self._heads = load_file(folder / HEADS)
        self._runtime: EncoderRuntime | None = self._load()

    def score(self, windows: Sequence[ReadingWindow]) -> list[WindowScores]:
        self._runtime = self._runtime or self._load()
        segments = None
        if self._segmented:
            segments = [
                [int(window.first <= index < window.last) for index in range(len(window.ids))] for window in windows
            ]
        states = self._runtime.hidden([window.ids for window in windows], segments)

        # The first token's score is that of no answer. Of the others only the passage's tokens can be in an answer.
        heads, every = self._heads, []
        for window, hidden in zip(windows, states, strict=True):
            scores = np.full((len(window.ids), 2), -np.inf, dtype=np.float32)
            scores[0] = heads["none.weight"] @ hidden[0] + heads["none.bias"]
            passage = hidden[window.first : window.last]
            scores[window.first : window.last] = passage @ heads["spans.weight"].T + heads["spans.bias"]
            verdict = heads["verdict.weight"] @ hidden[0] + heads["verdict.bias"]
            relevance = hidden @ heads["relevance.weight"][0] + heads["relevance.bias"]
            every.append(WindowScores(scores, verdict, relevance))
        return every

    def close(self) -> None:
        self._runtime = None

    def _load(self) -> EncoderRuntime:
        return EncoderRuntime(self._folder / MODEL, self._threads, self._compute_type)
