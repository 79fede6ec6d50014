"""Load a model and its tokenizer from a local folder: offline, quietly, never running the checkpoint's own code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.errors import InputError, WeightsError
from ingest.fingerprint import fingerprint
from ingest.models.weights import (
    find_weights,
    folder_named,
    hub_path,
    is_endpoint,
    model_fingerprint,
    weights_fingerprint,
)
from rag.generate.adapter import Adapter
from rag.generate.gguf import gguf_folder
from rag.generate.tokens import Family

DTYPES = ("float32", "bfloat16", "float16")


def generator_weights(model: str) -> str:
    """Return a hash of all weights that a model's name stands for: an adapter's and its base's.

    An endpoint, whose weights are elsewhere, is identified by its name. Raises WeightsError as `find_weights` does.
    """
    if is_endpoint(model):
        return model
    adapter = Adapter.of(model)
    if adapter is None:
        return model_fingerprint(model)
    return fingerprint(model_fingerprint(adapter.base), weights_fingerprint(folder_named(model)))


def model_folder(name: str) -> Path:
    """Return a folder that transformers can load: the model's own, or that of an adapter's base. Raises WeightsError.

    Embedded GGUF weights are converted into such a folder once.
    """
    adapter = Adapter.of(name)
    weights = find_weights(adapter.base if adapter else name)
    if weights.file is not None and weights.file.endswith(".gguf"):
        return gguf_folder(weights)
    return weights.path or hub_path(name)


def model_family(folder: Path) -> Family:
    """Return the family that the folder's config declares; the name says nothing."""
    from transformers import AutoConfig

    with quiet():
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return "seq2seq" if config.is_encoder_decoder else "causal"


@dataclass(frozen=True)
class LoadedModel:
    """A model with its tokenizer and the few special tokens that it cannot generate without."""

    model: Any
    tokenizer: Any

    @cached_property
    def eos(self) -> frozenset[int]:
        """All tokens that end a text: the checkpoint's (chat models have several) and the tokenizer's own."""
        listed = self._setting("eos_token_id")
        tokens = listed if isinstance(listed, list | tuple) else [listed]
        return frozenset(int(token) for token in (*tokens, self.tokenizer.eos_token_id) if token is not None)

    @cached_property
    def pad(self) -> int:
        """The padding token. A model without one gets any token, since padding is masked."""
        if self.tokenizer.pad_token_id is not None:
            return int(self.tokenizer.pad_token_id)
        return min(self.eos, default=0)

    @cached_property
    def start(self) -> int | None:
        """The token that an encoder-decoder's answer starts from."""
        first = self._setting("decoder_start_token_id")
        token = first if first is not None else self._setting("bos_token_id")
        return None if token is None else int(token)

    @cached_property
    def forced_first(self) -> int | None:
        """The first new token of a model that was trained always to write it (BART)."""
        token = self._setting("forced_bos_token_id")
        return None if token is None else int(token)

    def bare_settings(self, family: Family) -> Any:
        """Return generation settings with the special tokens and nothing else of the checkpoint's habits."""
        from transformers import GenerationConfig

        is_encoder_decoder = family == "seq2seq"
        return GenerationConfig(  # type: ignore[no-untyped-call]
            eos_token_id=sorted(self.eos) or None,
            pad_token_id=self.pad,
            bos_token_id=self.tokenizer.bos_token_id,
            decoder_start_token_id=self.start if is_encoder_decoder else None,
            forced_bos_token_id=self.forced_first if is_encoder_decoder else None,
        )

    def _setting(self, name: str) -> Any:
        value = getattr(self.model.generation_config, name, None)
        return value if value is not None else getattr(self.model.config, name, None)


def load_model(
    folder: Path, family: Family, device: str = "cpu", dtype: str = "float32", adapter: Path | None = None
) -> LoadedModel:
    """Return the folder's model, ready to generate, with the adapter of another folder merged into it.

    Raises WeightsError where the weights are not a complete model of this family, InputError for an unknown dtype.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    if dtype not in DTYPES:
        raise InputError(f"unknown dtype {dtype!r}; known: {', '.join(DTYPES)}")
    # Never the checkpoint's own code, and never the network.
    kind: Any = AutoModelForSeq2SeqLM if family == "seq2seq" else AutoModelForCausalLM
    offline = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(folder, **offline)
        model, report = kind.from_pretrained(
            folder, dtype=getattr(torch, dtype), use_safetensors=True, output_loading_info=True, **offline
        )
    if report["missing_keys"]:  # transformers would fill them with random numbers and go on
        missing = sorted(report["missing_keys"])
        raise WeightsError(f"{folder} lacks {len(missing)} weights of a text generator, {missing[0]} the first")
    # A low-rank adapter changes the weights of its base.
    if adapter and (low_rank := Adapter.of(adapter)):
        low_rank.apply(adapter, model)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    return LoadedModel(model.to(device).eval(), tokenizer)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence transformers' log lines and progress bars inside a `with` block; errors are raised as ever."""
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
