"""Models converted for CTranslate2, a fast runtime on CPUs: made once in a process of their own, kept in the cache.

Loading and converting takes torch, and several times the memory that the copy needs afterwards; with the process both
go away. What cannot be converted, or is not true to its model, is kept as refused, so that it is not tried each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from ingest.errors import CacheError, NoCopyError, WeightsError
from ingest.models.cache import cached_folder

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

DETAILS, MODEL = "details.json", "model"

CONVERSION = 4
"""Raised when any conversion changes, so that older copies are not taken."""


def converts() -> bool:
    """Whether the runtime is installed."""
    return find_spec("ctranslate2") is not None


def copied(make: Callable[[], T], reference: str) -> T | None:
    """Return what `make` makes of a model's copy; where there can be none say so, and who runs the model instead."""
    try:
        return make()
    except (NoCopyError, CacheError) as error:
        _LOG.warning("%s; %s runs it, more slowly", error, reference)
        return None


def converted(module: str, model: str, fingerprint: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a model's copy and what was noted of it, converted by `python -m module` if need be.

    `fingerprint` is a hash of the model's weights. Raises NoCopyError for a model without a true copy, WeightsError for
    one that cannot be had, ImportError without the runtime.
    """
    if not converts():
        raise ImportError("this backend needs its package: pip install ctranslate2")
    made_by = [module, fingerprint, CONVERSION, *map(version, ("ctranslate2", "transformers"))]
    key = hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:24]
    folder = cached_folder("ctranslate2", key, lambda fresh: _in_child(module, model, fresh))
    details: dict[str, Any] = json.loads((folder / DETAILS).read_text("utf-8"))
    if refused := details.get("refused"):
        raise NoCopyError(f"{model} does not run on CTranslate2: {refused}")
    return folder, details


def convert_in_child(make: Callable[[str, Path], Mapping[str, Any]], arguments: Sequence[str]) -> None:
    """Be the child process: `make` fills the folder and returns what is to be noted.

    A model that cannot be had ends the process with one line on stderr and status 1, a full disk or too little memory
    with status 2; whatever else goes wrong in a conversion is noted as the reason why there is none.
    """
    model, folder = arguments[0], Path(arguments[1])
    try:
        details = dict(make(model, folder))
    except WeightsError as error:
        sys.exit(str(error))
    except (OSError, MemoryError) as error:  # another time there may be a copy
        sys.stderr.write(f"{' '.join(str(error).split()) or type(error).__name__}\n")
        sys.exit(2)
    except Exception as error:  # a model that the runtime does not know fails in its own way
        details = {"refused": f"it cannot be converted: {' '.join(str(error).split()) or type(error).__name__}"}
    (folder / DETAILS).write_text(json.dumps(details, indent=1), "utf-8")


def write_copy(model: Any, tokenizer: Any, source: Path, out: Path, quantization: str) -> None:
    """Write a transformers model that is loaded, its adapter merged, in the runtime's format.

    `source` is a folder with its config.json. Raises whatever the converter raises for what it does not know.
    """
    from ctranslate2.converters import TransformersConverter

    class FromMemory(TransformersConverter):  # type: ignore[misc]
        def load_model(self, *_: object, **__: object) -> Any:
            copy = deepcopy(model)  # the converter takes layers out as it goes
            _declare_norms(copy)
            _declare_scale(copy)
            return copy

        def load_tokenizer(self, *_: object, **__: object) -> Any:
            return tokenizer

    FromMemory(str(source)).convert(str(out), quantization=quantization)
    _name_marks(out / "config.json")


def _declare_scale(model: Any) -> None:
    """Say whether T5 and its kin scale the decoder's output: the converter takes tied embeddings for it.

    Since transformers 5 all of them count as tied, FLAN-T5 and mT5 too, which do not scale: their copies' probabilities
    would be far too even, and with random weights their best tokens would change places.
    """
    if hasattr(model.config, "relative_attention_num_buckets"):
        model.config.tie_word_embeddings = getattr(model.config, "scale_decoder_outputs", False)


def _name_marks(file: Path) -> None:
    """Give marks that the tokenizer lacks the name of one that it has: the runtime ends the process over a null."""
    config = json.loads(file.read_text("utf-8"))
    marks = [name for name in config if name.endswith("_token")]
    known = next((config[name] for name in marks if config[name] is not None), "<unk>")
    config.update({name: known for name in marks if config[name] is None})
    file.write_text(json.dumps(config, indent=2), "utf-8")


def _declare_norms(model: Any) -> None:
    """Say in the config which norms BART and its kin have: the converter asks it, and newer configs do not say."""
    encoder = getattr(getattr(model, "model", None), "encoder", None)
    if encoder is None:
        return
    for name, norm in (("normalize_before", "layer_norm"), ("normalize_embedding", "layernorm_embedding")):
        if not hasattr(model.config, name):
            setattr(model.config, name, hasattr(encoder, norm))


def _in_child(module: str, model: str, folder: Path) -> None:
    preparing = f"preparing {model} for this machine, once: this takes up to a minute"
    _LOG.info(preparing)
    if sys.stderr.isatty():  # a script's stderr is for what went wrong
        sys.stderr.write(f"{preparing}\n")
    command = [sys.executable, "-m", module, model, str(folder.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode == 0:
        return
    said = (done.stderr.strip().splitlines() or [f"it was ended by signal {-done.returncode}"])[-1]
    if done.returncode == 1:
        raise WeightsError(said)
    raise NoCopyError(f"{model} could not be converted: {said}")


def _environment() -> dict[str, str]:
    """Return this process's environment, in which the child finds the packages that this one found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
