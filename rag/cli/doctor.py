"""Is this installation sound, and this store? Versions, threads, weights' hashes, the store's own checks."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ingest.errors import ConfigError, StoreError, WeightsError
from ingest.models.cache import cache_folder
from ingest.models.cpu import instructions
from ingest.models.threads import idle_cores, usable_cores
from ingest.models.weights import BUILTINS, find_weights
from ingest.parsers.worker.pool import MOST
from rag.cli import output
from rag.cli.options import _config
from rag.config import CONFIG_FILE, Config


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


def builtin_models() -> list[dict[str, Any]]:
    """Return the embedded models: name, kind, licence, whether installed, and the command that installs each."""
    return [
        {
            "name": name,
            "kind": builtin.kind,
            "licence": builtin.licence,
            "installed": _installed(name),
            "sha256": builtin.sha256,
            "install": builtin.install,
        }
        for name, builtin in ((f"builtin:{short}", builtin) for short, builtin in BUILTINS.items())
    ]


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

    usable, idle = usable_cores(), idle_cores()
    return {
        "usable cores": usable,
        "idle now": idle,
        "embed and find": 1,  # for one question: more wait for each other
        "embed documents": idle,
        "read and generate": idle,
        "make clusters": faiss.omp_get_max_threads(),
        "parse, in processes": min(usable, MOST),
        "instructions": instructions() or "CTranslate2's choice",
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


def _installed(name: str) -> bool:
    try:
        find_weights(name)
    except WeightsError:
        return False
    return True


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


def models(options: argparse.Namespace) -> int:
    """List the embedded models."""
    from rag.cli.doctor import builtin_models

    listed = builtin_models()
    if options.json:
        output.json_line({"models": listed})
    else:
        output.models(listed)
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Check the installation and the store."""
    from rag.cli.doctor import examine

    examined = examine(_config(options), options.repair)
    if options.json:
        output.json_line(examined)
    else:
        output.examined(examined)
    return 1 if examined["problems"] else 0


def init(options: argparse.Namespace) -> int:
    """Write a commented rag.toml into the current folder."""
    file = Path(CONFIG_FILE)
    if file.exists() and not options.force:
        raise ConfigError(f"{file} is there already; --force replaces it")
    from importlib.resources import files

    file.write_text((files("rag") / "rag.toml").read_text("utf-8"), "utf-8")
    output.line(f"wrote {file}: every option with its default; change what you need")
    return 0
