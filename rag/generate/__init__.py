"""Generators: one layer over encoder-decoders, decoder-only models and chat endpoints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from ingest.plugins import resolve
from rag.generate.base import Decoding, Generation, Generator

if TYPE_CHECKING:
    from rag.generate.causal import CausalGenerator
    from rag.generate.langchain import LangChainGenerator
    from rag.generate.seq2seq import Seq2SeqGenerator

__all__ = [
    "GENERATORS",
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
    "langchain": "rag.generate.langchain:LangChainGenerator",
}


def new_generator(model: str = "builtin:smollm2", **options: Any) -> Generator:
    """Return a generator for a hub id, a folder, `builtin:NAME` or `langchain:PROVIDER:MODEL`.

    `kind` among the options overrides what the model's config says. Raises WeightsError for a model that cannot be
    had, ValueError for an unknown kind or option value.
    """
    kind = options.pop("kind", None) or generator_kind(model)
    return cast("Generator", resolve(kind, GENERATORS, group="rag.generators")(model, **options))


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
