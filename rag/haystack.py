"""Adapters for Haystack: one of our stores as its document store, and our retrieval as a component.

Haystack itself reports its use to its makers unless HAYSTACK_TELEMETRY_ENABLED is "False" in the environment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from haystack import Document as HaystackDocument, component, default_from_dict, default_to_dict
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils.filters import document_matches_filter

from ingest.embed import as_embedder
from ingest.errors import InputError
from ingest.models.weights import MINILM
from ingest.types import Chunk, Metadata
from rag.index.manifest import embedder_manifest
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store
from stores.base import Entry, Source, Store
from stores.filters.filter import Filter, In

__all__ = ["OpenbookDocumentStore", "OpenbookHaystackRetriever"]

WHOLE = "haystack"
"""The key of metadata under which a document is kept as Haystack has it, without content and embedding."""


class OpenbookDocumentStore:
    """Adapt a store to a Haystack document store. Each document is one chunk, whatever its length.

    The store is a folder at `path`, else in memory. `embedder` embeds what comes without an embedding; with None the
    embeddings are those of a Haystack embedder, of this `dimension`, and a document without one is found by its words
    alone. Documents of one text share an embedding when they are read.
    """

    def __init__(self, path: str | None = None, embedder: str | None = MINILM, dimension: int | None = None) -> None:
        self._options = {"path": path, "embedder": embedder, "dimension": dimension}
        self.embedder = as_embedder(embedder) if embedder else None
        if self.embedder is None and not dimension:
            raise InputError("a document store without an embedder needs the dimension of its embeddings")
        self.store: Store = new_store("local", path=Path(path)) if path else new_store("memory")
        self.dimension = self.embedder.dimension if self.embedder else int(dimension or 0)
        given = {"embedder": "haystack", "embedder_fingerprint": "haystack", "dimension": str(self.dimension)}
        self.store.bind(embedder_manifest(self.embedder) if self.embedder else given)

    def to_dict(self) -> dict[str, Any]:
        """Return the store's options for a pipeline's file."""
        return default_to_dict(self, **self._options)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> OpenbookDocumentStore:
        """Open the store of a pipeline's file."""
        store: OpenbookDocumentStore = default_from_dict(cls, data)
        return store

    def count_documents(self) -> int:
        """Return the number of documents."""
        return len(self.store)

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[HaystackDocument]:
        """Return the documents that a filter of Haystack's allows, with Haystack's own rules."""
        return list(self._documents(filters))

    def write_documents(self, documents: list[HaystackDocument], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Put documents into the store, and return how many were written. Without a policy, duplicates fail."""
        if not isinstance(documents, list) or not all(isinstance(one, HaystackDocument) for one in documents):
            raise ValueError("write_documents takes a list of Documents")
        wanted: dict[str, HaystackDocument] = {}
        known = {info.source.source for info in self.store.sources()}
        for document in documents:
            if policy != DuplicatePolicy.OVERWRITE and (document.id in known or document.id in wanted):
                if policy != DuplicatePolicy.SKIP:
                    raise DuplicateDocumentError(f"a document {document.id!r} is there already")
                continue
            wanted[document.id] = document
        vectors = self._embed(list(wanted.values()))
        self.store.write(
            put=[_to_entry(document, vector) for document, vector in zip(wanted.values(), vectors, strict=True)]
        )
        return len(documents) if policy == DuplicatePolicy.OVERWRITE else len(wanted)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete the documents of these ids."""
        self.store.write(delete=document_ids)

    def where(self, filters: dict[str, Any] | None) -> Filter | None:
        """Return a filter of Haystack's as one of ours."""
        return In("source", tuple(one.id for one in self._documents(filters))) if filters else None

    def to_document(self, chunk: Chunk, score: float | None = None) -> HaystackDocument:
        """Return the document of a chunk."""
        [document] = self._to_documents([chunk])
        return replace(document, score=score)

    def _documents(self, filters: dict[str, Any] | None) -> Iterator[HaystackDocument]:
        if filters and "operator" not in filters and "conditions" not in filters:
            raise ValueError("a filter has an operator: https://docs.haystack.deepset.ai/docs/metadata-filtering")
        for document in self._to_documents(list(self.store.chunks())):
            if not filters or document_matches_filter(filters, document):
                yield document

    def _to_documents(self, chunks: Sequence[Chunk]) -> list[HaystackDocument]:
        vectors = self.store.vectors([chunk.embedding_text for chunk in chunks])
        documents = []
        for chunk in chunks:
            whole = json.loads(str(chunk.metadata[WHOLE]))
            vector = vectors[chunk.embedding_text]
            embedding = vector.tolist() if vector.any() else None
            content = chunk.text if whole.pop("has_content") else None
            documents.append(HaystackDocument.from_dict({**whole, "content": content, "embedding": embedding}))
        return documents

    def _embed(self, documents: Sequence[HaystackDocument]) -> list[Any]:
        vectors = [document.embedding for document in documents]
        missing = [number for number, vector in enumerate(vectors) if vector is None]
        if self.embedder and missing:
            embedded = self.embedder.embed_documents([documents[number].content or "" for number in missing])
            for number, vector in zip(missing, embedded, strict=True):
                vectors[number] = vector
        return [
            np.zeros(self.dimension, np.float32) if vector is None else np.asarray(vector, np.float32)
            for vector in vectors
        ]


@component
class OpenbookHaystackRetriever:
    """Find documents by meaning and by words. The store needs an embedder of its own."""

    def __init__(self, document_store: OpenbookDocumentStore, top_k: int = 5) -> None:
        if document_store.embedder is None:
            raise InputError("this document store has no embedder: give it one, or use a retriever of Haystack's")
        self.document_store, self.top_k = document_store, top_k
        self._retriever = HybridRetriever(document_store.store, document_store.embedder)

    @component.output_types(documents=list[HaystackDocument])
    def run(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[HaystackDocument]]:
        """Return the best documents with their scores, best first, among those that the filter allows."""
        hits = self._retriever.retrieve(query, top_k or self.top_k, self.document_store.where(filters))
        return {"documents": [self.document_store.to_document(hit.chunk, hit.score) for hit in hits]}

    def to_dict(self) -> dict[str, Any]:
        """Return the component's options for a pipeline's file."""
        return default_to_dict(self, document_store=self.document_store.to_dict(), top_k=self.top_k)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> OpenbookHaystackRetriever:
        """Make the component of a pipeline's file."""
        options = data["init_parameters"]
        store = OpenbookDocumentStore.from_dict(options["document_store"])
        retriever: OpenbookHaystackRetriever = cls(store, options["top_k"])
        return retriever


def _to_entry(document: HaystackDocument, vector: Any) -> Entry:
    whole = document.to_dict(flatten=False)
    content = whole.pop("content")
    whole.pop("embedding", None)
    whole.pop("score", None)
    whole["has_content"] = content is not None
    text = json.dumps(whole, default=str)
    chunk = Chunk(content or "", document.id, 0, len(content or ""), metadata={**_scalars(document.meta), WHOLE: text})
    digest = hashlib.sha256(f"{content}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return Entry(Source(document.id, document.id, digest), [chunk], vector[np.newaxis])


def _scalars(meta: dict[str, Any]) -> Metadata:
    """Return those metadata that filters of ours read."""
    return {
        key: value
        for key, value in meta.items()
        if all(
            one is None or isinstance(one, str | int | float) for one in (value if isinstance(value, list) else [value])
        )
    }
