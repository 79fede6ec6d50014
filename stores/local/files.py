"""Files of an index: written beside the old one and complete when they get their name, known again by a checksum."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

BLOCKS, BLOCK = 64, 1 << 16  # bytes
ABANDONED = 3600.0  # seconds since it was last written to


def fresh_file(folder: Path, name: str, write: Callable[[Path], object]) -> Path:
    """Write a complete file under a name of its own, and return it: it is to be renamed.

    What killed processes left over goes, when it is so old that nobody can still be writing it.
    """
    for left_over in folder.glob(f"{name}.*.new"):
        with suppress(OSError):
            if time.time() - left_over.stat().st_mtime > ABANDONED:
                left_over.unlink()
    new = folder / f"{name}.{uuid4().hex}.new"
    write(new)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    return new


def checksum(path: Path) -> str:
    """Return a hash of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quick_checksum(path: Path) -> str:
    """Return a hash of a file's size and of blocks spread over it: tells files apart, not each bit in them."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for number in range(BLOCKS):
            file.seek(number * max(size - BLOCK, 0) // (BLOCKS - 1))
            digest.update(file.read(BLOCK))
    return digest.hexdigest()
