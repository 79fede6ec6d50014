"""From files to chunks with vectors: parse, chunk, embed. This package knows none of the others."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from ingest.chunk import Chunker as Chunker
    from ingest.embed import (
        EMBEDDERS as EMBEDDERS,
        Embedder as Embedder,
        as_embedder as as_embedder,
        new_embedder as new_embedder,
    )
    from ingest.errors import (
        MissingExtra as MissingExtra,
        ParseError as ParseError,
        Unsupported as Unsupported,
        WeightsError as WeightsError,
    )
    from ingest.parsers import PARSERS as PARSERS, ParseSettings as ParseSettings, parse as parse
    from ingest.types import Block as Block, Chunk as Chunk, Document as Document

__getattr__, __dir__, __all__ = attach(__name__, __file__)
