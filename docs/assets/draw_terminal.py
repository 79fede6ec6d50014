"""Draw the terminal session of the README: python docs/assets/draw_terminal.py, from the repository's root."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

FILE = Path(__file__).with_name("terminal.svg")
COMMANDS = (
    ["ingest", "examples/knowledge_base/documents"],
    ["ask", "How many weeks off are there for the adoption of a child?"],
    ["ask", "Who won the world cup in 1998?"],
)


def main() -> None:
    """Run the commands over a store that is thrown away, and write their output as an SVG without outside fonts."""
    console = Console(record=True, width=104, file=Path(os.devnull).open("w"))  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "examples").symlink_to(Path("examples").resolve())
        for command in COMMANDS:
            words = " ".join(f'"{word}"' if " " in word else word for word in command)
            console.print(Text.assemble(("$ ", "bold green"), (f"rag {words}", "bold")))
            done = subprocess.run(
                [sys.executable, "-m", "rag.cli.main", *command],
                capture_output=True,
                text=True,
                check=True,
                cwd=folder,
                env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": "104"},
            )
            console.print(Text.from_ansi(done.stdout.replace(f"{folder}/", "").rstrip()))
            console.print()
    svg = console.export_svg(title="rag")
    FILE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
