"""A retriever whose best hits are read again: what it found decides which, the reranker in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.errors import WeightsError
from ingest.fingerprint import fingerprint
from ingest.models.weights import folder_named
from rag.reader.folder import SETTINGS as READER
from rag.retrieve.rerank.base import Reranker
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

SETTINGS = "reranker.json"  # a folder that `rag finetune-reranker` wrote holds it
DEPTH = 20


@dataclass(frozen=True)
class RerankedRetriever:
    """Another retriever's best `depth` hits, in the order in which a reranker puts them; further ones follow as found.

    The score of a hit that was read becomes the reranker's, which stands under "rerank" in its `parts` too. The time
    grows with `depth`. Raises ValueError for a depth below 1.
    """

    retriever: Retriever
    reranker: Reranker
    depth: int = DEPTH

    def __post_init__(self) -> None:
        if not isinstance(self.depth, int) or self.depth < 1:
            raise ValueError(f"rerank_depth is {self.depth!r}: at least one hit has to be read")

    @property
    def fingerprint(self) -> str:
        return fingerprint("reranked", self.retriever, self.reranker, self.depth)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.retriever.retrieve(question, max(k, self.depth), where)
        read, others = hits[: self.depth], hits[self.depth :]
        scores = self.reranker.score(question, [hit.chunk for hit in read])
        scored = [Hit(hit.chunk, score, _parts(hit, score)) for hit, score in zip(read, scores, strict=True)]
        return [*sorted(scored, key=lambda hit: -hit.score), *others][:k]  # stable: of equal ones what was found first


def _parts(hit: Hit, score: float) -> Mapping[str, float]:
    return {**hit.parts, "rerank": score}


def new_reranker(model: str, **options: Any) -> Reranker:
    """Return the reranker of a name: a folder of `rag finetune-reranker`, any cross-encoder, or a reader.

    A cross-encoder is a folder or a hub id, a reader `builtin:minilm-reader` or a folder of `rag finetune-reader`.
    Options are those of the classes. Raises WeightsError for a model that is not there.
    """
    if (folder_named(model) / SETTINGS).is_file():
        from rag.retrieve.rerank.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(model, **options)
    if (folder_named(model) / READER).is_file():
        from rag.retrieve.rerank.reader import ReaderReranker

        return ReaderReranker(model, **options)
    from rag.retrieve.rerank.sentence_transformers import SentenceTransformersReranker

    try:
        return SentenceTransformersReranker(model, **options)
    except WeightsError as error:
        raise WeightsError(
            f"no reranker {model!r}: give a folder that `rag finetune-reranker` or `rag finetune-reader` wrote, "
            f"builtin:minilm-reader, or a cross-encoder's folder or hub id ({error})"
        ) from None
