"""Hard negatives mined from a store, and batches without a false negative.

sentence-transformers' `mine_hard_negatives` is not used: it does not recognise copies. On 225 pairs of SQuAD in chunks
of 128 tokens, 38 % of its negatives were pieces of the right passage and 6 % held-out passages (ours: none); of
227 pairs of PolicyQA it dropped 78 and took 9 % of the negatives from held-out passages (ours: none). It also
embeds the corpus again, of which the store has the vectors.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from ingest.embed import Embedder
from ingest.errors import InputError
from rag.data.ngrams import fold_text, shingles
from rag.finetune.embedder.held_out import scale_to_unit
from rag.finetune.embedder.pairs import Pair, distinct_texts
from rag.finetune.shared.batch_order import cycle_shuffled
from stores.base import Hit, Store

if TYPE_CHECKING:
    from ingest.embed.base import Vectors

SHINGLE = 3  # words
TRIES = 200  # random chunks that are tried before a pair counts as without a negative
WAITING = 8  # batches of examples that may wait for one that they fit in


@dataclass(frozen=True, slots=True)
class PairExample:
    """A question, its passage, and passages that do not answer it.

    `covers` holds the keys of passages that a negative is a near copy of: right ones for other questions.
    """

    question: str
    passage: str
    negatives: tuple[str, ...] = ()
    covers: frozenset[str] = frozenset()


@dataclass
class Mined:
    """Pairs with their hard negatives, and counts of how these were selected.

    `right` and `suspicious` count the hits that were skipped because they contain a right passage, or score nearly as
    high as it, once per pair and hit. `drawn` counts negatives drawn at random because too few hits were left.
    """

    examples: list[PairExample] = field(default_factory=list)
    right: int = 0
    suspicious: int = 0
    drawn: int = 0


class Miner:
    """Mines passages that an embedder ranks high for a question and that do not answer it.

    The best `depth` hits for the question are taken in order, except those that may be answers: a hit whose cosine is
    above (1 - margin) of the right passage's (the positive-aware mining of Moreira et al. 2024, "NV-Retriever",
    arXiv:2407.15831), and a hit that shares at least `near_duplicate` of its three-word sequences, or of the other's,
    with a passage that answers the question or with one of `held_out`. If too few are left, chunks are drawn at random.
    `golds` is `PairSplit.golds`. With `by_words` the hits alternate with those that share the question's words (BM25).
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
        self._vectors: dict[str, Vectors] = {}
        self._embedder = embedder
        self._golds = golds
        self._held_out = frozenset(map(fold_text, held_out))
        passages = {passage for answers in golds.values() for passage in answers} | self._held_out
        self._copies = NearCopies(sorted(passages), near_duplicate)

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

        Raises InputError if the store has too few passages that could be one.
        """
        # A question is embedded and searched once for all of its passages.
        texts = distinct_texts(chunk.embedding_text for chunk in self._store.chunks())
        chance = random.Random(seed)
        vectors = self._embed(distinct_texts(pair.passage for pair in pairs))
        passages_of: dict[str, list[str]] = {}
        for pair in pairs:
            passages_of.setdefault(pair.question, []).append(pair.passage)
        mined = Mined()
        for question, passages in passages_of.items():
            [vector] = scale_to_unit(np.asarray([self._embedder.embed_query(question)], dtype=np.float32))
            hits = self._search(question, vector, depth)
            right = self._golds[fold_text(question)] | self._held_out
            for passage in passages:
                # Take the best hits that are no copies of an answer and score clearly lower than it.
                positive = float(vector @ vectors[passage])
                ceiling = positive - margin * abs(positive)
                negatives: list[str] = []
                for hit in hits:
                    text = hit.chunk.embedding_text
                    if not right.isdisjoint(self._copies.of(text)):
                        mined.right += 1
                    elif hit.score > ceiling:
                        mined.suspicious += 1
                    elif text not in negatives:
                        negatives.append(text)
                    if len(negatives) == count:
                        break

                # Draw the rest at random.
                for text in (chance.choice(texts) for _ in range(TRIES)):
                    if len(negatives) == count:
                        break
                    if text not in negatives and right.isdisjoint(self._copies.of(text)):
                        negatives.append(text)
                        mined.drawn += 1
                if len(negatives) < count:
                    raise InputError(
                        f"the store has too few passages that do not answer {question[:60]!r}: {count} are needed that "
                        "are no copies of right or held-out ones; ingest more documents, or leave the store out"
                    )
                covers = frozenset(key for text in negatives for key in self._copies.of(text))
                mined.examples.append(PairExample(question, passage, tuple(negatives), covers))
            tick()
        return mined

    def _search(self, question: str, vector: Vectors, depth: int) -> list[Hit]:
        """Return the hits for a question, by meaning and in turns with them by words; their scores are cosines."""
        hits = self._store.search(vector, depth)
        if not self._by_words:
            return hits
        chunks = [hit.chunk for hit in self._store.search_text(question, depth)]
        if new := {chunk.embedding_text for chunk in chunks} - self._vectors.keys():
            self._vectors |= self._embed(sorted(new))
        word_hits = [Hit(chunk, float(vector @ self._vectors[chunk.embedding_text])) for chunk in chunks]
        return [hit for pair in zip_longest(hits, word_hits) for hit in pair if hit is not None]

    def _embed(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Return the unit vector of each text: the store's own if it has the text."""
        vectors = dict(self._store.vectors(texts))
        missing = [text for text in texts if text not in vectors]
        if missing:
            vectors.update(zip(missing, np.asarray(self._embedder.embed_documents(missing), np.float32), strict=True))
        return {text: scale_to_unit(vector[None])[0] for text, vector in vectors.items()}


