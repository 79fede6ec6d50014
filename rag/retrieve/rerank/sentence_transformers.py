"""Cross-encoders of the sentence-transformers library: a hub id or a folder, such as the MS MARCO ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ingest.closing import Closing
from ingest.errors import InputError, ModelError
from ingest.models.threads import idle_cores, limited_threads
from ingest.models.weights import find_weights, hub_path, weights_fingerprint
from ingest.types import Chunk


class SentenceTransformersReranker(Closing):
    """Scores with a cross-encoder that has one output.

    The library cuts a passage that is longer than the model's window. `threads` is the number of CPU threads of a call
    (None: as many as there are idle cores now). Raises WeightsError if the model is not there, and, at the first use,
    ModelError for a classifier. A closed reranker loads its weights again when it is used.
    """

    def __init__(self, model: str, *, device: str = "cpu", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self.name = model
        self._device = device
        self._threads = threads or idle_cores()
        self._folder = find_weights(model).path or hub_path(model)

    @property
    def fingerprint(self) -> str:
        return weights_fingerprint(self._folder)

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one score a passage, after the model's own activation function."""
        if not question.strip():
            raise InputError("the question is empty: ask something")
        if not passages:
            return []
        pairs = [(question, chunk.embedding_text) for chunk in passages]
        with limited_threads(self._threads):
            return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]

    def close(self) -> None:
        self.__dict__.pop("_model", None)

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        from rag.generate.load import quiet

        # Only local safetensors: weights in other formats may run code when they are loaded.
        with quiet():
            model = CrossEncoder(
                str(self._folder),
                device=self._device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        if model.num_labels != 1:
            raise ModelError(f"{self.name} has {model.num_labels} outputs: a reranker has one")
        return model
