"""What is made once from weights and kept: folders in a cache, whole or not there, safe when two processes make one."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.errors import CacheError
from ingest.models.weights import file_sha256

_MANIFEST = "manifest.json"


def cache_folder() -> Path:
    """Return `$OPENBOOK_CACHE`, else `openbook` in the platform's folder for a user's caches."""
    if chosen := os.environ.get("OPENBOOK_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "openbook"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/openbook").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "openbook"


def cached_folder(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return the cache's folder `kind/key`, made by filling an empty one if it is missing or broken.

    Its files are checked against their recorded hashes. It is filled beside its place and put there by one rename, so
    that no half-written copy is ever seen, and of two processes that want it one waits for the other. What a killed
    process left half-made is removed. Raises CacheError where the cache cannot be written, and whatever `make` raises.
    """
    # Imported here: it takes some 20 ms, and not every command needs a model.
    from filelock import FileLock

    folder = cache_folder() / kind / key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{key}.lock")):
            if not _is_whole(folder):
                for left in folder.parent.glob(f"{key}.*/"):
                    shutil.rmtree(left, ignore_errors=True)
                _replace(folder, make)
    except OSError as error:
        raise CacheError(
            f"{folder} cannot be written ({error.strerror or error}); set OPENBOOK_CACHE to a folder with 1 GB of room"
        ) from error
    return folder


def _is_whole(folder: Path) -> bool:
    """Return whether every recorded file is there with its recorded hash; the manifest is written last."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return bool(manifest) and all(file_sha256(folder / name) == found for name, found in manifest.items())
    except (OSError, ValueError, AttributeError):
        return False


def _replace(folder: Path, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as name:
        fresh = Path(name) / "made"
        fresh.mkdir()
        make(fresh)
        files = sorted(path for path in fresh.rglob("*") if path.is_file())
        manifest = {path.relative_to(fresh).as_posix(): file_sha256(path) for path in files}
        (fresh / _MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.replace(folder)
