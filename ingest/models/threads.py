"""Count the CPU threads that a model may use: a thread without a core to itself slows all the others down.

Threads of one matrix product wait for each other at every layer. With both cores of a 2-core machine busy otherwise,
two threads generated a fifth as many tokens a second as one.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median_low

CGROUP = Path("/sys/fs/cgroup")
LOADAVG = Path("/proc/loadavg")
MEMINFO = Path("/proc/meminfo")


def usable_cores() -> int:
    """Return the number of cores that this process may use: those it is bound to, or what its container grants."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(affinity, _quota())))


def idle_cores() -> int:
    """Return the number of usable cores that other programs leave idle now: at least 1, and all when it is unknown."""
    cores = usable_cores()
    try:
        # The median of several moments, so that a short burst does not count.
        running = median_low([_others_running(wait=0.01) for _ in range(5)])
    except (OSError, ValueError, IndexError):
        return cores
    return max(1, min(cores, (os.cpu_count() or cores) - running))


def available_memory() -> int | None:
    """Return the bytes of memory that are free or can be freed at once; None where that is unknown."""
    try:
        lines = MEMINFO.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Limit torch to this many threads for the length of a call, and never raise its own limit."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(min(count, before))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _quota() -> float:
    """Return how many cores' worth of time the control group grants (version 2 or 1); infinity without a limit."""
    for files in (["cpu.max"], ["cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"]):
        try:
            quota, period = " ".join((CGROUP / file).read_text("ascii") for file in files).split()
            return int(quota) / int(period) if int(quota) > 0 else math.inf
        except (OSError, ValueError, ZeroDivisionError):
            continue  # not there, or "max"
    return math.inf


def _others_running(wait: float) -> int:
    """Return the number of threads of other processes that run or wait for a core.

    Our own do not count: the thread pools of libraries spin for a moment after their import.
    """
    time.sleep(wait)
    running = int(LOADAVG.read_text("ascii").split()[3].partition("/")[0])  # of `running/all`
    return max(0, running - sum(_is_running(task) for task in Path("/proc/self/task").iterdir()))


def _is_running(task: Path) -> bool:
    """Return whether a thread is running. Its state follows its name, which stands in parentheses and may hold any."""
    try:
        return (task / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "R"
    except (FileNotFoundError, ProcessLookupError):
        return False  # it ended just now
