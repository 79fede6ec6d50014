"""An embedder's name or object, wherever one is wanted."""

from __future__ import annotations

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from ingest.embed import new_embedder
from ingest.embed.langchain import LangChainEmbedder
from ingest.errors import InputError


def test_embeddings_and_embedders_go_wherever_a_kind_goes() -> None:
    embedder = new_embedder(DeterministicFakeEmbedding(size=16))
    assert isinstance(embedder, LangChainEmbedder)
    assert embedder.embed_documents(["a", "b"]).shape == (2, 16)
    assert new_embedder(embedder) is embedder


def test_other_objects_and_options_beside_an_object_are_refused() -> None:
    with pytest.raises(InputError, match="int is no embedder: give a model's name"):
        new_embedder(5)
    with pytest.raises(InputError, match="window cannot be set on it"):
        new_embedder(DeterministicFakeEmbedding(size=16), window=9)
