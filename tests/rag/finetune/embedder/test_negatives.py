"""No negative is a right passage: not among hard ones, not within a batch."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from ingest.types import Chunk
from rag.data.ngrams import fold_text
from rag.finetune.embedder.negatives import Miner, PairExample, plan_batches
from rag.finetune.embedder.pairs import Pair, split_pairs
from stores.base import Entry, Source
from stores.memory import MemoryStore


class Directions:
    """Each text's vector is written down: the cosines are what they look like."""

    name = "directions"
    fingerprint = "d"
    dimension = 2

    def __init__(self, degrees: dict[str, float]) -> None:
        self.degrees = degrees

    def embed_query(self, text: str) -> np.ndarray:
        angle = np.radians(self.degrees[text])
        return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * 3  # not of unit length

    def embed_documents(self, texts: list[str]) -> np.ndarray:
        return np.stack([self.embed_query(text) for text in texts])


def store_of(embedder: Any, texts: dict[str, tuple[str, ...]]) -> MemoryStore:
    """A store of these texts, each under the headings given for it."""
    store = MemoryStore()
    store.bind({"embedder": embedder.name, "embedder_fingerprint": embedder.fingerprint, "dimension": "2"})
    for number, (text, heading) in enumerate(texts.items()):
        chunk = Chunk(text, f"d{number}", 0, len(text), heading=heading)
        vectors = embedder.embed_documents([text])
        store.write([Entry(Source(chunk.source, chunk.source, "f"), [chunk], vectors)])
    return store


RIGHT = "the harbour was dredged in spring of the year ten"
HALF = "dredged in spring of the year ten by men from the north who"  # shares most of RIGHT's word sequences
HELD = "a lighthouse keeper must never sleep while ships go by"
NEAR, FAR, FARTHER = "boats need deep water", "bread is baked daily", "the moon has no air"
DEGREES = {"when was it dredged?": 0.0, RIGHT: 30.0, HALF: 32.0, HELD: 34.0, NEAR: 31.0, FAR: 50.0, FARTHER: 60.0}


def mined(count: int, margin: float, near_duplicate: float = 0.3) -> Any:
    embedder = Directions(DEGREES)
    store = store_of(embedder, dict.fromkeys((RIGHT, HALF, HELD, NEAR, FAR, FARTHER), ()))
    pairs = [Pair("when was it dredged?", RIGHT)]
    golds = {"when was it dredged?": frozenset({fold_text(RIGHT)})}
    return Miner(store, embedder, golds, [HELD], near_duplicate).mine(pairs, count, margin=margin)


def test_hits_by_words_take_turns_with_those_by_meaning_and_are_held_to_the_same_cosine() -> None:
    words = "when was the bread dredged in flour"  # shares words with the question, and is far by meaning
    suspicious = "it was dredged again and again"  # shares words too, and is as near as a right one
    degrees = {**DEGREES, words: 80.0, suspicious: 29.0}
    embedder = Directions(degrees)
    store = store_of(embedder, dict.fromkeys((RIGHT, FAR, FARTHER, words, suspicious), ()))
    golds = {"when was it dredged?": frozenset({fold_text(RIGHT)})}
    for by_words, wanted in ((False, (FAR, FARTHER)), (True, (words, FAR))):
        miner = Miner(store, embedder, golds, by_words=by_words)
        [example] = miner.mine([Pair("when was it dredged?", RIGHT)], 2, margin=0.05).examples
        assert set(example.negatives) == set(wanted), by_words


def test_the_best_hits_are_taken_without_right_ones_near_copies_held_out_and_suspicious_ones() -> None:
    # cos 30 = .866; of that 95% is .823 = cos 34.6: NEAR at 31 degrees is too good to be wrong.
    found = mined(2, margin=0.05)
    assert found.examples[0].negatives == (FAR, FARTHER)
    assert (found.right, found.suspicious, found.drawn) == (3, 1, 0)


