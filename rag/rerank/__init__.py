"""Reranking: read question and passage together, and put the passages in the order of how well they answer.

>>> from rag.rerank import new_reranker, RerankedRetriever
>>> RerankedRetriever(retriever, new_reranker("cross-encoder/ms-marco-MiniLM-L6-v2")).retrieve("How long is leave?", 5)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.rerank.base import Reranker
from rag.rerank.retriever import RerankedRetriever, new_reranker

if TYPE_CHECKING:
    from rag.rerank.cross_encoder import CrossEncoderReranker
    from rag.rerank.finetune import FinetunedReranker, finetune_reranker
    from rag.rerank.settings import RerankerSettings

__all__ = [
    "CrossEncoderReranker",
    "FinetunedReranker",
    "RerankedRetriever",
    "Reranker",
    "RerankerSettings",
    "finetune_reranker",
    "new_reranker",
]

_HOME = {
    "CrossEncoderReranker": "rag.rerank.cross_encoder",
    "FinetunedReranker": "rag.rerank.finetune",
    "RerankerSettings": "rag.rerank.settings",
    "finetune_reranker": "rag.rerank.finetune",
}


def __getattr__(name: str) -> Any:
    """Import the parts that need torch at their first use."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
