"""What a question's passage is told from: hard negatives out of a store, and batches without a false one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from ingest.embed import Embedder
from rag.data.ngrams import fold_text, shingles
from rag.finetune.embedder.pairs import Pair, distinct_texts
from stores.base import Hit, Store

if TYPE_CHECKING:
    from ingest.embed.base import Vectors

SHINGLE = 3  # words
TRIES = 200  # random chunks looked at before a pair is taken to have no negative
WAITING = 8  # batches of examples that may wait until one is found that they fit in


@dataclass(frozen=True, slots=True)
class Example:
    """What is learnt from at once: a question, its passage, and passages that do not answer it.

    `covers` holds the keys of passages that a negative is a near copy of: right ones for other questions.
    """

    question: str
    passage: str
    negatives: tuple[str, ...] = ()
    covers: frozenset[str] = frozenset()


@dataclass
class Mined:
    """Pairs with their hard negatives, and how they were come by.

    `right` and `suspicious` count hits passed over since they hold a right passage, or score nearly as high as it, once
    for each pair and hit; `drawn` counts negatives taken at random since too few hits were left.
    """

    examples: list[Example] = field(default_factory=list)
    right: int = 0
    suspicious: int = 0
    drawn: int = 0


class Miner:
    """Find passages that a question's embedder ranks high and that do not answer it.

    The best `depth` hits of the question are taken in order, without those that may be answers: one whose cosine is
    above (1 - margin) of the right passage's (the positive-aware mining of Moreira et al. 2024, "NV-Retriever",
    arXiv:2407.15831), and one that shares at least `near_duplicate` of its three-word sequences, or of the other's,
    with a passage that answers the question or with one of `held_out`. Where too few are left, chunks are drawn at
    random. `golds` is `Split.golds`. With `by_words` the hits that share the question's words (BM25) take turns with
    those.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        golds: Mapping[str, frozenset[str]],
        held_out: Collection[str] = (),
        near_duplicate: float = 0.3,
        by_words: bool = False,
    ) -> None:
        self._store = store
        self._by_words = by_words
        self._units: dict[str, Vectors] = {}
        self._embedder = embedder
        self._golds = golds
        self._held_out = frozenset(map(fold_text, held_out))
        passages = {passage for answers in golds.values() for passage in answers} | self._held_out
        self._copies = _Copies(sorted(passages), near_duplicate)

    def mine(
        self,
        pairs: Sequence[Pair],
        count: int = 1,
        depth: int = 30,
        margin: float = 0.05,
        seed: int = 0,
        tick: Callable[[], object] = lambda: None,
    ) -> Mined:
        """Return an example for each pair, with `count` negatives; `tick` is called after each question.

        Raises ValueError when the store has too few passages that could be one.
        """
        texts = distinct_texts(chunk.embedding_text for chunk in self._store.chunks())
        chance = random.Random(seed)
        vectors = self._vectors(pairs)
        mined = Mined()
        for question, passages in _by_question(pairs).items():
            vector = _unit(np.asarray(self._embedder.embed_query(question), dtype=np.float32))
            hits = self._hits(question, vector, depth)
            right = self._golds[fold_text(question)] | self._held_out
            for passage in passages:
                positive = float(vector @ vectors[passage])
                found = self._allowed(hits, right, positive - margin * abs(positive), count, mined)
                drawn = self._drawn(texts, right, found, count, chance)
                mined.drawn += len(drawn)
                mined.examples.append(self._example(question, passage, (*found, *drawn), count))
            tick()
        return mined

    def _hits(self, question: str, vector: Vectors, depth: int) -> list[Hit]:
        """Return what the store finds, the score of each hit its cosine."""
        hits = self._store.search(vector, depth)
        if not self._by_words:
            return hits
        found = self._store.search_text(question, depth)
        if new := {hit.chunk.embedding_text for hit in found} - self._units.keys():
            self._units |= {text: _unit(each) for text, each in self._store.vectors(new).items()}
        words = [Hit(hit.chunk, float(vector @ self._units[hit.chunk.embedding_text])) for hit in found]
        return [hit for pair in zip_longest(hits, words) for hit in pair if hit is not None]

    def _allowed(
        self, hits: Sequence[Hit], right: frozenset[str], ceiling: float, count: int, mined: Mined
    ) -> list[str]:
        found: list[str] = []
        for hit in hits:
            text = hit.chunk.embedding_text
            if not right.isdisjoint(self._copies.of(text)):
                mined.right += 1
            elif hit.score > ceiling:
                mined.suspicious += 1
            elif text not in found:
                found.append(text)
            if len(found) == count:
                break
        return found

    def _drawn(
        self, texts: Sequence[str], right: frozenset[str], found: Sequence[str], count: int, chance: random.Random
    ) -> list[str]:
        drawn: list[str] = []
        for text in (chance.choice(texts) for _ in range(TRIES)):
            if len(found) + len(drawn) == count:
                break
            if text not in found and text not in drawn and right.isdisjoint(self._copies.of(text)):
                drawn.append(text)
        return drawn

    def _example(self, question: str, passage: str, negatives: tuple[str, ...], count: int) -> Example:
        if len(negatives) < count:
            raise ValueError(
                f"the store has too few passages that do not answer {question[:60]!r}: {count} are needed that are no "
                "copies of right or held-out ones; ingest more documents, or leave the store out"
            )
        covers = frozenset(key for text in negatives for key in self._copies.of(text))
        return Example(question, passage, negatives, covers)

    def _vectors(self, pairs: Sequence[Pair]) -> dict[str, Vectors]:
        """Return the unit vector of each passage: the store's own where it has that text."""
        texts = distinct_texts(pair.passage for pair in pairs)
        known = self._store.vectors(texts)
        missing = [text for text in texts if text not in known]
        if missing:
            known.update(zip(missing, np.asarray(self._embedder.embed_documents(missing), np.float32), strict=True))
        return {text: _unit(vector) for text, vector in known.items()}


