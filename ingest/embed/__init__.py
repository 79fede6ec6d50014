"""Embedders by name, and any LangChain embeddings as one of them."""

from __future__ import annotations

from typing import Any

from ingest.embed.base import Embedder, Tokens
from ingest.errors import InputError
from ingest.models.convert import copy_or_none, has_runtime
from ingest.plugins import check_options, construct

AUTO = "auto"

EMBEDDERS = {
    "ctranslate2": "ingest.embed.ctranslate2:CTranslate2Embedder",
    "sentence-transformers": "ingest.embed.sentence_transformers:SentenceTransformerEmbedder",
    "langchain": "ingest.embed.langchain:LangChainEmbedder",
}

__all__ = ["EMBEDDERS", "Embedder", "Tokens", "as_embedder", "new_embedder"]


def new_embedder(kind: str | Any = AUTO, **options: Any) -> Embedder:
    """Return an embedder of this kind; an embedder or LangChain `Embeddings` in its place is taken as it is.

    "sentence-transformers" is the reference, on any device. "ctranslate2" is an int8 copy, converted once, several
    times as fast on a CPU. "auto" is that copy where it is faithful to the model and a CPU is to run it, else the
    reference. Raises InputError with the known kinds, WeightsError for a missing model.
    """
    if not isinstance(kind, str):
        if options:
            raise InputError(f"{type(kind).__name__} is an object already: {', '.join(options)} cannot be set on it")
        return as_embedder(kind)
    if kind == AUTO:
        own = {name: value for name, value in options.items() if name != "device"}
        if options.get("device", "cpu") == "cpu" and has_runtime():
            from ingest.embed.ctranslate2 import CTranslate2Embedder

            check_options(CTranslate2Embedder, own)
            if embedder := copy_or_none(lambda: CTranslate2Embedder(**own), "sentence-transformers"):
                return embedder
        kind = "sentence-transformers"
    reference: Embedder = construct(kind, EMBEDDERS, "rag.embedders", **options)
    return reference


def as_embedder(embedder: Any) -> Embedder:
    """Return an embedder for an embedder, a model's name or LangChain `Embeddings`."""
    if isinstance(embedder, str):
        return new_embedder(model=embedder)
    if hasattr(type(embedder), "fingerprint"):  # looked up on the class: on the object it would load the model
        ours: Embedder = embedder
        return ours
    if hasattr(embedder, "embed_documents") and hasattr(embedder, "embed_query"):
        return new_embedder("langchain", embeddings=embedder)
    raise InputError(
        f"{type(embedder).__name__} is no embedder: give a model's name, LangChain Embeddings, or an object with the "
        "methods of ingest.Embedder"
    )
