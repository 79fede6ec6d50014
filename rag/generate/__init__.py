"""Generators: one layer over encoder-decoders, decoder-only models and chat endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from ingest.models.convert import copy_or_none, has_runtime
from ingest.models.weights import SMOLLM2
from ingest.plugins import resolve
from rag.generate.base import Decoding, Generation, Generator

if TYPE_CHECKING:
    from rag.generate.causal import CausalGenerator
    from rag.generate.ctranslate2 import CTranslate2Generator
    from rag.generate.langchain import LangChainGenerator
    from rag.generate.seq2seq import Seq2SeqGenerator

__all__ = [
    "BACKENDS",
    "GENERATORS",
    "CTranslate2Generator",
    "CausalGenerator",
    "Decoding",
    "Generation",
    "Generator",
    "LangChainGenerator",
    "Seq2SeqGenerator",
    "generator_kind",
    "new_generator",
]

GENERATORS = {
    "seq2seq": "rag.generate.seq2seq:Seq2SeqGenerator",
    "causal": "rag.generate.causal:CausalGenerator",
    "ctranslate2": "rag.generate.ctranslate2:CTranslate2Generator",
    "langchain": "rag.generate.langchain:LangChainGenerator",
}


BACKENDS = ("transformers", "ctranslate2", "auto")


def new_generator(model: str = SMOLLM2, backend: str = "transformers", **options: Any) -> Generator:
    """Return a generator for a hub id, a folder, `builtin:NAME` or `langchain:PROVIDER:MODEL`.

    `backend` is what runs a local model: "transformers" is the reference, exact and on any device; "ctranslate2" a
    copy in int8, converted once, several times as fast on a CPU; "auto" that copy where there can be one and it is
    true to the model, else the reference. `kind` among the options overrides what the model's config says. Raises
    WeightsError for a model that cannot be had, ValueError for an unknown kind, backend or option value.
    """
    if backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}; known: {', '.join(BACKENDS)}")
    kind = options.pop("kind", None)
    if kind is None and backend == "auto" and (fast := _converted(model, options)) is not None:
        return fast
    if kind is None and backend == "ctranslate2":
        kind = "ctranslate2"
    kind = kind or generator_kind(model)
    return cast("Generator", resolve(kind, GENERATORS, group="rag.generators")(model, **options))


def _converted(model: str, options: Mapping[str, Any]) -> Generator | None:
    """Return a generator on the model's converted copy; None where the options want another device or precision."""
    own = {name: value for name, value in options.items() if name not in ("device", "dtype")}
    wanted = options.get("device") or "cpu", options.get("dtype") or "float32"
    if wanted != ("cpu", "float32") or model.startswith("langchain:") or not has_runtime():
        return None
    from rag.generate.ct2_model import GeneratorCopy
    from rag.generate.ctranslate2 import CTranslate2Generator

    copy = copy_or_none(lambda: GeneratorCopy.of(model), "transformers")
    return None if copy is None else CTranslate2Generator(model, copy=copy, **own)


def generator_kind(model: str) -> str:
    """Return which kind of generator a model needs: its prefix says it, else its config's family."""
    if model.startswith("langchain:"):
        return "langchain"
    from rag.generate.load import model_family, model_folder

    return model_family(model_folder(model))


_LAZY = {target.rpartition(":")[2]: target for target in GENERATORS.values()}


def __getattr__(name: str) -> Any:
    """Import a generator class at its first use, and torch with it."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _LAZY[name].partition(":")
    return getattr(import_module(module), attribute)
