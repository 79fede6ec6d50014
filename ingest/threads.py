"""Decide how many CPU threads a model may use: a thread without a core of its own slows all the others down.

Threads of one matrix product wait for each other at every layer. With both cores of a 2-core machine busy otherwise,
two threads generated a fifth as many tokens a second as one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median_low


def idle_cores() -> int:
    """Return how many cores other programs leave idle right now: at least 1, all of them where it cannot be told."""
    cores = os.cpu_count() or 1
    try:
        # In fractions of a second, so that a short burst does not count; one of the running is this very thread.
        running = median_low([_running(wait=0.01) for _ in range(5)]) - 1
    except (OSError, ValueError, IndexError):
        return cores
    return max(1, cores - running)


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Let torch use this many threads for the length of a call, never more than it was set up to use."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(min(count, before))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _running(wait: float) -> int:
    """Return how many threads of the whole machine are running or want to; the fourth field is `running/all`."""
    time.sleep(wait)
    return int(Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[0])
