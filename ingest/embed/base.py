"""What an embedder is: LangChain's two methods, and the tokenizer that chunks are sized with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Offsets = NDArray[np.int32]


class Tokens(Protocol):
    """How an embedder cuts text into tokens."""

    @property
    def window(self) -> int:
        """How many tokens of a text the embedder reads, its special tokens not counted."""

    @property
    def settings(self) -> str:
        """A short text that changes whenever the same text would be cut into other tokens."""

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Return for each text its tokens' spans in characters, (n, 2) int32, in order."""


@runtime_checkable
class Embedder(Protocol):
    """Texts in, one vector each out; the methods are LangChain's, so ours serve there and theirs serve here."""

    @property
    def name(self) -> str:
        """The name that it was asked for by."""

    @property
    def fingerprint(self) -> str:
        """A hash of the weights: vectors compare only between equal fingerprints."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def tokens(self) -> Tokens:
        """The embedder's own tokenizer, or an estimate where it has none to show."""

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order."""

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32."""
