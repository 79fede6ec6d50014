"""Options as frozen dataclasses: the source of the command line's flags, and of `Config.with_options`.

>>> from rag import Config
>>> from rag.options import GenerationOptions, RetrievalOptions
>>> config = Config().with_options(RetrievalOptions(k=3), GenerationOptions(model="google/flan-t5-base"))

A field has a help text and names the key of rag.toml that it overrides. An option of None, or a switch that is False,
overrides nothing. This file has the options of several commands; those of one command are in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class Option:
    """The metadata of a field that is an option.

    `flags` is "--name" for the field `name` unless given; a `positional` argument has none. `key` is "table.key" of
    rag.toml, and `convert` turns the option's value into that of the key. `was` lists earlier flags, which are refused
    with the new name.
    """

    help: str
    metavar: str | None = None
    flags: tuple[str, ...] = ()
    positional: bool = False
    key: str = ""
    convert: Callable[[Any], Any] | None = None
    was: tuple[str, ...] = ()


def option(
    help: str,  # noqa: A002 - as argparse calls it
    metavar: str | None = None,
    *flags: str,
    default: Any = None,
    required: bool = False,
    positional: bool = False,
    key: str = "",
    convert: Callable[[Any], Any] | None = None,
    was: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with an option's metadata, without a default if the option is `required`."""
    metadata = {"option": Option(help, metavar, flags, positional, key, convert, was)}
    return field(metadata=metadata) if required else field(default=default, metadata=metadata)


def find_overrides(options: object) -> Iterator[tuple[str, str, Any]]:
    """Yield the table, the key and the value of each option that is set and overrides a key of rag.toml."""
    for item in fields(options):  # type: ignore[arg-type]
        described, value = item.metadata.get("option"), getattr(options, item.name)
        if described and described.key and value is not None and value is not False:
            table, _, key = described.key.partition(".")
            yield table, key, described.convert(value) if described.convert else value


def to_absolute(path: Path) -> str:
    """Return a path of the command line as an absolute one: relative paths of rag.toml start at its own folder."""
    return str(path.absolute())


def to_model(model: str) -> str:
    """Return a model's name, or the absolute path of a folder."""
    return to_absolute(Path(model)) if Path(model).is_dir() else model


@dataclass(frozen=True, kw_only=True)
class StoreOptions:
    """The store, and the embedder whose vectors it holds."""

    TITLE: ClassVar = "store"

    store: Path | None = option("the store's folder (default: .rag)", "DIR", key="store.path", convert=to_absolute)
    embedder: str | None = option("builtin:minilm, a hub id or a folder", "MODEL", key="embedder.model")


@dataclass(frozen=True, kw_only=True)
class RankingOptions:
    """The way passages are ranked for a question."""

    TITLE: ClassVar = "retrieval"

    k: int | None = option("passages to retrieve (default: 5, more of short ones)", "K", "-k", key="pipeline.k")
    retriever: Literal["hybrid", "dense", "bm25"] | None = option(
        "how passages are found (default: hybrid)", key="retriever.kind"
    )
    reranker: str | None = option(
        "cross-encoder that sorts the best hits again: a hub id, a folder or none (default: none)",
        "MODEL",
        key="retriever.reranker",
        convert=to_model,
    )
    rerank_depth: int | None = option("hits that the reranker reads (default: 20)", "N", key="retriever.rerank_depth")


@dataclass(frozen=True, kw_only=True)
class RetrievalOptions(RankingOptions):
    """The passages that are retrieved for a question."""

    TITLE: ClassVar = "retrieval"

    where: str | None = option(
        "search only passages whose metadata match, such as \"brand == 'HP' and price < 900\"",
        "FILTER",
        key="pipeline.where",
    )


@dataclass(frozen=True, kw_only=True)
class GenerationOptions:
    """The model that writes, and how it decodes."""

    TITLE: ClassVar = "generation"

    model: str | object | None = option(
        "a hub id, a folder, builtin:NAME or langchain:PROVIDER:NAME", "MODEL", key="generator.model"
    )
    max_new_tokens: int | None = option("longest output in tokens", "N", key="decoding.max_new_tokens")
    temperature: float | None = option("0 decodes greedily (default); above 0 samples", "T", key="decoding.temperature")
    seed: int | None = option("seed of sampling", "N", key="decoding.seed")


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """The reader, and the form of an answer."""

    TITLE: ClassVar = "answering"

    reader: str | None = option(
        "builtin:minilm-reader, a folder that `rag finetune-reader` wrote, or none",
        "MODEL",
        key="reader.model",
        convert=to_model,
    )
    extractive: bool = option(
        "answer with the reader alone, in the sources' own words",
        default=False,
        key="generator.kind",
        convert=lambda _: "extractive",
    )
    min_confidence: float | None = option(
        "abstain below this probability of a right answer, 0 to 1 (default: the confidence model's by kind)",
        "P",
        key="pipeline.min_confidence",
    )
    confidence: Path | None = option(
        "confidence model that `rag calibrate` wrote", "FILE", key="pipeline.confidence", convert=to_absolute
    )
    answer_format: Literal["short", "yes-no", "explain", "list", "compare", "sentence", "auto"] | None = option(
        "kind of answer; auto, the default, decides by the question",
        key="pipeline.answer_format",
        was=("--style",),
    )
    passages: Literal["concat", "fid", "rag-sequence", "rag-token"] | None = option(
        "put all passages into one prompt (concat, the default), or give each its own and fuse them",
        key="pipeline.passages",
        was=("--fusion",),
    )
