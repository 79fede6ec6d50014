"""The embedder protocol: LangChain's two methods, and the tokenizer that sizes chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Offsets = NDArray[np.int32]


class Tokens(Protocol):
    """Cut text into an embedder's tokens."""

    @property
    def window(self) -> int:
        """The number of tokens of a text that the embedder reads, without its special tokens."""

    @property
    def settings(self) -> str:
        """A short text that changes whenever the same text would be cut into other tokens."""

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Return the spans of each text's tokens in characters, (n, 2) int32, in order."""


@runtime_checkable
class Embedder(Protocol):
    """Turn texts into vectors, one each. The methods are LangChain's: its embedders serve here and ours serve there."""

    @property
    def name(self) -> str:
        """The name by which the embedder was loaded."""

    @property
    def fingerprint(self) -> str:
        """A hash of the weights: vectors are comparable only between equal fingerprints."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    @property
    def tokens(self) -> Tokens:
        """The embedder's own tokenizer, or an estimate where it shows none."""

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order."""

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32."""
