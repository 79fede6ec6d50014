"""Claims on uploads: of several servers over one store, one takes an upload in. A claim ends with its process."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from ingest.closing import Closing


class Claims(Closing):
    """Claims by name, each a lock on a file of a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, FileLock] = {}

    def has(self, name: str) -> bool:
        """Return whether this process claimed a name here."""
        return name in self._locks

    def take(self, name: str) -> bool:
        """Claim a name, and return whether that worked: another server may have it."""
        lock = FileLock(self._folder / f"{name}.lock", timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return False
        self._locks[name] = lock
        return True

    def drop(self, name: str) -> None:
        """Give up a claim on what is no longer there."""
        lock = self._locks.pop(name, None)
        if lock is not None:
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()

    def close(self) -> None:
        """Leave what is claimed to others."""
        while self._locks:
            self._locks.popitem()[1].release()
