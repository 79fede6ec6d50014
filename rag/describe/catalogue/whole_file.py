"""Write a file so that nobody ever sees half of it."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def open_whole(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a file to write, which takes the place of the one that was there when the block ends without an error.

    A file with the same content is left as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding=encoding, newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if not (path.is_file() and filecmp.cmp(fresh, path, shallow=False)):
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
