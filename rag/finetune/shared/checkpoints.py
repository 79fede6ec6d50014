"""Which checkpoint a run goes on from: the last one that was written whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

STATE = "trainer_state.json"


def last_checkpoint(folder: Path) -> Path | None:
    """Return the last checkpoint that is whole; what a kill left half-written is removed."""
    whole = []
    for each in folder.glob("checkpoint-*") if folder.is_dir() else ():
        if history(each) is None:  # the state is written last, and older checkpoints are deleted only then
            shutil.rmtree(each)
        else:
            whole.append(each)
    return max(whole, key=step_of, default=None)


def history(checkpoint: Path) -> list[dict[str, Any]] | None:
    """Return what was logged up to a checkpoint, None where it is not whole."""
    try:
        logged: list[dict[str, Any]] = json.loads((checkpoint / STATE).read_text("utf-8"))["log_history"]
    except (OSError, ValueError, KeyError):
        return None
    return logged


def step_of(checkpoint: Path) -> int:
    """Return the step that a checkpoint was written after."""
    return int(checkpoint.name.rpartition("-")[2])
