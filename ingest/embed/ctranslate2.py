"""Embed with an int8 copy of a sentence-transformers model: several times as fast on a CPU, without torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.closing import Closing
from ingest.embed.tokens import FileTokens
from ingest.errors import InputError
from ingest.models.convert import MODEL, ModelCopy, prepare_copy
from ingest.models.encoder import EncoderRuntime
from ingest.models.threads import idle_cores
from ingest.models.weights import MINILM, model_fingerprint

if TYPE_CHECKING:
    from ingest.embed.base import Tokens, Vectors
    from ingest.models.encoder import Hidden

TOKENIZER = "tokenizer.json"

POOLINGS: Mapping[str, Callable[[Hidden], Any]] = {
    "mean": lambda states: states.mean(axis=0),
    "cls": lambda states: states[0],
    "max": lambda states: states.max(axis=0),
}
"""Ways to make one vector of a text's hidden states, (tokens, width)."""


def embedder_copy(model: str) -> ModelCopy:
    """Return a model's int8 copy, converted if it is not in the cache.

    Raises NoCopyError for a model without a faithful copy, WeightsError for one that is missing or damaged, ImportError
    without the runtime.
    """
    return prepare_copy("ingest.embed.convert", model, model_fingerprint(model))


class CTranslate2Embedder(Closing):
    """Embed with a converted copy of a sentence-transformers model, which is made once and kept in the cache.

    Its vectors are within a cosine of .985 of the model's, so that a store may hold both, and its fingerprint is the
    model's. `threads` is the number of CPU threads of a call (None: as many as there are idle cores now).
    """

    def __init__(self, model: str = MINILM, *, threads: int | None = None, copy: ModelCopy | None = None) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self.name = model
        self._threads = threads or idle_cores()  # counted now: later it would count our own parsers as others
        self._copy = copy or embedder_copy(model)

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
        """Return (d,) float32, with the model's prompt for questions, if it has one."""
        vector: Vectors = self._embed([self._copy.details["query_prompt"] + text])[0]
        return vector

    def close(self) -> None:
        """Release the model; a later call loads it again."""
        self.__dict__.pop("_runtime", None)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.stack(self._runtime.map_hidden(rows, POOLINGS[self._copy.details["pooling"]]))
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
