"""Stop work that runs: a cancellation is set by any thread, and models look at it between batches and tokens.

>>> cancellation = Cancellation(timeout=5.0)
>>> with cancellation.running():
...     pipeline.ask(question)  # raises TimedOut after five seconds

The cancellation belongs to the context that runs the work. A thread that works for it is handed the cancellation.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

from ingest.errors import Cancelled, TimedOut

_current: ContextVar[Cancellation] = ContextVar("cancellation")


class Cancellation:
    """Tells work to stop: when `cancel` is called, or after `timeout` seconds.

    The cancellation that the code is under which makes this one stops its work, too.
    """

    def __init__(self, timeout: float | None = None) -> None:
        self._outer = _current.get(None)
        self._timeout = timeout
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._event = Event()

    def cancel(self) -> None:
        """Have the work stop as soon as it looks."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether the work has to stop."""
        is_late = self._deadline is not None and time.monotonic() > self._deadline
        return self._event.is_set() or is_late or (self._outer is not None and self._outer.is_set)

    def check(self) -> None:
        """Raise Cancelled, or TimedOut, if the work has to stop."""
        if self._event.is_set():
            raise Cancelled("stopped before it was done")
        if self._outer is not None:
            self._outer.check()
        if self.is_set:
            raise TimedOut(f"not done within {self._timeout:g} seconds")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the block under this cancellation, which is checked at its start."""
        token = _current.set(self)
        try:
            self.check()
            yield
        finally:
            _current.reset(token)


NEVER = Cancellation()
"""The cancellation of work that nobody stops."""


def current_cancellation() -> Cancellation:
    """Return the cancellation that the running code is under."""
    return _current.get(NEVER)
