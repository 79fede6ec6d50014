"""Load a model and its tokenizer from a local folder: offline, quietly, never running the checkpoint's own code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.errors import WeightsError
from ingest.models.weights import find_weights, hub_path
from rag.generate.adapter import Adapter
from rag.generate.gguf import gguf_folder
from rag.generate.tokens import Family

DTYPES = ("float32", "bfloat16", "float16")


def model_folder(name: str) -> Path:
    """Return a folder that transformers can load for this name, an adapter's base for it. Raises WeightsError."""
    adapter = Adapter.of(name)
    weights = find_weights(adapter.base if adapter else name)
    if weights.file is not None and weights.file.endswith(".gguf"):
        return gguf_folder(weights)
    return weights.path or hub_path(name)


def model_family(folder: Path) -> Family:
    """Return which family the folder's config declares; the name says nothing."""
    from transformers import AutoConfig

    with quiet():
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return "seq2seq" if config.is_encoder_decoder else "causal"


@dataclass(frozen=True)
class LoadedModel:
    """A model with its tokenizer, and the few special tokens that it needs in order to generate at all."""

    model: Any
    tokenizer: Any

    @cached_property
    def eos(self) -> frozenset[int]:
        """Every token that ends a text: the checkpoint's (chat models have several) and the tokenizer's own."""
        listed = self._setting("eos_token_id")
        found = listed if isinstance(listed, list | tuple) else [listed]
        return frozenset(int(token) for token in (*found, self.tokenizer.eos_token_id) if token is not None)

    @cached_property
    def pad(self) -> int:
        """The padding token: where a model has none, any token does, since padding is masked."""
        if self.tokenizer.pad_token_id is not None:
            return int(self.tokenizer.pad_token_id)
        return min(self.eos, default=0)

    @cached_property
    def start(self) -> int | None:
        """What an encoder-decoder's answer starts from."""
        first = self._setting("decoder_start_token_id")
        token = first if first is not None else self._setting("bos_token_id")
        return None if token is None else int(token)

    @cached_property
    def forced_first(self) -> int | None:
        """The first new token, where the model was trained always to write it (BART)."""
        token = self._setting("forced_bos_token_id")
        return None if token is None else int(token)

    def _setting(self, name: str) -> Any:
        value = getattr(self.model.generation_config, name, None)
        return value if value is not None else getattr(self.model.config, name, None)


def load_model(
    folder: Path, family: Family, device: str = "cpu", dtype: str = "float32", adapter: Path | None = None
) -> LoadedModel:
    """Return the folder's model, ready to generate, with the adapter of another folder merged into it.

    Raises WeightsError when the weights do not make a whole model of this family, ValueError for an unknown dtype.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    if dtype not in DTYPES:
        raise ValueError(f"unknown dtype {dtype!r}; known: {', '.join(DTYPES)}")
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
    if adapter and (found := Adapter.of(adapter)):
        found.apply(adapter, model)
    return LoadedModel(model.to(_device(device)).eval(), tokenizer)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' log lines and progress bars away for the length of a call; errors are raised as ever."""
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


def _device(name: str) -> str:
    import torch

    if name != "auto":
        return name
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
