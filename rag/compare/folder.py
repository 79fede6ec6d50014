"""The folder of a comparison: one writer at a time, and the time that all its runs took."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import BusyError


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Keep others from writing into the folder. Raises BusyError if another comparison does.

    The lock is SQLite's, which ends with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = sqlite3.connect(folder / ".lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise BusyError(
            f"{folder}: another comparison is writing there: wait for it, or choose another --out"
        ) from error
    try:
        yield
    finally:
        lock.close()


class Clock:
    """Counts the seconds of all runs that generated or trained something, interrupted runs included.

    A killed run leaves no count, but its trainings and outputs remain: `work` holds their seconds, and grows.
    """

    def __init__(self, file: Path, work: Sequence[Mapping[str, float]]) -> None:
        self._file = file
        self._parts = work
        self._start = time.perf_counter()
        self._total: float | None = None
        try:
            note = json.loads(file.read_text("utf-8"))
            self._earlier, self._earlier_work = float(note["seconds"]), float(note["work"])
        except (OSError, ValueError, KeyError, TypeError):
            self._earlier, self._earlier_work = 0.0, -1.0

    def __enter__(self) -> Clock:
        return self

    def __exit__(self, *_: object) -> None:
        note = {"seconds": self.seconds(), "work": round(max(self._work, self._earlier_work), 3)}
        self._file.write_text(json.dumps(note), "utf-8")

    @property
    def _work(self) -> float:
        return sum(seconds for part in self._parts for seconds in part.values())

    def seconds(self) -> float:
        """Return the seconds up to the first call of this method."""
        if self._total is None:
            worked = round(self._work, 3) > self._earlier_work
            total = max(self._earlier + time.perf_counter() - self._start, self._work) if worked else self._earlier
            self._total = round(total, 1)
        return self._total
