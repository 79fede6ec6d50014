"""What every store must do, by value. Vectors are not of unit length, on purpose."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import StoreError, WrongEmbedder
from ingest.types import Block, Chunk
from stores import STORES, Entry, Hit, Source, SourceInfo, Store, new_store, parse_filter

MANIFEST = {"embedder": "tiny", "embedder_fingerprint": "f1", "dimension": "2", "chunker": "words"}
OPTIONS: dict[str, Callable[[Path], dict[str, object]]] = {"local": lambda folder: {"path": folder / "store"}}


@pytest.fixture(params=sorted(STORES))
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = new_store(request.param, **OPTIONS.get(request.param, lambda folder: {})(tmp_path))
    yield store
    store.close()


@pytest.fixture
def store(empty: Store) -> Store:
    empty.bind(MANIFEST)
    return empty


def chunk(text: str, source: str = "a", start: int = 0, **more: object) -> Chunk:
    return Chunk(text, source, start, start + len(text), **more)  # type: ignore[arg-type]


def entry(source: str, texts: dict[str, tuple[float, ...]], fingerprint: str = "1", **metadata: object) -> Entry:
    """One chunk for each text, in this order in the document."""
    starts = np.cumsum([0, *map(len, texts)]).tolist()
    chunks = [chunk(text, source, start, metadata=metadata) for text, start in zip(texts, starts, strict=False)]
    return Entry(Source(source, source, fingerprint), chunks, np.array(list(texts.values()), dtype=np.float32))


def found(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(hit.chunk.text, pytest.approx(hit.score, abs=1e-5)) for hit in hits]


# --- search ----------------------------------------------------------------------------------------------------------


def test_scores_are_cosines_best_first(store: Store) -> None:
    store.write([entry("a", {"east": (3, 0), "north": (0, 3), "north-east": (2, 2), "west": (-5, 0)})])
    hits = store.search([5, 0], k=4)
    assert found(hits) == [("east", 1), ("north-east", 0.5**0.5), ("north", 0), ("west", -1)]
    assert all(type(hit.score) is float and hit.parts == {} for hit in hits)


def test_count_and_fields(store: Store) -> None:
    assert (store.count(), store.fields()) == (0, [])
    store.write([entry("a", {"east": (3, 0), "north": (0, 3)}, brand="HP", empty=[], none=None)])
    store.write([entry("b", {"west": (1, 1)}, price=3, tags=["x", "y"])])
    assert store.count() == len(store) == 3
    assert store.count(parse_filter("brand == 'HP'")) == 2
    assert store.count(parse_filter("not brand == 'HP'")) == 1
    assert store.count(parse_filter("tags == 'z' or source == 'c'")) == 0
    assert store.count(parse_filter("tags in ('x', 'y') or brand == 'HP'")) == 3
    assert store.fields() == ["brand", "empty", "none", "price", "tags"]
    store.write(delete=["a"])
    assert store.fields() == ["price", "tags"]


def test_the_fingerprint_changes_with_the_manifest_and_the_sources(empty: Store) -> None:
    prints = [empty.fingerprint]
    empty.bind(MANIFEST)
    prints.append(empty.fingerprint)
    empty.write([entry("a", {"east": (3, 0)})])
    prints.append(empty.fingerprint)
    empty.write([entry("a", {"east": (3, 0)})])
    assert empty.fingerprint == prints[-1]
    empty.write([entry("a", {"west": (3, 0)}, fingerprint="2")])
    prints.append(empty.fingerprint)
    empty.write(delete=["a"])
    assert empty.fingerprint == prints[1]
    assert len(set(prints)) == 4


def test_a_store_closes_at_the_end_of_its_context(store: Store) -> None:
    with store as same:
        assert same is store
        store.write([entry("a", {"east": (3, 0)})])
    with pytest.raises(StoreError, match="closed"):
        store.count()
    store.close()


def test_k_limits_and_may_exceed_the_store(store: Store) -> None:
    store.write([entry("a", {"east": (3, 0), "north": (0, 3), "north-east": (2, 2)})])
    assert [hit.chunk.text for hit in store.search([1, 1], k=2)] == ["north-east", "east"]
    assert len(store.search([1, 1], k=1_000_000)) == 3
    assert [hit.chunk.text for hit in store.search([1, 0])] == ["east", "north-east", "north"]


def test_an_empty_store_has_no_hits(store: Store) -> None:
    assert store.search([1, 0]) == []
    assert store.search_text("anything") == []
    assert store.search([1, 0], where=parse_filter("page == 1")) == []
    assert len(store) == 0
    assert list(store.chunks()) == []
    assert store.sources() == []
    assert store.origins() == {}


def test_ties_are_ordered_by_source_then_start(store: Store) -> None:
    same = {f"{number:02}": (number + 1.0, number + 1.0) for number in range(30)}
    store.write([entry("b", same), entry("a", same)])
    expected = [("a", f"{number:02}") for number in range(30)] + [("b", "00")]
    hits = store.search([7, 7], k=31)
    assert [(hit.chunk.source, hit.chunk.text) for hit in hits] == expected
    assert {hit.score for hit in hits} == {1.0}
    assert [(hit.chunk.source, hit.chunk.text) for hit in store.search([7, 7], k=3)] == expected[:3]


def test_zero_vectors_score_zero(store: Store) -> None:
    store.write([entry("a", {"against": (-1, 0), "zero": (0, 0), "for": (1, 0)})])
    assert found(store.search([2, 0], k=3)) == [("for", 1), ("zero", 0), ("against", -1)]
    assert found(store.search([0, 0], k=3)) == [("against", 0), ("zero", 0), ("for", 0)]
    assert math.copysign(1, store.search([-1, 0], k=2)[1].score) == 1


def test_tiny_and_huge_vectors_have_directions_too(store: Store) -> None:
    store.write([entry("a", {"tiny": (1e-30, 0), "huge": (1e30, 1e30)})])
    assert found(store.search([1e-20, 0], k=2)) == [("tiny", 1), ("huge", 0.5**0.5)]


@pytest.mark.parametrize("vector", [[1], [1, 2, 3], [[1, 2]], 1, [math.nan, 1], [math.inf, 1]])
def test_a_query_of_another_shape_or_not_finite_is_refused(store: Store, vector: object) -> None:
    store.write([entry("a", {"east": (3, 0)})])
    with pytest.raises(ValueError, match="vector"):
        store.search(vector)  # type: ignore[arg-type]


def test_k_below_one_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        store.search([1, 0], k=0)
    with pytest.raises(ValueError, match="k must be at least 1, not -1"):
        store.search_text("word", k=-1)


# --- filters ---------------------------------------------------------------------------------------------------------


def test_filters_apply_before_the_k_best_are_taken(store: Store) -> None:
    near = {f"near {number}": (1.0, 0.001 * number) for number in range(200)}
    far = {f"far {number}": (-1.0, 0.001 * number) for number in range(10)}
    store.write([entry("near", near, brand="HP"), entry("far", far, brand="Dell")])
    hits = store.search([1, 0], k=10, where=parse_filter("brand == 'Dell'"))
    assert sorted(hit.chunk.text for hit in hits) == sorted(far)
    assert hits[0].chunk.text == "far 9"
    assert store.search([1, 0], where=parse_filter("brand == 'Acer'")) == []
    assert len(store.search([1, 0], k=300, where=parse_filter("brand != 'Acer'"))) == 210


def test_filters_see_the_chunks_own_attributes(store: Store) -> None:
    pages = [chunk("one", start=0, page=1), chunk("two", start=10, page=2), chunk("none", start=20)]
    store.write([Entry(Source("a", "a", "1"), pages, np.ones((3, 2), np.float32)), entry("b", {"four": (1, 1)})])

    def texts(where: str) -> list[str]:
        return [hit.chunk.text for hit in store.search([1, 1], where=parse_filter(where))]

    assert texts("page >= 2") == ["two"]
    assert texts("not page == 1") == ["two", "none", "four"]
    assert texts("exists(page) and source == 'a'") == ["one", "two"]
    assert texts("source in ('b', 'c') or start > 10") == ["none", "four"]
    assert texts("end <= 4") == ["one", "four"]


# --- search by words -------------------------------------------------------------------------------------------------


def test_text_scores_are_bm25_by_the_formula(store: Store) -> None:
    """Worked by hand: N = 4 chunks of 2, 1, 3 and 2 words, so on average 2; "cat" is in one, "bird" in one."""
    texts = {"cat mat": (1, 0), "dog": (1, 0), "dog bird dog": (1, 0), "dog fish": (1, 0)}
    store.write([entry("a", texts)])
    idf = math.log((4 - 1 + 0.5) / (1 + 0.5))

    def bm25(times: int, words: int) -> float:
        return idf * times * (1.2 + 1) / (times + 1.2 * (1 - 0.75 + 0.75 * words / 2))

    assert found(store.search_text("cat")) == [("cat mat", bm25(1, 2))]
    assert found(store.search_text("bird, or a CAT?")) == [("cat mat", bm25(1, 2)), ("dog bird dog", bm25(1, 3))]


def test_a_word_in_most_chunks_scores_little_but_above_zero(store: Store) -> None:
    store.write([entry("a", {"dog": (1, 0), "dog fish": (1, 0), "dog bird": (1, 0)})])
    hits = store.search_text("dog")
    assert [hit.chunk.text for hit in hits] == ["dog", "dog fish", "dog bird"]
    assert all(0 < hit.score < 1e-5 for hit in hits)


def test_words_are_stemmed_and_folded(store: Store) -> None:
    store.write([entry("a", {"Connecting the CAFÉ": (1, 0), "nothing": (1, 0), "else": (1, 0)})])
    assert [hit.chunk.text for hit in store.search_text("connections")] == ["Connecting the CAFÉ"]
    assert [hit.chunk.text for hit in store.search_text("cafe")] == ["Connecting the CAFÉ"]


def test_the_heading_is_searched_with_the_text(store: Store) -> None:
    chunks = [chunk("press the button", heading=("Printer", "Set-up")), chunk("nothing", start=50)]
    store.write([Entry(Source("a", "a", "1"), chunks, np.ones((2, 2), np.float32))])
    assert [hit.chunk.text for hit in store.search_text("printer")] == ["press the button"]
    assert [hit.chunk.heading for hit in store.search_text("button")] == [("Printer", "Set-up")]


@pytest.mark.parametrize(
    "text",
    ['"', "'", "* OR", "NOT", "a AND", "NEAR(x y)", "text:x", "^x", "(", "-", "x + y", "col : {a b}", "\0", "\ud800"],
)
def test_nothing_in_a_question_is_an_operator(store: Store, text: str) -> None:
    store.write([entry("a", {"the word": (1, 0), "x": (1, 0), "y z": (1, 0)})])
    hits = store.search_text(f"{text} word {text}")
    assert "the word" in [hit.chunk.text for hit in hits]
    store.search_text(text)


def test_a_question_without_words_finds_nothing(store: Store) -> None:
    store.write([entry("a", {"word": (1, 0)})])
    assert store.search_text("") == []
    assert store.search_text(" ?! — ") == []


def test_common_words_count_only_where_there_are_no_others(store: Store) -> None:
    store.write([entry("a", {"the cat": (1, 0), "the who": (1, 0), "nothing": (1, 0)})])
    assert [hit.chunk.text for hit in store.search_text("Who is the cat?")] == ["the cat"]
    assert [hit.chunk.text for hit in store.search_text("The Who")] == ["the who", "the cat"]


def test_text_ties_are_ordered_and_filters_apply_first(store: Store) -> None:
    words = {f"{number:02} fish": (1.0, 0.0) for number in range(30)}
    store.write([entry("b", words, kind="b"), entry("a", words, kind="a"), entry("c", {"x": (1, 0)})])
    hits = store.search_text("fish", k=3)
    assert [(hit.chunk.source, hit.chunk.text) for hit in hits] == [
        ("a", "00 fish"),
        ("a", "01 fish"),
        ("a", "02 fish"),
    ]
    hits = store.search_text("fish", k=2, where=parse_filter("kind == 'b'"))
    assert [(hit.chunk.source, hit.chunk.text) for hit in hits] == [("b", "00 fish"), ("b", "01 fish")]


def test_removed_words_are_forgotten(store: Store) -> None:
    store.write([entry("a", {"apple": (1, 0)}), entry("b", {"pear": (1, 0)}), entry("c", {"plum": (1, 0)})])
    before = found(store.search_text("pear"))
    store.write([entry("d", {"apple banana": (1, 0)})])
    store.write(delete=["d"])
    store.write([entry("a", {"cherry": (1, 0)})])
    assert store.search_text("apple banana") == []
    assert found(store.search_text("pear")) == before
    assert [hit.chunk.text for hit in store.search_text("cherry")] == ["cherry"]


# --- writing ---------------------------------------------------------------------------------------------------------


def test_putting_a_source_again_replaces_it_whole(store: Store) -> None:
    store.write([entry("a", {"one": (1, 0), "two": (0, 1)}), entry("b", {"three": (1, 1)})])
    store.write([entry("a", {"four": (0, 2)}, fingerprint="2")])
    assert [c.text for c in store.chunks()] == ["four", "three"]
    assert [(info.source.source, info.source.fingerprint, info.chunks) for info in store.sources()] == [
        ("a", "2", 1),
        ("b", "1", 1),
    ]
    assert found(store.search([0, 1], k=9)) == [("four", 1), ("three", 0.5**0.5)]


def test_a_chunk_keeps_its_blocks(store: Store) -> None:
    blocks = (Block(7, 12, "title", 2, ("A",)), Block(14, 19, "table", None, ("A", "Ж")), Block(21, 26))
    chunks = [chunk("title\n\ntable\n\nplain", start=7, page=2, blocks=blocks), chunk("none", start=50)]
    store.write([Entry(Source("a", "a", "1"), chunks, np.eye(2, dtype=np.float32))])
    assert list(store.chunks()) == chunks
    assert [hit.chunk for hit in store.search([1, 0], k=1)] == chunks[:1]
    assert [hit.chunk for hit in store.search_text("table")] == chunks[:1]
    assert [kept.blocks for kept in store.get([kept.id for kept in chunks])] == [blocks, ()]


def test_writing_the_same_twice_changes_nothing(store: Store) -> None:
    same = entry("a", {"one": (1, 0), "two": (0, 1)})
    store.write([same])
    before = (list(store.chunks()), store.sources(), found(store.search([1, 0])), found(store.search_text("one")))
    store.write([same])
    assert (
        list(store.chunks()),
        store.sources(),
        found(store.search([1, 0])),
        found(store.search_text("one")),
    ) == before


def test_deleting(store: Store) -> None:
    store.write([entry("a", {"one": (1, 0)}), entry("b", {"two": (0, 1)})])
    store.write(delete=["a", "not there"])
    assert found(store.search([1, 0])) == [("two", 0)]
    assert [info.source.source for info in store.sources()] == ["b"]
    store.write([entry("b", {"three": (1, 0)})], delete=["b"])
    assert [c.text for c in store.chunks()] == ["three"]


def test_of_one_source_put_twice_in_one_write_the_later_stays(store: Store) -> None:
    store.write([entry("a", {"one": (1, 0)}), entry("a", {"two": (0, 1)})])
    assert [c.text for c in store.chunks()] == ["two"]


def test_chunks_of_the_same_id_are_one(store: Store) -> None:
    chunks = [chunk("x"), chunk("y", start=5), chunk("x")]
    store.write([Entry(Source("a", "a", "1"), chunks, np.array([[1, 0], [0, 1], [1, 0]], np.float32))])
    assert len(store) == 2
    assert found(store.search([1, 0])) == [("x", 1), ("y", 0)]


def test_a_source_may_have_no_chunks(store: Store) -> None:
    store.write([Entry(Source("a", "a", "1"), [], np.zeros((0, 2), np.float32))])
    assert store.sources() == [SourceInfo(Source("a", "a", "1"), 0)]
    assert store.search([1, 0]) == []


def test_everything_of_a_chunk_and_a_source_comes_back(store: Store) -> None:
    metadata = {
        "n": 1,
        "x": 0.1,
        "flag": True,
        "none": None,
        "many": [1, "two", None, False],
        'odd "key" \\ %22': "v",
        "": "empty",
        "größe": "ä\n",
    }
    kept = chunk("Ωμέγα 🙂 \0 end", source="päth/🙂#1", start=7, page=3, heading=("1 > 2", 'a "b"'), metadata=metadata)
    source = Source("päth/🙂#1", "origin", "fp", {"title": "T", "tags": ["a", "b"]})
    store.write([Entry(source, [kept], np.array([[1, 2]], np.float32))])
    assert list(store.chunks()) == [kept]
    assert store.search([1, 2])[0].chunk == kept
    assert store.search_text("ΩΜΈΓΑ")[0].chunk == kept
    assert store.sources() == [SourceInfo(source, 1)]


def test_origins_are_noted_and_forgotten(store: Store) -> None:
    store.write(origins={"f.csv": "1", "g.csv": "2"})
    store.write(origins={"f.csv": "3", "g.csv": None, "never": None})
    assert store.origins() == {"f.csv": "3"}


BAD = {
    "wrong dimension": np.ones((2, 3), np.float32),
    "wrong number": np.ones((1, 2), np.float32),
    "one-dimensional": np.ones(2, np.float32),
    "NaN": np.array([[1, math.nan], [1, 1]], np.float32),
    "infinite": np.array([[1, math.inf], [1, 1]], np.float32),
}


@pytest.mark.parametrize("vectors", BAD.values(), ids=BAD.keys())
def test_bad_vectors_are_refused_and_nothing_is_written(store: Store, vectors: np.ndarray) -> None:
    good = entry("good", {"x": (1, 0)})
    bad = Entry(Source("bad", "bad", "1"), [chunk("one", "bad"), chunk("two", "bad", 9)], vectors)
    with pytest.raises(ValueError, match="bad: "):
        store.write([good, bad], delete=["good"], origins={"o": "1"})
    assert len(store) == 0
    assert store.sources() == []
    assert store.origins() == {}


@pytest.mark.parametrize(
    "bad",
    [
        chunk("x", "another source"),
        chunk("x", metadata={"price": math.nan}),
        chunk("x", metadata={"nested": {"a": 1}}),
        chunk("half a character \ud800"),
    ],
    ids=["source", "NaN", "nested", "surrogate"],
)
def test_what_cannot_be_kept_is_refused(store: Store, bad: Chunk) -> None:
    with pytest.raises(ValueError, match=r"^'?a'?: "):
        store.write([Entry(Source("a", "a", "1"), [bad], np.ones((1, 2), np.float32))])
    assert len(store) == 0


# --- the manifest ----------------------------------------------------------------------------------------------------


def test_an_unbound_store_takes_no_chunks(empty: Store) -> None:
    assert empty.manifest == {}
    with pytest.raises(StoreError, match="bind"):
        empty.write([entry("a", {"x": (1, 0)})])
    assert empty.search([1, 2, 3]) == []
    assert empty.search_text("x") == []


@pytest.mark.parametrize("dimension", [None, "", "0", "-3", "2.0", "two", "²"])
def test_a_dimension_is_required(empty: Store, dimension: str | None) -> None:
    manifest = {key: value for key, value in {**MANIFEST, "dimension": dimension}.items() if value is not None}
    with pytest.raises(ValueError, match="dimension"):
        empty.bind(manifest)
    assert empty.manifest == {}


def test_another_embedder_is_refused(store: Store) -> None:
    assert store.manifest == MANIFEST
    for other in ({"embedder_fingerprint": "f2"}, {"dimension": "3"}):
        with pytest.raises(WrongEmbedder, match="tiny"):
            store.bind({**MANIFEST, **other})
    assert store.manifest == MANIFEST
    store.bind({**MANIFEST, "embedder": "another name", "chunker": "sentences"})
    assert store.manifest == {**MANIFEST, "embedder": "another name", "chunker": "sentences"}


# --- reading back ----------------------------------------------------------------------------------------------------


def test_vectors_come_back_as_given_by_embedding_text(store: Store) -> None:
    chunks = [chunk("same"), chunk("same", start=9), chunk("same", start=20, heading=("H",))]
    vectors = np.array([[3, 4], [3, 4], [0.1, 0]], np.float32)
    store.write([Entry(Source("a", "a", "1"), chunks, vectors)])
    kept = store.vectors(["same", "H\nsame", "absent", "\ud800"])
    assert set(kept) == {"same", "H\nsame"}
    assert kept["same"].dtype == np.float32
    assert kept["same"].tolist() == [3, 4]
    assert kept["H\nsame"].tolist() == [np.float32(0.1), 0]
    assert store.vectors([]) == {}


def test_get_keeps_the_order_asked_for(store: Store) -> None:
    store.write([entry("a", {"one": (1, 0), "two": (0, 1), "three": (1, 1)})])
    one, two, three = store.chunks()
    assert store.get([three.id, "0" * 32, one.id, "'; --", three.id]) == [three, one, three]
    assert store.get([two.id]) == [two]
    assert store.get([]) == []


def test_chunks_are_ordered_by_source_and_start(store: Store) -> None:
    late_first = [chunk("late", "b", 100), chunk("early", "b", 5), chunk("earlier", "b", 4)]
    store.write([Entry(Source("b", "b", "1"), late_first, np.ones((3, 2), np.float32)), entry("a", {"x": (1, 0)})])
    assert [c.text for c in store.chunks()] == ["x", "earlier", "early", "late"]
    assert [c.text for c in store.chunks("b")] == ["earlier", "early", "late"]
    assert list(store.chunks("c")) == []


def test_compacting_changes_no_answer(store: Store) -> None:
    store.write([entry(name, {f"{name} {n}": (n, 1.0) for n in range(20)}) for name in "abc"])
    store.write(delete=["b"])
    before = (found(store.search([1, 1], k=40)), found(store.search_text("c 7", k=40)), list(store.chunks()))
    store.compact()
    assert (found(store.search([1, 1], k=40)), found(store.search_text("c 7", k=40)), list(store.chunks())) == before


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        len(store)
    with pytest.raises(StoreError, match="closed"):
        store.write([entry("a", {"x": (1, 0)})])


def test_every_store_fulfils_the_protocol(store: Store) -> None:
    assert isinstance(store, Store)
