"""Uploaded files on their way into a store: what was acknowledged is on disk, and outlives a kill at any moment.

The files of a request are written into a folder of their own, which is renamed when all of them are safe: from then on
the upload exists. Its files are taken into the store one by one, and the outcome of each is noted beside them. The next
start, or another server over the same store, finds an upload that a kill interrupted, and goes on where it stopped.

    uploads/.incoming/ID.lock     claimed by the server that takes the upload in
    uploads/.incoming/ID.part/    being received; removed when its server is gone
    uploads/.incoming/ID/         names.json, the files as 0, 1, 2, ..., results.jsonl
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ingest.closing import Closing
from ingest.errors import InputError
from rag.index.staging import SyncReport
from rag.serve.claims import Claims
from rag.serve.problems import Problem

INCOMING = ".incoming"
NAMES, RESULTS, PART = "names.json", "results.jsonl", ".part"
LONGEST_NAME = 240
"""Bytes of a name, folders included."""


@dataclass(frozen=True)
class Upload:
    """The files of one request, by the names that they are to have."""

    folder: Path
    names: Sequence[str]

    @property
    def id(self) -> str:
        """The name of the upload, and of its job."""
        return self.folder.name

    def results(self) -> list[dict[str, Any]]:
        """Return what came of the first files. A line that a kill cut off does not count."""
        rows = []
        with suppress(FileNotFoundError):
            for line in (self.folder / RESULTS).read_text("utf-8").splitlines():
                with suppress(ValueError):
                    rows.append(json.loads(line))
        return rows


class Intake(Closing):
    """Receives uploads into a folder of files, and takes them into a store with `sync`, which gets one path a call.

    `elsewhere` is the number of uploads that other servers took in when `unfinished` last looked.
    """

    def __init__(self, files: Path, sync: Callable[[Path], SyncReport]) -> None:
        self._files, self._incoming, self._sync = files, files / INCOMING, sync
        self._claims = Claims(self._incoming)
        self.elsewhere = 0

    def receive(self, names: Sequence[str], files: Iterable[BinaryIO]) -> Upload:
        """Keep the files of a request, all or none: they are on disk when this returns."""
        folder = self._incoming / secrets.token_hex(8)
        part = folder.with_name(f"{folder.name}{PART}")
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._claims.take(folder.name)  # before there is a folder that another server could find
        try:
            part.mkdir()
            for number, file in enumerate(files):
                with (part / str(number)).open("wb") as copy:
                    shutil.copyfileobj(file, copy, 1 << 20)
                    os.fsync(copy.fileno())
            with (part / NAMES).open("w", encoding="utf-8") as listing:
                json.dump(list(names), listing)
                listing.flush()
                os.fsync(listing.fileno())
            _flush_folder(part)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            self._claims.drop(folder.name)
            raise
        for parent in (self._incoming, self._files, self._files.parent):
            _flush_folder(parent)
        return Upload(folder, tuple(names))

    def unfinished(self) -> list[Upload]:
        """Return the uploads that were received and that no server takes in, and claim them.

        Those that were never received whole are removed.
        """
        uploads, self.elsewhere = [], 0
        for folder in sorted(filter(Path.is_dir, self._incoming.glob("*"))):
            identifier = folder.name.removesuffix(PART)
            if self._claims.has(identifier):
                continue
            if not self._claims.take(identifier):
                self.elsewhere += 1
            elif folder.name.endswith(PART):
                shutil.rmtree(folder, ignore_errors=True)
                self._claims.drop(identifier)
            elif (folder / NAMES).is_file():
                uploads.append(Upload(folder, tuple(json.loads((folder / NAMES).read_text("utf-8")))))
            else:  # its server has just finished it
                self.drop(Upload(folder, ()))
        return sorted(uploads, key=lambda upload: (upload.folder / NAMES).stat().st_mtime)

    def take_in(self, upload: Upload) -> Iterator[dict[str, Any]]:
        """Take the files of an upload into the store, and yield what came of each, of those before an interruption too.

        A file that cannot be read is not kept: the one that it was to replace stays.
        """
        results = upload.results()
        yield from results
        for number, name in list(enumerate(upload.names))[len(results) :]:
            result = self._take_file(upload.folder / str(number), name)
            with (upload.folder / RESULTS).open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(result, ensure_ascii=False)}\n")
                file.flush()
                os.fsync(file.fileno())
            yield result

    def drop(self, upload: Upload) -> None:
        """Forget an upload, with those of its files that were not taken in."""
        shutil.rmtree(upload.folder, ignore_errors=True)
        self._claims.drop(upload.id)

    def close(self) -> None:
        """Leave what is not taken in to another server."""
        self._claims.close()

    def _take_file(self, staged: Path, name: str) -> dict[str, Any]:
        path, older = self._files / name, staged.with_name(f"{staged.name}.older")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if staged.exists():  # else a kill came between its move and the note of its outcome
                if path.exists() and not older.exists():
                    path.rename(older)
                staged.rename(path)
                _flush_folder(path.parent)
            report = self._sync(path)
        except InputError as error:
            return {"file": name, "taken": False, "problems": [str(error)], "warnings": []}
        except OSError as error:
            return {"file": name, "taken": False, "problems": [error.strerror or "cannot be kept"], "warnings": []}
        problems = [problem.reason for problem in (*report.failed, *report.skipped)]
        if problems:
            path.unlink(missing_ok=True)
            if older.exists():
                older.rename(path)
        warnings = [problem.reason for problem in report.warnings]
        return {"file": name, "taken": not problems, "problems": problems, "warnings": warnings}


def safe_names(names: Sequence[str], files: Path) -> list[str]:
    """Return the names that the files of a request are kept under, without a way out of their folder.

    Raises Problem for a name that cannot be one, for two files of one name, and for a file where a folder is.
    """
    safe: list[str] = []
    for name in names:
        one = safe_name(name)
        if one in safe:
            raise Problem(422, "same-name", f"two of these files are called {one!r}: send them one after the other")
        taken = [other for other in safe if other.startswith(f"{one}/") or one.startswith(f"{other}/")]
        parents = [files / parent for parent in list(PurePosixPath(one).parents)[:-1]]
        if taken or (files / one).is_dir() or any(parent.is_file() for parent in parents):
            raise Problem(422, "bad-name", f"{one!r} would be a file and a folder at once")
        safe.append(one)
    return safe


def safe_name(name: str) -> str:
    """Return the name that a file is kept under: relative, printable, without hidden parts. Raises Problem for none."""
    text = name.encode("utf-8", "replace").decode("utf-8").replace("\\", "/")
    parts = [re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029<>:\"|?*]", "_", part).strip(" .") for part in text.split("/")]
    kept = "/".join(part for part in parts if part)
    if not kept or len(kept.encode()) > LONGEST_NAME:
        raise Problem(422, "bad-name", f"{text[:100]!r} is no name for a file")
    return kept


def _flush_folder(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
