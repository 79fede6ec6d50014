"""What only a store on disk can get wrong: files, crashes, several processes, threads and forks."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import stores.local.clusters
import stores.local.faiss_index
import stores.local.store
from ingest.errors import StoreBusy, StoreError
from ingest.types import Block, Chunk
from stores import Entry, LocalStore, MemoryStore, Source, Store, parse_filter

ROOT = Path(__file__).parents[3]
MANIFEST = {"embedder": "tiny", "embedder_fingerprint": "f1", "dimension": "4"}
FORK = multiprocessing.get_context("fork" if hasattr(os, "fork") else None)  # quicker than starting Python anew
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
WORDS = ["cat", "dog", "bird", "fish", "tree", "the"]


def entry(source: str, chunks: int, seed: int = 0) -> Entry:
    """A source whose texts and vectors follow from its name and the seed."""
    draw = random.Random(f"{source} {seed}")
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 6))) for _ in range(chunks)]
    vectors = np.array([[draw.randint(-2, 2) for _ in range(4)] for _ in texts], dtype=np.float32)
    metadata = [{"n": draw.randint(0, 3), "tags": draw.sample(WORDS, 2)} for _ in texts]
    made = [
        Chunk(t, source, 100 * i, 100 * i + len(t), metadata=m)
        for i, (t, m) in enumerate(zip(texts, metadata, strict=True))
    ]
    return Entry(Source(source, source, str(seed)), made, vectors.reshape(chunks, 4))


def answers(store: Store) -> list[object]:
    """Everything that a store can be asked, rounded where stores may differ by rounding."""
    hits = [
        *(store.search([1, 2, 0, -1], k=k) for k in (1, 3, 50)),
        store.search([1, 1, 1, 1], k=4, where=parse_filter("n >= 2 and 'cat' in tags")),
        store.search([0, 0, 0, 0], k=2),
        store.search_text("the dog", k=4),
        store.search_text("bird fish", k=50, where=parse_filter("n != 1")),
    ]
    scored = [[(hit.chunk, round(hit.score, 5)) for hit in found] for found in hits]
    return [scored, list(store.chunks()), store.sources(), store.origins(), len(store)]


def filled(folder: Path, sources: int = 3) -> LocalStore:
    store = LocalStore(folder)
    store.bind(MANIFEST)
    store.write([entry(f"s{number}", 5) for number in range(sources)])
    return store


def index_file(folder: Path) -> Path:
    """The FAISS file that was saved last."""
    files = sorted(folder.glob("vectors*.faiss"), key=lambda file: file.stat().st_mtime_ns)
    return files[-1] if files else folder / "vectors.faiss"


def saved(folder: Path, sources: int = 3) -> list[object]:
    """Leave a closed store with its FAISS file behind, and return what it answered."""
    store = filled(folder, sources)
    store.compact()
    before = answers(store)
    store.close()
    assert index_file(folder).exists()
    return before


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python process that knows this module as `t`."""
    start = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]; import test_store as t\n"
    command = [sys.executable, "-c", start + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=50)
    assert process.returncode == 0, err
    return out


# --- the same as the reference, after whatever sequence --------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abcd"), st.integers(0, 6), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.sampled_from("abcd")),
        st.tuples(st.just("origin"), st.sampled_from("abcd"), st.none() | st.sampled_from("xy")),
        st.sampled_from([("reopen",), ("compact",), ("lose",), ("other process",), ("nothing",)]),
    ),
    max_size=12,
)


