"""A store kept in step with files: what changed is done, what did not is not, and nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from ingest.chunk import Chunker
from ingest.errors import InputError, WrongEmbedder
from ingest.parsers import ParseSettings
from ingest.types import Document
from rag.index.index import Index, NamedFile
from stores import LocalStore, new_store
from stores.base import Store
from stores.filters.parse import as_filter

PARAGRAPH = "Paragraph {n} of {name} tells of subject {n}. It goes on for a sentence more, about {name} alone."


def write(folder: Path, name: str, paragraphs: int = 12) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n\n".join(PARAGRAPH.format(n=n, name=name) for n in range(paragraphs)))
    return file


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        write(folder, name)
    return folder


def index_of(tmp_path: Path, embedder, store: Store | None = None, **options) -> Index:
    store = store or LocalStore(tmp_path / "store")
    return Index(store, embedder, Chunker(embedder.tokens, size=40), **options)


def state(store: Store) -> list[tuple]:
    """All that a store holds, in a form to compare."""
    chunks = list(store.chunks())
    vectors = store.vectors([chunk.embedding_text for chunk in chunks])
    return [
        (
            c.id,
            c.source,
            c.start,
            c.end,
            c.text,
            c.heading,
            dict(c.metadata),
            vectors[c.embedding_text].round(5).tolist(),
        )
        for c in chunks
    ]


def test_a_second_run_embeds_nothing(tmp_path, docs, embedder) -> None:
    first = index_of(tmp_path, embedder).sync([docs])
    assert (first.added, first.unchanged, first.failed, first.skipped) == (3, 0, [], [])
    assert first.chunks_embedded == first.chunks_total == len(embedder.embedded) > 10
    embedder.embedded.clear()
    second = index_of(tmp_path, embedder).sync([docs])
    assert (second.added, second.updated, second.unchanged, second.chunks_embedded) == (0, 0, 3, 0)
    assert embedder.embedded == []


def test_an_edited_paragraph_embeds_only_the_chunks_it_touches(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.sync([docs])
    text = (docs / "a.txt").read_text()
    (docs / "a.txt").write_text(text.replace("tells of subject 7", "is silent on subject 7"))
    embedder.embedded.clear()
    report = index.sync([docs])
    assert (report.updated, report.unchanged) == (1, 2)
    assert 1 <= report.chunks_embedded <= 2
    assert any("is silent on subject 7" in text for text in embedder.embedded)
    fresh = index_of(tmp_path / "fresh", embedder, base=tmp_path)
    fresh.sync([docs])
    assert state(index.store) == state(fresh.store)


def test_a_vanished_file_leaves_and_others_stay(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.sync([docs])
    (docs / "sub" / "c.txt").unlink()
    assert index.sync([docs / "a.txt"]).deleted == 0, "a folder that was not named keeps what it held"
    report = index.sync([docs])
    assert (report.deleted, report.unchanged) == (1, 2)
    assert {chunk.source for chunk in index.store.chunks()} == {"docs/a.txt", "docs/b.txt"}
    assert set(index.store.origins()) == {"docs/a.txt", "docs/b.txt"}


def test_a_vanished_file_may_be_named(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.sync([docs])
    (docs / "a.txt").unlink()
    assert index.sync([docs / "a.txt"]).deleted == 1
    with pytest.raises(InputError, match=r"no such file or folder: .*a\.txt"):
        index.sync([docs / "a.txt"])


def test_identical_texts_embed_once(tmp_path, embedder) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / "docs").mkdir(exist_ok=True)
        (tmp_path / "docs" / name).write_text("The same words in two files.")
    report = index_of(tmp_path, embedder).sync([tmp_path / "docs"])
    assert (report.chunks_embedded, report.chunks_total) == (1, 2)


def test_rows_of_a_catalogue_are_sources_and_only_changed_ones_are_embedded(tmp_path, embedder) -> None:
    file = tmp_path / "products.csv"
    rows = [f"P{n},Lamp number {n},{n}.5" for n in range(30)]
    file.write_text("\n".join(["sku,name,price", *rows]))
    index = index_of(tmp_path, embedder)
    assert index.sync([file]).chunks_total == 30
    rows[3] = "P3,Chair number 3,9.5"
    del rows[7]
    file.write_text("\n".join(["sku,name,price", *rows]))
    report = index.sync([file])
    assert (report.updated, report.chunks_embedded, report.chunks_total) == (1, 1, 29)
    sources = {info.source.source: info.source.metadata["price"] for info in index.store.sources()}
    assert sources["products.csv#P3"] == 9.5
    assert "products.csv#P7" not in sources


def test_a_file_that_breaks_keeps_what_it_held(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    (docs / "d.json").write_text('{"a": "some words"}')
    index.sync([docs])
    before = state(index.store)
    (docs / "d.json").write_text('{"a": ')
    report = index.sync([docs])
    assert [problem.source for problem in report.failed] == ["docs/d.json"]
    assert report.failed[0].reason.endswith("what was ingested before is kept")
    assert state(index.store) == before


def test_other_settings_chunk_again(tmp_path, docs, embedder) -> None:
    index_of(tmp_path, embedder).sync([docs])
    smaller = Index(LocalStore(tmp_path / "store"), embedder, Chunker(embedder.tokens, size=20))
    assert smaller.sync([docs]).updated == 3
    assert all(len(embedder.tokens.offsets([c.embedding_text])[0]) <= 20 for c in smaller.store.chunks())


def test_another_embedder_is_refused(tmp_path, docs, embedder) -> None:
    index_of(tmp_path, embedder).sync([docs])
    before = state(LocalStore(tmp_path / "store"))
    embedder.fingerprint = "words-2"
    with pytest.raises(WrongEmbedder):
        index_of(tmp_path, embedder)
    assert state(LocalStore(tmp_path / "store")) == before


def test_documents_of_your_own(embedder) -> None:
    index = Index(new_store("memory"), embedder)
    note = Document("Tea is at four.", "note-1", metadata={"author": "Alan"})
    assert index.add([note]).added == 1
    assert index.add([note]).unchanged == 1
    assert index.add([Document("Tea is at five.", "note-1")]).updated == 1
    assert [chunk.text for chunk in index.store.chunks()] == ["Tea is at five."]
    assert index.delete("note-1") == 1
    assert len(index.store) == 0


def test_documents_of_your_own_do_not_vanish_with_a_folder(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.add([Document("Tea is at four.", "docs/note")])
    assert index.sync([docs]).deleted == 0
    assert len(list(index.store.chunks("docs/note"))) == 1


def test_a_deleted_source_comes_back_when_its_file_is_ingested_again(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.sync([docs])
    assert index.delete("docs/a.txt") == 1
    assert index.delete("docs/a.txt") == 0
    assert index.sync([docs]).added == 1


def test_texts_longer_than_the_embedder_reads_are_counted(tmp_path, embedder) -> None:
    index = Index(LocalStore(tmp_path / "store"), embedder, Chunker(embedder.tokens, size=60))
    embedder.tokens.window = 30  # as if the estimate had been wrong
    assert index.sync([write(tmp_path, "a.txt")]).truncated_chunks > 0


def test_too_large_and_empty_files_are_skipped_with_a_reason(tmp_path, embedder) -> None:
    (tmp_path / "empty.txt").touch()
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: takes no room on the disk
    report = index_of(tmp_path, embedder).sync([tmp_path / "empty.txt", tmp_path / "huge.txt"])
    reasons = {problem.source: problem.reason for problem in report.skipped}
    assert "empty" in reasons["empty.txt"]
    assert "1000" in reasons["huge.txt"].replace(",", "")
    assert report.chunks_total == 0


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("[Document('x', source, metadata={'d': {'k': 1}})]", "gave the metadata 'd' a value that is no scalar"),
        ("['just text']", "returned a str; it must return a list of documents"),
    ],
)
def test_what_a_parser_may_not_return_fails_for_its_file_alone(
    tmp_path, docs, embedder, monkeypatch, returned, reason
) -> None:
    code = f"from ingest import Document\ndef parse(path, source, settings): return {returned}\n"
    (tmp_path / "own_parser_of_a_test.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    from ingest.parsers import PARSERS

    monkeypatch.setitem(PARSERS, ".own", "own_parser_of_a_test:parse")
    (docs / "a0.own").write_text("x")
    report = index_of(tmp_path, embedder).sync([docs])
    assert [(problem.source, reason in problem.reason) for problem in report.failed] == [("docs/a0.own", True)]
    assert report.added == 3


def test_a_slow_file_fails_and_the_next_one_is_read(tmp_path, docs, embedder, monkeypatch) -> None:
    (tmp_path / "slow_parser.py").write_text("import time\ndef parse(path, source, settings): time.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    from ingest.parsers import PARSERS

    monkeypatch.setitem(PARSERS, ".slow", "slow_parser:parse")
    (docs / "a0.slow").write_text("x")
    report = index_of(tmp_path, embedder, settings=ParseSettings(timeout=2)).sync([docs])
    assert [problem.source for problem in report.failed] == ["docs/a0.slow"]
    assert report.added == 3


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import rag.index.staging
from conftest import WordEmbedder
from ingest.chunk import Chunker
from rag.index.index import Index, NamedFile
from stores import LocalStore
rag.index.staging.BATCH_CHUNKS = 5
class Slow(WordEmbedder):
    def embed_documents(self, texts):
        time.sleep(0.02)
        return super().embed_documents(texts)
embedder = Slow()
Index(LocalStore({store!r}), embedder, Chunker(embedder.tokens, size=40)).sync([{docs!r}])
"""