def test_without_a_margin_a_hit_below_the_right_one_is_taken_and_with_a_wide_one_none() -> None:
    assert mined(1, margin=0.0).examples[0].negatives == (NEAR,)
    wide = mined(1, margin=0.9)  # cosines below .087 only: all hits are suspicious, so one is drawn
    assert wide.examples[0].negatives[0] in (NEAR, FAR, FARTHER)
    assert (wide.suspicious, wide.drawn) == (3, 1)


def test_what_counts_as_a_copy_is_a_setting() -> None:
    # HALF holds 5 of RIGHT's 8 sequences of three words.
    assert mined(3, margin=0.0, near_duplicate=0.6).examples[0].negatives == (NEAR, FAR, FARTHER)
    assert mined(3, margin=0.0, near_duplicate=0.7).examples[0].negatives == (NEAR, HALF, FAR)


def test_too_few_passages_are_said_with_the_question() -> None:
    with pytest.raises(ValueError, match="too few passages that do not answer 'when was it dredged\\?': 4 are needed"):
        mined(4, margin=0.0)


def test_a_negative_that_is_right_for_another_question_never_meets_it() -> None:
    embedder = Directions({"a?": 0, "b?": 0, "alpha text one": 10, "beta text two": 20})
    store = store_of(embedder, {"alpha text one": ("Letters",), "beta text two": ("Letters",)})
    split = split_pairs([Pair("a?", "alpha text one"), Pair("b?", "beta text two")], None, 0, 0)
    examples = Miner(store, embedder, split.golds).mine(split.train, 1, margin=0.0).examples
    assert [example.negatives for example in examples] == [
        ("Letters\nbeta text two",),
        ("Letters\nalpha text one",),  # drawn: the only hit below it is none
    ]
    assert [example.covers for example in examples] == [{"beta text two"}, {"alpha text one"}]
    assert all(len(batch) == 1 for batch in plan_batches(examples, split.golds, 2, 3, 0))


words = st.sampled_from([f"w{n}" for n in range(8)])
examples_of = st.lists(
    st.builds(
        lambda q, p, n: PairExample(q, p, tuple(x for x in n if x != p)[:1]), words, words, st.lists(words, max_size=2)
    ),
    min_size=2,
    max_size=40,
    unique_by=lambda example: (example.question, example.passage),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(examples_of, st.integers(2, 6), st.sampled_from([0.5, 1, 2.5]), st.integers(0, 2))
def test_within_a_batch_no_text_answers_anothers_question(
    examples: list[PairExample], size: int, epochs: float, seed: int
) -> None:
    golds: dict[str, frozenset[str]] = {}
    for example in examples:
        golds[example.question] = golds.get(example.question, frozenset()) | {example.passage}
    batches = plan_batches(examples, golds, size, epochs, seed)
    for batch in batches:
        rows = [examples[place] for place in batch]
        assert 1 <= len(rows) <= size
        assert len({row.question for row in rows}) == len(rows)
        for row in rows:
            others = {text for other in rows if other is not row for text in (other.passage, *other.negatives)}
            assert not others & golds[row.question]
            assert row.passage not in others
    assert batches == plan_batches(examples, golds, size, epochs, seed)


def test_every_example_comes_about_as_often_and_batches_are_full_where_they_can_be() -> None:
    chance = random.Random(0)
    # As in question answering over policies: few distinct questions, each with many right passages.
    examples = list(
        {(q, p): PairExample(f"q{q}", f"p{p}") for p in range(300) for q in chance.sample(range(60), 5)}.values()
    )
    golds: dict[str, set[str]] = {}
    for example in examples:
        golds.setdefault(example.question, set()).add(example.passage)
    frozen = {question: frozenset(passages) for question, passages in golds.items()}
    batches = plan_batches(examples, frozen, 8, 4, 0)
    times = Counter(place for batch in batches for place in batch)
    assert sum(times.values()) == pytest.approx(4 * len(examples), abs=8)
    assert set(times.values()) <= {2, 3, 4, 5}
    assert Counter(times.values()).most_common(1)[0][0] == 4
    assert sum(len(batch) == 8 for batch in batches) / len(batches) > 0.95
    assert batches != plan_batches(examples, frozen, 8, 4, 1)
