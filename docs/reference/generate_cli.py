"""Write the command-line reference from the parser: python docs/reference/generate_cli.py."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from rag.cli.main import build_parser

FILE = Path(__file__).with_name("cli.md")
WIDTH = "100"


def reference() -> str:
    """Return the page: the usage of `rag` and of each command, as `--help` prints it."""
    os.environ["COLUMNS"] = WIDTH
    parser = build_parser()
    pages = ["# Command line", "Generated from `rag COMMAND --help`.", block(parser)]
    pages += [f"## rag {name}\n\n{block(command)}" for name, command in commands_of(parser).items()]
    return "\n\n".join(pages) + "\n"


def block(parser: argparse.ArgumentParser) -> str:
    """Return a parser's help, and that of its own subcommands, as code blocks."""
    parts = [f"```text\n{parser.format_help().rstrip()}\n```"]
    if parser.prog != "rag":
        parts += [f"### {command.prog}\n\n{block(command)}" for command in commands_of(parser).values()]
    return "\n\n".join(parts)


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return a parser's subcommands by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


if __name__ == "__main__":
    FILE.write_text(reference(), "utf-8")
