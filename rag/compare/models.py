"""Models by name: which weights they are, and one of them at a time in memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from ingest.models.threads import idle_cores, usable_cores
from ingest.models.weights import is_endpoint
from rag.compare.settings import Settings
from rag.generate.base import Generator


class Models(Protocol):
    """Where the generators of systems come from."""

    def fingerprint(self, model: str) -> str:
        """Return what tells a model's weights from any others, without loading them."""

    def load(self, model: str, options: Mapping[str, Any]) -> Generator:
        """Return a generator; the one loaded before may go."""

    def release(self) -> None:
        """Let go of what is loaded."""


class LocalModels:
    """Generators as `new_generator` makes them, all with the same threads, device and precision."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: object = None
        self._generator: Generator | None = None

    @cached_property
    def threads(self) -> int:
        """How many CPU threads each system gets: the cores idle when first asked, unless set."""
        return self._settings.threads or idle_cores()

    def fingerprint(self, model: str) -> str:
        """Return a hash of the weights, the tokenizer and the configuration; a chat endpoint is known by its name."""
        from rag.generate.load import generator_weights

        return generator_weights(model)

    def load(self, model: str, options: Mapping[str, Any]) -> Generator:
        """Return the model's generator, the same one as before when nothing differs; memory is counted from here."""
        from rag.generate import new_generator

        key = (model, self.fingerprint(model), sorted(options.items()))
        if self._generator is None or self._key != key:
            self.release()
            shared: dict[str, Any] = {}
            if not is_endpoint(model):
                settings = self._settings
                shared = {"threads": self.threads, "batch_size": settings.batch}
                shared |= {"device": settings.device, "dtype": settings.dtype}
            reset_peak_memory()
            self._generator, self._key = new_generator(model, "transformers", **{**shared, **options}), key
        else:
            reset_peak_memory()
        return self._generator

    def release(self) -> None:
        """Let go of the loaded generator, so that the next one's memory is measured without it."""
        self._generator = None
        gc.collect()


def hardware(threads: int | None) -> dict[str, Any]:
    """Return what systems ran on: processor, cores, threads, memory, and the versions that decide speed."""
    import platform
    from importlib.metadata import version

    import torch

    most = torch.get_num_threads()  # what the environment allows
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "threads": min(threads or most, most),
        "memory_mb": _memory_mb(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers")},
    }


def reset_peak_memory() -> None:
    """Let the kernel forget the most memory that this process has held so far, where it can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return


def peak_memory_mb() -> float | None:
    """Return the most memory held since the reset in megabytes (2^20), else since the start; None if nobody counts."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    except (OSError, ValueError, IndexError):
        from rag.evaluate.metrics.cost import peak_memory_mb as since_start

        peak = since_start()
        return None if peak != peak else peak


def _processor() -> str:
    import platform

    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
    except (AttributeError, ValueError, OSError):
        return None
