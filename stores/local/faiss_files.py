"""The files of a store's FAISS index: written whole before they get their name, and recognised by a checksum."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from stores.local.clusters import ClusteredIndex, Layout
from stores.local.database import SavedIndex
from stores.local.faiss_index import VectorIndex

INDEX, CLUSTERS = "vectors.faiss", "vectors.*.faiss"
BLOCKS, BLOCK = 64, 1 << 16  # how many blocks a quick checksum reads, and their size in bytes
ABANDONED = 3600.0  # seconds since a file was last written to


@dataclass(frozen=True)
class IndexFiles:
    """The index files in a store's folder.

    Every file of clusters has another name, because other processes may have an older one mapped.
    """

    folder: Path

    def path(self, saved: SavedIndex) -> Path:
        """Return the path of the file, whether it exists or not."""
        name = CLUSTERS.replace("*", saved.checksum[:16]) if saved.layout else INDEX
        return self.folder / name

    def load(self, saved: SavedIndex, dimension: int) -> VectorIndex | None:
        """Return the index in the file; None where the file is missing, torn or not the one that was saved."""
        if saved.layout:
            clusters = self.load_clusters(saved, dimension, mapped=True)
            return None if clusters is None else VectorIndex(dimension, clusters)
        path = self.path(saved)
        try:
            if not saved.checksum or checksum(path) != saved.checksum:
                return None
            return VectorIndex.open(path, dimension)
        except (OSError, RuntimeError):
            return None

    def load_clusters(self, saved: SavedIndex, dimension: int, mapped: bool) -> ClusteredIndex | None:
        """Return the clusters in the file, mapped to search or loaded to add to; None where there is no such file."""
        if not saved.layout:
            return None
        layout = json.loads(saved.layout)
        del layout["checksum"]
        try:
            # The whole of a large file is only read by `verify`.
            if quick_checksum(self.path(saved)) != saved.checksum:
                return None
            clusters = ClusteredIndex.open(self.path(saved), Layout(**layout), mapped)
        except (OSError, RuntimeError):
            return None
        return clusters if clusters.dimension == dimension else None

    def are_whole(self, saved: SavedIndex, dimension: int) -> bool:
        """Tell whether the file is the one that was saved, to the last bit."""
        if self.load(saved, dimension) is None:
            return False
        layout = json.loads(saved.layout or "{}")
        return not layout or checksum(self.path(saved)) == layout["checksum"]

    def save(self, index: VectorIndex) -> SavedIndex:
        """Replace the file that `load` reads in one step, and return what the database has to record."""
        # A rename is atomic: others read the old file or the new one, never half of one.
        new = fresh_file(self.folder, INDEX, index.write)
        saved = SavedIndex(checksum(new))
        new.replace(self.path(saved))
        return saved

    def write(self, clusters: ClusteredIndex) -> tuple[Path, SavedIndex]:
        """Write clusters to a file that is yet to be renamed, and return it with what the database has to record."""
        new = fresh_file(self.folder, INDEX, clusters.write)
        layout = json.dumps({"checksum": checksum(new), **asdict(clusters.layout)})
        return new, SavedIndex(quick_checksum(new), layout)

    def remove_all_but(self, *kept: SavedIndex) -> None:
        """Remove all index files except these."""
        for path in {self.folder / INDEX, *self.folder.glob(CLUSTERS)} - {self.path(saved) for saved in kept}:
            path.unlink(missing_ok=True)


def fresh_file(folder: Path, name: str, write: Callable[[Path], object]) -> Path:
    """Write a complete file under a temporary name and return it, to be renamed.

    Temporary files that killed processes left are removed once they are too old to be still in use.
    """
    # Remove the files of processes that were killed.
    for left_over in folder.glob(f"{name}.*.new"):
        with suppress(OSError):
            if time.time() - left_over.stat().st_mtime > ABANDONED:
                left_over.unlink()
    new = folder / f"{name}.{uuid4().hex}.new"
    write(new)
    with new.open("rb") as file:
        # The content has to be on the disk before the name is: else a power cut leaves a torn file.
        os.fsync(file.fileno())
    return new


def checksum(path: Path) -> str:
    """Return a hash of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quick_checksum(path: Path) -> str:
    """Return a hash of a file's size and of blocks spread over it, which tells files apart but not single bits."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for number in range(BLOCKS):
            file.seek(number * max(size - BLOCK, 0) // (BLOCKS - 1))
            digest.update(file.read(BLOCK))
    return digest.hexdigest()
