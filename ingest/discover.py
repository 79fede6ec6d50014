"""Find the files under a list of paths, and name each for a store."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv"}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to ingest, or a path that cannot be ingested and the reason. `named`: the user named the path itself."""

    path: Path
    named: bool
    reason: str | None = None


def discover(paths: Sequence[Path], leave_out: Path | None = None) -> Iterator[FoundFile]:
    """Yield every file under these paths once, folders in alphabetical order.

    Hidden files and folders, folders of installed packages and the store itself (`leave_out`) are left out unless
    named. Links to folders are followed, each real folder once, so that loops of links end.
    """
    seen_files: set[Path] = set()
    seen_folders: set[Path] = set()
    for path in paths:
        for file in _walk_path(path, True, seen_folders, leave_out.resolve() if leave_out else None):
            key = Path(os.path.abspath(file.path))  # noqa: PTH100  (resolve() would merge two names of one file)
            if key not in seen_files:
                seen_files.add(key)
                yield file


def _walk_path(path: Path, named: bool, seen: set[Path], leave_out: Path | None) -> Iterator[FoundFile]:
    try:
        if path.is_dir():
            yield from _walk_folder(path, named, seen, leave_out)
        elif path.is_file():
            yield FoundFile(path, named)
        elif path.exists():
            yield FoundFile(path, named, "not a regular file (a device, pipe or socket)")
        elif path.is_symlink():
            try:
                path.stat()
                reason = "a broken link"
            except OSError as error:
                looped = error.errno == errno.ELOOP
                reason = "a loop of symbolic links" if looped else f"a link to nothing: {path.readlink()}"
            yield FoundFile(path, named, reason)
        else:
            yield FoundFile(path, named, "no such file or folder")
    except (OSError, RuntimeError) as error:
        yield FoundFile(path, named, _reason_for(error))


def _walk_folder(path: Path, named: bool, seen: set[Path], leave_out: Path | None) -> Iterator[FoundFile]:
    # Follow links, but enter each real folder once.
    real = path.resolve()
    if real == leave_out or real in seen:
        return
    seen.add(real)
    # Another store is no documents.
    if not named and (path / "store.sqlite").is_file():
        yield FoundFile(path, False, "a store, not documents")
        return
    try:
        children = sorted(path.iterdir())
    except OSError as error:
        yield FoundFile(path, named, _reason_for(error))
        return
    for child in children:
        if child.name in SKIPPED_FOLDERS and child.is_dir():
            yield FoundFile(child, False, "folder of installed packages or caches; name it to ingest it")
        elif child.name.startswith(".") and child.resolve() != leave_out:
            yield FoundFile(child, False, "hidden; name it to ingest it")
        else:
            yield from _walk_path(child, False, seen, leave_out)


def _reason_for(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return str(getattr(error, "strerror", None) or error)


def origin_name(path: Path, base: Path) -> str:
    """Return the name of a file in a store: relative to `base` where it lies below it, else absolute, with `/`.

    The name does not depend on the current folder, and a project's folder may move together with its store.
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
