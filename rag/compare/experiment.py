"""What all systems share: the task, the rows to learn and show from, the store; and what each system is shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from prompts.prompt import Prompt
from rag.classify.examples import index_examples
from rag.compare.system import System
from rag.data.contexts import Contexts, FixedExamples, ShowAs, SimilarRows, StorePassages, own_context
from rag.data.rows import Row, data_hash
from rag.data.task_prompts import prompt_for
from rag.describe.slots import ValueLexicon
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

if TYPE_CHECKING:
    from ingest.embed import Embedder


@dataclass(frozen=True, eq=False)
class Experiment:
    """The task's rows and store. `retriever` finds passages for questions; `embedder` finds similar texts to label."""

    task: str
    train: Sequence[Row]
    test: Sequence[Row]
    seed: int = 0
    retriever: Retriever | None = None
    embedder: Embedder | None = None
    _similar: dict[tuple[int, ShowAs], SimilarRows] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def prompt(self) -> Prompt:
        """The task's prompt, for all systems."""
        return prompt_for(self.task)

    @cached_property
    def lexicon(self) -> ValueLexicon | None:
        """The values that products have, for the slot check; of the training rows where there are any."""
        from rag.describe.slots import lexicon_of

        return lexicon_of(self.train or self.test) if self.task == "describe" else None

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """All labels that may come out."""
        from rag.classify.labels import labels_of

        return labels_of(self.train or self.test)

    def contexts(self, system: System) -> Contexts:
        """Return what gives this system's rows their contexts. Raises ValueError where there is nothing to show."""
        if system.examples:
            return FixedExamples.draw(self.train, system.examples, self.seed)
        if not system.passages:
            return own_context
        if self.task in ("answer", "summarise"):
            return StorePassages(self._found(system), system.passages)
        self._need_train(system)
        key = (system.passages, system.similar_as)
        if key not in self._similar:
            self._similar[key] = SimilarRows.of(self.train, *key)
        return self._similar[key]

    def labelled(self, system: System) -> Retriever | None:
        """Return what finds the labelled rows that a classifier shows: fixed ones, the nearest, or none."""
        if system.examples:
            return Always(FixedExamples.draw(self.train, system.examples, self.seed).examples)
        return self._nearest if system.passages else None

    @cached_property
    def _nearest(self) -> Retriever:
        from ingest.embed import new_embedder

        return index_examples(self.train, self.embedder or new_embedder())

    def shown(self, system: System) -> dict[str, Any]:
        """Return all that decides what this system is shown beside a row, as JSON values."""
        if system.examples:
            drawn = FixedExamples.draw(self.train, system.examples, self.seed)
            return {"examples": data_hash(drawn.examples)}
        if not system.passages:
            return {}
        if self.task in ("answer", "summarise"):
            return {"passages": system.passages, "store": _store_hash(self._found(system))}
        self._need_train(system)
        return {"similar": system.passages, "shown": system.similar_as, "rows": data_hash(self.train)}

    def retrieving(self, system: System) -> Retriever:
        """Return the retriever of a system that answers from passages."""
        return self._found(system)

    def _found(self, system: System) -> Retriever:
        if self.retriever is None:
            raise ValueError(
                f"system {system.name!r} shows passages: name the store to find them in (--store, --contexts)"
            )
        return self.retriever

    def _need_train(self, system: System) -> None:
        if not self.train:
            raise ValueError(f"system {system.name!r} shows similar rows: give the train rows to find them in")


@dataclass(frozen=True)
class Always:
    """A retriever that finds the same labelled rows for every text."""

    rows: Sequence[Row]

    @property
    def fingerprint(self) -> str:
        return fingerprint("always", [[row.key, row.target] for row in self.rows])

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        return [
            Hit(Chunk(row.text, f"row {row.id}", 0, len(row.text), metadata={"label": row.target}), 1.0)
            for row in self.rows[:k]
        ]


def as_hash(content: Mapping[str, Any]) -> str:
    """Return a short hash of JSON values."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _store_hash(retriever: Retriever) -> str:
    """Return a hash of what a retriever searches and how, as far as it can be told."""
    store = getattr(retriever, "store", None)
    sources = sorted((each.source.source, each.source.fingerprint) for each in store.sources()) if store else []
    kind = type(retriever).__name__
    settings = {name: getattr(retriever, name, None) for name in ("depth", "constant", "neighbour")}
    manifest = dict(store.manifest) if store else {}
    return as_hash({"kind": kind, "settings": settings, "manifest": manifest, "sources": sources})
