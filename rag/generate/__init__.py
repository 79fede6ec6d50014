"""Generators: one layer over encoder-decoders, decoder-only models and chat endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ingest.errors import InputError
from ingest.lazy import attach
from ingest.models.convert import copy_or_none, has_runtime
from ingest.models.weights import is_endpoint
from ingest.plugins import check_options, construct, suggest
from rag.generate.base import Decoding as Decoding, Generation as Generation, Generator as Generator

if TYPE_CHECKING:
    from langchain_core.language_models import BaseLanguageModel

    from rag.generate.causal import CausalGenerator as CausalGenerator
    from rag.generate.ctranslate2 import CTranslate2Generator as CTranslate2Generator
    from rag.generate.decode import TransformersGenerator
    from rag.generate.langchain import LangChainGenerator as LangChainGenerator
    from rag.generate.seq2seq import Seq2SeqGenerator as Seq2SeqGenerator

GENERATORS = {
    "seq2seq": "rag.generate.seq2seq:Seq2SeqGenerator",
    "causal": "rag.generate.causal:CausalGenerator",
    "ctranslate2": "rag.generate.ctranslate2:CTranslate2Generator",
    "langchain": "rag.generate.langchain:LangChainGenerator",
}

BACKENDS = ("auto", "transformers", "ctranslate2")


def new_generator(model: str | Generator | BaseLanguageModel[Any], backend: str = "auto", **options: Any) -> Generator:
    """Return a generator for a model's name or object.

    A name is a hub id, a folder, `builtin:NAME` or `langchain:PROVIDER:MODEL`. An object is a LangChain chat model or
    LLM, or any generator, which is returned as it is. `backend` runs a local model: "transformers" is the reference,
    exact and on any device; "ctranslate2" is a copy in int8, converted once and several times as fast on a CPU; "auto"
    takes that copy where the model has a faithful one, and the reference elsewhere. `kind` among the options overrides
    the class of generator that the model's config asks for. Raises WeightsError for missing weights, InputError for an
    unknown kind, backend or option value.
    """
    if backend not in BACKENDS:
        raise InputError(f"unknown backend {backend!r}; {suggest(backend, BACKENDS)}")
    kind = options.pop("kind", None)
    if not isinstance(model, str):
        return _adapt(model, options)
    # A faithful copy runs faster than the reference; a `kind` of the caller's is taken at its word.
    if kind is None and backend == "auto" and (fast := _load_copy(model, options)) is not None:
        return fast
    if kind is None:
        kind = "ctranslate2" if backend == "ctranslate2" else generator_kind(model)
    return cast("Generator", construct(kind, GENERATORS, "rag.generators", model, **options))


def load_reference(model: str, **options: Any) -> TransformersGenerator:
    """Return a local model on the reference backend, which samples, searches with beams and tells probabilities."""
    return cast("TransformersGenerator", new_generator(model, "transformers", **options))


def generator_kind(model: str) -> str:
    """Return the kind of generator that a model needs, by its prefix or by its config's family."""
    if is_endpoint(model):
        return "langchain"
    from rag.generate.load import model_family, model_folder

    return model_family(model_folder(model))


def _adapt(model: object, options: Mapping[str, Any]) -> Generator:
    """Return a generator for a model object."""
    # Not isinstance: on Python 3.11 a runtime check would compute the fingerprint, and so hash the weights.
    if hasattr(model, "prompt_window"):
        generator = cast("Generator", model)
        if options:
            raise InputError(f"{generator.name} is a generator already: {', '.join(options)} cannot be set on it")
        return generator
    from rag.generate.langchain import LangChainGenerator, is_language_model

    if is_language_model(model):
        return LangChainGenerator(model, **options)
    raise InputError(
        f"{type(model).__name__} is no generator: give a model's name, a LangChain chat model or LLM, "
        "or an object with the methods of rag.generate.Generator"
    )


def _load_copy(model: str, options: Mapping[str, Any]) -> Generator | None:
    """Return a generator on the converted copy; None where there is none, or for another device or precision."""
    # The copy runs in int8 on the CPU only.
    own = {name: value for name, value in options.items() if name not in ("device", "dtype")}
    placement = options.get("device") or "cpu", options.get("dtype") or "float32"
    if placement != ("cpu", "float32") or is_endpoint(model) or not has_runtime():
        return None
    from rag.generate.ct2_model import GeneratorCopy
    from rag.generate.ctranslate2 import CTranslate2Generator

    check_options(CTranslate2Generator, own, ["model"])
    copy = copy_or_none(lambda: GeneratorCopy.of(model), "transformers")
    return None if copy is None else CTranslate2Generator(model, copy=copy, **own)


__getattr__, __dir__, __all__ = attach(__name__, __file__)
