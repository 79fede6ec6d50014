"""Adapters for LangChain: stores, retrievers, embedders and pipelines of ours, for use in its chains.

The other direction needs no adapter: `Config.override("generator", model=...)` and `new_generator` take its chat models
and LLMs, `Config.override("embedder", model=...)` and `as_embedder` its `Embeddings`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool
from langchain_core.vectorstores import VectorStore
from pydantic import BaseModel, ConfigDict, Field

from ingest.embed import Embedder, as_embedder
from ingest.errors import InputError
from ingest.models.weights import MINILM
from ingest.types import Chunk
from rag.answer.pipeline import Pipeline
from rag.answer.types import Answer
from rag.index.manifest import embedder_manifest
from rag.retrieve.retrievers import Retriever
from stores.base import Entry, Hit, Source, Store
from stores.filters.filter import Where
from stores.filters.parse import as_filter

__all__ = ["AskTool", "OpenbookEmbeddings", "OpenbookRetriever", "OpenbookVectorStore", "PipelineRunnable"]


class OpenbookEmbeddings(Embeddings):
    """Adapt one of our embedders, or a model's name, to LangChain `Embeddings`."""

    def __init__(self, embedder: Embedder | str = MINILM) -> None:
        self.embedder = as_embedder(embedder)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self.embedder.embed_documents(texts)] if texts else []

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.embedder.embed_query(text).tolist()
        return vector


class OpenbookVectorStore(VectorStore):
    """Adapt a store to a LangChain vector store. Each document is one chunk, whatever its length.

    A document replaces the one of the same id. Scores are cosines: higher is better.
    """

    def __init__(self, store: Store, embedding: Any = MINILM) -> None:
        self.store = store
        self.embedder = as_embedder(getattr(embedding, "embedder", embedding))
        self._embeddings = embedding if isinstance(embedding, Embeddings) else OpenbookEmbeddings(self.embedder)
        store.bind(embedder_manifest(self.embedder))

    @property
    def embeddings(self) -> Embeddings:
        return self._embeddings

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts and return their ids. Those that are missing are random."""
        texts = list(texts)
        metadatas = metadatas or [{} for _ in texts]
        names = [name or str(uuid.uuid4()) for name in ids or [""] * len(texts)]
        if not len(texts) == len(metadatas) == len(names):
            raise InputError(f"{len(texts)} texts, {len(metadatas)} metadatas and {len(names)} ids: give one of each")
        if texts:
            vectors = np.asarray(self.embedder.embed_documents(texts), dtype=np.float32)
            entries = {}  # the last one of those with the same id
            for name, text, metadata, vector in zip(names, texts, metadatas, vectors, strict=True):
                chunk = Chunk(text, name, 0, len(text), metadata=metadata)
                text_hash = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
                entries[name] = Entry(Source(name, name, text_hash), [chunk], vector[np.newaxis])
            self.store.write(put=list(entries.values()))
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        """Delete the documents of these ids, or all documents."""
        names = [info.source.source for info in self.store.sources()] if ids is None else ids
        self.store.write(delete=names)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[LangChainDocument]:
        return [_to_document(chunk) for name in ids for chunk in self.store.chunks(name)]

    def similarity_search(self, query: str, k: int = 4, filter: Where = None, **kwargs: Any) -> list[LangChainDocument]:
        return [document for document, _ in self.similarity_search_with_score(query, k, filter)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Where = None, **kwargs: Any
    ) -> list[tuple[LangChainDocument, float]]:
        """Return the k nearest documents with their cosines, best first."""
        return _scored(self.store.search(self.embedder.embed_query(query), k, as_filter(filter)))

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Where = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        return [document for document, _ in _scored(self.store.search(embedding, k, as_filter(filter)))]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Where = None,
        **kwargs: Any,
    ) -> list[LangChainDocument]:
        """Return k documents chosen from the nearest `fetch_k` for relevance and variety (1: relevance alone)."""
        from langchain_core.vectorstores.utils import maximal_marginal_relevance

        query_vector = self.embedder.embed_query(query)
        hits = self.store.search(query_vector, max(k, fetch_k), as_filter(filter))
        vectors = self.store.vectors([hit.chunk.embedding_text for hit in hits])
        rows: list[Any] = [vectors[hit.chunk.embedding_text] for hit in hits]
        chosen = maximal_marginal_relevance(query_vector, rows, lambda_mult, k) if rows else []
        return [_to_document(hits[i].chunk) for i in chosen]

    def _select_relevance_score_fn(self) -> Any:
        return lambda cosine: max(0.0, min(1.0, cosine))

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        store: Store | None = None,
        **kwargs: Any,
    ) -> OpenbookVectorStore:
        """Create a vector store from texts, in memory unless a store is given."""
        from stores import new_store

        vector_store = cls(store or new_store("memory"), embedding)
        vector_store.add_texts(texts, metadatas, ids=ids)
        return vector_store


class OpenbookRetriever(BaseRetriever):
    """Adapt a retriever (dense, BM25, hybrid, reranked) to a LangChain retriever.

    The documents' metadata are those of the chunk, and `source`, `start`, `end`, `page`, `heading` and `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Any
    """An object with `retrieve(question, k, where)`: `rag.retrieve.Retriever`."""

    k: int = 5
    where: Any = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        retriever: Retriever = self.retriever
        hits = retriever.retrieve(query, k or self.k, as_filter(self.where))
        documents = []
        for hit in hits:
            chunk = hit.chunk
            place = {"source": chunk.source, "start": chunk.start, "end": chunk.end, "page": chunk.page}
            metadata = {**chunk.metadata, **place, "heading": " > ".join(chunk.heading), "score": hit.score}
            documents.append(LangChainDocument(id=chunk.id, page_content=chunk.text, metadata=metadata))
        return documents


class PipelineRunnable(Runnable[str, Answer]):
    """Adapt a pipeline to a LangChain runnable from a question to an `Answer`; `batch` generates in batches."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self.pipeline.ask(input)

    def batch(
        self,
        inputs: list[str],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Any]:
        if return_exceptions:  # one by one, so that a failure is that question's alone
            return super().batch(inputs, config, return_exceptions=True, **kwargs)
        return self.pipeline.ask_many(inputs)


class AskQuestion(BaseModel):
    """Arguments of `AskTool`."""

    question: str = Field(description="one question, complete in itself")


class AskTool(BaseTool):
    """Adapt a pipeline to a tool of an agent: the model is told the answer and its quotes, the artifact is `Answer`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = "ask_documents"
    description: str = (
        "Answer a question from the documents, with quotes that prove it. Says so when they do not have the answer."
    )
    args_schema: type[BaseModel] = AskQuestion
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    pipeline: Any
    """A `rag.Pipeline`."""

    where: Any = None

    def _run(self, question: str) -> tuple[str, Answer]:
        pipeline: Pipeline = self.pipeline
        answer = pipeline.ask(question, self.where)
        quotes = [f"[{one.number}] {one.source}: {one.text}" for one in answer.citations]
        return "\n".join([answer.text, *quotes]), answer


def _to_document(chunk: Chunk) -> LangChainDocument:
    return LangChainDocument(id=chunk.source, page_content=chunk.text, metadata=dict(chunk.metadata))


def _scored(hits: Sequence[Hit]) -> list[tuple[LangChainDocument, float]]:
    return [(_to_document(hit.chunk), hit.score) for hit in hits]
