"""Parse in a child process, which may hang, crash or run out of memory without taking the program along."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from ingest.child_process import start_child
from ingest.closing import Closing
from ingest.errors import ParseError, Unsupported
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.registry import PARSERS
from ingest.parsers.worker.messages import from_json, receive, send


class ParseWorker(Closing):
    """Parses files in a child process that is killed and replaced when a file takes too long or crashes it.

    The child starts with the first file and lives until `close()`. A worker parses one file at a time; threads that
    parse at once need a worker each. Parsers named by `register_parser` must be importable in the child.
    """

    def __init__(self, settings: ParseSettings | None = None) -> None:
        self._settings = settings or ParseSettings()
        self._child: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def parse(self, path: Path, source: str) -> Parsed:
        """Return a file's documents. Raises ParseError and Unsupported as `parse` does, and when the child ends."""
        answer = self._request(
            {
                "path": str(path.absolute()),
                "source": source,
                "settings": asdict(self._settings),
                "parsers": PARSERS,
            }
        )
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        if "error" in answer:
            raise ParseError(answer["error"])
        return from_json(answer)

    def close(self) -> None:
        """End the child; the next file starts another."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout, self._log):
                if pipe is not None:
                    with suppress(OSError):  # unsent data has no reader any more
                        pipe.close()
            self._child = self._log = None

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the child's answer. Raises ParseError when there is none within the time limit."""
        child = self._running_child()
        assert child.stdin is not None
        assert child.stdout is not None

        # Kill the child when the time is over, which ends the wait for its answer.
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
        except BaseException:  # after Ctrl-C, a late answer must not be taken for the next file's
            self.close()
            raise
        finally:
            timer.cancel()

        if answer is None or late.is_set():
            reason = f"took longer than {self._settings.timeout:g} s" if late.is_set() else self._crash_reason(child)
            self.close()
            if answer is None:  # else it came at the very moment of giving up
                raise ParseError(reason)
        return answer

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
            self._child = start_child(
                "ingest.parsers.worker.child", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
            )
        return self._child

    def _crash_reason(self, child: subprocess.Popen[bytes]) -> str:
        code = child.wait()
        if code < 0:
            return f"the parser crashed (signal {-code})"
        # The child's last line mostly names the exception that ended it.
        lines = []
        if self._log is not None:
            self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 2000))
            lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return f"the parser crashed (exit code {code}{f': {lines[-1][:200]}' if lines else ''})"
