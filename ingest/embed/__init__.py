"""Embedders by name, and any LangChain embeddings as one of them."""

from __future__ import annotations

from typing import Any

from ingest.embed.base import Embedder, Tokens
from ingest.models.convert import converts, copied
from ingest.plugins import resolve

AUTO = "auto"

EMBEDDERS = {
    "ctranslate2": "ingest.embed.ctranslate2:CTranslate2Embedder",
    "sentence-transformers": "ingest.embed.sentence_transformers:SentenceTransformerEmbedder",
    "langchain": "ingest.embed.langchain:LangChainEmbedder",
}

__all__ = ["EMBEDDERS", "Embedder", "Tokens", "as_embedder", "new_embedder"]


def new_embedder(kind: str = AUTO, **options: Any) -> Embedder:
    """Return an embedder of this kind.

    "sentence-transformers" is the reference, on any device; "ctranslate2" a copy in int8, converted once, several times
    as fast on a CPU; "auto" that copy where there can be one and it is true to the model, else the reference. Raises
    ValueError with the known kinds, WeightsError for a missing model.
    """
    if kind == AUTO:
        if (fast := _converted(**options)) is not None:
            return fast
        kind = "sentence-transformers"
    embedder: Embedder = resolve(kind, EMBEDDERS, group="rag.embedders")(**options)
    return embedder


def _converted(device: str = "cpu", **options: Any) -> Embedder | None:
    """Return an embedder on the model's converted copy; None where there is none, or it is to run elsewhere."""
    if device != "cpu" or not converts():
        return None
    from ingest.embed.ctranslate2 import CTranslate2Embedder

    return copied(lambda: CTranslate2Embedder(**options), "sentence-transformers")


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
