"""Compare prompting, retrieval and fine-tuning on your own rows.

>>> from rag.compare import System, run_comparison
>>> from rag.data.rows import read_rows
>>> systems = [System("prompt", "builtin:smollm2"), System("RAG", "builtin:smollm2", similar=5)]
>>> test, train = read_rows("test.jsonl"), read_rows("train.jsonl")
>>> print(run_comparison(systems, test, train=train, out="compared").advice)

`rag.report` draws the result.
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.compare.comparison import Comparison as Comparison
    from rag.compare.comparison_file import load_comparison as load_comparison, read_comparison as read_comparison
    from rag.compare.plan import Plan as Plan
    from rag.compare.run import run_comparison as run_comparison
    from rag.compare.settings import ComparisonSettings as ComparisonSettings
    from rag.compare.system import System as System

__getattr__, __dir__, __all__ = attach(__name__, __file__)
