"""The context of a row's prompt: fixed examples, similar rows, or passages of a store.

Each class is a `Contexts`: it takes rows and returns a `Context` for each. Prompting, fine-tuning and describing share
them, so that a model is used as it was trained; none ever gives a row its own text.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from rag.data.checks import input_key
from rag.data.rows import Row, as_passage
from rag.retrieve.retrievers import Bm25Retriever, HybridRetriever, Retriever
from stores.base import Entry, Source, Store

if TYPE_CHECKING:
    from ingest.embed import Embedder

ShowAs = Literal["examples", "passages"]
"""Similar rows as worked examples (input and output), or their outputs alone as passages."""

SHOW_AS: ShowAs = "examples"
"""Small models learn from examples and repeat passages: with five similar laptops as examples, SmolLM2 reached BLEU
24.5 and 27% slot errors; as passages, 13.7 and 90% (24 rows)."""

WORDS_ONLY = {"embedder": "none", "embedder_fingerprint": "words only", "dimension": "1"}
"""The manifest of a store that is searched by words alone."""


@dataclass(frozen=True)
class Context:
    """The content of a row's prompt: the row's own values and passages, and what was retrieved for it."""

    values: Mapping[str, Any]
    passages: tuple[Chunk, ...] = ()


Contexts = Callable[[Sequence[Row]], Sequence[Context]]
"""Returns the contexts of rows, in order. One that retrieves must never give a row its own text."""


def own_context(rows: Sequence[Row]) -> list[Context]:
    """Return each row's own values and passages: nothing is retrieved."""
    return [Context(row.values, row.passages) for row in rows]


@dataclass(frozen=True)
class FixedExamples:
    """The same worked examples for every row; a row that is one of them does not see itself."""

    examples: Sequence[Row]

    @classmethod
    def draw(cls, rows: Sequence[Row], count: int, seed: int = 0) -> FixedExamples:
        """Draw examples at random, repeatably. Raises InputError where there are too few rows."""
        _check_count("examples", count, len(rows))
        return cls(random.Random(seed).sample(list(rows), count))

    @property
    def fingerprint(self) -> str:
        return fingerprint("fixed", [[row.key, row.target] for row in self.examples])

    def __call__(self, rows: Sequence[Row]) -> list[Context]:
        keyed = [(input_key(example), example) for example in self.examples]
        return [_add_examples(row, [example for key, example in keyed if key != input_key(row)]) for row in rows]


@dataclass(frozen=True)
class SimilarRows:
    """The `count` rows most similar to a row, most similar first, never one with the same input."""

    retriever: Retriever
    rows: Mapping[str, Row]  # by the source of their chunk
    count: int
    show_as: ShowAs = "examples"
    common: frozenset[str] = frozenset()  # words of more than half of the rows, which tell nothing
    _cache: dict[str, list[Row]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        count: int,
        show_as: ShowAs = "examples",
        embedder: Embedder | None = None,
        store: Store | None = None,
    ) -> SimilarRows:
        """Index rows: by meaning and words with an embedder, else by words. Without a store they stay in memory."""
        _check_count("similar rows", count, len(rows))
        sources = {f"row-{number}": row for number, row in enumerate(rows)}
        # BM25 gives a word of more than half of the rows no weight, but looks at every row that has it: 7,900 laptops
        # are searched in 18 ms each without these words, in 27 with them.
        counts = Counter(word for row in rows for word in set(similarity_text(row).casefold().split()))
        common = frozenset(word for word, count in counts.items() if count > len(rows) / 2)
        return cls(_index_rows(sources, embedder, store), sources, count, show_as, common)

    @property
    def fingerprint(self) -> str:
        rows = [[row.key, row.target] for row in self.rows.values()]
        return fingerprint("similar", self.retriever, rows, self.count, self.show_as)

    def __call__(self, rows: Sequence[Row]) -> list[Context]:
        if self.show_as == "examples":
            return [_add_examples(row, self.similar(row)) for row in rows]
        return [
            Context(
                row.values,
                (*row.passages, *(as_passage(similar.target, f"row {similar.id}") for similar in self.similar(row))),
            )
            for row in rows
        ]

    def similar(self, row: Row) -> list[Row]:
        """Return the most similar rows; fewer than `count` only where there are no more with another input."""
        key = input_key(row)
        if key not in self._cache:  # fine-tuning asks for every row several times
            words = similarity_text(row).split()
            # Search by the telling words, and by all of them where these find too little.
            telling = [word for word in words if word.casefold() not in self.common]
            rows = self._search(telling, key) if telling else []
            self._cache[key] = rows if len(rows) == self.count else self._search(words, key)
        return self._cache[key]

    def _search(self, words: Sequence[str], own_key: str) -> list[Row]:
        """Return the rows with another input that share most with these words."""
        depth = 2 * self.count + 4  # some may have the row's own input
        while True:
            hits = self.retriever.retrieve(" ".join(words), depth)
            rows = [self.rows[hit.chunk.source] for hit in hits]
            others = [row for row in rows if input_key(row) != own_key]
            if len(others) >= self.count or len(hits) < depth:
                return others[: self.count]
            depth *= 4


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


def example_input(row: Row) -> Any:
    """Return the part of a row that an example shows: its fields, question, text or input."""
    return row.values["fields"] if row.task == "describe" else row.text


def similarity_text(row: Row) -> str:
    """Return the text that rows are compared by: for a product its intent and its fields' names and values.

    On 60 laptops, the description of the most similar of 3,000 others by these words had BLEU 27.0 against their own;
    by the values alone 26.5, and by the share of common values 25.8.
    """
    if row.task != "describe":
        return row.text
    fields = (f"{name} {value}" for name, value in row.values["fields"].items())
    return " ".join([str(row.values.get("intent", "")), *fields])


def _add_examples(row: Row, examples: Sequence[Row]) -> Context:
    """Return a row's own context with worked examples, the most similar first."""
    pairs = [(example_input(example), example.target) for example in examples]
    return Context({**row.values, "examples": pairs}, row.passages)


def _check_count(name: str, count: int, rows: int) -> None:
    if count < 1:
        raise InputError(f"{count} {name}: at least 1 has to be shown")
    if count > rows:
        raise InputError(f"{count} {name} cannot be chosen from {rows} rows")


def _index_rows(sources: Mapping[str, Row], embedder: Embedder | None, store: Store | None) -> Retriever:
    import numpy as np

    from rag.index.manifest import embedder_manifest
    from stores.memory import MemoryStore

    store = store if store is not None else MemoryStore()
    texts = [similarity_text(row) for row in sources.values()]
    store.bind(embedder_manifest(embedder) if embedder else WORDS_ONLY)
    # A store that holds rows already is not filled again.
    if not len(store):
        vectors = embedder.embed_documents(texts) if embedder else np.zeros((len(texts), 1), dtype=np.float32)
        store.write(
            [
                Entry(Source(source, source, input_key(row)), [Chunk(text, source, 0, len(text))], vector[None])
                for (source, row), text, vector in zip(sources.items(), texts, vectors, strict=True)
            ]
        )
    return HybridRetriever(store, embedder) if embedder else Bm25Retriever(store)
