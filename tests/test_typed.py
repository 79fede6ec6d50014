"""A program outside the checkout is type-checked against the packages of this environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from ingest import parse
from rag import Config
from stores import new_store

reveal_type(Config().pipeline().ask("Who?"))
reveal_type(new_store("memory").search([0.0]))
"""


@pytest.mark.slow
def test_mypy_finds_the_types(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--python-executable", sys.executable, "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "import-not-found" not in done.stdout
    assert "import-untyped" not in done.stdout
    assert 'Revealed type is "rag.answer.types.Answer"' in done.stdout
    assert "stores.base.Hit" in done.stdout
