"""Many vectors in clusters: what a search finds, with filters and without, and how the file grows."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stores.local.clusters
import stores.local.store
from ingest.types import Chunk
from stores import Entry, LocalStore, MemoryStore, Source, parse_filter
from stores.local.clusters import RECALL, SPARE, ClusteredIndex, clusters_for, queries_from, sample_size
from stores.local.faiss_files import BLOCK, BLOCKS, checksum, fresh_file, quick_checksum
from stores.scoring import units

DIMENSION, COUNT = 48, 2_000
MANIFEST = {"embedder": "tiny", "embedder_fingerprint": "f1", "dimension": str(DIMENSION)}


def vectors(count: int, seed: int = 0) -> np.ndarray:
    """Vectors around 60 topics, as texts' are."""
    draw = np.random.default_rng(seed)
    topics = np.random.default_rng(7).standard_normal((60, DIMENSION))
    made = topics[draw.integers(0, 60, count)] + draw.standard_normal((count, DIMENSION))
    return units(made)


@pytest.fixture(scope="module")
def index() -> ClusteredIndex:
    made, keys = vectors(COUNT), np.arange(10, COUNT + 10)
    sample = made[: sample_size(COUNT)]
    built = ClusteredIndex.train(sample, COUNT)
    built.add(keys, made)
    built.tune(queries_from(sample), iter([(keys[:1500], made[:1500]), (keys[1500:], made[1500:])]))
    return built


def test_clusters_grow_with_the_root_of_the_vectors() -> None:
    assert [clusters_for(count) for count in (1, 50_000, 1_000_000, 50_000_000)] == [4, 1024, 4096, 4096]
    assert sample_size(1_000) == 1_000
    assert sample_size(1_000_000) < 200_000


def test_it_finds_what_it_measured_and_does_not_look_into_all(index: ClusteredIndex) -> None:
    assert index.layout.recall >= RECALL
    assert 1 <= index.layout.probes < index.clusters
    made, queries = vectors(COUNT), queries_from(vectors(500, seed=3))
    found = [index.nearest(query, SPARE)[0] for query in queries]
    right = np.argsort(-(queries @ made.T), axis=1)[:, :10] + 10
    assert np.mean([len(np.intersect1d(one, two)) for one, two in zip(found, right, strict=True)]) / 10 > 0.97


def test_all_clusters_hold_all_vectors(index: ClusteredIndex) -> None:
    for query in queries_from(vectors(300, seed=5))[:5]:
        keys, _ = index.nearest(query, COUNT, share=1e-6)  # so rare that all clusters are looked into
        assert sorted(keys) == list(range(10, COUNT + 10))


def test_the_fewer_are_let_through_the_more_clusters_are_looked_into(index: ClusteredIndex) -> None:
    assert index.probes(1.0) == index.layout.probes
    assert index.probes(0.5) == min(2 * index.layout.probes, index.clusters)
    assert index.probes(0.001) == index.probes(0.0) == index.clusters


def test_a_file_is_opened_mapped_and_added_to_when_read(index: ClusteredIndex, tmp_path: Path) -> None:
    index.write(tmp_path / "file")
    mapped = ClusteredIndex.open(tmp_path / "file", index.layout)
    for query in vectors(5, seed=2):
        np.testing.assert_array_equal(mapped.nearest(query, 7)[0], index.nearest(query, 7)[0])
    np.testing.assert_array_equal(np.sort(mapped.keys), np.sort(index.keys))
    read = ClusteredIndex.open(tmp_path / "file", index.layout, mapped=False)
    read.remove(np.array([10, 11]))
    read.add(np.array([9_000]), vectors(1, seed=9))
    assert (len(read), read.layout.last) == (COUNT - 1, 9_000)
    assert read.nearest(vectors(1, seed=9)[0], 1)[0].tolist() == [9_000]
    (tmp_path / "other").write_bytes(b"none")
    with pytest.raises(RuntimeError):
        ClusteredIndex.open(tmp_path / "other", index.layout)


