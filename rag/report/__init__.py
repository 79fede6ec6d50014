"""A comparison as people read it: one HTML file that needs nothing else, and a table for the terminal."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.report.comparison import check_comparison, load_comparison
    from rag.report.html import write_report
    from rag.report.terminal import terminal_table

_HOME = {
    "check_comparison": "rag.report.comparison",
    "load_comparison": "rag.report.comparison",
    "terminal_table": "rag.report.terminal",
    "write_report": "rag.report.html",
}

__all__ = ["check_comparison", "load_comparison", "terminal_table", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag.report' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
