"""One file, `rag.toml`: a table is a constructor call, `kind` picks the class.

    [store]
    path = ".rag"
    [generator]
    model = "google/flan-t5-base"

Every table and key may be left out; `rag init` writes a file with all of them and their meaning.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.errors import ConfigError
from ingest.models.weights import is_builtin
from rag.options import overrides
from rag.reader.base import BUILTIN_READER

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from ingest.parsers import ParseSettings
    from rag.answer.confidence import ConfidenceModel
    from rag.answer.pipeline import Pipeline
    from rag.generate.base import Generator
    from rag.index.index import Index
    from rag.reader import Reader
    from rag.retrieve.retrievers import Retriever
    from stores.base import Store

T = TypeVar("T")

CONFIG_FILE = "rag.toml"
ANSWERS, DESCRIBES, PLAIN = "builtin:smollm2-answers", "builtin:smollm2-describe", "builtin:smollm2"
"""The embedded generator: as it answers, as it describes, and for all else."""
NONE = "none"
RERANKING = ("reranker", "rerank_depth")
"""Options of [retriever] that are the reranker's."""
DEFAULT_STORE = ".rag"
TABLES = ("store", "embedder", "chunker", "parse", "retriever", "prompt", "generator", "reader", "decoding", "pipeline")


# Parameters of constructors that come from tables of their own.
PARTS = {"tokens", "store", "embedder", "retriever", "generator", "reader", "prompt", "decoding"}


