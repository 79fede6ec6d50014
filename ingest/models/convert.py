"""Convert models for CTranslate2, a fast runtime on CPUs: once, in a child process, into the cache.

Converting loads torch and takes several times the memory that the copy needs afterwards; both go away with the child. A
model that has no faithful copy is recorded as refused, so that it is not tried again each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from ingest.child_process import start_child
from ingest.errors import CacheError, NoCopyError, WeightsError
from ingest.models.cache import MANIFEST, cached_folder
from ingest.models.weights import file_sha256

T = TypeVar("T")

_LOG = logging.getLogger(f"openbook.{__name__}")

DETAILS, MODEL = "details.json", "model"
CONVERSION = 5  # raised when any conversion changes, so that older copies are not used
KNOWN_COPIES = Path(__file__).with_name("known_copies.json")
STEP = "step: "  # begins a line in which a child says what it does
LOADING, CONVERTING, COMPARING = "loading the model", "converting the weights", "comparing the copy with the model"

CANNOT_CONVERT = 1  # exit status of a child whose model is missing or damaged
NO_ROOM = 2  # and of one that ran out of disk or memory: another time it may succeed


@dataclass(frozen=True)
class ModelCopy:
    """A converted model: its folder, and the details that its conversion recorded."""

    folder: Path
    details: Mapping[str, Any]


def has_runtime() -> bool:
    """Return whether CTranslate2 is installed."""
    return find_spec("ctranslate2") is not None


def copy_or_none(make: Callable[[], T], reference: str) -> T | None:
    """Return what `make` makes of a model's copy; without one, log the reason and that `reference` runs the model."""
    try:
        return make()
    except (NoCopyError, CacheError) as error:
        _LOG.warning("%s; %s runs it, more slowly", error, reference)
        return None


def prepare_copy(module: str, model: str, fingerprint: str) -> ModelCopy:
    """Return a model's copy from the cache, converted by `python -m module` when it is not there.

    `fingerprint` is a hash of the model's weights. Raises NoCopyError for a model without a faithful copy, WeightsError
    for one that is missing or damaged, ImportError without the runtime.
    """
    if not has_runtime():
        raise ImportError("this backend needs its package: pip install ctranslate2")
    parts = [module, fingerprint, CONVERSION, *map(version, ("ctranslate2", "transformers"))]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
    folder = cached_folder("ctranslate2", key, lambda fresh: _convert_in_child(module, model, fresh), model)
    details: dict[str, Any] = json.loads((folder / DETAILS).read_text("utf-8"))
    if reason := details.get("refused"):
        raise NoCopyError(f"{model} does not run on CTranslate2: {reason}")
    return ModelCopy(folder, details)


def _convert_in_child(module: str, model: str, folder: Path) -> None:
    extra = {"model": model, "step": "starting"}
    _LOG.info("preparing %s for this machine, once; this takes up to a minute", model, extra=extra)
    with tempfile.TemporaryFile() as log:
        with start_child(module, model, str(folder.resolve()), stdout=subprocess.PIPE, stderr=log) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith(STEP.encode()):
                    step = line.decode("utf-8", "replace").removeprefix(STEP).strip()
                    _LOG.debug("preparing %s: %s", model, step, extra={"model": model, "step": step})
        if child.returncode == 0:
            if "refused" not in json.loads((folder / DETAILS).read_text("utf-8")):
                _LOG.info("%s is ready", model, extra={"model": model, "step": "ready"})
            return
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").strip().splitlines()
    reason = lines[-1] if lines else f"it was ended by signal {-child.returncode}"
    if child.returncode == CANNOT_CONVERT:
        raise WeightsError(reason)
    raise NoCopyError(f"{model} could not be converted: {reason}")


def run_conversion(convert: Callable[[str, Path], Mapping[str, Any]], arguments: Sequence[str]) -> None:
    """Run as the child process: `convert` fills the folder and returns the details to record.

    A missing or damaged model ends the process with one line on stderr and status 1, a full disk or too little memory
    with status 2. Any other failure is recorded as the reason why the model has no copy.
    """
    model, folder = arguments[0], Path(arguments[1])
    try:
        details = dict(convert(model, folder))
    except WeightsError as error:
        sys.exit(str(error))
    except (OSError, MemoryError) as error:
        sys.stderr.write(f"{_one_line(error)}\n")
        sys.exit(NO_ROOM)
    except Exception as error:  # a model that the runtime does not know fails in its own way
        details = {"refused": f"it cannot be converted: {_one_line(error)}"}
    (folder / DETAILS).write_text(json.dumps(details, indent=1), "utf-8")


def tell_step(step: str) -> None:
    """Report from the child what it does next, for a progress bar."""
    print(f"{STEP}{step}", flush=True)


def look_up_measures(folder: Path) -> dict[str, Any] | None:
    """Return the recorded measures of a copy whose files are exactly those of one that was measured, else None.

    The comparison with the reference takes most of a conversion's time, and its outcome is a function of the files.
    Rounding depends on the processor, so that another kind of processor may write other files, which are measured.
    """
    measures: dict[str, Any] | None = _known("copies").get(copy_hash(folder))
    return measures


def look_up_recipe(fingerprint: str) -> dict[str, Any] | None:
    """Return the choices with which a model of these weights was converted before, else None."""
    recipe: dict[str, Any] | None = _known("recipes").get(fingerprint)
    return recipe


def _known(part: str) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = json.loads(KNOWN_COPIES.read_text("utf-8"))
    return known.get(part, {})


def copy_hash(folder: Path) -> str:
    """Return a SHA-256 over the names and contents of a copy's files, without those that describe it."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (DETAILS, MANIFEST)):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file_sha256(file)}\n".encode())
    return digest.hexdigest()


def write_copy(model: Any, tokenizer: Any, source: Path, out: Path, quantization: str) -> None:
    """Write a loaded transformers model, its adapter merged, in the runtime's format.

    `source` is a folder with its config.json. Raises whatever the converter raises for a model that it does not know.
    """
    from ctranslate2.converters import TransformersConverter

    class FromMemory(TransformersConverter):  # type: ignore[misc]
        def load_model(self, *_: object, **__: object) -> Any:
            copy = deepcopy(model)  # the converter removes layers as it goes
            _declare_norms(copy)

            # Tell whether T5 and its kin scale the decoder's output. The converter infers it from tied embeddings, but
            # since transformers 5 all of them count as tied, also FLAN-T5 and mT5, which do not scale.
            if hasattr(copy.config, "relative_attention_num_buckets"):
                copy.config.tie_word_embeddings = getattr(copy.config, "scale_decoder_outputs", False)
            return copy

        def load_tokenizer(self, *_: object, **__: object) -> Any:
            return tokenizer

    FromMemory(str(source)).convert(str(out), quantization=quantization)

    # Name special tokens that the tokenizer lacks after one that it has: the runtime ends the process over a null.
    file = out / "config.json"
    config = json.loads(file.read_text("utf-8"))
    names = [name for name in config if name.endswith("_token")]
    token = next((config[name] for name in names if config[name] is not None), "<unk>")
    config.update({name: token for name in names if config[name] is None})
    file.write_text(json.dumps(config, indent=2), "utf-8")


def _declare_norms(model: Any) -> None:
    """Set in the config which norms BART and its kin have: the converter reads it, and newer configs lack it."""
    encoder = getattr(getattr(model, "model", None), "encoder", None)
    if encoder is None:
        return
    for name, norm in (("normalize_before", "layer_norm"), ("normalize_embedding", "layernorm_embedding")):
        if not hasattr(model.config, name):
            setattr(model.config, name, hasattr(encoder, norm))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
