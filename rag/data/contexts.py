"""What stands in a row's prompt beside the row itself: fixed examples, similar rows, passages of a store.

Each is a `Contexts`: rows in, a `Context` for each out. Prompting, fine-tuning and describing take the same ones, so
that a model is used as it was trained, and nothing ever gets its own text to read.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from rag.data.checks import input_key
from rag.data.rows import Row, as_passage
from rag.retrieve.retrievers import Bm25Retriever, HybridRetriever, Retriever
from stores.base import Entry, Source, Store

if TYPE_CHECKING:
    from ingest.embed import Embedder

Shown = Literal["examples", "passages"]
"""Similar rows as worked examples (input and output), or their outputs alone as passages."""

SHOWN: Shown = "examples"
"""Small models learn from examples and repeat passages: shown five similar laptops as examples, SmolLM2 reached BLEU
24.5 and 27% slot errors; as passages, 13.7 and 90% (24 rows)."""


@dataclass(frozen=True)
class FixedExamples:
    """The same worked examples for every row; a row that is one of them does not see itself."""

    examples: Sequence[Row]

    @classmethod
    def drawn(cls, rows: Sequence[Row], count: int, seed: int = 0) -> FixedExamples:
        """Draw examples at random, repeatably. Raises ValueError where there are too few rows."""
        _check_count("examples", count, len(rows))
        return cls(random.Random(seed).sample(list(rows), count))

    @property
    def fingerprint(self) -> str:
        return fingerprint("fixed", [[row.key, row.target] for row in self.examples])

    def __call__(self, rows: Sequence[Row]) -> list[Context]:
        keys = [input_key(example) for example in self.examples]
        return [
            with_examples(row, [each for each, key in zip(self.examples, keys, strict=True) if key != input_key(row)])
            for row in rows
        ]


@dataclass(frozen=True)
class SimilarRows:
    """The `count` rows most similar to a row, most similar first, never one with the same input."""

    retriever: Retriever
    rows: Mapping[str, Row]  # by the source of their chunk
    count: int
    shown: Shown = "examples"
    common: frozenset[str] = frozenset()  # words that say nothing, since more than half of the rows hold them
    _found: dict[str, list[Row]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        count: int,
        shown: Shown = "examples",
        embedder: Embedder | None = None,
        store: Store | None = None,
    ) -> SimilarRows:
        """Index rows: by meaning and words with an embedder, else by words. Without a store they stay in memory."""
        _check_count("similar rows", count, len(rows))
        sources = {f"row-{number}": row for number, row in enumerate(rows)}
        return cls(_indexed(sources, embedder, store), sources, count, shown, _common([*sources.values()]))

    @property
    def fingerprint(self) -> str:
        rows = [[row.key, row.target] for row in self.rows.values()]
        return fingerprint("similar", self.retriever, rows, self.count, self.shown)

    def __call__(self, rows: Sequence[Row]) -> list[Context]:
        if self.shown == "examples":
            return [with_examples(row, self.similar(row)) for row in rows]
        return [Context(row.values, (*row.passages, *map(_as_chunk, self.similar(row)))) for row in rows]

    def similar(self, row: Row) -> list[Row]:
        """Return the most similar rows; fewer than `count` only where there are no more with another input."""
        own = input_key(row)
        if own not in self._found:  # fine-tuning asks for every row several times
            self._found[own] = self._search(row, own)
        return self._found[own]

    def _search(self, row: Row, own: str) -> list[Row]:
        words = similarity_text(row).split()
        telling = [word for word in words if word.casefold() not in self.common]
        found = self._others(telling, own) if telling else []
        return found if len(found) == self.count else self._others(words, own)

    def _others(self, words: Sequence[str], own: str) -> list[Row]:
        """Return the rows with another input that share most with these words."""
        wanted = 2 * self.count + 4  # some may have the row's own input
        while True:
            hits = self.retriever.retrieve(" ".join(words), wanted)
            found = [self.rows[hit.chunk.source] for hit in hits]
            others = [each for each in found if input_key(each) != own]
            if len(others) >= self.count or len(hits) < wanted:
                return others[: self.count]
            wanted *= 4


@dataclass(frozen=True)
class StorePassages:
    """The `count` passages of a store that fit a row best."""

    retriever: Retriever
    count: int

    @property
    def fingerprint(self) -> str:
        return fingerprint("store", self.retriever, self.count)

    def __call__(self, rows: Sequence[Row]) -> list[Context]:
        return [Context(row.values, (*row.passages, *self.passages(row))) for row in rows]

    def passages(self, row: Row) -> tuple[Chunk, ...]:
        """Return the passages, best first."""
        return tuple(hit.chunk for hit in self.retriever.retrieve(row.text, self.count))


def with_examples(row: Row, examples: Sequence[Row]) -> Context:
    """Return a row's own context with worked examples, the most similar first."""
    return Context({**row.values, "examples": [(given(each), each.target) for each in examples]}, row.passages)


