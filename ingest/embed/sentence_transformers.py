"""Embedders of the sentence-transformers library: the built-in MiniLM, a hub id or a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.embed.tokens import FileTokens
from ingest.models.weights import MINILM, find_weights, hub_path, weights_fingerprint

if TYPE_CHECKING:
    from ingest.embed.base import Tokens, Vectors

# More tokens at once do not run faster on two cores, and cost memory.
BATCH_TOKENS = 4096


class SentenceTransformerEmbedder:
    """Embed with a sentence-transformers model; the weights are loaded at the first text, not before.

    A folder or builtin never asks a hub. Raises WeightsError when the model is not there.
    """

    def __init__(self, model: str = MINILM, device: str = "cpu") -> None:
        self.name = model
        self.device = device
        self._weights = find_weights(model)

    @cached_property
    def folder(self) -> Path:
        """Where the model's files lie; a hub id is fetched into the hub's cache when it is not there."""
        return self._weights.path or hub_path(self.name)

    @cached_property
    def fingerprint(self) -> str:
        return self._weights.sha256 or weights_fingerprint(self.folder)

    @cached_property
    def dimension(self) -> int:
        pooling = self._json("1_Pooling/config.json")
        declared = pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension")
        dense = [entry for entry in self._modules if not entry.endswith(("Transformer", "Pooling", "Normalize"))]
        if isinstance(declared, int) and not dense:
            return declared
        return int(self.model.get_embedding_dimension())

    @cached_property
    def tokens(self) -> Tokens:
        file = self.folder / "tokenizer.json"
        if not file.is_file():
            file = self._tokenizer_file()
        return FileTokens(file, self._window)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return (n, d) float32, in the texts' order; batches are of similar length, so that little is padding."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _batches(texts):
            vectors[batch] = self.model.encode_document(
                [texts[i] for i in batch], batch_size=len(batch), show_progress_bar=False
            )
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return (d,) float32, with the prefix that the model wants for questions, if any."""
        return np.asarray(self.model.encode_query([text], show_progress_bar=False)[0], dtype=np.float32)

    @cached_property
    def model(self) -> Any:
        """The sentence-transformers model itself, loaded when first asked for."""
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # That of loading weights, half a second; ours tell of real work.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(
            str(self.folder), device=self.device, local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        return model.float() if self.device == "cpu" else model

    @cached_property
    def _modules(self) -> list[str]:
        file = self.folder / "modules.json"
        return [entry["type"] for entry in json.loads(file.read_text("utf-8"))] if file.is_file() else []

    @cached_property
    def _window(self) -> int:
        declared = self._json("sentence_bert_config.json").get("max_seq_length")
        length = declared if isinstance(declared, int) else self.model.max_seq_length
        special = 2  # a mark at either end, as BERT and its kin have
        prompts = self._json("config_sentence_transformers.json").get("prompts") or {}
        prefix = max((len(prompts.get(name) or "") for name in ("document", "passage")), default=0)
        return int(length or 512) - special - prefix

    def _json(self, name: str) -> dict[str, Any]:
        file = self.folder / name
        content = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        return content if isinstance(content, dict) else {}

    def _tokenizer_file(self) -> Path:
        """Write the tokenizer.json that the folder lacks: models with only a SentencePiece file or a vocabulary."""
        import tempfile

        folder = Path(tempfile.mkdtemp(prefix="openbook-tokenizer-"))
        self.model.tokenizer.save_pretrained(folder)
        return folder / "tokenizer.json"


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield positions in order of length, as many at a time as keep the padded batch within BATCH_TOKENS."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    batch: list[int] = []
    for i in order:
        tokens = len(texts[i]) // 4 + 3  # about four characters a token
        if batch and tokens * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
