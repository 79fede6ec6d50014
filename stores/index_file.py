"""Files of an index: written beside the old one and complete when they get their name, known again by a checksum."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

BLOCKS, BLOCK = 64, 1 << 16  # bytes


def fresh_file(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file that is to replace `path`, and return its name; what was left over by killed processes goes."""
    for left_over in path.parent.glob(f"{path.name}.*.new"):
        left_over.unlink(missing_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
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
