"""Parsing in a process of its own, which may hang, crash or eat memory without taking the program along."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ingest.errors import ParseError, Unsupported
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.registry import PARSERS
from ingest.parsers.worker.messages import from_json, receive, send


class ParseWorker:
    """Reads files in a child process that is ended and replaced when a file takes too long or crashes it.

    The child starts with the first file and lives until the `with` block ends. One file at a time: threads that want to
    parse at once take a worker each. Parsers named by `register_parser` must be importable in the child.
    """

    def __init__(self, settings: ParseSettings | None = None) -> None:
        self._settings = settings or ParseSettings()
        self._child: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> ParseWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, path: Path, source: str) -> Parsed:
        """Return a file's documents; raises ParseError and Unsupported as `parse` does, and when the child ends."""
        request = {
            "path": str(path.absolute()),
            "source": source,
            "settings": asdict(self._settings),
            "parsers": PARSERS,
        }
        answer = self._ask(request)
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        if "error" in answer:
            raise ParseError(answer["error"])
        return from_json(answer)

    def close(self) -> None:
        """End the child; the next file would start another."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout, self._log):
                if pipe is not None:
                    _close(pipe)
            self._child = self._log = None

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._settings.timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            send(child.stdin, request)
            answer = receive(child.stdout)
        except OSError:  # the child ended before it had read the request
            answer = None
        except BaseException:  # Ctrl-C: an answer still to come must not be taken for the next file's
            self.close()
            raise
        finally:
            timer.cancel()
        if answer is not None and not late.is_set():
            return answer
        reason = f"took longer than {self._settings.timeout:g} s" if late.is_set() else self._how_it_ended(child)
        self.close()
        if answer is not None:  # it came in the very moment of giving up
            return answer
        raise ParseError(reason)

    def _running(self) -> subprocess.Popen[bytes]:
        """The child, started if there is none; it imports from where this process does."""
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the child
            path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.parsers.worker.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env={**os.environ, "PYTHONPATH": path},
            )
        return self._child

    def _how_it_ended(self, child: subprocess.Popen[bytes]) -> str:
        code = child.wait()
        if code < 0:
            return f"the parser crashed (signal {-code})"
        return f"the parser crashed (exit code {code}{self._last_words()})"

    def _last_words(self) -> str:
        """The last line that the child wrote: mostly the exception that ended it."""
        if self._log is None:
            return ""
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 2000))
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1][:200]}" if lines else ""


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written has no reader any more
        return
