"""The adapters pass LangChain's own standard tests, and keep our promises beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.runnables import RunnablePassthrough
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from langchain_tests.integration_tests.vectorstores import EMBEDDING_SIZE, VectorStoreIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from ingest.embed import as_embedder
from ingest.errors import InputError
from ingest.types import Chunk
from rag.answer.pipeline import Pipeline
from rag.langchain import OpenbookEmbeddings, OpenbookRetriever, OpenbookVectorStore, PipelineRunnable
from rag.retrieve.retrievers import Bm25Retriever
from stores import new_store
from stores.base import Entry, Source


class TestLocalVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Any) -> Iterator[OpenbookVectorStore]:
        store = new_store("local", path=tmp_path / "store")
        yield OpenbookVectorStore(store, self.get_embeddings())
        store.close()


class TestMemoryVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> OpenbookVectorStore:
        return OpenbookVectorStore(new_store("memory"), self.get_embeddings())


class WordEmbeddings(OpenbookEmbeddings):
    """Our embeddings over an embedder without weights."""

    def __init__(self) -> None:
        super().__init__(as_embedder(DeterministicFakeEmbedding(size=EMBEDDING_SIZE)))


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return WordEmbeddings


class TestEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return WordEmbeddings


@pytest.mark.weights
class TestMiniLmEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return OpenbookEmbeddings


def filled_retriever(k: int = 3) -> OpenbookRetriever:
    store = new_store("memory")
    embeddings = as_embedder(DeterministicFakeEmbedding(size=8))
    store.bind({"embedder": "fake", "embedder_fingerprint": "1", "dimension": "8"})
    texts = [f"an example query, number {number}" for number in range(5)]
    for number, text in enumerate(texts):
        chunk = Chunk(text, f"{number}.txt", 0, len(text), page=number + 1, heading=("A", "B"), metadata={"n": number})
        store.write(put=[Entry(Source(chunk.source, chunk.source, "1"), [chunk], embeddings.embed_documents([text]))])
    return OpenbookRetriever(retriever=Bm25Retriever(store), k=k)


class TestRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self) -> type[OpenbookRetriever]:
        return lambda k=3: filled_retriever(k)  # type: ignore[return-value]

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {}

    @property
    def retriever_query_example(self) -> str:
        return "example query"


def test_a_retrieved_document_says_where_it_stands() -> None:
    (document,) = filled_retriever(1).invoke("number 3")
    assert document.metadata | {"score": 0} == {
        "n": 3, "source": "3.txt", "start": 0, "end": 26, "page": 4, "heading": "A > B", "score": 0,
    }  # fmt: skip


def test_filters_come_as_text_or_dictionary_and_before_the_top_k() -> None:
    vector_store = OpenbookVectorStore.from_texts(
        [f"text {n}" for n in range(50)],
        DeterministicFakeEmbedding(size=8),
        [{"price": n} for n in range(50)],
    )
    for where in ("price >= 48", {"price": {"$gte": 48}}):
        found = vector_store.similarity_search("text", k=10, filter=where)
        assert sorted(document.metadata["price"] for document in found) == [48, 49]


def test_marginal_relevance_prefers_variety() -> None:
    texts = ["apple", "apple", "whale"]
    vector_store = OpenbookVectorStore.from_texts(texts, DeterministicFakeEmbedding(size=8))
    found = vector_store.max_marginal_relevance_search("apple", k=2, lambda_mult=0.1)
    assert sorted(document.page_content for document in found) == ["apple", "whale"]


def test_unequal_lists_are_refused() -> None:
    vector_store = OpenbookVectorStore(new_store("memory"), DeterministicFakeEmbedding(size=8))
    with pytest.raises(ValueError, match="2 texts, 1 metadatas and 2 ids"):
        vector_store.add_texts(["a", "b"], [{}])


def test_a_pipeline_is_a_runnable(scripted: Any) -> None:
    runnable = PipelineRunnable(Pipeline(filled_retriever().retriever, scripted("number 3")))
    assert (RunnablePassthrough() | runnable).invoke("which number?").text == "number 3"
    assert [answer.text for answer in runnable.batch(["one number?", "which number?"])] == ["number 3"] * 2
    answered, refused = runnable.batch(["which number?", " "], return_exceptions=True)
    assert (answered.text, type(refused)) == ("number 3", InputError)
