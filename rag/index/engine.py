"""Parse files and embed texts: in processes on this machine, unless another engine is handed in."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.closing import Closing
from ingest.embed import Embedder
from ingest.errors import ParseError
from ingest.parsers import Parsed, ParsePool, ParseSettings, ParseWorker

if TYPE_CHECKING:
    from ingest.embed.base import Vectors

Outcome = Parsed | ParseError | OSError
"""A file's documents, or the error that it failed with."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A new or changed file: its path, its name in the store, a fingerprint of its content and settings.

    `named` tells that the user named this very file, and not a folder above it.
    """

    path: Path
    name: str
    fingerprint: str
    named: bool = False


class Engine(Protocol):
    """The work of an index that may run elsewhere. Writing stays with the index: a store has one committer."""

    def parse(self, files: Iterable[SourceFile]) -> Generator[tuple[SourceFile, Outcome], None, None]:
        """Yield each file, in order, with its outcome.

        `files` is consumed as there is room for more; closing the generator stops the work.
        """

    def embed(self, texts: list[str]) -> Vectors:
        """Return one vector per text, (n, d) float32, in order. Called from a thread of the index."""

    def close(self) -> None:
        """Release what the engine holds."""


class LocalEngine(Closing):
    """Parse in child processes of this machine, and embed in this process."""

    def __init__(self, embedder: Embedder, settings: ParseSettings | None = None) -> None:
        self._embedder = embedder
        self._settings = settings or ParseSettings()

    def parse(self, files: Iterable[SourceFile]) -> Generator[tuple[SourceFile, Outcome], None, None]:
        def read(worker: ParseWorker, file: SourceFile) -> Outcome:
            try:
                return worker.parse(file.path, file.name)
            except (ParseError, OSError) as error:
                return error

        with ParsePool(self._settings) as pool:
            for file, future in pool.in_order(files, read):
                yield file, future.result()

    def embed(self, texts: list[str]) -> Vectors:
        import numpy as np

        return np.asarray(self._embedder.embed_documents(texts), dtype=np.float32)
