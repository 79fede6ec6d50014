"""A cache that was filled beforehand serves what it holds where nothing can be written."""

from __future__ import annotations

import errno
from pathlib import Path

import filelock
import pytest

from ingest.errors import CacheError
from ingest.models.cache import cached_folder


def make(folder: Path) -> None:
    (folder / "weights").write_bytes(b"weights")


def test_a_read_only_cache_serves_what_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBOOK_CACHE", str(tmp_path))
    folder = cached_folder("int8", "one", make)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    assert cached_folder("int8", "one", make) == folder
    with pytest.raises(CacheError, match="Read-only file system"):
        cached_folder("int8", "two", make)
    (folder / "weights").write_bytes(b"damaged")
    with pytest.raises(CacheError, match="Read-only file system"):
        cached_folder("int8", "one", make)