@pytest.fixture(params=["exact", "clusters"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the store takes what the tests write for few chunks or for many; then it looks into all clusters."""
    if request.param == "clusters":
        monkeypatch.setattr(stores.local.store, "MANY", 8)
        monkeypatch.setattr(stores.local.store, "CROWD", 12)
        monkeypatch.setattr(stores.local.clusters, "RECALL", 1.1)
        monkeypatch.setattr(stores.local.faiss_index, "FEW_STORED", 3)
    return str(request.param)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_sequence_of_writes_answers_as_the_reference(
    size: str, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    local, memory = LocalStore(folder), MemoryStore()
    other = LocalStore(folder)  # stands for another process: it has a connection and an index of its own
    for store in (local, memory):
        store.bind(MANIFEST)
    for step in steps:
        match step:
            case ("put", str(source), int(chunks), int(seed)):
                for store in (local, memory):
                    store.write([entry(source, chunks, seed)])
            case ("delete", str(source)):
                for store in (local, memory):
                    store.write(delete=[source])
            case ("origin", str(origin), fingerprint):
                for store in (local, memory):
                    store.write(origins={origin: fingerprint})  # type: ignore[dict-item]
            case ("compact",):
                local.compact()
                memory.compact()
            case ("reopen",):
                local.close()
                local = LocalStore(folder)
            case ("lose",):
                index_file(folder).unlink(missing_ok=True)
            case ("other process",):
                local, other = other, local
        assert answers(local) == answers(memory)
    assert [p for p in local.verify() if "is missing" not in p] == []
    local.close()
    other.close()
    memory.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize("few", [0, 5_000])
def test_exact_and_selective_search_answer_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(stores.local.faiss_index, "FEW", few)
    store, memory = filled(tmp_path / "s", sources=40), MemoryStore()
    memory.bind(MANIFEST)
    memory.write([entry(f"s{number}", 5) for number in range(40)])
    assert answers(store) == answers(memory)
    for k in (1, 7, 60):
        where = parse_filter("n < 2")
        hits = [[(hit.chunk, hit.score) for hit in one.search([1, -2, 0.5, 1], k, where)] for one in (store, memory)]
        assert hits[0] == hits[1]
    store.close()


# --- crashes ---------------------------------------------------------------------------------------------------------


def write_until_killed(folder: Path, round_number: int, first: int, report: Connection) -> None:
    stores.local.store._far_behind = lambda lacking, chunks: lacking > 20  # so that some are killed while saving
    store = LocalStore(folder)
    draw = random.Random(round_number)
    for number in itertools.count(first):
        store.write([entry(f"s{number % 7}", draw.randint(0, 9), number)], origins={"last": str(number)})
        report.send(number)


def reported(pipe: Connection) -> list[int]:
    """What a writer had time to report before it was killed."""
    numbers = []
    with suppress(EOFError):
        while True:
            numbers.append(pipe.recv())
    return numbers


@needs_fork
def test_a_kill_at_any_moment_loses_nothing_committed(size: str, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    LocalStore(folder).bind(MANIFEST)
    draw = random.Random(1)
    memory = MemoryStore()
    memory.bind(MANIFEST)
    first = 0
    for round_number in range(30):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        writer = FORK.Process(target=write_until_killed, args=(folder, round_number, first, theirs))
        writer.start()
        theirs.close()
        assert ours.recv() == first
        time.sleep(draw.random() * 0.05)
        writer.kill()
        writer.join()
        last_reported = max([first, *reported(ours)])

        store = LocalStore(folder)
        last = int(store.origins()["last"])
        assert last in (last_reported, last_reported + 1)  # a write may be committed and not yet reported
        chunks = random.Random(round_number)
        for number in range(first, last + 1):
            memory.write([entry(f"s{number % 7}", chunks.randint(0, 9), number)], origins={"last": str(number)})
        assert answers(store) == answers(memory)
        assert [problem for problem in store.verify() if not problem.startswith("vectors.faiss")] == []
        store.close()
        first = last + 1


def test_a_write_that_fails_midway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path / "s")
    before = answers(store)
    add = stores.local.tables.add

    def fails_at_the_second(connection: sqlite3.Connection, new: Entry) -> int:
        if new.source.source == "second":
            raise MemoryError
        return add(connection, new)

    monkeypatch.setattr(stores.local.tables, "add", fails_at_the_second)
    with pytest.raises(MemoryError):
        store.write([entry("first", 3), entry("second", 3)], delete=["s0"], origins={"o": "1"})
    monkeypatch.undo()
    assert answers(store) == before
    store.write(delete=["s0"])
    assert [info.source.source for info in store.sources()] == ["s1", "s2"]
    store.close()


# --- the FAISS file --------------------------------------------------------------------------------------------------


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x40
    file.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "deleted": lambda file: file.unlink(),
    "truncated": cut,
    "empty": lambda file: file.write_bytes(b""),
    "bits flipped": flip,
    "random bytes": lambda file: file.write_bytes(os.urandom(500)),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_index_file_loses_nothing(size: str, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    before = saved(tmp_path / "s")
    file = index_file(tmp_path / "s")
    damage(file)
    store = LocalStore(tmp_path / "s")
    assert answers(store) == before
    assert len(store.verify()) == 1
    if file.is_dir():
        file.rmdir()
    store.repair()
    assert store.verify() == []
    assert answers(store) == before
    store.close()


def test_an_older_index_file_put_back_is_caught_up(size: str, tmp_path: Path) -> None:
    saved(tmp_path / "s")
    older = index_file(tmp_path / "s")
    shutil.copy(older, tmp_path / "old")
    store = LocalStore(tmp_path / "s")
    store.write([entry("s0", 2, 7), entry("new", 4)], delete=["s1"])
    store.compact()
    before = answers(store)
    store.close()
    index_file(tmp_path / "s").unlink()
    shutil.copy(tmp_path / "old", older)
    store = LocalStore(tmp_path / "s")
    assert answers(store) == before
    store.close()


def test_a_restored_database_beside_a_newer_index_file(size: str, tmp_path: Path) -> None:
    """The keys that the newer file knows are given out once more, to other vectors."""
    saved(tmp_path / "s")
    shutil.copy(tmp_path / "s" / "store.sqlite", tmp_path / "backup")
    store = LocalStore(tmp_path / "s")
    store.write([entry("lost", 6)])
    store.compact()
    store.close()
    shutil.copy(tmp_path / "backup", tmp_path / "s" / "store.sqlite")
    store, memory = LocalStore(tmp_path / "s"), MemoryStore()
    memory.bind(MANIFEST)
    memory.write([entry(f"s{number}", 5) for number in range(3)])
    assert answers(store) == answers(memory)
    for one in (store, memory):
        one.write([entry("other", 6)])
    assert answers(store) == answers(memory)
    store.close()


def test_the_file_is_saved_at_the_end_unless_little_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s" / "vectors.faiss"
    store = LocalStore(tmp_path / "s")
    store.bind(MANIFEST)
    store.write([entry(f"s{number}", 20) for number in range(3)])
    store.close()
    first = file.read_bytes()
    store = LocalStore(tmp_path / "s")
    store.write([entry("one more", 2)])  # 2 of 62: the next to open the store takes them in at once
    store.close()
    assert file.read_bytes() == first
    store = LocalStore(tmp_path / "s")
    store.write([entry("many more", 9)])
    before = answers(store)
    store.close()
    assert file.read_bytes() != first
    monkeypatch.setattr(stores.local.store, "_catch_up", lambda index, connection, dimension: None)
    store = LocalStore(tmp_path / "s")
    assert answers(store) == before
    store.close()


# --- the database file -----------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def another_program(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def newer_version(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def older_version(file: Path) -> None:
    """Take from a store what version 1 did not have."""
    connection = sqlite3.connect(file)
    connection.execute("ALTER TABLE chunks DROP COLUMN blocks")
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def version_of(file: Path) -> int:
    connection = sqlite3.connect(file)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return version


def test_a_store_of_version_1_is_read_as_it_is_and_upgraded_by_a_writer(tmp_path: Path) -> None:
    before = saved(tmp_path / "s")
    file = tmp_path / "s" / "store.sqlite"
    older_version(file)
    reader = LocalStore(tmp_path / "s", read_only=True)
    assert answers(reader) == before
    assert version_of(file) == 1
    writer = LocalStore(tmp_path / "s")
    assert (answers(writer), version_of(file)) == (before, 2)
    assert writer.verify() == []
    # A reader that was open while the store was upgraded sees what is written then.
    chunk = Chunk("a table", "t", 0, 7, blocks=(Block(0, 7, "table"),))
    writer.write([Entry(Source("t", "t", "1"), [chunk], np.ones((1, 4), np.float32))])
    assert list(writer.chunks("t")) == [chunk]
    assert list(reader.chunks("t")) == [chunk]
    reader.close()
    writer.close()


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    before = saved(tmp_path / "s")
    older_version(tmp_path / "s" / "store.sqlite")
    other = sqlite3.connect(tmp_path / "s" / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        LocalStore(tmp_path / "s", timeout=0.1)
    other.execute("ROLLBACK")
    other.close()
    assert version_of(tmp_path / "s" / "store.sqlite") == 1
    with LocalStore(tmp_path / "s") as store:
        assert answers(store) == before


DATABASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "random bytes": (lambda file: file.write_bytes(os.urandom(9_000)), "not an SQLite database"),
    "text": (lambda file: file.write_text("hello"), "not an SQLite database"),
    "truncated": (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "cut short"),
    "another program's": (another_program, "another program"),
    "a newer version's": (newer_version, "newer version"),
    "damaged header": (lambda file: file.write_bytes(file.read_bytes()[:16] + b"\xff" * 4_000), "store.sqlite"),
}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("damage", "complaint"), DATABASES.values(), ids=DATABASES.keys())
def test_a_database_that_is_none_is_refused_and_left_alone(
    tmp_path: Path, damage: Callable[[Path], object], complaint: str, read_only: bool
) -> None:
    saved(tmp_path / "s")
    damage(tmp_path / "s" / "store.sqlite")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match=complaint) as error:
        LocalStore(tmp_path / "s", read_only=read_only)
    assert "\n" not in str(error.value)
    assert contents(tmp_path) == before


def test_damage_found_later_is_an_error_in_one_line_and_verify_tells(tmp_path: Path) -> None:
    saved(tmp_path / "s", sources=60)
    file = tmp_path / "s" / "store.sqlite"
    content = bytearray(file.read_bytes())
    content[3 * 8192 :] = os.urandom(len(content) - 3 * 8192)
    file.write_bytes(content)
    store = LocalStore(tmp_path / "s")
    with pytest.raises(StoreError, match=r"^[^\n]*damaged[^\n]*$"):
        list(store.chunks())
    assert store.verify() != []
    store.close()


def test_no_store_is_made_where_none_is_asked_for(tmp_path: Path) -> None:
    for options in ({"create": False}, {"read_only": True}):
        with pytest.raises(StoreError, match="there is no store here"):
            LocalStore(tmp_path / "s", **options)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file; a store is a folder"):
        LocalStore(tmp_path / "file")
    with pytest.raises(StoreError, match="cannot open the store"):
        LocalStore(tmp_path / "file" / "below")
    assert contents(tmp_path) == {"file": b"x"}


def test_verify_and_repair_mend_the_full_text_index(size: str, tmp_path: Path) -> None:
    before = saved(tmp_path / "s")
    connection = sqlite3.connect(tmp_path / "s" / "store.sqlite")
    connection.execute("INSERT INTO words(words) VALUES ('delete-all')")
    connection.commit()
    connection.close()
    store = LocalStore(tmp_path / "s")
    assert answers(store) != before
    assert store.verify() != []
    store.repair()
    assert store.verify() == []
    assert answers(store) == before
    store.close()


def test_verify_tells_of_missing_and_short_vectors(tmp_path: Path) -> None:
    saved(tmp_path / "s")
    connection = sqlite3.connect(tmp_path / "s" / "store.sqlite")
    connection.execute("DELETE FROM vectors WHERE key = 1")
    connection.execute("UPDATE vectors SET vector = x'00' WHERE key = 2")
    connection.commit()
    connection.close()
    store = LocalStore(tmp_path / "s")
    assert store.verify() == ["1 chunks without a vector", "1 vectors of another dimension than 4"]
    store.close()


def test_nothing_is_pickled(tmp_path: Path) -> None:
    saved(tmp_path / "s")
    assert sorted(contents(tmp_path)) == ["s/store.sqlite", "s/vectors.faiss"]


# --- reading only ----------------------------------------------------------------------------------------------------


def test_a_read_only_store_reads_and_follows_the_writer(size: str, tmp_path: Path) -> None:
    writer = filled(tmp_path / "s")
    reader = LocalStore(tmp_path / "s", read_only=True)
    assert answers(reader) == answers(writer)
    writer.write([entry("s9", 4)], delete=["s0"])
    assert answers(reader) == answers(writer)
    reader.bind(MANIFEST)
    assert reader.verify() == []
    for forbidden in (lambda: reader.write(delete=["s1"]), reader.compact, reader.repair):
        with pytest.raises(StoreError, match="read-only"):
            forbidden()
    reader.close()
    writer.close()


READER = """
import json, os
os.setuid(65534) if os.getuid() == 0 else None
try:
    store = t.LocalStore(sys.argv[1], read_only=True)
    print(json.dumps([len(store), len(store.search([1, 1, 1, 1], k=3)), len(store.search_text("dog the", k=3))]))
except t.StoreError as error:
    print(error)
"""


def test_a_reader_without_permission_to_write(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("shared")
    saved(folder / "s")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    (folder / "s").chmod(0o555)
    assert json.loads(finish(run(READER, folder / "s"))) == [15, 3, 3]
    (folder / "s").chmod(0o000)
    assert "cannot open the store: Permission denied" in finish(run(READER, folder / "s"))
    (folder / "s").chmod(0o755)


# --- several processes, threads and forks ----------------------------------------------------------------------------


def add_twenty(folder: Path, name: str) -> None:
    store = LocalStore(folder)
    store.bind(MANIFEST)
    for number in range(20):
        store.write([entry(f"{name}-{number}", 3)])
        store.search([1, 0, 0, 0])
    store.close()


WRITE_ONE = "store = t.LocalStore(sys.argv[1]); store.write([t.entry(sys.argv[2], 3)]); store.close()"


def test_what_is_written_beside_a_second_opening_outlives_the_end_of_other_processes(tmp_path: Path) -> None:
    """Looking into a file that this process has open would drop its lock, and others would remove its log."""
    store = LocalStore(tmp_path / "s")
    store.bind(MANIFEST)
    (tmp_path / "t").symlink_to(tmp_path / "s")
    for path in (tmp_path / "s", tmp_path / "t"):
        with LocalStore(path) as second, LocalStore(path, read_only=True) as third:
            assert len(second.sources()) == len(third.sources())
        finish(run(WRITE_ONE, path, f"others by {path.name}"))
        store.write([entry(f"ours by {path.name}", 3)])
    held = "print(sorted(info.source.source for info in t.LocalStore(sys.argv[1]).sources()))"
    assert finish(run(held, tmp_path / "s")).strip() == "['others by s', 'others by t', 'ours by s', 'ours by t']"
    store.close()


def test_a_file_is_looked_into_again_when_nothing_has_it_open(tmp_path: Path) -> None:
    LocalStore(tmp_path / "s").close()
    (tmp_path / "s" / "store.sqlite").write_bytes(b"no database, and longer than a header " * 10)
    with pytest.raises(StoreError, match="is not an SQLite database"):
        LocalStore(tmp_path / "s")


@needs_fork
def test_four_writers_lose_nothing_not_even_when_they_make_the_store(size: str, tmp_path: Path) -> None:
    writers = [FORK.Process(target=add_twenty, args=(tmp_path / "s", name)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    store, memory = LocalStore(tmp_path / "s", create=False), MemoryStore()
    memory.bind(MANIFEST)
    memory.write([entry(f"{name}-{number}", 3) for name in "abcd" for number in range(20)])
    assert len(store.sources()) == 80
    assert answers(store) == answers(memory)
    assert store.verify() == []
    store.close()


def replace_sixty_times(folder: Path) -> None:
    store = LocalStore(folder)
    for number in range(60):
        store.write([entry(name, 4 + 4 * (number % 2), number) for name in "ab"])
    store.close()


@needs_fork
def test_readers_see_whole_sources_during_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores.local.store, "PAGE", 7)
    LocalStore(tmp_path / "s").bind(MANIFEST)
    writer = FORK.Process(target=replace_sixty_times, args=(tmp_path / "s",))
    writer.start()
    reader = LocalStore(tmp_path / "s", read_only=True)
    while writer.is_alive():
        chunks = list(reader.chunks())
        for name in "ab":
            assert sum(chunk.source == name for chunk in chunks) in (0, 4, 8)
        assert len(reader.search([1, 1, 1, 1], k=100)) in (0, 8, 16)
        assert [info.chunks for info in reader.sources()] in ([], [4, 4], [8, 8])
    assert writer.exitcode == 0
    assert [info.chunks for info in reader.sources()] == [8, 8]
    reader.close()


def test_a_locked_store_is_waited_for_and_then_said_to_be_busy(tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    store.close()
    store = LocalStore(tmp_path / "s", timeout=0.05)
    other = sqlite3.connect(tmp_path / "s" / "store.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match=r"^[^\n]*another process is writing[^\n]*$"):
        store.write(delete=["s0"])
    assert len(store.search([1, 0, 0, 0], k=20)) == 15  # readers need not wait
    patient = LocalStore(tmp_path / "s", timeout=30)
    release = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
    release.start()
    patient.write(delete=["s0"])
    release.join()
    other.close()
    assert len(store.search([1, 0, 0, 0], k=20)) == 10
    patient.close()
    store.close()


def test_threads_share_a_store(size: str, tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                store.write([entry(f"{name}{number}", 2)])
                assert store.search([1, 0, 0, 0], k=3, where=parse_filter("n < 9"))
                assert store.search_text("dog cat bird")
                assert len(list(store.chunks(f"{name}{number}"))) == 2
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[name]) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store) == 15 + 4 * 10 * 2
    assert store.verify() == []
    store.close()


def use_in_child(store: LocalStore, results: multiprocessing.SimpleQueue[object]) -> None:
    store.write([entry("child", 3)])
    results.put((len(store.search([1, 1, 0, 0], k=50)), len(store), store.verify()))
    store.close()


@needs_fork
def test_a_forked_child_opens_its_own_connection(size: str, tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    assert len(store.search([1, 1, 0, 0], k=50)) == 15
    results = FORK.SimpleQueue()
    child = FORK.Process(target=use_in_child, args=(store, results))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert results.get() == (18, 18, [])
    assert len(store.search([1, 1, 0, 0], k=50)) == 18
    store.write(delete=["child"])
    assert store.verify() == []
    store.close()


def test_importing_stores_loads_neither_faiss_nor_numpy() -> None:
    code = "import stores, sys; print([name for name in ('faiss', 'numpy') if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert out.strip() == "[]"
