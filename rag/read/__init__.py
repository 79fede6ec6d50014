"""Reading: of each passage the span that answers a question best, so that nothing said can be invented.

>>> from rag.read import ExtractiveReader, best
>>> best(ExtractiveReader("my-reader").read("How long is the warranty?", passages)).text
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.read.base import Reader, Reading, best

if TYPE_CHECKING:
    from rag.read.finetune import FinetunedReader, finetune_reader
    from rag.read.reader import ExtractiveReader
    from rag.read.settings import ReaderSettings

__all__ = [
    "ExtractiveReader",
    "FinetunedReader",
    "Reader",
    "ReaderSettings",
    "Reading",
    "best",
    "finetune_reader",
]

_HOME = {
    "ExtractiveReader": "rag.read.reader",
    "FinetunedReader": "rag.read.finetune",
    "ReaderSettings": "rag.read.settings",
    "finetune_reader": "rag.read.finetune",
}


def __getattr__(name: str) -> Any:
    """Import the parts that need torch at their first use."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
