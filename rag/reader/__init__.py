"""Extractive question answering: point at the span of a passage that answers a question.

>>> from rag.reader import ExtractiveReader, best_span
>>> best_span(ExtractiveReader("my-reader").read("How long is the warranty?", passages)).text
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.reader.base import Reader as Reader, Span as Span, best_span as best_span
    from rag.reader.reader import ExtractiveReader as ExtractiveReader

__getattr__, __dir__, __all__ = attach(__name__, __file__)