class NearCopies:
    """Finds which of some passages a text is, or nearly: chunks cut otherwise, quotations, other headings."""

    def __init__(self, passages: Sequence[str], share: float) -> None:
        self._passages = passages
        self._share = share
        self._sizes = []
        self._places: dict[tuple[str, ...], list[int]] = {}
        self._cache: dict[str, frozenset[str]] = {}
        for number, passage in enumerate(passages):
            runs = shingles(passage, SHINGLE)
            self._sizes.append(len(runs))
            for shingle in runs:
                self._places.setdefault(shingle, []).append(number)

    def of(self, text: str) -> frozenset[str]:
        """Return the passages that share `share` of the shorter text's word sequences with this one."""
        if text not in self._cache:
            # Count the shared sequences by an inverted index of the passages' sequences.
            own = shingles(text, SHINGLE)
            shared = Counter(number for shingle in own for number in self._places.get(shingle, ()))
            self._cache[text] = frozenset(
                self._passages[number]
                for number, count in shared.items()
                if count >= self._share * min(len(own), self._sizes[number])
            )
        return self._cache[text]


def plan_batches(
    examples: Sequence[PairExample], golds: Mapping[str, frozenset[str]], size: int, epochs: float, seed: int
) -> list[list[int]]:
    """Return the batches of a whole run, as indices of `examples`; each example occurs about `epochs` times.

    An in-batch negative is false if another's passage answers the question too. So no two examples of a batch share a
    question or a text, as in sentence-transformers' `NoDuplicatesBatchSampler`, and none has a passage that answers
    another's question by `golds`. An example that does not fit waits for the next batch; a batch stays smaller if none
    fits. The order is fixed by the seed, so that an interrupted run resumes where it was.
    """
    keys = [_Keys.of(example, golds) for example in examples]
    total = max(1, round(epochs * len(examples)))
    order = cycle_shuffled(len(examples), random.Random(seed))
    waiting: list[int] = []
    batches: list[list[int]] = []
    used = 0
    while used < total:
        # Fill a batch with examples that wait, then with new ones; those that conflict with it wait.
        batch = _Batch(min(size, total - used))
        waiting = [place for place in waiting if not batch.take(place, keys[place])]
        more = 0 if batch.is_full else max(0, WAITING * size - len(waiting))
        for place in islice(order, more):
            if not batch.take(place, keys[place]):
                waiting.append(place)
            if batch.is_full:
                break
        batches.append(batch.places)
        used += len(batch.places)
    if len(batches) > 1 and len(batches[-1]) < min(size, len(examples)) // 2:
        batches.pop()  # a few examples are an easy task, with a step of full weight
    return batches


@dataclass(frozen=True)
class _Keys:
    """An example as keys: its question, the texts that it brings into a batch, and the right ones."""

    question: str
    texts: frozenset[str]
    golds: frozenset[str]

    @classmethod
    def of(cls, example: PairExample, golds: Mapping[str, frozenset[str]]) -> _Keys:
        question, passage = fold_text(example.question), fold_text(example.passage)
        texts = frozenset({passage, *map(fold_text, example.negatives)}) | example.covers
        return cls(question, texts, golds.get(question, frozenset()) | {passage})


class _Batch:
    """A batch in which no text is right for another's question."""

    def __init__(self, room: int) -> None:
        self.places: list[int] = []
        self._room = room
        self._questions: set[str] = set()
        self._texts: set[str] = set()
        self._golds: set[str] = set()

    @property
    def is_full(self) -> bool:
        return len(self.places) == self._room

    def take(self, place: int, example: _Keys) -> bool:
        """Add an example and return True, unless the batch is full or has an example that it conflicts with."""
        if (
            self.is_full
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