def held(store: Path) -> int:
    """The number of chunks that are committed."""
    with closing(sqlite3.connect(store / "store.sqlite")) as connection, suppress(sqlite3.OperationalError):
        return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])
    return 0


def test_killed_at_any_moment_and_run_again_ends_as_if_uninterrupted(tmp_path, embedder) -> None:
    docs = tmp_path / "docs"
    for number in range(12):
        write(docs, f"{number}.txt", paragraphs=6)
    whole = index_of(tmp_path / "whole", embedder, base=tmp_path)
    whole.sync([docs])
    chance = random.Random(7)
    resumed = []
    for round_ in range(4):
        store = tmp_path / f"store{round_}"
        code = KILLED.format(tests=str(Path(__file__).parents[2]), store=str(store), docs=str(docs))
        child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
        while not (store / "store.sqlite").exists() and child.poll() is None:
            time.sleep(0.01)
        if round_ % 2:  # after the first batch, however busy the machine is
            while not held(store) and child.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
        else:
            time.sleep(chance.uniform(0.05, 0.6))
        with suppress(ProcessLookupError):  # it may be done
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        index = Index(LocalStore(store), embedder, Chunker(embedder.tokens, size=40), base=tmp_path)
        resumed.append(len(index.store))
        index.sync([docs])
        assert state(index.store) == state(whole.store)
        asked = embedder.embed_query("subject 7 of 3.txt")
        found, wanted = index.store.search(asked, 5), whole.store.search(asked, 5)
        assert [hit.chunk.id for hit in found] == [hit.chunk.id for hit in wanted]
        np.testing.assert_allclose([hit.score for hit in found], [hit.score for hit in wanted], atol=1e-5)
    assert any(0 < count < len(whole.store) for count in resumed), "no round was killed in the middle"


