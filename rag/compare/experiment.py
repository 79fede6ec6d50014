"""`Experiment`: the rows and the store that all systems share, and the part of them that each system is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from prompts.prompt import Prompt
from rag.classify.examples import index_examples
from rag.classify.labels import labels_of
from rag.compare.system import System
from rag.data.contexts import Contexts, FixedExamples, ShowAs, SimilarRows, StorePassages, own_context
from rag.data.rows import Row, data_hash
from rag.data.task_prompts import prompt_for
from rag.describe.drafts.value_lexicon import ValueLexicon
from rag.evaluate.metrics.licence import NO_HOUSE, HouseLicence
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

if TYPE_CHECKING:
    from ingest.embed import Embedder


@dataclass(frozen=True, eq=False)
class Experiment:
    """The task, its rows and its store.

    `retriever` finds passages for questions, `embedder` similar texts to label. `house` licenses what the fields of a
    description do not.
    """

    task: str
    train: Sequence[Row]
    test: Sequence[Row]
    seed: int = 0
    retriever: Retriever | None = None
    embedder: Embedder | None = None
    house: HouseLicence = NO_HOUSE
    _similar: dict[tuple[int, ShowAs], SimilarRows] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def prompt(self) -> Prompt:
        """The prompt of the task, the same for all systems."""
        return prompt_for(self.task)

    @cached_property
    def lexicon(self) -> ValueLexicon | None:
        """The known values of products that drafts are written again by, from the training rows if there are any."""
        return ValueLexicon.of_rows(self.train or self.test) if self.task == "describe" else None

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that a classifier chooses from."""
        return labels_of(self.train or self.test)

    def contexts(self, system: System) -> Contexts:
        """Return the contexts that this system is shown. Raises InputError where there is nothing to show."""
        if system.examples:
            return FixedExamples.draw(self.train, system.examples, self.seed)
        if not system.similar:
            return own_context
        if self.task in ("answer", "summarise"):
            return StorePassages(self.retriever_for(system), system.similar)
        # Several systems may share an index of similar rows.
        self._require_train(system)
        key = (system.similar, system.similar_as)
        if key not in self._similar:
            self._similar[key] = SimilarRows.of(self.train, *key)
        return self._similar[key]

    def labelled(self, system: System) -> Retriever | None:
        """Return the retriever of the labelled rows that a classifier is shown: fixed, the nearest, or None."""
        if system.examples:
            return FixedRetriever(FixedExamples.draw(self.train, system.examples, self.seed).examples)
        return self._nearest if system.similar else None

    @cached_property
    def _nearest(self) -> Retriever:
        from ingest.embed import new_embedder

        return index_examples(self.train, self.embedder or new_embedder())

    def definition(self, system: System) -> dict[str, Any]:
        """Return everything that determines the context of a row in this system's prompt, as JSON values."""
        if system.examples:
            drawn = FixedExamples.draw(self.train, system.examples, self.seed)
            return {"examples": data_hash(drawn.examples)}
        if not system.similar:
            return {}
        if self.task in ("answer", "summarise"):
            return {"similar": system.similar, "retriever": self.retriever_for(system).fingerprint}
        self._require_train(system)
        return {"similar": system.similar, "shown": system.similar_as, "rows": data_hash(self.train)}

    def retriever_for(self, system: System) -> Retriever:
        """Return the retriever of passages. Raises InputError where there is no store."""
        if self.retriever is None:
            raise InputError(
                f"system {system.name!r} shows passages: name the store to find them in (--store, --contexts)"
            )
        return self.retriever

    def _require_train(self, system: System) -> None:
        if not self.train:
            raise InputError(f"system {system.name!r} shows similar rows: give the train rows to find them in")


@dataclass(frozen=True)
class FixedRetriever:
    """A retriever that returns the same labelled rows for every text."""

    rows: Sequence[Row]

    @property
    def fingerprint(self) -> str:
        return fingerprint("fixed", [[row.key, row.target] for row in self.rows])

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        return [
            Hit(Chunk(row.text, f"row {row.id}", 0, len(row.text), metadata={"label": row.target}), 1.0)
            for row in self.rows[:k]
        ]
