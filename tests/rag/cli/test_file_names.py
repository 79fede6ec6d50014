"""A file whose name is not UTF-8 is ingested like any other, and its neighbours with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform != "linux", reason="the file system has to take any bytes as a name"),
]

LATIN_1 = os.fsdecode(b"caf\xe9.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file whose name is Latin-1, a broken one, and a plain one."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / LATIN_1).write_text("The coffee house opens at seven.")
    (docs / "plain.txt").write_text("Tea is at four.")
    (docs / os.fsdecode(b"broken\xff.json")).write_text('{"a": ')
    return tmp_path


def rag(folder: Path, *arguments: str) -> Any:
    command = [sys.executable, "-P", "-m", "rag.cli.main", *arguments, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


def test_from_ingest_to_answer(folder: Path) -> None:
    report = rag(folder, "ingest", "docs")
    assert (report["added"], report["chunks_total"]) == (2, 2)
    assert [problem["source"] for problem in report["failed"]] == ["docs/broken\\xff.json"]
    names = [source["source"] for source in rag(folder, "sources")["sources"]]
    assert names == ["docs/caf\\xe9.txt", "docs/plain.txt"]
    answer = rag(folder, "ask", "When does the coffee house open?")
    assert "seven" in answer["answer"]
    assert {citation["source"] for citation in answer["citations"]} == {"docs/caf\\xe9.txt"}
    assert rag(folder, "ingest", "docs")["unchanged"] == 2
    (folder / "docs" / LATIN_1).unlink()
    assert rag(folder, "ingest", "docs")["deleted"] == 1


def test_its_source_is_deleted_by_either_name(folder: Path) -> None:
    assert rag(folder, "ingest", "docs")["added"] == 2
    assert rag(folder, "delete", f"docs/{LATIN_1}")["deleted"] == 1
