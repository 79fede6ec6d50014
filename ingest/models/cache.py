"""Keep what is made once from weights: folders in a cache, complete or absent, made by one process at a time."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.errors import CacheError
from ingest.models.weights import file_sha256

_LOG = logging.getLogger(f"openbook.{__name__}")

MANIFEST = "manifest.json"  # of a cached folder: each file and its hash


def cache_folder() -> Path:
    """Return `$OPENBOOK_CACHE`, else `openbook` in the platform's folder for a user's caches."""
    if folder := os.environ.get("OPENBOOK_CACHE"):
        return Path(folder).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "openbook"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/openbook").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "openbook"


def cached_folder(kind: str, key: str, make: Callable[[Path], None], model: str = "a model") -> Path:
    """Return the cache's folder `kind/key`; if it is missing or damaged, `make` fills an empty one first.

    Files are checked against their recorded hashes. A new folder is filled next to its final place and moved there by
    one rename, so that no partial copy is ever seen. Of two processes that need it one waits, and logs that it waits
    for `model`. Leftovers of killed processes are removed. A cache that cannot be written serves what is complete in
    it; anything else raises CacheError. Raises whatever `make` raises.
    """
    # Imported here: it takes some 20 ms, and not every command needs a model.
    from filelock import FileLock, Timeout

    folder = cache_folder() / kind / key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_name(f"{key}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            extra = {"model": model, "step": "waiting for another process"}
            _LOG.info("waiting for another process that prepares %s", model, extra=extra)
            lock.acquire()
        try:
            if not _is_complete(folder):
                for leftover in folder.parent.glob(f"{key}.*/"):
                    shutil.rmtree(leftover, ignore_errors=True)
                _fill(folder, make)
        finally:
            lock.release()
    except OSError as error:
        if _is_complete(folder):  # of a cache that was filled beforehand and is read-only, as in an image
            return folder
        raise CacheError(
            f"{folder} cannot be written ({error.strerror or error}); set OPENBOOK_CACHE to a folder with 1 GB of room"
        ) from error
    return folder


def _is_complete(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))  # written last
        return bool(manifest) and all(file_sha256(folder / name) == digest for name, digest in manifest.items())
    except (OSError, ValueError, AttributeError):
        return False


def _fill(folder: Path, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as name:
        fresh = Path(name) / "made"
        fresh.mkdir()
        make(fresh)

        # Record each file's hash, then put the folder in its place.
        files = sorted(path for path in fresh.rglob("*") if path.is_file())
        manifest = {path.relative_to(fresh).as_posix(): file_sha256(path) for path in files}
        (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.replace(folder)
