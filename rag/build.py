"""Build parts from the tables of a configuration: store, embedder, index, retriever, reader, generator, pipeline.

The default models and backends are here. `rag.answer.defaults` has the thresholds of answering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ingest.closing import Closing
from ingest.errors import ConfigError, OptionError
from ingest.models.weights import MINILM, MINILM_READER, SMOLLM2, SMOLLM2_ANSWERS, SMOLLM2_DESCRIBE, is_builtin
from ingest.plugins import check_options, suggest

if TYPE_CHECKING:
    from ingest.embed import Embedder
    from ingest.parsers import ParseSettings
    from rag.answer.options import PipelineOptions
    from rag.answer.pipeline import Pipeline
    from rag.describe.channels.write_channels import Channel
    from rag.describe.describer import Describer
    from rag.describe.drafts.draft_writer import DraftWriter
    from rag.describe.fields.field_rules import FieldRules
    from rag.generate.base import Generator
    from rag.index.index import Index
    from rag.models import Models
    from rag.reader import Reader
    from rag.retrieve.retrievers import Retriever
    from stores.base import Store

T = TypeVar("T")

NONE = "none"
RERANKING = ("reranker", "rerank_depth")
"""Options of [retriever] that are the reranker's."""

DEFAULT_STORE = ".rag"
DEFAULT_EMBEDDER = MINILM
DEFAULT_GENERATOR = SMOLLM2_ANSWERS
DEFAULT_DESCRIBER = SMOLLM2_DESCRIBE
"""The generator of descriptions that are measured without another one named; `rag describe` needs none."""

PLAIN_GENERATOR = SMOLLM2
"""The default generator of a task that has none of its own."""

DEFAULT_READER = MINILM_READER
DEFAULT_BACKEND = "auto"
SCORED_BACKEND = "transformers"
"""The backend of a generator whose probabilities are used: no other tells them."""

Task = Literal["ask", "describe", "classify", "all"]
CONVERSION_MEMORY = 3_000_000_000
"""Bytes that the conversion of an embedded generator takes at its peak."""

DESCRIBING = ("fields", "rules", "allow")
"""Keys of [describe]."""

PARTS = ("retriever", "generator", "reader", "prompt", "decoding")
"""Parameters of a pipeline that have tables of their own."""


