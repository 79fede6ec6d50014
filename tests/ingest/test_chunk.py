"""Chunks hold the document's text exactly, fit the embedder's window and respect the document's structure."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.types import Block, Chunk, Document

TOKENS = EstimatedTokens(window=254)


def tokens(text: str) -> int:
    return len(TOKENS.offsets([text])[0])


def document(*parts: tuple[str, str, tuple[str, ...]], **metadata: str) -> Document:
    """Blocks of (kind, text, heading), a blank line between them."""
    text, blocks = "", []
    for kind, part, heading in parts:
        text += "\n\n" if text else ""
        blocks.append(Block(len(text), len(text) + len(part), kind, None, heading))
        text += part
    return Document(text, "a.md", tuple(blocks), metadata)


def test_a_short_document_is_one_chunk_with_its_title_inside() -> None:
    doc = document(("title", "Leave", ()), ("text", "Ask early. Ask nicely.", ("Leave",)))
    (chunk,) = Chunker(TOKENS).chunk(doc)
    assert chunk.text == "Leave\n\nAsk early. Ask nicely."
    assert chunk.heading == ()
    assert chunk.embedding_text == chunk.text


def test_sentences_are_kept_whole() -> None:
    text = "One two six. " * 20
    chunks = Chunker(TOKENS, size=20).chunk(document(("text", text.strip(), ())))
    assert [chunk.text for chunk in chunks] == ["One two six. " * 4 + "One two six."] * 4


def test_list_items_table_rows_and_code_lines_are_kept_whole() -> None:
    lines = "\n".join(f"row {i} | cell | cell" for i in range(30))
    for kind in ("list", "table", "code"):
        chunks = Chunker(TOKENS, size=25).chunk(document((kind, lines, ())))
        assert len(chunks) > 5
        assert [line for chunk in chunks for line in chunk.text.split("\n")] == lines.split("\n")


def test_the_heading_path_goes_with_a_later_chunk_and_counts_as_tokens() -> None:
    doc = document(
        ("title", "Leave", ()), ("title", "Sick", ("Leave",)), ("text", "Call at once. " * 30, ("Leave", "Sick"))
    )
    chunks = Chunker(TOKENS, size=30).chunk(doc)
    assert chunks[0].text.startswith("Leave\n\nSick\n\nCall at once.")
    assert {chunk.heading for chunk in chunks[1:]} == {("Leave", "Sick")}
    assert chunks[1].embedding_text.startswith("Leave > Sick\nCall at once.")
    assert max(tokens(chunk.embedding_text) for chunk in chunks) <= 30


def test_the_documents_title_stands_above_all_headings_unless_it_is_one() -> None:
    with_title = document(("text", "Call at once.", ("Sick",)), title="Leave")
    assert Chunker(TOKENS).chunk(with_title)[0].heading == ("Leave", "Sick")
    same = document(("title", "leave", ()), ("text", "Call at once.", ("leave",)), title="Leave")
    assert Chunker(TOKENS).chunk(same)[0].heading == ()


def test_a_section_begins_a_chunk_once_the_one_before_is_worth_having() -> None:
    doc = document(
        ("title", "One", ()), ("text", "alpha beta gamma delta. " * 6, ("One",)),
        ("title", "Two", ()), ("text", "epsilon.", ("Two",)),
    )  # fmt: skip
    assert [chunk.text[:3] for chunk in Chunker(TOKENS, size=100).chunk(doc)] == ["One", "Two"]
    small = document(
        ("title", "One", ()), ("text", "alpha.", ("One",)), ("title", "Two", ()), ("text", "beta.", ("Two",))
    )
    assert len(Chunker(TOKENS, size=100).chunk(small)) == 1


def test_a_title_is_not_left_alone_at_the_end_of_a_chunk() -> None:
    doc = document(("text", "alpha beta gamma. " * 6, ()), ("title", "Two", ()), ("text", "delta.", ("Two",)))
    for size in range(20, 60):
        assert not any(chunk.text.endswith("Two") for chunk in Chunker(TOKENS, size=size).chunk(doc)), size


def test_a_sentence_longer_than_a_chunk_is_cut_between_words() -> None:
    words = [f"word{i}" for i in range(300)]
    chunks = Chunker(TOKENS, size=40).chunk(document(("text", " ".join(words), ())))
    assert [word for chunk in chunks for word in chunk.text.split()] == words
    assert all(tokens(chunk.text) <= 40 for chunk in chunks)


def test_a_word_longer_than_a_chunk_is_cut_at_last() -> None:
    doc = document(("text", "x" * 1000, ()))
    chunks = Chunker(TOKENS, size=40).chunk(doc)
    assert "".join(chunk.text for chunk in chunks) == doc.text
    assert all(tokens(chunk.text) <= 40 for chunk in chunks)


def test_overlap_repeats_whole_sentences() -> None:
    text = " ".join(f"Number {i} is here." for i in range(40))
    chunks = Chunker(TOKENS, size=40, overlap=12).chunk(document(("text", text, ())))
    for before, after in pairwise(chunks):
        assert before.start < after.start < before.end < after.end
        shared = text[after.start : before.end]
        assert re.match(r"Number \d+ is here\.", shared)
        assert tokens(shared) <= 12


@pytest.mark.parametrize("size", [0, 7, 255])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"chunk size {size} does not fit: give 8 to 254"):
        Chunker(TOKENS, size=size)


def test_impossible_overlap_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap 21 does not fit: give 0 to 20"):
        Chunker(TOKENS, size=40, overlap=21)


def test_an_empty_document_has_no_chunks() -> None:
    assert Chunker(TOKENS).chunk(Document("", "a")) == []
    assert Chunker(TOKENS).chunk(Document(" \n ", "a")) == []


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
blocks = st.tuples(
    st.sampled_from(["title", "text", "list", "table", "code"]),
    st.lists(words, min_size=1, max_size=40).map(" ".join),
    st.lists(words, max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=8), st.integers(8, 60), st.booleans())
def test_any_document(parts: list[tuple[str, str, tuple[str, ...]]], size: int, overlapping: bool) -> None:
    doc = document(*parts)
    chunks = Chunker(TOKENS, size=size, overlap=size // 3 if overlapping else 0).chunk(doc)
    for chunk in chunks:
        assert chunk.text == doc.text[chunk.start : chunk.end]
        assert chunk.text.strip()
        assert tokens(chunk.embedding_text) <= size
    _covers(doc, chunks)
    if not overlapping:
        assert all(a.end <= b.start for a, b in pairwise(chunks))


def _covers(doc: Document, chunks: list[Chunk]) -> None:
    covered = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    left = [letter for i, letter in enumerate(doc.text) if i not in covered and not letter.isspace()]
    assert left == []


def test_ids_depend_on_source_place_and_text_alone() -> None:
    one = Chunk("text", "a.md", 3, 7, heading=("H",), metadata={"x": 1})
    assert one.id == Chunk("text", "a.md", 3, 7).id
    assert len({one.id, Chunk("text", "b.md", 3, 7).id, Chunk("text", "a.md", 4, 8).id}) == 3
