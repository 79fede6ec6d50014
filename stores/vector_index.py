"""The FAISS index of a local store: derived from the rows, searched by inner product, kept in a file of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np

from stores.rules import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stores.base import Vectors

    Keys = NDArray[np.int64]

FEW = 5_000  # allowed vectors up to here are scored directly: cheaper than walking past all the others


class VectorIndex:
    """Unit vectors under the rows' keys. `generation` is that of the rows it agrees with."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self.generation = -1

    @classmethod
    def load(cls, path: Path, checksum: str, dimension: int) -> VectorIndex | None:
        """Read the file if it is, byte for byte, the one with this checksum; else None: missing, torn, or another's."""
        try:
            if not checksum or _checksum(path) != checksum:
                return None
            index = faiss.read_index(str(path))
        except (OSError, RuntimeError):
            return None
        if not isinstance(index, faiss.IndexIDMap2) or index.d != dimension:
            return None
        loaded = cls(dimension)
        loaded._index = index
        return loaded

    def save(self, path: Path) -> str:
        """Replace the file in one step, and return its checksum."""
        for left_over in path.parent.glob(f"{path.name}.*.new"):  # of processes that were killed here
            left_over.unlink(missing_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        faiss.write_index(self._index, str(new))
        with new.open("rb") as file:
            os.fsync(file.fileno())
        checksum = _checksum(new)
        new.replace(path)
        return checksum

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def keys(self) -> Keys:
        """The keys it holds, in the order they were added."""
        return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, (n, d) of any length, under these keys."""
        self._index.add_with_ids(units(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of these keys."""
        self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def nearest(self, query: NDArray[np.float64], count: int, allowed: Keys | None) -> tuple[Keys, Vectors]:
        """Return the keys and cosines, best first, of the `count` nearest vectors among the allowed ones."""
        unit = units(query[None])
        count = min(count, len(self) if allowed is None else len(allowed))
        if count == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if allowed is not None and len(allowed) <= FEW:
            scores = self._index.reconstruct_batch(allowed) @ unit[0]
            order = np.argsort(-scores, kind="stable")[:count]
            return allowed[order], scores[order]
        parameters = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        with _one_thread():
            found, keys = self._index.search(unit, count, params=parameters)
        return keys[0], found[0]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to this thread: more make one query slower (ten times, on busy cores); a forked child has no more."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