def given(row: Row) -> Any:
    """Return what an example shows of a row: its fields, question, text or input."""
    return row.values["fields"] if row.task == "describe" else row.text


def similarity_text(row: Row) -> str:
    """Return the text by which rows are found similar: for a product its intent and its fields' names and values.

    On 60 laptops, the description of the most similar of 3,000 others by these words had BLEU 27.0 against their own;
    by the values alone 26.5, and by the share of common values 25.8.
    """
    if row.task != "describe":
        return row.text
    fields = (f"{name} {value}" for name, value in row.values["fields"].items())
    return " ".join([str(row.values.get("intent", "")), *fields])


def _common(rows: Sequence[Row]) -> frozenset[str]:
    """Return the words of more than half of the rows.

    BM25 gives them no weight, but would look at every row that has one: 7,900 laptops are searched in 18 ms each, with
    them in 27.
    """
    counts = Counter(word for row in rows for word in set(similarity_text(row).casefold().split()))
    return frozenset(word for word, count in counts.items() if count > len(rows) / 2)


def _check_count(what: str, count: int, rows: int) -> None:
    if count < 1:
        raise ValueError(f"{count} {what}: at least 1 has to be shown")
    if count > rows:
        raise ValueError(f"{count} {what} cannot be chosen from {rows} rows")


def _as_chunk(row: Row) -> Chunk:
    return as_passage(row.target, f"row {row.id}")


def _indexed(sources: Mapping[str, Row], embedder: Embedder | None, store: Store | None) -> Retriever:
    import numpy as np

    from rag.index.manifest import manifest
    from stores.memory import MemoryStore

    store = store if store is not None else MemoryStore()
    texts = [similarity_text(row) for row in sources.values()]
    store.bind(manifest(embedder) if embedder else WORDS_ONLY)
    if not len(store):
        vectors = embedder.embed_documents(texts) if embedder else np.zeros((len(texts), 1), dtype=np.float32)
        store.write(
            [
                Entry(Source(source, source, input_key(row)), [Chunk(text, source, 0, len(text))], vectors[at : at + 1])
                for at, ((source, row), text) in enumerate(zip(sources.items(), texts, strict=True))
            ]
        )
    if embedder is None:
        return Bm25Retriever(store)
    return HybridRetriever(store, embedder)


WORDS_ONLY = {"embedder": "none", "embedder_fingerprint": "words only", "dimension": "1"}
"""The manifest of a store whose rows are found by their words alone."""


@dataclass(frozen=True)
class Context:
    """What a row's prompt holds: the row's own values and passages, and what was retrieved for it."""

    values: Mapping[str, Any]
    passages: tuple[Chunk, ...] = ()


Contexts = Callable[[Sequence[Row]], Sequence[Context]]
"""Gives rows their contexts, in order. One that retrieves must never give a row its own text."""


def own_context(rows: Sequence[Row]) -> list[Context]:
    """Return each row's own values and passages: nothing is retrieved."""
    return [Context(row.values, row.passages) for row in rows]
