"""Cut documents into chunks that the embedder reads whole, along the documents' own structure.

The document is tokenised once; every later decision is arithmetic on token offsets. Units (sentences, list items, table
rows, lines of code) are gathered until the next would not fit:

    A title.  One sentence.  Two.  | - item - item |  A long paragraph of many sentences ...
    [------------ chunk ---------]   [--- chunk ---]  [- chunk -][- chunk -]
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.sentences import sentence_spans
from ingest.types import Block, Chunk, Document

if TYPE_CHECKING:
    from ingest.embed.base import Offsets, Tokens

DEFAULT_SIZE = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """A span that is not cut where it fits into a chunk; `tokens` counts its own."""

    start: int
    end: int
    tokens: int
    block: Block
    first: bool  # opens its block: the better place to cut


class Chunker:
    """Cut documents into chunks of at most `size` tokens, the heading path that is embedded with them counted in.

    `size` defaults to 200 or the embedder's window, whichever is less, and is refused above the window. `overlap` is
    how many tokens of whole units a chunk may repeat from the one before. Raises ValueError for sizes that cannot be.
    """

    def __init__(self, tokens: Tokens, size: int | None = None, overlap: int = 0) -> None:
        self.tokens = tokens
        self.size = min(DEFAULT_SIZE, tokens.window) if size is None else size
        self.overlap = overlap
        if not 8 <= self.size <= tokens.window:
            raise ValueError(f"chunk size {self.size} does not fit: give 8 to {tokens.window}, the embedder's window")
        if not 0 <= overlap <= self.size // 2:
            raise ValueError(f"overlap {overlap} does not fit: give 0 to {self.size // 2}, half the chunk size")
        self._count_heading = lru_cache(maxsize=4096)(self._count)

    @property
    def settings(self) -> str:
        """A short text that changes whenever the same document would be cut elsewhere."""
        return f"v1 size={self.size} overlap={self.overlap} tokens={self.tokens.settings}"

    def chunk(self, document: Document) -> list[Chunk]:
        """Return the document's chunks in order; together they hold all of its words."""
        return self.chunk_many([document])[0]

    def chunk_many(self, documents: Sequence[Document]) -> list[list[Chunk]]:
        """Return each document's chunks; one pass of the tokenizer over them all."""
        offsets = self.tokens.offsets([document.text for document in documents])
        return [list(self._cut(document, spans)) for document, spans in zip(documents, offsets, strict=True)]

    def _cut(self, document: Document, offsets: Offsets) -> Iterator[Chunk]:
        title = document.metadata.get("title")
        root = (title,) if isinstance(title, str) and title.strip() else ()
        gathered: list[Unit] = []
        fresh = 0  # how many of the gathered units are not repeated from the chunk before
        for unit in self._units(document, offsets):
            if fresh and self._closes(gathered, unit, root, document.text):
                yield self._chunk(document, gathered, root)
                gathered, fresh = self._repeated(gathered, unit, root, document.text), 0
            gathered.append(unit)
            fresh += 1
        if fresh:
            yield self._chunk(document, gathered, root)

    def _closes(self, gathered: Sequence[Unit], unit: Unit, root: tuple[str, ...], text: str) -> bool:
        """Whether the chunk ends before this unit."""
        held = sum(each.tokens for each in gathered)
        if held + unit.tokens > self._room([*gathered, unit], root, text):
            return True
        last = gathered[-1].block
        if last.kind == "title":  # a title is not left alone at the end of a chunk
            return False
        enough = held >= self.size // 4
        return enough and unit.first and unit.block.kind == "title"

    def _room(self, units: Sequence[Unit], root: tuple[str, ...], text: str) -> int:
        """How many tokens of text fit beside the heading."""
        return self.size - self._heading_tokens(self._heading(units, root, text))

    def _heading_tokens(self, heading: tuple[str, ...]) -> int:
        return self._count_heading(" > ".join(heading) + "\n") if heading else 0

    def _heading(self, units: Sequence[Unit], root: tuple[str, ...], text: str) -> tuple[str, ...]:
        """The titles that stand above all of these units, the outermost left out until they take a quarter at most."""
        path = units[0].block.heading
        for unit in units[1:]:
            path = _common(path, unit.block.heading)
        first = units[0]
        own = text[first.start : first.end] if first.block.kind == "title" else ""
        known = {_folded(part) for part in (*path, own)}
        whole = (*(part for part in root if _folded(part) not in known), *path)
        while whole and self._heading_tokens(whole) > self.size // 4:
            whole = whole[1:]
        return whole

    def _chunk(self, document: Document, units: Sequence[Unit], root: tuple[str, ...]) -> Chunk:
        start, end = units[0].start, units[-1].end
        return Chunk(
            text=document.text[start:end],
            source=document.source,
            start=start,
            end=end,
            page=units[0].block.page,
            heading=self._heading(units, root, document.text),
            metadata=document.metadata,
        )

    def _repeated(self, gathered: Sequence[Unit], unit: Unit, root: tuple[str, ...], text: str) -> list[Unit]:
        """The last whole units of the chunk before, as many as `overlap` allows and leave room for the next unit."""
        kept: list[Unit] = []
        held = 0
        for each in reversed(gathered[1:]):
            room = min(self.overlap, self._room([each, *kept, unit], root, text) - unit.tokens)
            if held + each.tokens > room:
                break
            kept.insert(0, each)
            held += each.tokens
        return kept

    def _units(self, document: Document, offsets: Offsets) -> Iterator[Unit]:
        """Yield the document's units in order, those of more than a chunk's size cut into pieces that fit."""
        # A token may begin with the space before its word, so its end says where it belongs.
        ends: list[int] = offsets[:, 1].tolist()
        for block in document.blocks or (Block(0, len(document.text)),):
            first = True
            heading = self._heading_tokens((*_title_of(document), *block.heading))
            most = self.size - min(heading, self.size // 4)
            for start, end in _spans(document.text, block):
                low, high = bisect_right(ends, start), bisect_right(ends, end)
                for piece_start, piece_end, tokens in _pieces(document.text, start, end, offsets[low:high], most):
                    yield Unit(piece_start, piece_end, tokens, block, first)
                    first = False

    def _count(self, text: str) -> int:
        return len(self.tokens.offsets([text])[0])


def _title_of(document: Document) -> tuple[str, ...]:
    title = document.metadata.get("title")
    return (title,) if isinstance(title, str) and title.strip() else ()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The longest path that both begin with."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return one[:length]


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Yield the spans of a block that belong together: sentences of prose, else lines."""
    if block.kind == "text":
        for start, end in sentence_spans(text[block.start : block.end]):
            yield block.start + start, block.start + end
    elif block.kind == "title":
        yield block.start, block.end
    else:
        for line in _LINE.finditer(text, block.start, block.end):
            yield line.span()


_LINE = re.compile(r"\S(?:[^\n]*\S)?")


def _pieces(text: str, start: int, end: int, offsets: Offsets, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, tokens) of a span cut into pieces of at most `most` tokens, at white space where there is any.

    A token that begins inside a word continues it, so a cut stands before the last token of the window that follows
    white space; a word longer than a chunk is cut between tokens.
    """
    count = len(offsets)
    if count <= most:
        if count or text[start:end].strip():
            yield start, end, count
        return
    low = 0
    while low < count:
        high = min(low + most, count)
        if high < count:
            high = _cut_before(text, offsets, low, high)
        piece_start = start if low == 0 else int(offsets[low, 0])
        piece_end = end if high == count else int(offsets[high, 0])
        trimmed = text[piece_start:piece_end]
        piece_start += len(trimmed) - len(trimmed.lstrip())
        piece_end -= len(trimmed) - len(trimmed.rstrip())
        if piece_start < piece_end:
            yield piece_start, piece_end, high - low
        low = high


def _cut_before(text: str, offsets: Offsets, low: int, high: int) -> int:
    """Return the last position in (low, high] whose token follows white space, at best after a comma or semicolon."""
    spaced = [i for i in range(high, low, -1) if _opens_word(text, int(offsets[i, 0]))]
    half = low + (high - low) // 2
    clauses = [
        i
        for i in spaced
        if i > half and text[max(0, int(offsets[i, 0]) - 3) : int(offsets[i, 0])].rstrip()[-1:] in {",", ";", ":", "—"}
    ]
    return next(iter(clauses or spaced), high)


def _opens_word(text: str, position: int) -> bool:
    return text[position].isspace() or text[position - 1 : position].isspace()
