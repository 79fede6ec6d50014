"""The child process of a `ParseWorker`: answer parse requests until the parent is gone."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from ingest.errors import ParseError, Unsupported
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import PARSERS, parse
from ingest.parsers.worker.messages import receive, send, to_json

GIGABYTE = 1 << 30
MEMORY_LIMIT = 4 * GIGABYTE
"""Bytes of address space: a file that needs more ends in MemoryError, not in a machine that swaps."""


def serve_requests() -> None:
    """Answer parse requests from standard input on standard output, one at a time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    _limit_memory()

    # Move the pipes away from 0 and 1, so that what parsers print goes to standard error.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

    # A thread listens, so that the process ends with its parent even in the middle of a file.
    waiting: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    while True:
        request = waiting.get()
        PARSERS.clear()
        PARSERS.update(request["parsers"])
        try:
            settings = ParseSettings(**request["settings"])
            answer = to_json(parse(Path(request["path"]), request["source"], settings))
        except Unsupported as error:
            answer = {"unsupported": str(error)}
        except ParseError as error:
            answer = {"error": str(error)}
        send(answers, answer)


def _listen(requests: IO[bytes], waiting: queue.Queue[dict[str, Any]]) -> None:
    while (message := receive(requests)) is not None:
        waiting.put(message)
    os._exit(0)


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    serve_requests()
