"""Draw a comparison: one self-contained HTML file, and a table for the terminal.

>>> from rag.compare import load_comparison
>>> from rag.report import terminal_table, write_report
>>> comparison = load_comparison("compared/comparison.json")
>>> write_report(comparison, "report.html")
>>> print(terminal_table(comparison))
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.report.evaluation import write_evaluation as write_evaluation
    from rag.report.html import write_report as write_report
    from rag.report.terminal import terminal_table as terminal_table

__getattr__, __dir__, __all__ = attach(__name__, __file__)
