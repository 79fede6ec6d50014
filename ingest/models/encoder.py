"""An encoder's converted copy in memory: token ids in, hidden states out, on a CPU and without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ingest.models.cpu import load_ctranslate2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hidden = NDArray[np.float32]

T = TypeVar("T")

BATCH_TOKENS = 256
"""Of a batch, padding included. On two cores texts of 214 tokens ran at 112 a second so, at 57 with 2,048."""


class EncoderRuntime:
    """Runs batches on `threads` threads side by side, one thread each.

    `compute_type` is "int8" or "float32", as the copy was written.
    """

    def __init__(self, folder: Path, threads: int, compute_type: str = "int8") -> None:
        self._threads = threads
        self._encoder: Any = load_ctranslate2().Encoder(
            str(folder), device="cpu", compute_type=compute_type, inter_threads=threads, intra_threads=1
        )

    def hidden(self, rows: Sequence[Sequence[int]], segments: Sequence[Sequence[int]] | None = None) -> list[Hidden]:
        """Return each row's last hidden states, (tokens, width) float32; `segments` are its tokens' types, else 0.

        Rows of like length are read together. Raises ValueError for a row without tokens.
        """
        return self.made(rows, lambda states: states, segments)

    def made(
        self,
        rows: Sequence[Sequence[int]],
        make: Callable[[Hidden], T],
        segments: Sequence[Sequence[int]] | None = None,
    ) -> list[T]:
        """Return what `make` makes of each row's hidden states, which are let go at once: they take much memory."""
        if not all(rows):
            raise ValueError("a text without tokens has no hidden states")
        batches = list(_batches(rows))
        if len(batches) == 1:
            read = [self._run(batches[0], rows, segments, make)]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                read = list(pool.map(lambda batch: self._run(batch, rows, segments, make), batches))
        found: dict[int, T] = {}
        for batch, values in zip(batches, read, strict=True):
            found.update(zip(batch, values, strict=True))
        return [found[place] for place in range(len(rows))]

    def _run(
        self,
        batch: Sequence[int],
        rows: Sequence[Sequence[int]],
        segments: Sequence[Sequence[int]] | None,
        make: Callable[[Hidden], T],
    ) -> list[T]:
        width = len(rows[batch[0]])
        kinds = None
        if segments is not None:
            kinds = [[*segments[place], *[0] * (width - len(rows[place]))] for place in batch]
        output = self._encoder.forward_batch([list(rows[place]) for place in batch], token_type_ids=kinds)
        states = np.array(output.last_hidden_state)
        return [make(states[row, : len(rows[place])]) for row, place in enumerate(batch)]


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield places from the longest row down, as many at a time as keep the padded batch within BATCH_TOKENS."""
    batch: list[int] = []
    for place in sorted(range(len(rows)), key=lambda place: -len(rows[place])):
        if batch and len(rows[batch[0]]) * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
