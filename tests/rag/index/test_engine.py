"""An index hands parsing and embedding to its engine, and writes by itself."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from ingest.errors import ParseError
from ingest.parsers import parse
from rag.index.engine import Outcome, SourceFile
from rag.index.index import Index
from stores import LocalStore, MemoryStore


class InProcess:
    """An engine that does everything in this process, and keeps a record."""

    def __init__(self, embedder: Any) -> None:
        self.embedder = embedder
        self.parsed: list[str] = []
        self.embedded: list[str] = []
        self.is_closed = False

    def parse(self, files: Iterable[SourceFile]) -> Generator[tuple[SourceFile, Outcome], None, None]:
        for file in files:
            self.parsed.append(file.name)
            try:
                yield file, parse(file.path, file.name)
            except ParseError as error:
                yield file, error

    def embed(self, texts: list[str]) -> Any:
        self.embedded += texts
        return self.embedder.embed_documents(texts)

    def close(self) -> None:
        self.is_closed = True


def test_an_engine_parses_and_embeds_what_changed(tmp_path: Path, embedder: Any) -> None:
    (tmp_path / "a.txt").write_text("Tea is at four.")
    (tmp_path / "b.json").write_text('{"a": ')
    engine, store = InProcess(embedder), MemoryStore()
    with Index(store, embedder, base=tmp_path, engine=engine) as index:
        report = index.sync([tmp_path])
        assert (report.added, [problem.source for problem in report.failed]) == (1, ["b.json"])
        assert (engine.parsed, engine.embedded) == (["a.txt", "b.json"], ["Tea is at four."])
        assert [chunk.text for chunk in store.chunks()] == ["Tea is at four."]
        index.sync([tmp_path])
        assert engine.parsed == ["a.txt", "b.json", "b.json"]
        assert len(engine.embedded) == 1
    assert engine.is_closed


def test_closing_an_index_closes_its_store(tmp_path: Path, embedder: Any) -> None:
    store = LocalStore(tmp_path / "store")
    with Index(store, embedder) as index:
        assert len(index.store) == 0
    assert store._connection is None
    index.close()
