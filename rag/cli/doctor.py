"""`rag doctor`: check the installation and the store."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ingest.errors import StoreError, WeightsError
from ingest.models.cache import cache_folder
from ingest.models.weights import BUILTINS, find_weights
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.options import StoreOptions, option


@runtime_checkable
class RepairableStore(Protocol):
    """A store that checks itself, and rebuilds what it derives."""

    def verify(self) -> list[str]:
        """Return the problems of the store."""

    def repair(self) -> None:
        """Rebuild what can be rebuilt."""


PACKAGES = (
    "openbook-rag",
    "torch",
    "transformers",
    "sentence-transformers",
    "ctranslate2",
    "faiss-cpu",
    "tokenizers",
    "numpy",
    "langchain",
    "unstructured",
)
OPTIONAL = ("unstructured",)  # of the `office` extra


@dataclass(frozen=True, kw_only=True)
class DoctorOptions(StoreOptions, CommonOptions):
    """Options of `rag doctor`."""

    repair: bool = option("rebuild the search index and all else that is derived from the stored rows", default=False)


def doctor(options: DoctorOptions) -> int:
    """Check the installation and the store."""
    examination = examine(load_config(options), options.repair)
    if options.json:
        output.json_line(examination)
    else:
        output.show_examination(examination)
    return 1 if examination["problems"] else 0


def examine(config: Config, repair: bool = False) -> dict[str, Any]:
    """Return versions, threads, weights, the cache, the store's state, the repairs and all problems."""
    from importlib.metadata import PackageNotFoundError, version

    # Versions of the packages that matter.
    problems, versions = [], {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
            if package not in OPTIONAL:
                problems.append(f"{package} is not installed: pip install {package}")
    # The hashes of the embedded models' weights.
    weights = {}
    for short, builtin in BUILTINS.items():
        name = f"builtin:{short}"
        try:
            find_weights(name)
            weights[name] = f"sha256 {builtin.sha256[:16]}... verified"
        except WeightsError as error:
            weights[name] = "missing or damaged"
            problems.append(str(error))
    # The cache of converted models, and whether it can be written.
    folder = cache_folder()
    files = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(parent, os.W_OK) or not parent.is_dir():
        problems.append(f"the cache {folder} cannot be written: set OPENBOOK_CACHE to another folder")
    store, store_problems, repaired = _examine_store(config, repair)
    return {
        "versions": versions,
        "threads": _count_threads(),
        "weights": weights,
        "cache": {"path": str(folder), "MB": round(sum(file.stat().st_size for file in files) / 1e6)},
        "store": store,
        "repaired": repaired,
        "problems": [*problems, *store_problems],
    }


def _count_threads() -> dict[str, Any]:
    """Return the cores of this machine, and the threads that each kind of work takes by default."""
    import faiss
    import torch

    from ingest.models.cpu import instruction_set
    from ingest.models.threads import idle_cores, usable_cores
    from ingest.parsers.worker.pool import MAX_PROCESSES

    usable, idle = usable_cores(), idle_cores()
    return {
        "usable cores": usable,
        "idle now": idle,
        "embed and find": 1,  # for one question: more wait for each other
        "embed documents": idle,
        "read and generate": idle,
        "make clusters": faiss.omp_get_max_threads(),
        "parse, in processes": min(usable, MAX_PROCESSES),
        "instructions": instruction_set() or "CTranslate2's choice",
        "torch": torch.get_num_threads(),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "not set"),
        "accelerator": "cuda" if torch.cuda.is_available() else "none",
    }


def _examine_store(config: Config, repair: bool) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return the store's state, the problems that remain, and those that were repaired."""
    state: dict[str, Any] = {"path": str(config.store_path)}
    if config.table("store").get("kind", "local") == "local" and not config.store_path.exists():
        return state | {"state": "none yet; `rag ingest PATH` makes one"}, [], []
    try:
        store = config.store(create=False)
    except StoreError as error:
        return state | {"state": "cannot be opened"}, [str(error)], []
    with store:
        problems, repaired = store.verify() if isinstance(store, RepairableStore) else [], []
        if problems and repair and isinstance(store, RepairableStore):
            store.repair()
            remaining = store.verify()
            problems, repaired = remaining, [problem for problem in problems if problem not in remaining]
        state |= {**store.manifest, "chunks": len(store), "sources": len(store.sources())}
    return state, problems, repaired


COMMAND = Command("check versions, threads, weights and the store", DoctorOptions, doctor)
