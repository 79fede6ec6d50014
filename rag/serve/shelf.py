"""One store of a server: its pipelines to read, and the one writer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.cancel import current_cancellation
from ingest.closing import Closing, close_parts
from rag.answer.kinds import AnswerFormat
from rag.answer.pipeline import Pipeline
from rag.build import PLAIN_GENERATOR
from rag.config import Config
from rag.index.index import ADDED, Index
from rag.index.staging import SyncReport
from rag.retrieve.retrievers import Retriever
from rag.serve.intake import Intake
from stores.base import SourceInfo, Store

if TYPE_CHECKING:
    from rag.classify.classifier import Classifier
    from rag.classify.types import Classification

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
        self._classifying = threading.Lock()
        self._classifiers: dict[tuple[str, ...], Classifier] = {}
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

    def classify(self, text: str, labels: Sequence[str], threshold: float | None = None) -> Classification:
        """Return the label of a text, one call after the other. Raises InputError for labels that cannot be used."""
        from rag.classify.classifier import Classifier
        from rag.classify.labels import check_labels
        from rag.classify.types import Threshold

        chosen = tuple(check_labels(labels))
        with self._classifying:
            current_cancellation().check()
            if chosen not in self._classifiers:
                if len(self._classifiers) > 16:
                    self._classifiers.clear()
                self._classifiers[chosen] = Classifier(self.config.generator(PLAIN_GENERATOR, scored=True), chosen)
            classification = self._classifiers[chosen].classify(text)
        limit = None if threshold is None else Threshold(threshold)
        return replace(classification, threshold=limit)

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
        """Return the file that an origin was read from; None where it is gone or lies elsewhere than the store."""
        if self.store.origins().get(origin, ADDED).startswith(ADDED):
            return None
        base = self.config.store_path.parent
        path = (base / origin).resolve()
        return path if path.is_file() and path.is_relative_to(base.resolve()) else None

    @cached_property
    def intake(self) -> Intake:
        """What receives uploaded files."""
        return Intake(self.uploads, self.ingest)

    def ingest(self, path: Path) -> SyncReport:
        """Take a file into the store, one call after the other."""
        with self._writing, self._index() as index:
            return index.sync([path], progress=False)

    def delete(self, name: str) -> int:
        """Delete a source or an origin, and the uploaded file that it came from; return the number of sources."""
        with self._writing, self._index() as index:
            infos = [info for info in self.sources() if name in (info.source.source, info.source.origin)]
            # Looked up first: the store forgets the origin of a source that it deletes.
            paths = {info.source.origin: self.origin_path(info.source.origin) for info in infos}
            count = index.delete(name)
            left = {info.source.origin for info in self.sources()}
        for origin, path in paths.items():
            if origin not in left and path and path.is_relative_to(self.uploads.resolve()):
                path.unlink(missing_ok=True)
        return count

    def _index(self) -> Index:
        return self.config.index()

    def close(self) -> None:
        """Close the store, and leave its uploads to other servers. The models are the server's."""
        self.intake.close()
        if "_base" in self.__dict__:
            close_parts(self._base)
