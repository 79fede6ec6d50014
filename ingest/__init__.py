"""From files to chunks with vectors: parse, chunk, embed. This package knows none of the others."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.chunk import Chunker
    from ingest.embed import EMBEDDERS, Embedder, as_embedder, new_embedder
    from ingest.parse import PARSERS, ParseError, ParseSettings, Unsupported, parse
    from ingest.plugins import MissingExtra
    from ingest.types import Block, Chunk, Document
    from ingest.weights import WeightsError

_HOME = {
    "Block": "ingest.types",
    "Chunk": "ingest.types",
    "Chunker": "ingest.chunk",
    "Document": "ingest.types",
    "EMBEDDERS": "ingest.embed",
    "Embedder": "ingest.embed",
    "MissingExtra": "ingest.plugins",
    "PARSERS": "ingest.parse",
    "ParseError": "ingest.parse",
    "ParseSettings": "ingest.parse",
    "Unsupported": "ingest.parse",
    "WeightsError": "ingest.weights",
    "as_embedder": "ingest.embed",
    "new_embedder": "ingest.embed",
    "parse": "ingest.parse",
}

__all__ = [
    "EMBEDDERS",
    "PARSERS",
    "Block",
    "Chunk",
    "Chunker",
    "Document",
    "Embedder",
    "MissingExtra",
    "ParseError",
    "ParseSettings",
    "Unsupported",
    "WeightsError",
    "as_embedder",
    "new_embedder",
    "parse",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