@dataclass(frozen=True)
class Builder:
    """The parts that a configuration's tables describe; `rag.config.Config` reads the tables.

    Relative paths start at `folder`. `source` names the configuration in messages. A model may be an object instead of
    a name: one of ours, or a LangChain chat model, LLM or `Embeddings`. `models` are those that it shares with others.
    """

    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path.cwd)
    source: str = "the default configuration"
    models: Models | None = None

    def table(self, name: str) -> dict[str, Any]:
        """Return a copy of a table, empty if the configuration does not have it."""
        return dict(self.tables.get(name, {}))

    @property
    def store_path(self) -> Path:
        """The folder of the local store."""
        return self._place(self.table("store").get("path", DEFAULT_STORE))

    def store(self, create: bool = True) -> Store:
        """Open the store. Raises StoreError if it does not exist and `create` is False."""
        from stores import new_store

        options = self.table("store")
        kind = options.pop("kind", "local")
        if kind == "local":
            options |= {"path": self.store_path, "create": create}
        return self._build("store", lambda: new_store(kind, **options))

    def embedder(self) -> Embedder:
        """Build the embedder. Its weights are loaded at the first use."""
        from ingest.embed import as_embedder, new_embedder

        options = self.table("embedder")
        model = options.get("model", DEFAULT_EMBEDDER)
        if not isinstance(model, str):
            return as_embedder(model)
        named = {"model": model} | options
        return self._share("embedder", named, lambda: self._build("embedder", lambda: new_embedder(**options)))

    def parse_settings(self) -> ParseSettings:
        """Return the settings of parsing."""
        from ingest.parsers import ParseSettings

        return self.construct("parse", ParseSettings, self.table("parse"))

    def index(self) -> Index:
        """Open the writing half. Creates the store if it does not exist."""
        from ingest.chunk import Chunker
        from rag.index.index import Index

        embedder = self.embedder()
        chunker = self.construct("chunker", Chunker, self.table("chunker"), tokens=embedder.tokens)
        settings = self.parse_settings()
        return Index(self.store(), embedder, chunker, settings)

    def retriever(self) -> Retriever:
        """Open the store for reading, with the retriever over it. Raises WrongEmbedder for another embedder's store."""
        from rag.index.manifest import check_embedder
        from rag.retrieve.retrievers import new_retriever

        store = self.store(create=False)
        try:
            embedder = self.embedder()
            check_embedder(store, embedder)
        except BaseException:
            store.close()
            raise
        options = self.table("retriever")
        kind = options.pop("kind", "hybrid")
        options = {key: value for key, value in options.items() if key not in RERANKING}
        return self.reranked(self._build("retriever", lambda: new_retriever(kind, store, embedder, **options)))

    def reranked(self, retriever: Retriever) -> Retriever:
        """Return the retriever under the configured reranker; the retriever itself if there is none."""
        model, depth = (self.table("retriever").get(name) for name in RERANKING)
        if model is None or model == NONE:
            return retriever
        from rag.retrieve.rerank import RerankedRetriever, new_reranker

        if isinstance(model, str):
            place = self._place(model)
            name = str(place) if place.is_dir() else model
            model = self._share("reranker", {"model": name}, lambda: new_reranker(name))
        return RerankedRetriever(retriever, model, **({} if depth is None else {"depth": depth}))

    def generator(self, default: str = DEFAULT_GENERATOR, scored: bool = False) -> Generator:
        """Load the generator, or `default` if the configuration names none.

        One whose probabilities are `scored` runs on the reference backend, as one that fuses passages does.
        """
        from rag.generate import new_generator

        options = {"backend": DEFAULT_BACKEND} | self.table("generator") | {"model": self.generator_model(default)}
        if options.get("kind") == "extractive":
            del options["kind"]  # the reader answers questions; any other task has a generator
        if scored or self.table("pipeline").get("passages", "concat") != "concat":
            options["backend"] = SCORED_BACKEND
        return self._share("generator", options, lambda: self._build("generator", lambda: new_generator(**options)))

    def generator_model(self, default: str = DEFAULT_GENERATOR) -> Any:
        """Return the name or object of the configured generator, else `default`.

        The model that answers by default answers only: a task with another default takes that.
        """
        model = self.table("generator").get("model", DEFAULT_GENERATOR)
        return default if model == DEFAULT_GENERATOR else model

    def field_rules(self) -> FieldRules:
        """Return the rules of [describe.fields]: how the fields of products are understood."""
        from rag.describe.fields.field_rules import FieldRules

        return FieldRules.read(self.table("describe").get("fields", {}), self.source)

    def describer(
        self,
        channels: Sequence[Channel] = ("long",),
        drafts: DraftWriter | None = None,
        *,
        allow_unlicensed: bool = False,
    ) -> Describer:
        """Build the describer of [describe], which writes by rules unless it is given a writer of drafts.

        Raises ConfigError for an unknown key, and as reading the files that the table names does.
        """
        from rag.describe.describer import Describer
        from rag.describe.house_rules.rulebook import NO_RULES_OF_TEXTS, RuleBook
        from rag.describe.licence.allowed import AllowedPhrases

        table = self.table("describe")
        for key in table:
            if key not in DESCRIBING:
                raise ConfigError(f"{self.source}: [describe] unknown key {key!r}; {suggest(key, DESCRIBING)}")
        rules, phrases = table.get("rules"), table.get("allow")
        return Describer(
            self.field_rules(),
            RuleBook.read(self._place(rules)) if rules else NO_RULES_OF_TEXTS,
            AllowedPhrases.read(self._place(phrases)) if phrases else AllowedPhrases(),
            tuple(channels),
            drafts=drafts,
            allow_unlicensed=allow_unlicensed,
        )

    def decoding_options(self) -> dict[str, Any]:
        """Return the options of decoding that are set."""
        from rag.generate.base import Decoding

        options = self.table("decoding")
        if "stop" in options:
            options["stop"] = tuple(options["stop"])
        self._build("decoding", lambda: check_options(Decoding, options))
        return options

    def reader(self) -> Reader | None:
        """Load the reader; None if there is to be none."""
        options = self.table("reader") | {"model": self._reader_model}
        model = options["model"]
        if model == NONE:
            return None
        from rag.reader import ExtractiveReader

        if not isinstance(model, str):
            reader: Reader = model
            return reader
        if not is_builtin(model):
            options["model"] = str(self._place(model))
        return self._share("reader", options, lambda: self.construct("reader", ExtractiveReader, options))

    def pipeline(self, retriever: Retriever | None = None) -> Pipeline:
        """Open the reading half, over its store or over another retriever. Raises StoreError if there is no store."""
        from dataclasses import replace

        from prompts.prompt import Prompt
        from rag.answer.confidence import ConfidenceModel
        from rag.answer.pipeline import DEFAULT_DECODING, Pipeline

        # What is quick to build and to refuse comes before the models.
        prompt_options = {"task": "answer"} | self.table("prompt")
        if "folder" in prompt_options:
            prompt_options["folder"] = self._place(prompt_options["folder"])
        prompt = self.construct("prompt", Prompt.load, prompt_options)
        decoding = replace(DEFAULT_DECODING, **self.decoding_options())
        options = self.pipeline_options()
        file = self.table("pipeline").get("confidence")
        confidence = None if file is None else ConfidenceModel.read(self._place(file))
        if confidence is not None and confidence.extractive not in (None, self._is_extractive):
            fitted = "a reader alone" if confidence.extractive else "a generator"
            raise ConfigError(f"{file} was fitted to answers of {fitted}: run `rag calibrate` for these, too")
        return Pipeline(
            retriever or self.retriever(),
            None if self._is_extractive else self.generator(),
            prompt,
            decoding,
            self.reader() or False,
            confidence,
            **vars(options),
        )

    def pipeline_options(self) -> PipelineOptions:
        """Return the options of answering."""
        from rag.answer.options import PipelineOptions
        from rag.answer.pipeline import Pipeline

        options = self.table("pipeline")
        self._build("pipeline", lambda: check_options(Pipeline, options, PARTS))
        options.pop("confidence", None)  # a file; the pipeline takes what it holds
        return PipelineOptions(**options)

    def prepare(self, task: Task = "ask") -> list[str]:
        """Download and convert the models that a task needs, side by side where memory allows; return their names.

        A later call finds them in the cache. The logger `openbook.ingest.models` reports each step. Raises as building
        the parts does.
        """
        from concurrent.futures import ThreadPoolExecutor

        from ingest.models.threads import available_memory, usable_cores

        # The generators come first: they take longest.
        models: list[Callable[[], Any]] = []
        if task in ("ask", "all") and not self._is_extractive:
            models.append(self.generator)
        # Rules describe products, unless a model is named for it.
        if task == "describe" and self.generator_model(""):
            models.append(self.generator)
        if task in ("classify", "all"):
            models.append(lambda: self.generator(PLAIN_GENERATOR, scored=True))
        if task in ("ask", "all"):
            models.append(self.reader)
        models.append(self.embedder)

        memory = available_memory()
        count = 1 if memory is None else max(1, min(usable_cores(), memory // CONVERSION_MEMORY))
        with ThreadPoolExecutor(count, thread_name_prefix="prepare") as pool:
            parts = list(pool.map(lambda build: build(), models))
        for part in parts:
            if isinstance(part, Closing):
                part.close()
        return list(dict.fromkeys(part.name for part in parts if part is not None))

    @property
    def _is_extractive(self) -> bool:
        """Return whether the reader answers by itself. Raises ConfigError if there is no reader."""
        if self.table("generator").get("kind") != "extractive":
            return False
        if self._reader_model == NONE:
            raise ConfigError(f"{self.source}: an extractive generator is a reader: name one under [reader]")
        return True

    @property
    def _reader_model(self) -> Any:
        """The configured reader; without one the reader that belongs to the generator, if any."""
        from rag.answer.defaults import READERS

        model = self.generator_model()
        belonging = READERS.get(model, NONE) if isinstance(model, str) else NONE
        default = DEFAULT_READER if self.table("generator").get("kind") == "extractive" else belonging
        return self.table("reader").get("model", default)

    def _share(self, kind: str, options: Mapping[str, Any], make: Callable[[], T]) -> T:
        """Return a model of its own, or the one that the configuration shares with others."""
        return self.models.share(kind, options, make) if self.models else make()

    def _place(self, path: str) -> Path:
        return self.folder / Path(path).expanduser()

    def construct(self, table: str, make: Callable[..., T], options: Mapping[str, Any], **parts: Any) -> T:
        """Call a constructor with parts and a table's options, refusing those that it does not take."""
        self._build(table, lambda: check_options(make, options, parts))
        return make(**parts, **options)

    def _build(self, table: str, make: Callable[[], T]) -> T:
        """Call a function. An option that it refuses is the configuration's fault; any other error is not."""
        try:
            return make()
        except OptionError as error:
            raise ConfigError(f"{self.source}: [{table}] {error.complaint}") from None
