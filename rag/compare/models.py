"""`LocalModels`: generators by name, one at a time in memory."""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from ingest.closing import close_parts
from ingest.models.threads import idle_cores, usable_cores
from ingest.models.weights import is_endpoint
from rag.compare.settings import ComparisonSettings
from rag.evaluate.metrics.cost import reset_peak_memory
from rag.generate.base import Generator


class Models(Protocol):
    """The source of the systems' generators."""

    def fingerprint(self, model: str) -> str:
        """Return a hash of a model's weights, without loading them."""

    def load(self, model: str, options: Mapping[str, Any]) -> Generator:
        """Return a generator. The one loaded before may be closed."""

    def release(self) -> None:
        """Close the loaded generator."""


class LocalModels:
    """Generators of `new_generator`, all with the same threads, device and precision."""

    def __init__(self, settings: ComparisonSettings) -> None:
        self._settings = settings
        self._key: object = None
        self._generator: Generator | None = None

    @cached_property
    def threads(self) -> int:
        """The number of CPU threads of each system: the idle cores at the first call, unless set."""
        return self._settings.threads or idle_cores()

    def fingerprint(self, model: str) -> str:
        """Return a hash of the weights, the tokenizer and the configuration; the name of a chat endpoint."""
        from rag.generate.load import generator_weights

        return generator_weights(model)

    def load(self, model: str, options: Mapping[str, Any]) -> Generator:
        """Return the model's generator, the loaded one if nothing differs; peak memory counts from here."""
        from rag.generate import new_generator

        # A model folder that was trained again is another model.
        key = (model, self.fingerprint(model), sorted(options.items()))
        if self._generator is None or self._key != key:
            self.release()
            shared: dict[str, Any] = {}
            if not is_endpoint(model):
                settings = self._settings
                shared = {"threads": self.threads, "batch_size": settings.batch_size}
                shared |= {"device": settings.device, "dtype": settings.dtype}
            reset_peak_memory()
            self._generator, self._key = new_generator(model, "transformers", **{**shared, **options}), key
        else:
            reset_peak_memory()
        return self._generator

    def release(self) -> None:
        """Close the loaded generator, so that the memory of the next is measured without it."""
        close_parts(self._generator)
        self._generator = None
        gc.collect()


def hardware(threads: int | None) -> dict[str, Any]:
    """Return the processor, cores, threads and memory, and the versions that decide speed."""
    import torch

    # The processor has its name in /proc on Linux only.
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    # Windows has no sysconf.
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
    except (AttributeError, ValueError, OSError):
        memory = None
    allowed = torch.get_num_threads()  # by the environment
    return {
        "processor": processor,
        "cores": usable_cores(),
        "threads": min(threads or allowed, allowed),
        "memory_mb": memory,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers")},
    }
