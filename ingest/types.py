"""Documents made of blocks, and the chunks cut from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

BlockKind = Literal["title", "text", "list", "table", "code"]
BLOCK_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)

Scalar = str | int | float | bool | None
Metadata = Mapping[str, Scalar | Sequence[Scalar]]
"""JSON values under string keys; lists hold scalars only, so that filters can look inside."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a table: the names of its columns, its rows, and its caption.

    Every row has a cell for each name. A merged cell is repeated in each row and column that it covers, header rows
    are joined into one, and a table within a cell is text of that cell. The text of the block has a line for each row,
    `name: cell; name: cell`, without empty cells; see `ingest.parsers.builder`.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A span of a document's text with one role: `document.text[start:end]`, offsets in characters.

    `heading` is the path of titles above the block, outermost first, without the block's own text. `page` counts from
    1; it is None where the format has no pages. A block of the kind "table" has its cells in `table`, if its columns
    have names.
    """

    start: int
    end: int
    kind: BlockKind = "text"
    page: int | None = None
    heading: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file, a catalogue row or an attachment.

    `source` is its permanent name: the path of the file, with `#key` for a row or an attachment. `blocks` are in order
    and do not overlap; text between blocks is white space. `metadata` is for filters and templates: front matter, the
    headers of a mail, the fields of a catalogue row.
    """

    text: str
    source: str
    blocks: tuple[Block, ...] = ()
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, small enough for the embedder: `text == document.text[start:end]`, always.

    `blocks` are the document's blocks that the chunk has a part of, cut to that part, without the cells of tables.
    Their offsets are the document's, too. A chunk of plain text alone may have none.
    """

    text: str
    source: str
    start: int
    end: int
    page: int | None = None
    heading: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    @property
    def id(self) -> str:
        """A hash of (source, start, text), 32 hexadecimal digits: ingesting the same text twice gives the same id."""
        key = f"{self.source}\0{self.start}\0{self.text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(key).hexdigest()[:32]

    @property
    def embedding_text(self) -> str:
        """The text for the embedder: the heading path on the first line, then the chunk's text."""
        return f"{' > '.join(self.heading)}\n{self.text}" if self.heading else self.text
