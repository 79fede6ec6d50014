"""Embed with the sentence-transformers library: the embedded MiniLM, a hub id or a folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.closing import Closing
from ingest.embed.tokens import FileTokens
from ingest.models.weights import MINILM, find_weights, hub_path, weights_fingerprint

if TYPE_CHECKING:
    from ingest.embed.base import Tokens, Vectors

BATCH_TOKENS = 4096  # larger batches are no faster on two cores, and take more memory
SPECIAL_TOKENS = 2  # one at either end, as BERT and its kin have


class SentenceTransformerEmbedder(Closing):
    """Embed with a sentence-transformers model, whose weights are loaded with the first text.

    A folder or an embedded model never asks a hub. Raises WeightsError when the model is missing.
    """

    def __init__(self, model: str = MINILM, device: str = "cpu") -> None:
        self.name = model
        self.device = device
        self._weights = find_weights(model)

    @cached_property
    def folder(self) -> Path:
        """The folder of the model's files; a hub id is downloaded into the hub's cache when it is not there."""
        return self._weights.path or hub_path(self.name)

    @cached_property
    def fingerprint(self) -> str:
        return self._weights.sha256 or weights_fingerprint(self.folder)

    @cached_property
    def dimension(self) -> int:
        # The pooling's width is the vector's, unless a dense layer follows.
        pooling = self._read_json("1_Pooling/config.json")
        declared = pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension")
        file = self.folder / "modules.json"
        modules = [entry["type"] for entry in json.loads(file.read_text("utf-8"))] if file.is_file() else []
        if isinstance(declared, int) and all(m.endswith(("Transformer", "Pooling", "Normalize")) for m in modules):
            return declared
        return int(self.model.get_embedding_dimension())

    @cached_property
    def prompts(self) -> Mapping[str, str]:
        """The texts that the model wants before questions and documents, by their names."""
        return self._read_json("config_sentence_transformers.json").get("prompts") or {}

    @cached_property
    def max_tokens(self) -> int:
        """The number of tokens of a text that the model reads, its special tokens included."""
        declared = self._read_json("sentence_bert_config.json").get("max_seq_length")
        return int((declared if isinstance(declared, int) else self.model.max_seq_length) or 512)

    @cached_property
    def tokens(self) -> Tokens:
        prefix = max(len(self.prompts.get(name) or "") for name in ("document", "passage"))
        window = self.max_tokens - SPECIAL_TOKENS - prefix
        file = self.folder / "tokenizer.json"
        if file.is_file():
            return FileTokens(file, window)
        # A model with only a SentencePiece file or a vocabulary: write what it lacks.
        scratch = tempfile.TemporaryDirectory(prefix="openbook-tokenizer-")
        self.model.tokenizer.save_pretrained(scratch.name)
        return FileTokens(Path(scratch.name) / "tokenizer.json", window, scratch)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order; a batch holds texts of similar length, to pad little."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _batch_by_length(texts):
            vectors[batch] = self.model.encode_document(
                [texts[i] for i in batch], batch_size=len(batch), show_progress_bar=False
            )
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32, with the model's prompt for questions, if it has one."""
        return np.asarray(self.model.encode_query([text], show_progress_bar=False)[0], dtype=np.float32)

    def close(self) -> None:
        """Release the model; a later call loads it again."""
        self.__dict__.pop("model", None)

    @cached_property
    def model(self) -> Any:
        """The SentenceTransformer, loaded at the first use."""
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # The library's bar for loading weights takes half a second; our bars stand for real work.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(
            str(self.folder), device=self.device, local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        return model.float() if self.device == "cpu" else model

    def _read_json(self, name: str) -> dict[str, Any]:
        file = self.folder / name
        content = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        return content if isinstance(content, dict) else {}


def _batch_by_length(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the texts' places from the shortest to the longest, in batches of at most BATCH_TOKENS with padding."""
    batch: list[int] = []
    for place in sorted(range(len(texts)), key=lambda place: len(texts[place])):
        tokens = len(texts[place]) // 4 + 3  # about four characters per token
        if batch and tokens * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
