"""`rag doctor`: check the installation and the store."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, runtime_checkable

from ingest.errors import StoreError, WeightsError
from ingest.models.cache import cache_folder
from ingest.models.cpu import instruction_set
from ingest.models.threads import idle_cores, usable_cores
from ingest.models.weights import BUILTINS, find_weights
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.options import StoreOptions, option


@runtime_checkable
class Checked(Protocol):
    """A store that can say whether it is sound, and rebuild what it derives."""

    def verify(self) -> list[str]:
        """Return the problems found."""

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


@dataclass(frozen=True, kw_only=True)
class DoctorOptions(StoreOptions, CommonOptions):
    """Options of `rag doctor`."""

    repair: bool = option("rebuild what can be rebuilt from the store's rows", default=False)


def doctor(options: DoctorOptions) -> int:
    """Check the installation and the store."""
    examined = examine(load_config(options), options.repair)
    if options.json:
        output.json_line(examined)
    else:
        output.examined(examined)
    return 1 if examined["problems"] else 0


def examine(config: Config, repair: bool = False) -> dict[str, Any]:
    """Return versions, threads, weights, the store's state, what was repaired, and all problems found."""
    problems: list[str] = []
    repaired: list[str] = []
    return {
        "versions": _versions(problems),
        "threads": _threads(),
        "weights": _weights(problems),
        "cache": _cache(problems),
        "store": _store(config, repair, problems, repaired),
        "repaired": repaired,
        "problems": problems,
    }


def _versions(problems: list[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
            if package != "unstructured":  # of the `office` extra
                problems.append(f"{package} is not installed")
    return found


def _threads() -> dict[str, Any]:
    """What there is, and how many threads each kind of work takes unless told otherwise."""
    import faiss
    import torch

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


def _weights(problems: list[str]) -> dict[str, str]:
    states = {}
    for short, builtin in BUILTINS.items():
        name = f"builtin:{short}"
        try:
            find_weights(name)  # checks the hash
            states[name] = f"sha256 {builtin.sha256[:16]}... verified"
        except WeightsError as error:
            states[name] = "missing or damaged"
            problems.append(str(error))
    return states


def _cache(problems: list[str]) -> dict[str, Any]:
    """Where copies of models are kept, and how much they take."""
    folder = cache_folder()
    held = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(parent, os.W_OK) or not parent.is_dir():
        problems.append(f"the cache {folder} cannot be written: set OPENBOOK_CACHE to another folder")
    return {"path": str(folder), "MB": round(sum(file.stat().st_size for file in held) / 1e6)}


def _store(config: Config, repair: bool, problems: list[str], repaired: list[str]) -> dict[str, Any]:
    if config.table("store").get("kind", "local") == "local" and not config.store_path.exists():
        return {"path": str(config.store_path), "state": "not made yet: rag ingest PATH"}
    try:
        store = config.store(create=False)
    except StoreError as error:
        problems.append(str(error))
        return {"path": str(config.store_path), "state": "cannot be opened"}
    if isinstance(store, Checked):
        found = store.verify()
        if found and repair:
            store.repair()
            remaining = store.verify()
            repaired += [problem for problem in found if problem not in remaining]
            found = remaining
        problems += found
    state = {"path": str(config.store_path), **store.manifest, "chunks": len(store), "sources": len(store.sources())}
    store.close()
    return state


COMMAND = Command("check versions, threads, weights and the store", DoctorOptions, doctor)
