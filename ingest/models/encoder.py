"""Run an encoder's converted copy: token ids in, hidden states out, on a CPU and without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ingest.cancel import current_cancellation
from ingest.errors import InputError
from ingest.models.cpu import load_ctranslate2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hidden = NDArray[np.float32]

T = TypeVar("T")

BATCH_TOKENS = 256
"""Tokens of a batch, with padding. On two cores texts of 214 tokens ran at 112 per second, with 2,048 at 57."""


class EncoderRuntime:
    """Run batches side by side on `threads` threads, one thread each.

    `compute_type` is "int8" or "float32", as the copy was written.
    """

    def __init__(self, folder: Path, threads: int, compute_type: str = "int8") -> None:
        self._threads = threads
        self._encoder: Any = load_ctranslate2().Encoder(
            str(folder), device="cpu", compute_type=compute_type, inter_threads=threads, intra_threads=1
        )

    def hidden(self, rows: Sequence[Sequence[int]], segments: Sequence[Sequence[int]] | None = None) -> list[Hidden]:
        """Return each row's last hidden states, (tokens, width) float32.

        `segments` are the types of its tokens, 0 when left out. Raises InputError for a row without tokens.
        """
        return self.map_hidden(rows, lambda states: states, segments)

    def map_hidden(
        self,
        rows: Sequence[Sequence[int]],
        function: Callable[[Hidden], T],
        segments: Sequence[Sequence[int]] | None = None,
    ) -> list[T]:
        """Return the function's result for each row's hidden states, which are freed at once: they take much memory."""
        if not all(rows):
            raise InputError("a text without tokens has no hidden states")

        # Batch rows of similar length, the longest first, so that little is padding.
        batches: list[list[int]] = []
        for place in sorted(range(len(rows)), key=lambda place: -len(rows[place])):
            if not batches or len(rows[batches[-1][0]]) * (len(batches[-1]) + 1) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(place)

        cancellation = current_cancellation()  # of this thread, for those of the pool

        def run(batch: list[int]) -> list[T]:
            cancellation.check()
            width = len(rows[batch[0]])
            kinds = None
            if segments is not None:
                kinds = [[*segments[place], *[0] * (width - len(rows[place]))] for place in batch]
            output = self._encoder.forward_batch([list(rows[place]) for place in batch], token_type_ids=kinds)
            states = np.array(output.last_hidden_state)
            return [function(states[row, : len(rows[place])]) for row, place in enumerate(batch)]

        if len(batches) == 1:
            results = [run(batches[0])]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                results = list(pool.map(run, batches))
        values: dict[int, T] = {}
        for batch, result in zip(batches, results, strict=True):
            values.update(zip(batch, result, strict=True))
        return [values[place] for place in range(len(rows))]