def test_an_empty_path_is_refused_and_one_path_needs_no_list(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    with pytest.raises(InputError, match="a path is empty"):
        index.sync([""])
    assert index.sync(docs).added == 3


# --- files that are in memory -----------------------------------------------------------------------------------------


def test_text_and_bytes_are_parsed_by_the_ending_of_their_name(tmp_path, embedder) -> None:
    index = index_of(tmp_path, embedder)
    report = index.add_files(
        [
            NamedFile("notes/tea.md", "# Tea\n\nTea is served at four.\n", {"team": "kitchen", "tags": ["daily"]}),
            NamedFile("prices.csv", b"name,price\nOak,40\nElm,50\n"),
            NamedFile("a remark", "Coffee is served at ten."),
        ]
    )
    assert (report.added, report.failed, report.skipped) == (3, [], [])
    [tea] = index.store.chunks("notes/tea.md")
    assert ([block.kind for block in tea.blocks], tea.metadata["team"]) == (["title", "text"], "kitchen")
    [remark] = index.store.chunks("a remark")
    assert remark.text == "Coffee is served at ten."
    assert sum(source.source.origin == "prices.csv" for source in index.store.sources()) == 2
    hits = index.store.search(embedder.embed_query("served"), 9, as_filter("team == 'kitchen' and 'daily' in tags"))
    assert [hit.chunk.source for hit in hits] == ["notes/tea.md"]


def test_the_same_file_again_is_unchanged_and_another_replaces_it(tmp_path, docs, embedder) -> None:
    index = index_of(tmp_path, embedder)
    assert index.add_file("Tea is at four.", "tea.txt").added == 1
    assert index.add_file("Tea is at four.", "tea.txt").unchanged == 1
    assert index.add_file("Tea is at four.", "tea.txt", {"year": 2026}).updated == 1
    assert index.add_file(b"Tea is at five.", "tea.txt").updated == 1
    index.sync([docs])
    index.sync([tmp_path])
    assert [chunk.text for chunk in index.store.chunks("tea.txt")] == ["Tea is at five."], "no sync takes it away"
    assert index.delete("tea.txt") == 1


def test_a_file_that_cannot_be_read_is_reported_and_the_earlier_one_kept(tmp_path, embedder) -> None:
    index = index_of(tmp_path, embedder)
    index.add_file("Tea is at four.", "plan.pdf.txt")
    report = index.add_files(
        [
            NamedFile("plan.pdf", b"%PDF-1.7 broken"),
            NamedFile("film.mkv", b"\x1aE\xdf\xa3\x00\x01"),
            NamedFile("e.txt", ""),
        ]
    )
    assert report.added == report.unchanged == 0
    assert {problem.source for problem in (*report.failed, *report.skipped)} == {"plan.pdf", "film.mkv", "e.txt"}
    assert len(list(index.store.chunks("plan.pdf.txt"))) == 1


@pytest.mark.parametrize("name", ["", " ", "a\nb.txt", "a" * 1001])
def test_a_name_that_no_store_can_keep_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no name for a file"):
        NamedFile(name, "text")


def test_metadata_are_scalars_or_lists_of_them() -> None:
    with pytest.raises(InputError, match=r"'who' of a\.txt is no scalar"):
        NamedFile("a.txt", "text", {"who": {"name": "Ann"}})


def test_two_files_of_one_name_are_refused_and_nothing_is_left(tmp_path, embedder, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    index = index_of(tmp_path, embedder)
    with pytest.raises(InputError, match=r"two files are called 'a\.txt'"):
        index.add_files([NamedFile("a.txt", "one"), NamedFile("a.txt", "two")])
    assert not list(tmp_path.glob("openbook-*"))


def test_a_name_leads_nowhere_in_the_file_system(tmp_path, embedder) -> None:
    index = index_of(tmp_path, embedder)
    for name in ("../../escape.txt", "/etc/escape.txt", "..\\escape.txt"):
        assert index.add_file("Tea is at four.", name).added == 1
    assert not list(tmp_path.rglob("escape*"))
