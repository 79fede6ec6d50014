"""Prompt, retrieve or fine-tune? Any systems on the same rows, with intervals, costs, and one paragraph of advice.

>>> from rag.compare import System, compare
>>> from rag.rows import read_rows
>>> systems = [System("prompt", "builtin:smollm2"), System("RAG", "builtin:smollm2", passages=5)]
>>> print(compare(systems, read_rows("test.jsonl"), train=read_rows("train.jsonl"), out="compared").advice)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.compare.run import Comparison, compare
    from rag.compare.settings import Settings
    from rag.compare.system import System

_HOME = {
    "Comparison": "rag.compare.run",
    "Settings": "rag.compare.settings",
    "System": "rag.compare.system",
    "compare": "rag.compare.run",
}

__all__ = ["Comparison", "Settings", "System", "compare"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag.compare' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
