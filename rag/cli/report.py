"""`rag report`: show a comparison that was written earlier, or draw it as one HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.cli import output
from rag.cli.options import Command
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Options of `rag report`."""

    comparison: Path = option("file that `rag compare` wrote", "comparison.json", required=True, positional=True)
    out: Path | None = option("write the report as HTML, instead of showing the table", "FILE.html")


def report(options: ReportOptions) -> int:
    """Write the report of a comparison with --out, else show its table."""
    from rag.compare.comparison_file import load_comparison
    from rag.report import terminal_table, write_report

    comparison = load_comparison(options.comparison)
    if options.out is None:
        output.line(terminal_table(comparison).rstrip("\n"))
    else:
        write_report(comparison, options.out)
        output.line(f"wrote {options.out}: one file of {options.out.stat().st_size // 1000} KB that any browser opens")
    return 0


COMMAND = Command("show a comparison, or write it as one HTML file", ReportOptions, report)
