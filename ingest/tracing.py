"""The stages of an answer as spans: names, times and counts, and never a text.

Where an application has set up OpenTelemetry they are spans of its tracer, under the name "openbook". `record_trace`
gathers them in this thread, for `rag ask --trace`. Otherwise they cost a microsecond.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

Count = int | float | bool | str
"""The value of an attribute: a number, or one of a few fixed words."""

TRACER = "openbook"


@dataclass
class Span:
    """A stage that runs or ran: `seconds` is None while it runs. `notes` are fixed words, such as why it refused."""

    name: str
    depth: int = 0
    counts: dict[str, Count] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float | None = None
    _exported: Any = field(default=None, repr=False)

    def set(self, **counts: Count) -> None:
        """Set counts of the stage."""
        self.counts.update(counts)
        if self._exported is not None:
            for name, value in counts.items():
                self._exported.set_attribute(f"{TRACER}.{name}", value)

    def note(self, text: str) -> None:
        """Add what happened in the stage, in fixed words."""
        self.notes.append(text)
        if self._exported is not None:
            self._exported.add_event(text)


_spans: ContextVar[list[Span] | None] = ContextVar("openbook_spans", default=None)
_current: ContextVar[Span | None] = ContextVar("openbook_span", default=None)


@contextmanager
def span(name: str, **counts: Count) -> Iterator[Span]:
    """Run a stage as a span, within the one that runs."""
    parent, recorded = _current.get(), _spans.get()
    stage = Span(name, 0 if parent is None else parent.depth + 1)
    if recorded is not None:
        recorded.append(stage)
    token, began = _current.set(stage), time.perf_counter()
    try:
        # Nobody listens unless the application has imported it.
        if opentelemetry := sys.modules.get("opentelemetry.trace"):
            tracer = opentelemetry.get_tracer(TRACER)
            with tracer.start_as_current_span(f"{TRACER}.{name}", record_exception=False) as exported:
                stage._exported = exported
                stage.set(**counts)
                yield stage
        else:
            stage.set(**counts)
            yield stage
    finally:
        stage.seconds = time.perf_counter() - began
        _current.reset(token)


def add_span(name: str, began: float, **counts: Count) -> None:
    """Add a stage that began at this `time.perf_counter` and ends now: of a generator, which is left at every piece."""
    seconds, parent, recorded = time.perf_counter() - began, _current.get(), _spans.get()
    stage = Span(name, 0 if parent is None else parent.depth + 1, seconds=seconds)
    if recorded is not None:
        recorded.append(stage)
    if opentelemetry := sys.modules.get("opentelemetry.trace"):
        now = time.time_ns()
        tracer = opentelemetry.get_tracer(TRACER)
        stage._exported = tracer.start_span(f"{TRACER}.{name}", start_time=now - int(seconds * 1e9))
        stage.set(**counts)
        stage._exported.end(now)
    else:
        stage.set(**counts)


def note(text: str) -> None:
    """Add what happened to the stage that runs, if any, in fixed words."""
    if (stage := _current.get()) is not None:
        stage.note(text)


@contextmanager
def record_trace() -> Iterator[list[Span]]:
    """Gather the spans of this thread, in the order in which they begin."""
    recorded: list[Span] = []
    token = _spans.set(recorded)
    try:
        yield recorded
    finally:
        _spans.reset(token)
