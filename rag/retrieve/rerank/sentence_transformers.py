"""Cross-encoders of the sentence-transformers library: a hub id or a folder, such as the MS MARCO ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ingest.models.threads import idle_cores, limited_threads
from ingest.models.weights import find_weights, hub_path, weights_fingerprint
from ingest.types import Chunk


class SentenceTransformersReranker:
    """Scores with a cross-encoder whose one output is how well a passage answers.

    A passage longer than the model's window is cut there, as the library does. Raises WeightsError when the model is
    not there, and ValueError for one with several outputs, which is a classifier.
    """

    def __init__(self, model: str, *, device: str = "cpu", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._device = device
        self._threads = threads or idle_cores()
        self._folder = find_weights(model).path or hub_path(model)

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """A hash that tells this reranker from any other."""
        return weights_fingerprint(self._folder)

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one score a passage, as the model's own activation gives them."""
        if not question.strip():
            raise ValueError("the question is empty: ask something")
        if not passages:
            return []
        pairs = [(question, chunk.embedding_text) for chunk in passages]
        with limited_threads(self._threads):
            return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        from rag.generate.load import quiet

        with quiet():
            model = CrossEncoder(
                str(self._folder),
                device=self._device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        if model.num_labels != 1:
            raise ValueError(f"{self._name} has {model.num_labels} outputs: a reranker has one")
        return model
