"""Which file holds a store's index, and whether it is the one that the database remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stores.local.clusters import ClusteredIndex, Layout
from stores.local.faiss_index import VectorIndex
from stores.local.files import checksum, fresh_file, quick_checksum

INDEX, CLUSTERS = "vectors.faiss", "vectors.*.faiss"

State = Mapping[str, Any]
"""`database.state`: of a file `index_checksum`, and where it holds clusters `index_layout`."""


@dataclass(frozen=True)
class IndexFiles:
    """The files of the store in a folder. One with clusters has a name of its own: others may have the older mapped."""

    folder: Path

    def path(self, state: State) -> Path:
        """Return where the file is, or would be."""
        name = CLUSTERS.replace("*", state["index_checksum"][:16]) if state["index_layout"] else INDEX
        return self.folder / name

    def load(self, state: State, dimension: int) -> VectorIndex | None:
        """Return the index of the file; None where it is missing, torn or another's."""
        if not state["index_layout"]:
            return VectorIndex.load(self.folder / INDEX, state["index_checksum"], dimension)
        clustered = self.clusters(state, dimension, mapped=True)
        return None if clustered is None else VectorIndex(dimension, clustered)

    def clusters(self, state: State, dimension: int, mapped: bool) -> ClusteredIndex | None:
        """Return the clusters of the file, mapped or to be added to; None where there is no such file."""
        if not state["index_layout"]:
            return None
        layout = json.loads(state["index_layout"])
        del layout["checksum"]
        try:
            if quick_checksum(self.path(state)) != state["index_checksum"]:
                return None
            found = ClusteredIndex.open(self.path(state), Layout(**layout), mapped)
        except (OSError, RuntimeError):
            return None
        return found if found.dimension == dimension else None

    def are_whole(self, state: State, dimension: int) -> bool:
        """Whether the file is the one that was saved, to the last bit."""
        if self.load(state, dimension) is None:
            return False
        layout = json.loads(state["index_layout"] or "{}")
        return not layout or checksum(self.path(state)) == layout["checksum"]

    def write(self, clustered: ClusteredIndex) -> tuple[Path, dict[str, str]]:
        """Write clusters to a file that waits for its name, and return it with what the database is to remember."""
        new = fresh_file(self.folder, INDEX, clustered.write)
        layout = json.dumps({"checksum": checksum(new), **asdict(clustered.layout)})
        return new, {"index_checksum": quick_checksum(new), "index_layout": layout}

    def leave(self, *states: State) -> None:
        """Remove all files but those of these states."""
        for left in {self.folder / INDEX, *self.folder.glob(CLUSTERS)} - {self.path(state) for state in states}:
            left.unlink(missing_ok=True)
