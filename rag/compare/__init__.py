"""Prompt, retrieve or fine-tune? Any systems on the same rows, with intervals, costs, and one paragraph of advice.

>>> from rag.compare import System, compare
>>> from rag.data.rows import read_rows
>>> systems = [System("prompt", "builtin:smollm2"), System("RAG", "builtin:smollm2", passages=5)]
>>> print(compare(systems, read_rows("test.jsonl"), train=read_rows("train.jsonl"), out="compared").advice)
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.compare.run import Comparison as Comparison, compare as compare
    from rag.compare.settings import Settings as Settings
    from rag.compare.system import System as System

__getattr__, __dir__, __all__ = attach(__name__, __file__)
