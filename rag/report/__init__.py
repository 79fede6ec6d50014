"""A comparison as people read it: one HTML file that needs nothing else, and a table for the terminal."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.compare.comparison import check_comparison as check_comparison, load_comparison as load_comparison
    from rag.report.html import write_report as write_report
    from rag.report.terminal import terminal_table as terminal_table

__getattr__, __dir__, __all__ = attach(__name__, __file__)
