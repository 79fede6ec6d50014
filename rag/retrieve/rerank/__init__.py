"""Reranking: order passages by a model that reads each together with the question.

>>> from rag.retrieve.rerank import new_reranker, RerankedRetriever
>>> RerankedRetriever(retriever, new_reranker("cross-encoder/ms-marco-MiniLM-L6-v2")).retrieve("How long is leave?", 5)
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.retrieve.rerank.base import Reranker as Reranker
    from rag.retrieve.rerank.cross_encoder import CrossEncoderReranker as CrossEncoderReranker
    from rag.retrieve.rerank.reranked import RerankedRetriever as RerankedRetriever, new_reranker as new_reranker

__getattr__, __dir__, __all__ = attach(__name__, __file__)
