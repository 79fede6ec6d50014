"""`import rag` among a user's own files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["ingest.py", "prompts.py", "stores.py", "stores/__init__.py"])
def test_a_file_that_hides_a_package_is_named(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("x = 1\n")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import rag"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    package = name.partition("/")[0].removesuffix(".py")
    assert f"ImportError: {file} hides the package {package!r} of openbook-rag: rename it, or run" in done.stderr


def test_other_files_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("x = 1\n")
    (tmp_path / "prompts").mkdir()
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import rag; print(rag.Config)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
