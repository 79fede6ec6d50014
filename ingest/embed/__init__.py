"""Embedders by name, and any LangChain embeddings as one of them."""

from __future__ import annotations

from typing import Any

from ingest.embed.base import Embedder, Tokens
from ingest.plugins import resolve

EMBEDDERS = {
    "sentence-transformers": "ingest.embed.sentence_transformers:SentenceTransformerEmbedder",
    "langchain": "ingest.embed.langchain:LangChainEmbedder",
}

__all__ = ["EMBEDDERS", "Embedder", "Tokens", "as_embedder", "new_embedder"]


def new_embedder(kind: str = "sentence-transformers", **options: Any) -> Embedder:
    """Return an embedder of this kind. Raises ValueError with the known kinds, WeightsError for a missing model."""
    embedder: Embedder = resolve(kind, EMBEDDERS, group="rag.embedders")(**options)
    return embedder


def as_embedder(embedder: Any) -> Embedder:
    """Return an embedder from one of ours, a model's name or LangChain `Embeddings`."""
    if isinstance(embedder, str):
        return new_embedder(model=embedder)
    if hasattr(type(embedder), "fingerprint"):  # asked of the class: on the object it would load the model
        ours: Embedder = embedder
        return ours
    if hasattr(embedder, "embed_documents") and hasattr(embedder, "embed_query"):
        return new_embedder("langchain", embeddings=embedder)
    raise TypeError(f"not an embedder: {type(embedder).__name__} lacks embed_documents or embed_query")
