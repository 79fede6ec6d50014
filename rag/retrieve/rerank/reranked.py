"""A retriever whose best hits a reranker puts in a new order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingest.closing import Closing, close_parts
from ingest.embed import Embedder
from ingest.errors import InputError, ModelError, WeightsError
from ingest.fingerprint import fingerprint
from ingest.models.weights import folder_named
from rag.reader.folder import SETTINGS as READER_SETTINGS
from rag.retrieve.rerank.base import RERANKER_FILE, Reranker
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

DEPTH = 20


@dataclass(frozen=True)
class RerankedRetriever(Closing):
    """Another retriever's best `depth` hits in a reranker's order; further hits follow in their own order.

    The score of a reranked hit is the reranker's, also "rerank" in its `parts`. The time grows with `depth`. Raises
    InputError for a depth below 1. Closing it closes the retriever and the reranker.
    """

    retriever: Retriever
    reranker: Reranker
    depth: int = DEPTH

    def __post_init__(self) -> None:
        if not isinstance(self.depth, int) or self.depth < 1:
            raise InputError(f"rerank_depth is {self.depth!r}: at least one hit has to be read")

    @property
    def fingerprint(self) -> str:
        return fingerprint("reranked", self.retriever, self.reranker, self.depth)

    @property
    def embedder(self) -> Embedder | None:
        """The embedder of the retriever, whose cosines stay in the hits' `parts`."""
        embedder: Embedder | None = getattr(self.retriever, "embedder", None)
        return embedder

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        # The reranker reads the head; the tail is only needed if k is larger.
        hits = self.retriever.retrieve(question, max(k, self.depth), where)
        head, tail = hits[: self.depth], hits[self.depth :]
        scores = self.reranker.score(question, [hit.chunk for hit in head])
        reranked = [
            Hit(hit.chunk, score, {**hit.parts, "rerank": score}) for hit, score in zip(head, scores, strict=True)
        ]
        return [*sorted(reranked, key=lambda hit: -hit.score), *tail][:k]  # stable: ties keep the retriever's order

    def close(self) -> None:
        close_parts(self.retriever, self.reranker)


def new_reranker(model: str, **options: Any) -> Reranker:
    """Return the reranker of this name: a folder of `rag finetune-reranker`, or a cross-encoder's folder or hub id.

    Options are those of the classes. Raises WeightsError for a model that is not there, and ModelError for a reader.
    """
    # The file in the folder tells which kind of model it is.
    if (folder_named(model) / RERANKER_FILE).is_file():
        from rag.retrieve.rerank.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(model, **options)
    if (folder_named(model) / READER_SETTINGS).is_file():
        raise ModelError(
            f"{model} is a reader, not a reranker: give a cross-encoder, or a folder that `rag finetune-reranker` wrote"
        )
    from rag.retrieve.rerank.sentence_transformers import SentenceTransformersReranker

    try:
        return SentenceTransformersReranker(model, **options)
    except WeightsError as error:
        raise WeightsError(
            f"no reranker {model!r}: give a folder that `rag finetune-reranker` wrote, or a cross-encoder's folder or "
            f"hub id ({error})"
        ) from None
