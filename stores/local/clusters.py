"""The FAISS index of many vectors: clusters of 4-bit codes in a file that is mapped, not read.

A search probes the clusters nearest to the query (an inverted file; Jegou, Douze & Schmid, "Product Quantization for
Nearest Neighbor Search", PAMI 2011) and estimates cosines from codes of half a byte for two dimensions, 32 vectors at a
time (Andre, Kermarrec & Le Scouarnec 2017, arXiv:1704.07355). The caller scores the best again from the stored vectors.
The number of clusters to probe is measured when the index is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from stores.scoring import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stores.base import Vectors

    Keys = NDArray[np.int64]
    Pages = Iterable[tuple[Keys, Vectors]]

MAX_CLUSTERS = 4096
POINTS = 40  # vectors per cluster that its centre is computed from
ROUNDS = 8  # of k-means
SEEN = 4  # a search looks at this many times the vectors it returns, at least
GROWTH = 4  # clusters are built anew once the vectors have grown by this factor
RECALL, TESTED, MIXED, DEPTH, SPARE = 0.99, 200, 4, 10, 100
"""The probes are raised until the first `SPARE` results hold this share of the `DEPTH` nearest of `TESTED` queries."""
CODES = 16  # codes for a part of a vector: fewer vectors are repeated to train them


@dataclass(frozen=True)
class Layout:
    """The properties of an index: the clusters that a search probes, and the share of the nearest that it finds.

    `last` is the greatest key, `made_for` the number of vectors when the clusters were built.
    """

    probes: int
    recall: float
    last: int
    made_for: int


def clusters_for(count: int) -> int:
    """Return the number of clusters for `count` vectors: a power of two near four times the square root."""
    return int(min(2 ** round(np.log2(4 * np.sqrt(max(count, 1)))), MAX_CLUSTERS))


def sample_size(count: int) -> int:
    """Return the number of vectors from which the clusters of `count` vectors are computed."""
    return min(count, POINTS * clusters_for(count))


def queries_from(sample: Vectors) -> Vectors:
    """Return test queries, (n, d) of length 1, each the mean of `MIXED` vectors of a sample.

    Real questions need 192 of 1,024 clusters for a recall of .99 among 86,000 real passages, and so do means of four.
    Means of two need 64: they, and single vectors even more, would overestimate the recall.
    """
    count = min(TESTED, len(sample) // MIXED)
    return units(sample[: count * MIXED].reshape(MIXED, count, -1).sum(axis=0))


class ClusteredIndex:
    """Unit vectors under keys. An index from `train` takes vectors; a mapped one from `open` is only searched."""

    def __init__(self, index: Any, layout: Layout) -> None:
        self._index = index
        self.layout = layout

    @classmethod
    def train(cls, sample: Vectors, count: int) -> ClusteredIndex:
        """Return an empty index for `count` vectors like those of the sample, (n, d) of length 1."""
        # A part of a vector, two dimensions where their number is even, becomes a code of four bits.
        clusters, dimension = min(clusters_for(count), len(sample)), sample.shape[1]
        parts = dimension // 2 if dimension % 2 == 0 else dimension
        index: Any = faiss.index_factory(dimension, f"IVF{clusters},PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT)
        index.by_residual = False  # so that a query's tables are computed once, not for each cluster
        index.cp.niter, index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = ROUNDS, 2 * POINTS, 1
        index.pq.cp.min_points_per_centroid = 1
        index.train(np.resize(sample, (max(len(sample), CODES), dimension)))
        return cls(index, Layout(clusters, 1.0, 0, count))

    @classmethod
    def open(cls, path: Path, layout: Layout, mapped: bool = True) -> ClusteredIndex:
        """Return the index in a file: mapped, to be searched page by page, or in memory, to be added to.

        Raises OSError or RuntimeError for a file that holds no such index.
        """
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0)
        if not isinstance(index, faiss.IndexIVFPQFastScan):
            raise RuntimeError(f"{path} holds no clusters")
        return cls(index, layout)

    def write(self, path: Path) -> None:
        """Write the file that `open` reads."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The vectors' dimension."""
        return int(self._index.d)

    @property
    def clusters(self) -> int:
        """The number of clusters."""
        return int(self._index.nlist)

    @property
    def keys(self) -> Keys:
        """The keys of all vectors, in no order."""
        # The keys are in the lists of the clusters.
        lists = self._index.invlists
        sizes = [lists.list_size(number) for number in range(self.clusters)]
        keys = [faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size > 0]
        return np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, (n, d) of length 1, under new keys."""
        if len(keys):
            self._index.add_with_ids(vectors, keys)
            self.layout = replace(self.layout, last=max(self.layout.last, int(keys.max())))

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of those of these keys that exist."""
        if len(keys):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def tune(self, queries: Vectors, pages: Pages) -> None:
        """Measure how many clusters a search has to probe, by exact search over all the vectors, page by page."""
        # Find the exact nearest of each query.
        # Keep the best so far of each query, page after page.
        scores, keys = np.zeros((len(queries), 0), dtype=np.float32), np.zeros((len(queries), 0), dtype=np.int64)
        for page, vectors in pages:
            scores = np.hstack([scores, queries @ vectors.T])
            keys = np.hstack([keys, np.broadcast_to(page, (len(queries), len(page)))])
            order = np.argsort(-scores, axis=1)[:, :DEPTH]
            scores, keys = np.take_along_axis(scores, order, 1), np.take_along_axis(keys, order, 1)
        # Probe more clusters until the search finds enough of them.
        probes = 1
        while True:
            rows = self._index.search(queries, SPARE, params=_parameters(nprobe=probes))[1]
            correct = sum(len(np.intersect1d(row, nearest)) for row, nearest in zip(rows, keys, strict=True))
            if correct >= RECALL * keys.size or probes == self.clusters:
                break
            probes = min(probes + max(probes // 2, 1), self.clusters)
        self.layout = replace(self.layout, probes=probes, recall=correct / max(keys.size, 1))

    def nearest(self, unit: Vectors, count: int, selector: Any = None, share: float = 1.0) -> tuple[Keys, Vectors]:
        """Return keys and estimated cosines of the `count` nearest to a query, (d,) of length 1, best first.

        `selector` restricts the search to the keys it allows, which are this `share` of all. The smaller the share and
        the greater `count`, the more clusters are probed, in the end all.
        """
        # Start with the probes that suit the share, and take four times as many until enough are found.
        probes = self.probes(share, count)
        selected = {} if selector is None else {"sel": selector}
        while True:
            parameters = _parameters(nprobe=probes, **selected)
            scores, keys = self._index.search(unit[None], count, params=parameters)
            filled = keys[0] >= 0  # FAISS fills up with -1
            if filled.all() or probes == self.clusters:
                return keys[0][filled], scores[0][filled]
            probes = min(4 * probes, self.clusters)

    def probes(self, share: float, count: int = 1) -> int:
        """Return the number of clusters that a search for `count` of this share of the vectors probes first."""
        # A filter spreads its hits over more clusters the fewer they are.
        wanted = max(self.layout.probes, SEEN * count * self.clusters / max(len(self), 1)) / max(share, 1e-9)
        return int(min(self.clusters, np.ceil(wanted)))


def _parameters(**options: Any) -> Any:
    return faiss.SearchParametersIVF(**options)
