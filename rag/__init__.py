"""Answers over your own documents with small open models: local, cited, measured.

>>> from rag import Config
>>> Config().index().sync(["docs/"])
>>> answer = Config().pipeline().ask("How many weeks of paid parental leave are employees entitled to?")
>>> print(answer.text, answer.citations)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.config import Config, ConfigError
    from rag.describe import Describer, Description
    from rag.generate import GENERATORS, Decoding, Generation, Generator, new_generator
    from rag.index import Index, SyncReport
    from rag.pipeline import Pipeline
    from rag.retrieve import Bm25Retriever, DenseRetriever, HybridRetriever, Retriever, fuse, new_retriever
    from rag.types import Answer, Citation, Usage

_HOME = {
    "Answer": "rag.types",
    "Bm25Retriever": "rag.retrieve",
    "Citation": "rag.types",
    "Config": "rag.config",
    "ConfigError": "rag.config",
    "Decoding": "rag.generate",
    "DenseRetriever": "rag.retrieve",
    "Describer": "rag.describe",
    "Description": "rag.describe",
    "GENERATORS": "rag.generate",
    "Generation": "rag.generate",
    "Generator": "rag.generate",
    "HybridRetriever": "rag.retrieve",
    "Index": "rag.index",
    "Pipeline": "rag.pipeline",
    "Retriever": "rag.retrieve",
    "SyncReport": "rag.index",
    "Usage": "rag.types",
    "fuse": "rag.retrieve",
    "new_generator": "rag.generate",
    "new_retriever": "rag.retrieve",
}

__all__ = [
    "GENERATORS",
    "Answer",
    "Bm25Retriever",
    "Citation",
    "Config",
    "ConfigError",
    "Decoding",
    "DenseRetriever",
    "Describer",
    "Description",
    "Generation",
    "Generator",
    "HybridRetriever",
    "Index",
    "Pipeline",
    "Retriever",
    "SyncReport",
    "Usage",
    "fuse",
    "new_generator",
    "new_retriever",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
