"""The document store passes Haystack's own base tests, and our retrieval is a component of its pipelines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # or it reports its use over the network

import pytest

pytest.importorskip("haystack")

from haystack import Document, Pipeline
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.testing.document_store import DocumentStoreBaseTests

from ingest.errors import InputError
from rag.haystack import OpenbookDocumentStore, OpenbookHaystackRetriever


class StoreTests(DocumentStoreBaseTests):
    @staticmethod
    def assert_documents_are_equal(received: list[Document], expected: list[Document]) -> None:
        """Embeddings are kept as float32; the order is that of the ids."""
        by_id = {document.id: document for document in received}
        assert len(by_id) == len(received) == len(expected)
        for document in expected:
            other = by_id[document.id]
            assert other.to_dict() | {"embedding": 0, "score": 0} == document.to_dict() | {"embedding": 0, "score": 0}
            if document.embedding is None:
                assert other.embedding is None
            else:
                assert other.embedding == pytest.approx(document.embedding, rel=1e-6)

    def test_write_documents(self, document_store: OpenbookDocumentStore) -> None:
        document = Document(content="Tea is at four.")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document])


class TestMemoryStore(StoreTests):
    @pytest.fixture
    def document_store(self) -> OpenbookDocumentStore:
        return OpenbookDocumentStore(embedder=None, dimension=768)


class TestLocalStore(StoreTests):
    @pytest.fixture
    def document_store(self, tmp_path: Path) -> Iterator[OpenbookDocumentStore]:
        document_store = OpenbookDocumentStore(str(tmp_path / "store"), embedder=None, dimension=768)
        yield document_store
        document_store.store.close()


def test_a_store_needs_an_embedder_or_a_dimension() -> None:
    with pytest.raises(InputError, match="needs the dimension"):
        OpenbookDocumentStore(embedder=None)
    with pytest.raises(InputError, match="has no embedder"):
        OpenbookHaystackRetriever(OpenbookDocumentStore(embedder=None, dimension=8))


@pytest.mark.weights
def test_a_pipeline_retrieves_with_filters_and_survives_its_file(tmp_path: Path) -> None:
    document_store = OpenbookDocumentStore(str(tmp_path / "store"))
    document_store.write_documents(
        [
            Document(content="Tea is served at four in the library.", meta={"year": 2026}),
            Document(content="Tea is served at five in the library.", meta={"year": 2025, "by": {"name": "Ann"}}),
            Document(content="The rent is 900 euros.", meta={"year": 2026}),
        ],
        DuplicatePolicy.SKIP,
    )
    pipeline = Pipeline()
    pipeline.add_component("retriever", OpenbookHaystackRetriever(document_store, top_k=1))
    filters = {"field": "meta.year", "operator": "==", "value": 2025}
    question: dict[str, Any] = {"retriever": {"query": "When is tea served?", "filters": filters}}
    [document] = pipeline.run(question)["retriever"]["documents"]
    assert document.content == "Tea is served at five in the library."
    assert document.meta == {"year": 2025, "by": {"name": "Ann"}}
    assert document.score > 0
    document_store.store.close()
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["rag.haystack"])
    assert again.run(question)["retriever"]["documents"] == [document]
