"""Start child processes of our own, in which no file of the current folder takes the place of a library."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

_PACKAGES = str(Path(__file__).parents[1])  # the folder that this copy of our packages lies in

_RUN_MODULE = """
import json, runpy, sys
_, path, module, *arguments = sys.argv
sys.path[:] = json.loads(path)
sys.argv = [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""

Pipe = int | IO[bytes] | None


def start_child(
    module: str, *arguments: str, stdin: Pipe = None, stdout: Pipe = None, stderr: Pipe = None
) -> subprocess.Popen[bytes]:
    """Run `python -m module` in the background and return its process.

    The child imports from where this process does. The current folder comes last, so that a `json.py` or `torch.py` in
    it is never imported in place of the library.
    """
    # The path is set after Python's own start, which would import a sitecustomize.py of any folder in PYTHONPATH.
    command = [sys.executable, "-P", "-c", _RUN_MODULE, json.dumps(import_path()), module, *arguments]
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr)


def import_path() -> list[str]:
    """Return `sys.path` with the current folder moved to its end, unless our own packages lie in it."""
    try:
        here = str(Path.cwd())
    except OSError:  # the folder was removed
        here = ""
    folders = [entry or here for entry in sys.path]
    others = [folder for folder in folders if folder and (folder != here or here == _PACKAGES)]
    return [*others, *([here] if here and here in folders and here not in others else [])]
