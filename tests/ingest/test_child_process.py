"""A child process of ours imports libraries, and never a file of the current folder that is named like one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.child_process import import_path, start_child

HOSTILE = ("json", "torch", "numpy", "ctranslate2", "transformers", "logging", "ingest", "sitecustomize")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with a file for each of these libraries that leaves a mark when it is imported."""
    folder = tmp_path / "current"
    folder.mkdir()
    for name in HOSTILE:
        mark = f"open({str(tmp_path / 'marks')!r}, 'a').write('{name} ')"
        (folder / f"{name}.py").write_text(f"{mark}\nraise SystemExit(7)\n")
    return folder


CONVERTS = """
import sys
from pathlib import Path
sys.path.insert(0, {path!r})  # as `python -c` and interactive sessions have it
from ingest.models.convert import prepare_copy
copy = prepare_copy("small_converter", "a model", "abc")
from ingest.parsers import ParseWorker
with ParseWorker() as worker:
    print(copy.details["torch"], worker.parse(Path({file!r}), "a.md").documents[0].text)
"""
CONVERTER = """
import sys
import torch
from ingest.models.convert import run_conversion
run_conversion(lambda model, folder: {"torch": torch.__name__}, sys.argv[1:])
"""


@pytest.mark.parametrize("path", ["", "elsewhere"])
def test_files_of_the_current_folder_are_not_imported(path: str, hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "small_converter.py").write_text(CONVERTER)
    (tmp_path / "a.md").write_text("The text.")
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "OPENBOOK_CACHE": str(tmp_path / "cache")}
    environment["PYTHONPATH"] = os.pathsep.join([root, str(tmp_path / "modules")])
    code = CONVERTS.format(path=path, file=str(tmp_path / "a.md"))
    # The program itself has to load its libraries before the current folder comes first.
    code = f"import json, logging, numpy, ctranslate2, ingest.models.convert, ingest.parsers\n{code}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=hostile, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("torch The text.", "")
    assert not (tmp_path / "marks").exists()


def test_the_current_folder_comes_last_and_stays_importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "/a", "/b"])
    assert import_path() == ["/a", "/b", str(tmp_path)]
    monkeypatch.setattr(sys, "path", ["/a", "/b"])
    assert import_path() == ["/a", "/b"]


def test_a_child_runs_a_module_with_its_arguments() -> None:
    with start_child("json.tool", "--help", stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert b"usage" in child.stdout.read()
    assert child.returncode == 0
