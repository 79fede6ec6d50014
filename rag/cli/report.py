"""What `rag report` does: show a comparison that was written earlier, or draw it as one HTML file."""

from __future__ import annotations

import argparse

from rag.cli import output


def report(options: argparse.Namespace) -> int:
    """Write a comparison's report with --out, else show its table."""
    from rag.report import load_comparison, terminal_table, write_report

    comparison = load_comparison(options.comparison)
    if options.out is None:
        output.line(terminal_table(comparison).rstrip("\n"))
    else:
        write_report(comparison, options.out)
        output.line(f"wrote {options.out}: one file of {options.out.stat().st_size // 1000} KB that any browser opens")
    return 0
