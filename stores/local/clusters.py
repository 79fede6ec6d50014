"""The FAISS index of many vectors: clusters of 4-bit codes in a file that is mapped, not read.

A search looks into the clusters nearest to the query (an inverted file; Jegou, Douze & Schmid, "Product Quantization
for Nearest Neighbor Search", PAMI 2011) and estimates cosines from codes of half a byte for two dimensions, 32 vectors
at a time (Andre, Kermarrec & Le Scouarnec 2017, arXiv:1704.07355); what looks best is to be scored anew from the stored
vectors. How many clusters that takes is measured when they are made.
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

MOST_CLUSTERS = 4096
POINTS = 40  # a cluster's centre is computed from about so many vectors
ROUNDS = 8  # of k-means
SEEN = 4  # times as many vectors are looked at as are asked for, at least
GROWTH = 4  # clusters are made anew when there are so many times as many vectors
RECALL, TESTED, MIXED, DEPTH, SPARE = 0.99, 200, 4, 10, 100
"""Clusters are added to a search until its first `SPARE` hold this share of the `DEPTH` nearest of `TESTED` queries."""
CODES = 16  # a part of a vector has so many: fewer vectors are repeated to make them from


@dataclass(frozen=True)
class Layout:
    """What is to be known of a file: how many clusters a search looks into, and what share of the nearest that finds.

    `last` is the greatest key, `made_for` the number of vectors when the clusters were made.
    """

    probes: int
    recall: float
    last: int
    made_for: int


def clusters_for(count: int) -> int:
    """Return how many clusters suit so many vectors: a power of two near four times their root."""
    return int(min(2 ** round(np.log2(4 * np.sqrt(max(count, 1)))), MOST_CLUSTERS))


def sample_size(count: int) -> int:
    """Return how many vectors the clusters of so many are to be made from."""
    return min(count, POINTS * clusters_for(count))


def queries_from(sample: Vectors) -> Vectors:
    """Return queries, (n, d) of length 1, each in the middle of several vectors of a sample.

    Real questions need 192 of 1,024 clusters for a recall of .99 among 86,000 real passages, and so do middles of four.
    Middles of two need 64: they, and even more the vectors themselves, would promise too much.
    """
    count = min(TESTED, len(sample) // MIXED)
    return units(sample[: count * MIXED].reshape(MIXED, count, -1).sum(axis=0))


class ClusteredIndex:
    """Unit vectors under keys. One from `train` takes vectors; one from `open` is searched only."""

    def __init__(self, index: Any, layout: Layout) -> None:
        self._index = index
        self.layout = layout

    @classmethod
    def train(cls, sample: Vectors, count: int) -> ClusteredIndex:
        """Return an empty index for `count` vectors like those of the sample, (n, d) of length 1."""
        clusters, dimension = min(clusters_for(count), len(sample)), sample.shape[1]
        parts = dimension // 2 if dimension % 2 == 0 else dimension
        index: Any = faiss.index_factory(dimension, f"IVF{clusters},PQ{parts}x4fs", faiss.METRIC_INNER_PRODUCT)
        index.by_residual = False  # so that a query's tables are made once, not for each cluster
        index.cp.niter, index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = ROUNDS, 2 * POINTS, 1
        index.pq.cp.min_points_per_centroid = 1
        index.train(np.resize(sample, (max(len(sample), CODES), dimension)))
        return cls(index, Layout(clusters, 1.0, 0, count))

    @classmethod
    def open(cls, path: Path, layout: Layout, mapped: bool = True) -> ClusteredIndex:
        """Return the index of a file, to be searched (mapped: its pages come as they are needed) or added to.

        Raises OSError or RuntimeError for a file that is none.
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
        """How many there are."""
        return int(self._index.nlist)

    @property
    def keys(self) -> Keys:
        """The keys it holds, in no order."""
        lists = self._index.invlists
        sizes = [lists.list_size(number) for number in range(self.clusters)]
        found = [
            faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size > 0
        ]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, (n, d) of length 1, under keys that are not there."""
        if len(keys):
            self._index.add_with_ids(vectors, keys)
            self.layout = replace(self.layout, last=max(self.layout.last, int(keys.max())))

    def remove(self, keys: Keys) -> None:
        """Remove these keys, where they are."""
        if len(keys):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def tune(self, queries: Vectors, pages: Pages) -> None:
        """Measure how many clusters a search has to look into, by exact search over all the vectors, page by page."""
        scores, keys = np.zeros((len(queries), 0), dtype=np.float32), np.zeros((len(queries), 0), dtype=np.int64)
        for page, vectors in pages:
            scores = np.hstack([scores, queries @ vectors.T])
            keys = np.hstack([keys, np.broadcast_to(page, (len(queries), len(page)))])
            order = np.argsort(-scores, axis=1)[:, :DEPTH]
            scores, keys = np.take_along_axis(scores, order, 1), np.take_along_axis(keys, order, 1)
        probes = 1
        while True:
            found = self._index.search(queries, SPARE, params=_parameters(nprobe=probes))[1]
            right = sum(len(np.intersect1d(one, other)) for one, other in zip(found, keys, strict=True))
            if right >= RECALL * keys.size or probes == self.clusters:
                break
            probes = min(probes + max(probes // 2, 1), self.clusters)
        self.layout = replace(self.layout, probes=probes, recall=right / max(keys.size, 1))

    def nearest(self, unit: Vectors, count: int, selector: Any = None, share: float = 1.0) -> tuple[Keys, Vectors]:
        """Return keys and estimated cosines of the `count` that seem nearest to a query, (d,) of length 1, best first.

        Of those that a FAISS selector lets through if there is one; `share` is what part of all that is. The fewer are
        let through, and the more are asked for, the more clusters are looked into: in the end all.
        """
        probes = self.probes(share, count)
        selected = {} if selector is None else {"sel": selector}
        while True:
            parameters = _parameters(nprobe=probes, **selected)
            scores, keys = self._index.search(unit[None], count, params=parameters)
            found = keys[0] >= 0
            if found.all() or probes == self.clusters:
                return keys[0][found], scores[0][found]
            probes = min(4 * probes, self.clusters)

    def probes(self, share: float, count: int = 1) -> int:
        """Return into how many clusters a search looks first for so many of this share of the vectors."""
        wanted = max(self.layout.probes, SEEN * count * self.clusters / max(len(self), 1)) / max(share, 1e-9)
        return int(min(self.clusters, np.ceil(wanted)))


def _parameters(**options: Any) -> Any:
    return faiss.SearchParametersIVF(**options)
