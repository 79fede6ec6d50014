"""Options of `rag describe`, and the parts that they choose: channels, and the model that writes drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.errors import InputError
from rag.cli import output
from rag.cli.options import CommonOptions
from rag.config import Config
from rag.options import GenerationOptions, StoreOptions, option, to_absolute

if TYPE_CHECKING:
    from rag.data.contexts import Contexts
    from rag.data.rows import Row
    from rag.describe.channels.write_channels import Channel
    from rag.describe.describer import Describer
    from rag.describe.drafts.draft_writer import DraftWriter

CHANNEL_NAMES: dict[str, Channel] = {
    "title": "title", "bullets": "bullets", "short": "short", "long": "long", "meta-title": "meta_title",
    "meta-description": "meta_description", "alt": "alt_text", "json-ld": "json_ld", "reviews": "reviews",
}  # fmt: skip
UNSTATED = ("id", "_id")
"""Fields that are never stated."""


@dataclass(frozen=True, kw_only=True)
class DescribeOptions(GenerationOptions, StoreOptions, CommonOptions):
    """Options of `rag describe`."""

    fields: tuple[str, ...] = option("the product's fields", "NAME=VALUE", default=(), positional=True)
    file: Path | None = option("JSON, JSONL or CSV: one product a row", "FILE")
    out: Path | None = option("CSV or JSONL to write; a second run writes new and changed rows", "FILE")
    channel: str | None = option(
        f"texts to write, separated by commas: {', '.join(CHANNEL_NAMES)}, or all, without reviews (default: long)",
        "NAMES",
    )
    format: Literal["text", "markdown", "html"] | None = option(
        "print the texts in this format; with --out, write them into a file of it as well"
    )
    rules: Path | None = option(
        "TOML with banned words, required mentions and lengths", "FILE", key="describe.rules", convert=to_absolute
    )
    allow: Path | None = option(
        "phrases that need no field, one a line", "FILE", key="describe.allow", convert=to_absolute
    )
    explain: bool = option("show how each field was understood, and what states it", default=False)
    allow_unlicensed: bool = option("keep what no field says, in [brackets]", default=False)
    learn: Path | None = option("write rows for `rag finetune` from the texts edited in an approvals file", "FILE")
    outdated: Literal["keep", "draft", "omit"] = option(
        "what --out has of an approved text whose product changed: the text, the new draft, or none", default="keep"
    )
    ignore: tuple[str, ...] = option('fields not to state, such as a key; "id" is never stated', "NAME", default=())
    examples_from: Path | None = option("JSONL of products with descriptions, to show a model", "FILE")
    examples: int = option("show the model N fixed rows of --examples-from", "N", default=0)
    similar: int = option(
        "show the model the K most similar rows of --examples-from, or else passages of the store", "K", default=0
    )
    attempts: int = option("let the model write up to N texts a product, and take the most correct", "N", default=1)

    @property
    def unstated(self) -> tuple[str, ...]:
        """The names of the fields that no text states."""
        return (*UNSTATED, *self.ignore)


def refuse_mistakes(options: DescribeOptions) -> None:
    """Raise InputError for options that do not go together, or are out of range."""
    for name in ("examples", "similar"):
        if getattr(options, name) < 0:
            raise InputError(f"--{name} is {getattr(options, name)}: it has to be 0 or more")
    if options.attempts < 1:
        raise InputError(f"--attempts is {options.attempts}: at least one text has to be written")
    if options.examples and options.similar:
        raise InputError("give --examples or --similar, not both: fixed rows, or the most similar ones")
    if options.examples and options.examples_from is None:
        raise InputError("--examples needs rows to take them from: give --examples-from FILE.jsonl")
    if options.learn is None and options.out is not None and options.file is None:
        raise InputError("--out is for a catalogue: give --file with its rows")
    if options.learn is not None and options.fields:
        raise InputError("--learn reads the edits of a catalogue: give no NAME=VALUE")
    if options.explain and options.out is not None:
        raise InputError("--explain shows products one by one: leave out --out")
    if options.json and options.format:
        raise InputError("give --json or --format, not both")


def read_channels(names: str | None) -> tuple[Channel, ...]:
    """Return the channels of names separated by commas. Raises InputError for an unknown name.

    "all" are all but the reviews, which few products have.
    """
    from ingest.plugins import suggest

    chosen = [name.strip().casefold().replace("_", "-") for name in (names or "long").split(",")]
    if "all" in chosen:
        others = tuple(channel for channel in CHANNEL_NAMES.values() if channel != "reviews")
        return (*others, "reviews") if "reviews" in chosen else others
    for name in chosen:
        if name not in CHANNEL_NAMES:
            raise InputError(f"--channel {names}: unknown channel {name!r}; {suggest(name, (*CHANNEL_NAMES, 'all'))}")
    return tuple(channel for name, channel in CHANNEL_NAMES.items() if name in chosen)


def with_model(describer: Describer, options: DescribeOptions, config: Config) -> Describer:
    """Return the describer with the configured model as a writer; as it is where none is configured.

    A model that learnt to realise planned sentences writes these, any other one whole drafts.
    """
    model, has_examples = config.generator_model(""), options.examples_from or options.similar or options.examples
    if not model:
        if has_examples:
            raise InputError("examples are shown to a model: name one with --model")
        return describer
    from rag.describe.realise.learnt.writer import LearntRealiser, is_realiser

    if is_realiser(model):
        if has_examples:
            raise InputError(f"{model} sees no values, so no examples either: leave them out, or name another model")
        return replace(describer, sentence_writer=LearntRealiser.load(model))
    return replace(describer, drafts=_new_writer(options, config))


def _new_writer(options: DescribeOptions, config: Config) -> DraftWriter:
    """Return the writer of drafts of a configuration, with its context and the values of the examples' rows."""
    from rag.data.rows import read_rows
    from rag.describe.drafts.draft_writer import DraftWriter
    from rag.describe.drafts.value_lexicon import ValueLexicon

    rows = read_rows(options.examples_from, "describe") if options.examples_from else []
    contexts = _new_contexts(options, config, rows)
    decoding = config.decoding_options()
    return DraftWriter(
        config.generator(),
        decoding=decoding,
        contexts=contexts,
        attempts=options.attempts,
        lexicon=ValueLexicon.of_rows(rows) if rows else None,
    )


def _new_contexts(options: DescribeOptions, config: Config, rows: list[Row]) -> Contexts | None:
    """Return the source of examples and passages: as the options say, or else as the model was trained."""
    from rag.data.contexts import SHOW_AS, FixedExamples, SimilarRows, StorePassages
    from rag.generate.trained import Trained

    trained = Trained.of(config.generator_model())
    context = trained.context if trained else {}
    similar = options.similar or (0 if options.examples else int(context.get("similar", 0)))
    if options.examples:
        return FixedExamples.draw(rows, options.examples, options.seed or 0)
    if rows and similar:
        return SimilarRows.of(rows, similar, context.get("shown", SHOW_AS))
    if rows:
        raise InputError("--examples-from: say how many of its rows to show, as --examples N or --similar K")
    if options.similar:
        return StorePassages(config.retriever(), options.similar)
    if similar:
        output.warn(f"this model was trained with {similar} similar rows: give them with --examples-from")
    return None
