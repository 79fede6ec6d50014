"""Which files a list of paths means, and what each is called in a store."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv"}


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest, or a path that cannot be: then `reason` says why. `named` when the user named it itself."""

    path: Path
    named: bool
    reason: str | None = None


def discover(paths: Sequence[Path], leave_out: Path | None = None) -> Iterator[Found]:
    """Yield every file under these paths once, folders in alphabetical order.

    Hidden files and folders, folders of installed packages and the store itself (`leave_out`) are left out unless
    named. Links to folders are followed, each real folder once, so that a loop of links ends.
    """
    seen_files: set[Path] = set()
    seen_folders: set[Path] = set()
    for path in paths:
        for found in _walk(path, True, seen_folders, leave_out.resolve() if leave_out else None):
            key = Path(os.path.abspath(found.path))  # noqa: PTH100  (resolve() would merge two names of one file)
            if key not in seen_files:
                seen_files.add(key)
                yield found


def _walk(path: Path, named: bool, seen: set[Path], leave_out: Path | None) -> Iterator[Found]:
    try:
        if path.is_dir():
            yield from _folder(path, named, seen, leave_out)
        elif path.is_file():
            yield Found(path, named)
        elif path.exists():
            yield Found(path, named, "not a regular file (a device, pipe or socket)")
        elif path.is_symlink():
            yield Found(path, named, _broken_link(path))
        else:
            yield Found(path, named, "no such file or folder")
    except (OSError, RuntimeError) as error:
        yield Found(path, named, _why(error))


def _folder(path: Path, named: bool, seen: set[Path], leave_out: Path | None) -> Iterator[Found]:
    real = path.resolve()
    if real == leave_out or real in seen:
        return
    seen.add(real)
    if not named and (path / "store.sqlite").is_file():
        yield Found(path, False, "a store, not documents")
        return
    try:
        children = sorted(path.iterdir())
    except OSError as error:
        yield Found(path, named, _why(error))
        return
    for child in children:
        if child.name in SKIPPED_FOLDERS and child.is_dir():
            yield Found(child, False, "folder of installed packages or caches; name it to ingest it")
        elif child.name.startswith(".") and child.resolve() != leave_out:
            yield Found(child, False, "hidden; name it to ingest it")
        else:
            yield from _walk(child, False, seen, leave_out)


def _broken_link(path: Path) -> str:
    try:
        path.stat()
    except OSError as error:
        return "a loop of symbolic links" if error.errno == errno.ELOOP else f"a link to nothing: {path.readlink()}"
    return "a broken link"


def _why(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return str(getattr(error, "strerror", None) or error)


def origin_name(path: Path, base: Path) -> str:
    """Return what a file is called in a store: relative to `base` when it lies beneath it, else absolute, with `/`.

    So the name does not change with the current folder, and a project's folder may move together with its store.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (links keep the names that the user knows)
    for root in (Path(os.path.abspath(base)), base.resolve()):  # noqa: PTH100
        if absolute.is_relative_to(root):
            return printable_name(absolute.relative_to(root).as_posix())
    return printable_name(absolute.as_posix())


def printable_name(name: str) -> str:
    r"""Return a file name in which each byte that is not UTF-8 is written as `\xNN`.

    Python holds such a byte as a lone surrogate, which neither SQLite nor JSON nor a terminal takes.
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")
