"""The child process of `ParseWorker`: answers parse requests until its parent is gone."""

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
"""Of address space, in bytes: a file that would take more ends in MemoryError and not in a dead machine."""


def main() -> None:
    """Answer parse requests from standard input on standard output, one at a time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to act on
    _limit_memory()
    requests, answers = _own_pipes()
    waiting: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    while True:
        send(answers, _answer(waiting.get()))


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The two pipes, moved away from 0 and 1: what parsers and their libraries print goes to standard error."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _listen(requests: IO[bytes], waiting: queue.Queue[dict[str, Any]]) -> None:
    """Queue what comes in, and end the process when the owner is gone, also in the middle of a file."""
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


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    PARSERS.clear()
    PARSERS.update(request["parsers"])
    try:
        return to_json(parse(Path(request["path"]), request["source"], ParseSettings(**request["settings"])))
    except Unsupported as error:
        return {"unsupported": str(error)}
    except ParseError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
