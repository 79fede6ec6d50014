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
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from ingest.errors import InputError
from ingest.sentences import sentence_spans
from ingest.types import Block, Chunk, Document

if TYPE_CHECKING:
    from ingest.embed.base import Offsets, Tokens

DEFAULT_SIZE = 200
LINE = re.compile(r"\S(?:[^\n]*\S)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A span that is not cut where it fits into a chunk; `tokens` is its own number of tokens."""

    start: int
    end: int
    tokens: int
    block: Block
    first: bool  # opens its block: the better place to cut


class Chunker:
    """Cut documents into chunks of at most `size` tokens, including the heading path that is embedded with them.

    `size` defaults to 200 or the embedder's window, whichever is less, and may not exceed the window. `overlap` is the
    number of tokens, in whole units, that a chunk may repeat from the one before. Raises InputError for other sizes.
    """

    def __init__(self, tokens: Tokens, size: int | None = None, overlap: int = 0) -> None:
        self.tokens = tokens
        self.size = min(DEFAULT_SIZE, tokens.window) if size is None else size
        self.overlap = overlap
        if not 8 <= self.size <= tokens.window:
            raise InputError(f"chunk size {self.size} does not fit: give 8 to {tokens.window}, the embedder's window")
        if not 0 <= overlap <= self.size // 2:
            raise InputError(f"overlap {overlap} does not fit: give 0 to {self.size // 2}, half the chunk size")
        self._count_tokens = lru_cache(maxsize=4096)(lambda text: len(tokens.offsets([text])[0]))

    @property
    def settings(self) -> str:
        """A short text that changes whenever the same document would be cut differently."""
        return f"v3 size={self.size} overlap={self.overlap} tokens={self.tokens.settings}"

    def chunk(self, document: Document) -> list[Chunk]:
        """Return the document's chunks in order; together they hold all of its words."""
        return self.chunk_many([document])[0]

    def chunk_many(self, documents: Sequence[Document]) -> list[list[Chunk]]:
        """Return the chunks of each document; the tokenizer reads all documents at once."""
        offsets = self.tokens.offsets([document.text for document in documents])
        return [list(self._cut(document, spans)) for document, spans in zip(documents, offsets, strict=True)]

    def _cut(self, document: Document, offsets: Offsets) -> Iterator[Chunk]:
        title = document.metadata.get("title")
        root = (title,) if isinstance(title, str) and title.strip() else ()
        gathered: list[Unit] = []
        # Gather units until the next one does not fit, then begin with those that are repeated.
        fresh = 0  # the number of gathered units that are not repeated from the chunk before
        for unit in self._split_units(document, root, offsets):
            if fresh and self._ends_before(unit, gathered, root, document.text):
                yield self._build_chunk(document, gathered, root)
                gathered, fresh = self._units_to_repeat(gathered, unit, root, document.text), 0
            gathered.append(unit)
            fresh += 1
        if fresh:
            yield self._build_chunk(document, gathered, root)

    # --- units --------------------------------------------------------------------------------------------------------

    def _split_units(self, document: Document, root: tuple[str, ...], offsets: Offsets) -> Iterator[Unit]:
        """Yield the document's units in order, those longer than a chunk cut into pieces that fit."""
        # A token may begin with the space before its word, so its end says where it belongs.
        ends: list[int] = offsets[:, 1].tolist()
        for block in document.blocks or (Block(0, len(document.text)),):
            first = True
            limit = self.size - min(self._heading_tokens((*root, *block.heading)), self.size // 4)
            for start, end in _unit_spans(document.text, block):
                low, high = bisect_right(ends, start), bisect_right(ends, end)
                for piece_start, piece_end, count in _cut_span(document.text, start, end, offsets[low:high], limit):
                    yield Unit(piece_start, piece_end, count, block, first)
                    first = False

    def _ends_before(self, unit: Unit, gathered: Sequence[Unit], root: tuple[str, ...], text: str) -> bool:
        """Tell whether a chunk of the gathered units ends before the next unit."""
        held = sum(other.tokens for other in gathered)
        if held + unit.tokens > self._room(root, [*gathered, unit], text):
            return True
        # Not full: end only where a title begins, and only a chunk that is a quarter full.
        if gathered[-1].block.kind == "title":  # a title does not stay alone at the end of a chunk
            return False
        return held >= self.size // 4 and unit.first and unit.block.kind == "title"

    def _units_to_repeat(self, gathered: Sequence[Unit], unit: Unit, root: tuple[str, ...], text: str) -> list[Unit]:
        """Return the last whole units of a chunk: as many as `overlap` allows and leave room for the next unit."""
        kept: list[Unit] = []
        held = 0
        # Never all of them: the next chunk would then begin where this one did.
        for last in reversed(gathered[1:]):
            room = min(self.overlap, self._room(root, [last, *kept, unit], text) - unit.tokens)
            if held + last.tokens > room:
                break
            kept.insert(0, last)
            held += last.tokens
        return kept

    # --- headings -----------------------------------------------------------------------------------------------------

    def _room(self, root: tuple[str, ...], units: Sequence[Unit], text: str) -> int:
        """Return the number of tokens left for the text of a chunk after its heading."""
        return self.size - self._heading_tokens(self._heading(root, units, text))

    def _heading_tokens(self, heading: tuple[str, ...]) -> int:
        return self._count_tokens(" > ".join(heading) + "\n") if heading else 0

    def _heading(self, root: tuple[str, ...], units: Sequence[Unit], text: str) -> tuple[str, ...]:
        """Return the titles above all of these units, without the outermost until they take at most a quarter."""
        # Find the path that all units share.
        path = units[0].block.heading
        for unit in units[1:]:
            if unit.block.heading != path:
                pairs = takewhile(lambda pair: pair[0] == pair[1], zip(path, unit.block.heading, strict=False))
                path = tuple(title for title, _ in pairs)
        # The document's title comes first, unless it is repeated below.
        first = units[0]
        own = text[first.start : first.end] if first.block.kind == "title" else ""
        titles = {_casefold(part) for part in (*path, own)}
        whole = (*(part for part in root if _casefold(part) not in titles), *path)
        # Drop the outermost titles until the heading takes a quarter of the chunk at most.
        while whole and self._heading_tokens(whole) > self.size // 4:
            whole = whole[1:]
        return whole

    def _build_chunk(self, document: Document, units: Sequence[Unit], root: tuple[str, ...]) -> Chunk:
        start, end = units[0].start, units[-1].end
        heading = self._heading(root, units, document.text)
        blocks = _clip_blocks(units)
        match blocks:
            case (Block(kind="text", heading=path),) if path == heading[len(heading) - len(path) :]:
                blocks = ()  # which would say nothing that the chunk does not
        return Chunk(
            text=document.text[start:end],
            source=document.source,
            start=start,
            end=end,
            page=units[0].block.page,
            heading=heading,
            metadata=document.metadata,
            blocks=blocks,
        )


def _clip_blocks(units: Sequence[Unit]) -> tuple[Block, ...]:
    """Return the blocks of units, each cut to what the units have of it."""
    spans: dict[int, tuple[int, int, Block]] = {}
    for unit in units:
        start = spans[unit.block.start][0] if unit.block.start in spans else unit.start
        spans[unit.block.start] = start, unit.end, unit.block
    return tuple(replace(block, start=start, end=end, table=None) for start, end, block in spans.values())


def _casefold(text: str) -> str:
    return " ".join(text.casefold().split())


def _unit_spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Yield the spans of a block that belong together: sentences of prose, else lines."""
    if block.kind == "text":
        for start, end in sentence_spans(text[block.start : block.end]):
            yield block.start + start, block.start + end
    elif block.kind == "title":
        yield block.start, block.end
    else:
        for line in LINE.finditer(text, block.start, block.end):
            yield line.span()


def _cut_span(text: str, start: int, end: int, offsets: Offsets, limit: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, tokens) of a span cut into pieces of at most `limit` tokens, at white space where possible.

    A token that begins inside a word continues it, so a piece ends before the last token of the window that follows
    white space; a word longer than a chunk is cut between tokens.
    """
    # A span that fits stays whole, and one without tokens is kept if it has text.
    count = len(offsets)
    if count <= limit:
        if count or text[start:end].strip():
            yield start, end, count
        return
    low = 0
    while low < count:
        high = min(low + limit, count)
        if high < count:
            # Cut before the last token that follows white space, at best after a comma or semicolon.
            places = {index: int(offsets[index, 0]) for index in range(high, low, -1)}
            words = [i for i, place in places.items() if text[place].isspace() or text[place - 1 : place].isspace()]
            clauses = [
                index
                for index in words
                if index > low + (high - low) // 2
                and text[max(0, places[index] - 3) : places[index]].rstrip()[-1:] in {",", ";", ":", "—"}
            ]
            high = next(iter(clauses or words), high)
        piece_start = start if low == 0 else int(offsets[low, 0])
        piece_end = end if high == count else int(offsets[high, 0])
        # Trim the white space between pieces.
        piece = text[piece_start:piece_end]
        piece_start += len(piece) - len(piece.lstrip())
        piece_end -= len(piece) - len(piece.rstrip())
        if piece_start < piece_end:
            yield piece_start, piece_end, high - low
        low = high