@dataclass(frozen=True)
class Config:
    """The tables of a configuration, and the parts that they make.

    `folder` is what relative paths in it are taken from. `source` names it in messages.
    """

    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path.cwd)
    source: str = "the default configuration"

    @classmethod
    def load(cls, path: str | Path | None = None) -> Config:
        """Read a configuration; without a path, `rag.toml` of the current folder if it is there, else the defaults."""
        file = Path(path) if path is not None else Path(CONFIG_FILE)
        if path is None and not file.exists():
            return cls()
        try:
            tables = tomllib.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            raise ConfigError(f"no configuration at {file}; `rag init` writes one") from None
        except OSError as error:
            raise ConfigError(f"{file} cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{file} is not UTF-8 text") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file} is not valid TOML: {error}") from None
        for name, table in tables.items():
            if name not in TABLES:
                kind = f"table [{name}]" if isinstance(table, dict) else f"option {name!r} outside a table"
                raise ConfigError(f"{file}: unknown {kind}; known tables: {', '.join(TABLES)}")
            if not isinstance(table, dict):
                raise ConfigError(f"{file}: {name} has to be a table: [{name}] on a line of its own")
        return cls(tables, file.resolve().parent, str(file))

    def override(self, table: str, **options: Any) -> Config:
        """Return a copy in which these options of a table are set; those that are None stay as they are."""
        if table not in TABLES:
            raise ConfigError(f"unknown table [{table}]; known: {', '.join(TABLES)}")
        given = {key: value for key, value in options.items() if value is not None}
        if not given:
            return self
        tables = {**self.tables, table: {**self.table(table), **given}}
        return Config(tables, self.folder, self.source)

    def with_options(self, *options: object) -> Config:
        """Return a copy with the options that are set; each is a dataclass of `rag.options` or one like it."""
        config = self
        for table, key, value in (override for one in options for override in overrides(one)):
            config = config.override(table, **{key: value})
        return config

    def table(self, name: str) -> dict[str, Any]:
        return dict(self.tables.get(name, {}))

    @property
    def store_path(self) -> Path:
        """The folder of the local store."""
        return self.folder / Path(self.table("store").get("path", DEFAULT_STORE)).expanduser()

    def store(self, create: bool = True) -> Store:
        """Open the store. Raises StoreError when it is not there and `create` is False."""
        from stores import new_store

        options = self.table("store")
        kind = options.pop("kind", "local")
        if kind == "local":
            options |= {"path": self.store_path, "create": create}
        return self._call("store", lambda: new_store(kind, **options))

    def embedder(self) -> Embedder:
        """Make the embedder; its weights are loaded when first used."""
        from ingest.embed import new_embedder

        return self._call("embedder", lambda: new_embedder(**self.table("embedder")))

    def parse_settings(self) -> ParseSettings:
        from ingest.parsers import ParseSettings

        return self._make("parse", ParseSettings)

    def index(self) -> Index:
        """Open the writing half: the store is made when it is not there."""
        from ingest.chunk import Chunker
        from rag.index.index import Index

        embedder = self.embedder()
        chunker = self._make("chunker", Chunker, embedder.tokens)
        settings = self.parse_settings()
        return Index(self.store(), embedder, chunker, settings)

    def retriever(self) -> Retriever:
        """Open the store for reading, with the retriever over it. Raises WrongEmbedder for another embedder's store."""
        from rag.index.manifest import check_embedder
        from rag.retrieve.retrievers import new_retriever

        store, embedder = self.store(create=False), self.embedder()
        check_embedder(store, embedder)
        options = self.table("retriever")
        kind = options.pop("kind", "hybrid")
        options = {key: value for key, value in options.items() if key not in RERANKING}
        return self.reranked(self._call("retriever", lambda: new_retriever(kind, store, embedder, **options)))

    def reranked(self, retriever: Retriever) -> Retriever:
        """Return the retriever with the reranker over it that the configuration names, itself where it names none."""
        named, depth = (self.table("retriever").get(name) for name in RERANKING)
        if named is None or named == NONE:
            return retriever
        from rag.retrieve.rerank import RerankedRetriever, new_reranker

        local = self.folder / Path(named).expanduser()
        model = str(local) if local.is_dir() else named
        deep = {} if depth is None else {"depth": depth}
        return self._call("retriever", lambda: RerankedRetriever(retriever, new_reranker(model), **deep))

    def generator(self, default: str = ANSWERS, scored: bool = False) -> Generator:
        """Load the generator, or `default` where the configuration names none.

        One whose probabilities are `scored` runs on the reference backend, as one that fuses passages does: no other
        tells them.
        """
        from rag.generate import new_generator

        options = {"backend": "auto"} | self.table("generator") | self.generator_model(default)
        if scored or self.table("pipeline").get("passages", "concat") != "concat":
            options["backend"] = "transformers"
        return self._call("generator", lambda: new_generator(**options))

    def generator_model(self, default: str = ANSWERS) -> dict[str, str]:
        """Return which model generates, as the option `model`; what answers by default is no choice for other tasks."""
        named = self.table("generator").get("model", ANSWERS)
        return {"model": default if named == ANSWERS else named}

    def reader(self) -> Reader | None:
        """Load the reader; None where there is to be none."""
        table = self.table("reader") | {"model": self._reader_model}
        if table["model"] == NONE:
            return None
        from rag.reader import ExtractiveReader

        if not is_builtin(str(table["model"])):
            table["model"] = str(self.folder / Path(table["model"]).expanduser())
        return self._make("reader", ExtractiveReader, **table)

    def pipeline(self, retriever: Retriever | None = None) -> Pipeline:
        """Open the reading half, over its store or another retriever. Raises StoreError without store: ingest first."""
        from dataclasses import replace

        from prompts.prompt import Prompt
        from rag.answer.confidence import ConfidenceModel
        from rag.answer.defaults import MIN_CONFIDENCE, MIN_EVIDENCE, prompt_limit
        from rag.answer.pipeline import DEFAULT_DECODING, Pipeline, check_options

        prompt = self.table("prompt")
        if "folder" in prompt:
            prompt["folder"] = self.folder / prompt["folder"]
        decoding = self.table("decoding")
        if "stop" in decoding:
            decoding["stop"] = tuple(decoding["stop"])
        options = self.table("pipeline")
        embedder = self.table("embedder").get("model", "builtin:minilm")
        parts: dict[str, Any] = {  # what is quick to make and to refuse comes before the models
            "prompt": self._call("prompt", lambda: Prompt.load(**({"task": "answer"} | prompt))),
            "decoding": self._call("decoding", lambda: replace(DEFAULT_DECODING, **decoding)),
        }
        self._refuse_unknown("pipeline", Pipeline, options)
        names = ("k", "min_evidence", "prompt_tokens", "min_confidence", "answer_format", "guided", "passages")
        check_options(**{name: options[name] for name in names if name in options})
        guided = options.get("guided", True)
        led = self._reader_model != NONE and (guided is True or (guided is not False and "reader_first" in guided))
        style = options.get("answer_format", "short")
        options.setdefault("prompt_tokens", prompt_limit(self.generator_model()["model"], led, style))
        confidence = None
        if (named := options.get("confidence")) is not None:  # refused before a model is loaded
            confidence = ConfidenceModel.read(self.folder / Path(named).expanduser())
            if confidence.extractive not in (None, self._is_extractive):
                fitted = "a reader alone" if confidence.extractive else "a generator"
                raise ConfigError(f"{named} was fitted to answers of {fitted}: run `rag calibrate` for these, too")
        retriever = retriever or self.retriever()
        generator = None if self._is_extractive else self.generator()
        models: dict[str, Any] = {"generator": generator, "reader": self.reader()}
        confidence = confidence or self._embedded_confidence(models["reader"])
        if confidence is not None:
            options["confidence"] = confidence
            options.setdefault("min_confidence", confidence.min_confidence)
            options.setdefault("min_evidence", 0.0)  # the confidence goes by the evidence, too
        elif models["reader"] is not None:
            options.setdefault("min_confidence", MIN_CONFIDENCE.get(self._reader_model, 0.0))
        options.setdefault("min_evidence", MIN_EVIDENCE.get(embedder, 0.0))
        return self._call("pipeline", lambda: Pipeline(retriever=retriever, **models, **parts, **options))

    def _embedded_confidence(self, reader: Reader | None) -> ConfidenceModel | None:
        """Return the confidence of the embedded models, where all that it goes by is theirs."""
        from rag.answer.confidence import embedded_confidence

        embedded = self.table("embedder").get("model", "builtin:minilm") == "builtin:minilm"
        if not embedded or reader is None or self._reader_model != BUILTIN_READER:
            return None
        return embedded_confidence(BUILTIN_READER if self._is_extractive else self.generator_model()["model"])

    @property
    def _is_extractive(self) -> bool:
        """Whether the reader is to answer by itself. Raises ConfigError where there is none."""
        if self.table("generator").get("kind") != "extractive":
            return False
        if self._reader_model == NONE:
            raise ConfigError(f"{self.source}: an extractive generator is a reader: name one under [reader]")
        return True

    @property
    def _reader_model(self) -> str:
        """The reader that is named, else the embedded one where nobody chose a generator that might know better."""
        table = self.table("generator")
        alone = table.get("kind") == "extractive" or table.get("model", ANSWERS) == ANSWERS
        return str(self.table("reader").get("model", BUILTIN_READER if alone else NONE))

    def _make(self, table: str, make: Callable[..., T], *parts: Any, **options: Any) -> T:
        """Call a constructor with a table's keys, those that it does not know refused by name."""
        options = options or self.table(table)
        self._refuse_unknown(table, make, options)
        return self._call(table, lambda: make(*parts, **options))

    def _refuse_unknown(self, table: str, make: Callable[..., Any], options: Mapping[str, Any]) -> None:
        known = inspect.signature(make).parameters
        for key in options:
            if key not in known:
                named = ", ".join(name for name in known if name not in PARTS)
                raise ConfigError(f"{self.source}: [{table}] has no option {key!r}; known: {named}")

    def _call(self, table: str, make: Callable[[], T]) -> T:
        """Call a constructor; a wrong key or type is the configuration's fault and said so."""
        try:
            return make()
        except TypeError as error:
            if not self.table(table):
                raise
            raise ConfigError(f"{self.source}: [{table}] {_plain(error)}") from error


def _plain(error: TypeError) -> str:
    """What a TypeError says of a key, without the constructor's name."""
    said = str(error).partition("() ")[2] or str(error)
    return said.replace("got an unexpected keyword argument", "has no option")