def test_a_quick_checksum_sees_size_ends_and_blocks(tmp_path: Path) -> None:
    content = bytearray(np.random.default_rng(0).bytes(2 * BLOCK * BLOCKS))
    file = tmp_path / "file"

    def changed(place: int) -> str:
        other = bytearray(content)
        other[place] ^= 1
        file.write_bytes(other)
        return quick_checksum(file)

    file.write_bytes(content)
    before, whole = quick_checksum(file), checksum(file)
    assert before not in (changed(0), changed(len(content) - 1), changed(len(content) // 63))
    file.write_bytes(content[:-1])
    assert before != quick_checksum(file)
    changed(int(1.7 * BLOCK))  # between two blocks: only the whole checksum sees it
    assert quick_checksum(file) == before
    assert checksum(file) != whole


# --- in a store ------------------------------------------------------------------------------------------------------


def entries(first: int, count: int, seed: int = 0) -> list[Entry]:
    """Sources of ten chunks each."""
    made = vectors(count, seed).reshape(-1, 10, DIMENSION)
    return [
        Entry(
            Source(f"s{number:05}", f"s{number:05}", "1"),
            [
                Chunk(f"text {number} {place}", f"s{number:05}", 9 * place, 9 * place + 8, metadata={"n": number % 97})
                for place in range(10)
            ],
            each,
        )
        for number, each in enumerate(made, first)
    ]


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[LocalStore, MemoryStore]]:
    """The same chunks in a store that takes them for many, and in the reference."""
    monkeypatch.setattr(stores.local.store, "MANY", 1_000)
    local, memory = LocalStore(tmp_path / "s"), MemoryStore()
    for store in (local, memory):
        store.bind(MANIFEST)
        store.write(entries(0, COUNT))
    local.compact()
    yield local, memory
    local.close()


def ids(store: LocalStore | MemoryStore, query: np.ndarray, where: str | None = None, k: int = 10) -> list[str]:
    return [hit.chunk.id for hit in store.search(query, k, parse_filter(where) if where else None)]


def test_a_store_of_many_finds_what_the_reference_finds(both: tuple[LocalStore, MemoryStore]) -> None:
    local, memory = both
    queries = queries_from(vectors(120, seed=4))
    shared = [len(set(ids(local, query)) & set(ids(memory, query))) for query in queries]
    assert sum(shared) / (10 * len(queries)) >= 0.97
    scores = {hit.chunk.id: hit.score for hit in memory.search(queries[0], 200)}
    for hit in local.search(queries[0], 10):
        assert hit.score == pytest.approx(scores[hit.chunk.id], abs=1e-6), "scored anew from the rows"


@pytest.mark.parametrize("few", [0, 1_000])
def test_a_filter_that_lets_few_through_is_exact(
    both: tuple[LocalStore, MemoryStore], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stores.local.faiss_index.FEW_STORED", few)
    local, memory = both
    for query in vectors(25, seed=6):
        assert ids(local, query, "n == 13") == ids(memory, query, "n == 13")
        assert ids(local, query, "n == 13 and n == 14") == []


def test_what_comes_and_goes_later_is_seen_at_once(both: tuple[LocalStore, MemoryStore]) -> None:
    local, memory = both
    for store in (local, memory):
        store.write(entries(0, 30, seed=8) + entries(9_000, 20, seed=9), delete=["s00007", "s09000"])
    for query in [*vectors(20, seed=9), *vectors(COUNT)[70:80]]:
        found = ids(local, query, k=1)
        assert found == ids(memory, query, k=1)
    assert all(not hit.chunk.source.startswith("s00007") for hit in local.search(vectors(COUNT)[75], 50))
    assert local.verify() == []


def test_the_file_grows_without_new_clusters_until_it_is_outgrown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores.local.store, "MANY", 1_000)
    trained: list[int] = []
    train = ClusteredIndex.train

    def counted(sample: np.ndarray, count: int) -> ClusteredIndex:
        trained.append(count)
        return train(sample, count)

    monkeypatch.setattr(stores.local.clusters.ClusteredIndex, "train", counted)
    store = LocalStore(tmp_path / "s")
    store.bind(MANIFEST)
    for first in range(0, 600, 100):
        store.write(entries(first, 1_000, seed=first))
        store.compact()
    assert trained == [1_000, 5_000], "four times as many are searched by the same clusters, more are not"
    assert len(list((tmp_path / "s").glob("vectors.*.faiss"))) <= 2, "older files go"
    store.write(delete=[f"s{number:05}" for number in range(560)])
    store.compact()
    query = vectors(1)[0]
    assert len(ids(store, query, k=1_000)) == len(store) == 400
    assert store.verify() == []
    store.close()
    store = LocalStore(tmp_path / "s")
    assert len(ids(store, query, k=1_000)) == 400
    store.close()


def test_clusters_are_made_while_others_write_and_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores.local.store, "MANY", 1_000)
    monkeypatch.setattr(stores.local.store, "_far_behind", lambda lacking, chunks: lacking > 1_000)
    started, may_go_on = threading.Event(), threading.Event()
    make = stores.local.store.build_clusters

    def slow(*arguments: Any) -> ClusteredIndex:
        started.set()
        assert may_go_on.wait(20)
        return make(*arguments)

    monkeypatch.setattr(stores.local.store, "build_clusters", slow)
    store = LocalStore(tmp_path / "s")
    store.bind(MANIFEST)
    store.write(entries(7_000, 10, seed=7))
    assert len(ids(store, vectors(1)[0])) == 10
    store.write(entries(0, 2_000))
    assert started.wait(20)
    store.write(entries(5_000, 100, seed=5))
    other = LocalStore(tmp_path / "s")
    other.write(delete=["s00003"])
    assert ids(store, vectors(100, seed=5)[3], k=1) == [entries(5_000, 100, seed=5)[0].chunks[3].id]
    assert not list((tmp_path / "s").glob("vectors.*.faiss"))
    may_go_on.set()
    store.close()
    other.close()
    assert 1 <= len(list((tmp_path / "s").glob("vectors.*.faiss"))) <= 2
    store = LocalStore(tmp_path / "s")
    assert len(ids(store, vectors(1)[0], k=3_000)) == len(store) == 2_100
    assert store.verify() == []
    store.close()


def test_a_background_that_fails_is_told_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stores.local.store, "MANY", 1_000)
    monkeypatch.setattr(stores.local.store, "_far_behind", lambda lacking, chunks: True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stores.local.store.IndexFiles, "write", full)
    store = LocalStore(tmp_path / "s")
    store.bind(MANIFEST)
    store.write(entries(0, 2_000))
    store.close()
    assert "the index could not be saved: " in caplog.text
    store = LocalStore(tmp_path / "s")
    assert ids(store, vectors(2_000)[30], k=1) == [entries(0, 2_000)[3].chunks[0].id]


def test_what_was_abandoned_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    for name in ("old", "young"):
        (tmp_path / f"vectors.faiss.{name}.new").write_bytes(b"half")
    os.utime(tmp_path / "vectors.faiss.old.new", (1, 1))
    new = fresh_file(tmp_path, "vectors.faiss", lambda path: path.write_bytes(b"whole"))
    assert new.read_bytes() == b"whole"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["vectors.faiss.young.new", new.name])
