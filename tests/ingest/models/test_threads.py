"""How many threads a model may use: the process's own cores, less those that others keep busy."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.models import threads
from ingest.models.threads import idle_cores, usable_cores


@contextmanager
def busy_thread() -> Iterator[None]:
    """Keep a thread of this process on a core: hashing lets go of the interpreter's lock."""
    done = threading.Event()
    data = bytes(1 << 22)

    def work() -> None:
        while not done.is_set():
            hashlib.sha256(data)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.skipif(not Path("/proc/loadavg").exists(), reason="what others do cannot be told here")
def test_own_threads_are_no_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As many run as the machine says, one of them this very thread and one beside it; the file says 3 in all."""
    loads = tmp_path / "loadavg"
    loads.write_text("0.00 0.01 0.05 3/200 12345\n", "ascii")
    monkeypatch.setattr(threads, "LOADAVG", loads)
    monkeypatch.setattr(threads, "usable_cores", lambda: 8)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert idle_cores() == 6
    with busy_thread():
        assert idle_cores() == 7


def test_who_is_bound_to_a_core_uses_one() -> None:
    bound = (
        "import os; os.sched_setaffinity(0, {0}); from ingest.models.threads import *;"
        " print(usable_cores(), idle_cores())"
    )
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("processes cannot be bound to cores here")
    done = subprocess.run([sys.executable, "-c", bound], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": "max 100000\n"}, 16),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 16),
        ({}, 16),
    ],
)
def test_a_containers_quota_counts(
    files: dict[str, str], cores: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "ascii")
    monkeypatch.setattr(threads, "CGROUP", tmp_path)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(16)), raising=False)
    assert usable_cores() == cores


def test_of_a_large_machine_only_what_is_granted_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    monkeypatch.setattr(threads, "usable_cores", lambda: 2)
    monkeypatch.setattr(threads, "_others_running", lambda wait: 30)
    assert idle_cores() == 2
    monkeypatch.setattr(threads, "_others_running", lambda wait: 63)
    assert idle_cores() == 1
