"""Which checkpoint a run goes on from: the last one that was written whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

WHOLE = "whole.json"


class MarkWhole(TrainerCallback):
    """Notes in each checkpoint, once all of it is written, which files it has, and how large they are."""

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        (folder / WHOLE).write_text(json.dumps(_sizes(folder)), "utf-8")


def last_whole(folder: Path) -> Path | None:
    """Return the last whole checkpoint and remove all later ones; None where there is none.

    A kill may come while a checkpoint is written, or while an old one is being deleted.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda each: int(each.name.rpartition("-")[2]), reverse=True)
    for checkpoint in found:
        if is_whole(checkpoint):
            return checkpoint
        shutil.rmtree(checkpoint)
    return None


def is_whole(checkpoint: Path) -> bool:
    """Whether all files of a checkpoint are there in full."""
    try:
        noted = json.loads((checkpoint / WHOLE).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return {name: size for name, size in _sizes(checkpoint).items() if name != WHOLE} == noted


def _sizes(folder: Path) -> dict[str, int]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != WHOLE)
    return {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}
