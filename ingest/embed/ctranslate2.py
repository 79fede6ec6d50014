"""Embed with a sentence-transformers model's copy in int8: several times as fast on a CPU, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.embed.tokens import FileTokens
from ingest.models.convert import MODEL, converted
from ingest.models.encoder import EncoderRuntime
from ingest.models.threads import idle_cores
from ingest.models.weights import MINILM, model_fingerprint

if TYPE_CHECKING:
    from ingest.embed.base import Tokens, Vectors
    from ingest.models.encoder import Hidden

TOKENIZER = "tokenizer.json"


@dataclass(frozen=True)
class EmbedderCopy:
    """The folder of a copy that is true to its model, and what was noted of both; see `ingest.embed.convert`."""

    folder: Path
    details: Mapping[str, Any]

    @classmethod
    def of(cls, model: str) -> EmbedderCopy:
        """Return a model's copy, converted if need be.

        Raises NoCopyError for a model without a true copy, WeightsError for one that cannot be had, ImportError without
        the runtime.
        """
        return cls(*converted("ingest.embed.convert", model, model_fingerprint(model)))


class CTranslate2Embedder:
    """Embed with a converted copy of a sentence-transformers model, made once and kept in the cache.

    Its vectors are those of the model within a cosine of .985 at least, so that a store may hold both, and its
    fingerprint is the model's. `threads` is how many CPU threads a call may use (None: as many cores as are idle now).
    """

    def __init__(self, model: str = MINILM, *, threads: int | None = None, copy: EmbedderCopy | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self.name = model
        self._threads = threads or idle_cores()  # now: later it would count what works for it, parsers say, as others
        self._copy = copy or EmbedderCopy.of(model)

    @cached_property
    def fingerprint(self) -> str:
        return model_fingerprint(self.name)

    @property
    def dimension(self) -> int:
        return int(self._copy.details["dimension"])

    @cached_property
    def tokens(self) -> Tokens:
        return FileTokens(self._copy.folder / TOKENIZER, int(self._copy.details["window"]))

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order."""
        return self._embed([self._copy.details["document_prompt"] + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32, with the prefix that the model wants for questions, if any."""
        vector: Vectors = self._embed([self._copy.details["query_prompt"] + text])[0]
        return vector

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.stack(self._runtime.made(rows, _POOLINGS[self._copy.details["pooling"]]))
        if self._copy.details["normalised"]:
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors.astype(np.float32, copy=False)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._copy.folder / TOKENIZER))
        tokenizer.enable_truncation(int(self._copy.details["max_tokens"]))
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _runtime(self) -> EncoderRuntime:
        return EncoderRuntime(self._copy.folder / MODEL, self._threads)


def _mean(states: Hidden) -> Any:
    return states.mean(axis=0)


def _first(states: Hidden) -> Any:
    return states[0]


def _most(states: Hidden) -> Any:
    return states.max(axis=0)


_POOLINGS = {"mean": _mean, "cls": _first, "max": _most}
POOLINGS = tuple(_POOLINGS)
