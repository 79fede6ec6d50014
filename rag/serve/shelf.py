"""One store of a server: its pipelines to read, and the one writer."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.closing import Closing, close_parts
from ingest.discover import origin_name
from rag.answer.kinds import AnswerFormat
from rag.answer.pipeline import Pipeline
from rag.config import Config
from rag.index.index import Index, is_below
from rag.index.staging import SyncReport
from rag.retrieve.retrievers import Retriever
from stores.base import SourceInfo, Store

UPLOADS = "uploads"
"""The folder beside a store that keeps the files that were uploaded to it."""


@dataclass(frozen=True)
class AskOptions:
    """How a question is asked: None is as configured."""

    k: int | None = None
    answer_format: AnswerFormat | None = None
    min_confidence: float | None = None


class Shelf(Closing):
    """A store by its name, with what reads it and what writes it. Parts are made when they are first needed."""

    def __init__(self, name: str, config: Config) -> None:
        self.name, self.config = name, config
        self._writing = threading.Lock()
        self._making = threading.RLock()
        self._variants: dict[AskOptions, Pipeline] = {}

    @cached_property
    def _base(self) -> Pipeline:
        self.config.store().close()  # so that there is one to read
        return self.config.pipeline()

    @property
    def retriever(self) -> Retriever:
        """What searches the store."""
        with self._making:
            return self._base.retriever

    @property
    def store(self) -> Store:
        """The store to read."""
        retriever: Any = self.retriever
        while not hasattr(retriever, "store"):
            retriever = retriever.retriever
        store: Store = retriever.store
        return store

    def pipeline(self, options: AskOptions = AskOptions()) -> Pipeline:
        """Return the pipeline with these options over the configured ones; the models are the same."""
        with self._making:
            changed = {name: value for name, value in vars(options).items() if value is not None}
            if not changed:
                return self._base
            if options not in self._variants:
                if len(self._variants) > 64:
                    self._variants.clear()
                self._variants[options] = replace(self._base, **changed)
            return self._variants[options]

    # --- documents ----------------------------------------------------------------------------------------------------

    @property
    def uploads(self) -> Path:
        """The folder of uploaded files."""
        path = self.config.store_path
        return path.parent / f"{path.name.lstrip('.') or 'store'}-{UPLOADS}"

    def sources(self) -> list[SourceInfo]:
        """Return what the store holds."""
        return self.store.sources()

    def origin_path(self, origin: str) -> Path | None:
        """Return the file that an origin was read from, None where it is gone or is not below the store's folder."""
        base = self.config.store_path.parent
        path = (base / origin).resolve()
        return path if path.is_file() and path.is_relative_to(base.resolve()) else None

    def save(self, name: str, data: Iterator[bytes] | bytes) -> Path:
        """Keep an uploaded file under its name, whole or not at all, and return its path."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        path = self.uploads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(name.encode()).hexdigest()[:12]
        temporary = self.uploads / f".{digest}-{threading.get_ident()}.part"
        with temporary.open("wb") as file:
            for part in (data,) if isinstance(data, bytes) else data:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        return path

    def ingest(self, paths: list[Path]) -> SyncReport:
        """Take files into the store, one call after the other."""
        with self._writing, self._index() as index:
            return index.sync(paths, progress=False)

    def delete(self, name: str) -> int:
        """Delete a source or an origin, and the uploaded file that it came from; return the number of sources."""
        with self._writing, self._index() as index:
            origins = {
                info.source.origin for info in self.sources() if name in (info.source.source, info.source.origin)
            }
            count = index.delete(name)
            left = {info.source.origin for info in self.sources()}
        for origin in origins - left:
            path = self.origin_path(origin)
            if path and path.is_relative_to(self.uploads.resolve()):
                path.unlink(missing_ok=True)
        return count

    def drop_orphans(self) -> None:
        """Remove uploaded files that no source came from: of an upload that was never acknowledged."""
        if not self.uploads.is_dir():
            return
        origins = {info.source.origin for info in self.sources()}
        base = self.config.store_path.parent
        for path in self.uploads.rglob("*"):
            if path.is_file() and not any(is_below(one, origin_name(path, base)) for one in origins):
                path.unlink()

    def _index(self) -> Index:
        return self.config.index()

    def close(self) -> None:
        """Close the store. The models are the server's."""
        if "_base" in self.__dict__:
            close_parts(self._base)