class _Copies:
    """Which of some passages a text is, or nearly: chunks cut otherwise, quotations, other headings."""

    def __init__(self, passages: Sequence[str], share: float) -> None:
        self._passages = passages
        self._share = share
        self._sizes = []
        self._where: dict[tuple[str, ...], list[int]] = {}
        self._known: dict[str, frozenset[str]] = {}
        for number, passage in enumerate(passages):
            runs = shingles(passage, SHINGLE)
            self._sizes.append(len(runs))
            for shingle in runs:
                self._where.setdefault(shingle, []).append(number)

    def of(self, text: str) -> frozenset[str]:
        """Return the passages that share `share` of the shorter text's word sequences with this one."""
        if text not in self._known:
            own = shingles(text, SHINGLE)
            shared = Counter(number for shingle in own for number in self._where.get(shingle, ()))
            self._known[text] = frozenset(
                self._passages[number]
                for number, count in shared.items()
                if count >= self._share * min(len(own), self._sizes[number])
            )
        return self._known[text]


def plan_batches(
    examples: Sequence[Example], golds: Mapping[str, frozenset[str]], size: int, epochs: float, seed: int
) -> list[list[int]]:
    """Return a whole run's batches, as places in `examples`: each example comes `epochs` times, near enough.

    In-batch negatives are false when another's passage answers the question too. So no two examples of a batch share a
    question or a text, as in sentence-transformers' `NoDuplicatesBatchSampler`, and none has a passage among those
    that answer another's question by `golds`. An example that does not fit waits for the next batch; a batch stays
    smaller where none fits. The order is fixed by the seed, so that an interrupted run goes on where it was.
    """
    compared = [_Compared.of(example, golds) for example in examples]
    wanted = max(1, round(epochs * len(examples)))
    order = _rounds(len(examples), random.Random(seed))
    waiting: list[int] = []
    batches: list[list[int]] = []
    used = 0
    while used < wanted:
        batch = _Batch(min(size, wanted - used))
        waiting = [place for place in waiting if not batch.take(place, compared[place])]
        more = 0 if batch.full else max(0, WAITING * size - len(waiting))
        for place in islice(order, more):
            if not batch.take(place, compared[place]):
                waiting.append(place)
            if batch.full:
                break
        batches.append(batch.places)
        used += len(batch.places)
    if len(batches) > 1 and len(batches[-1]) < min(size, len(examples)) // 2:
        batches.pop()  # few examples tell little apart
    return batches


@dataclass(frozen=True)
class _Compared:
    """An example as keys: its question, the texts that stand in a batch for it, and the right ones."""

    question: str
    texts: frozenset[str]
    golds: frozenset[str]

    @classmethod
    def of(cls, example: Example, golds: Mapping[str, frozenset[str]]) -> _Compared:
        question, passage = fold_text(example.question), fold_text(example.passage)
        texts = frozenset({passage, *map(fold_text, example.negatives)}) | example.covers
        return cls(question, texts, golds.get(question, frozenset()) | {passage})


class _Batch:
    """Examples none of whose texts is right for another's question."""

    def __init__(self, room: int) -> None:
        self.places: list[int] = []
        self._room = room
        self._questions: set[str] = set()
        self._texts: set[str] = set()
        self._golds: set[str] = set()

    @property
    def full(self) -> bool:
        return len(self.places) == self._room

    def take(self, place: int, example: _Compared) -> bool:
        """Take an example in and return True, or leave it when the batch is full or the two do not go together."""
        if (
            self.full
            or example.question in self._questions
            or not self._texts.isdisjoint(example.texts)
            or not self._golds.isdisjoint(example.texts)
            or not self._texts.isdisjoint(example.golds)
        ):
            return False
        self.places.append(place)
        self._questions.add(example.question)
        self._texts |= example.texts
        self._golds |= example.golds
        return True


def _rounds(count: int, chance: random.Random) -> Iterator[int]:
    while True:
        order = list(range(count))
        chance.shuffle(order)
        yield from order


def _by_question(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        found.setdefault(pair.question, []).append(pair.passage)
    return found


def _unit(vector: Vectors) -> Vectors:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
