"""Adapt LangChain `Embeddings`, or any object with their two methods, to our embedder protocol."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from ingest.closing import Closing
from ingest.embed.tokens import EstimatedTokens

if TYPE_CHECKING:
    from ingest.embed.base import Tokens, Vectors

PROBE = "openbook"


@runtime_checkable
class LangChainEmbeddings(Protocol):
    """The shape of `langchain_core.embeddings.Embeddings`."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""


class LangChainEmbedder(Closing):
    """Wrap LangChain `Embeddings`. Their tokens are hidden, so chunks are sized by a cautious estimate.

    `window` is the number of tokens that the model reads, as its documentation says. The fingerprint is a hash of the
    vector of a fixed text, so that it changes when another model answers to the same name.
    """

    def __init__(self, embeddings: LangChainEmbeddings, window: int = 256, name: str | None = None) -> None:
        self.embeddings = embeddings
        model = getattr(embeddings, "model_name", None) or getattr(embeddings, "model", None)
        self.name = name or f"langchain:{type(embeddings).__name__}" + (f":{model}" if isinstance(model, str) else "")
        self.tokens: Tokens = EstimatedTokens(window)

    @cached_property
    def _probe(self) -> Vectors:
        vector: Vectors = self.embed_documents([PROBE])[0]
        return vector

    @property
    def dimension(self) -> int:
        return len(self._probe)

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.name.encode() + np.round(self._probe, 3).tobytes()).hexdigest()

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order."""
        return np.asarray(self.embeddings.embed_documents(texts), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32."""
        return np.asarray(self.embeddings.embed_query(text), dtype=np.float32)
