"""The command `rag describe`: one product from its fields, or a catalogue into a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from rag.build import DEFAULT_DESCRIBER
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.options import GenerationOptions, StoreOptions, option

if TYPE_CHECKING:
    from rag.data.contexts import Contexts
    from rag.data.rows import Row
    from rag.describe.catalogue.batch import BatchProgress
    from rag.describe.catalogue.product_file import ProductRow
    from rag.describe.catalogue.record_database import ProductTexts
    from rag.describe.drafts import DraftText, DraftWriter, Fields

FINDINGS = ("missing", "wrong", "invented", "attempts")
"""Columns of a CSV file after the description."""


@dataclass(frozen=True, kw_only=True)
class DescribeOptions(GenerationOptions, StoreOptions, CommonOptions):
    """Options of `rag describe`."""

    fields: tuple[str, ...] = option("the product's fields", "NAME=VALUE", default=(), positional=True)
    file: Path | None = option("JSON, JSONL or CSV: one product a row", "FILE")
    out: Path | None = option("CSV or JSONL to write; a second run writes new and changed rows", "FILE")
    ignore: tuple[str, ...] = option('fields not to state, such as a key; "id" is never stated', "NAME", default=())
    examples_from: Path | None = option("JSONL of products with descriptions", "FILE")
    examples: int = option("show the model N fixed rows of --examples-from", "N", default=0)
    similar: int = option(
        "show the model the K most similar rows of --examples-from, or else passages of the store", "K", default=0
    )
    attempts: int = option("write up to N texts a product and keep the most correct (default: 4)", "N", default=4)
    complete: bool = option("state the fields that the text leaves out in a last line", default=False)


def describe(options: DescribeOptions) -> int:
    """Write descriptions. Mistakes are refused before a model is loaded."""
    from rag.describe.catalogue.product_file import read_products
    from rag.describe.drafts import draft_object

    for name in ("examples", "similar"):
        if getattr(options, name) < 0:
            raise InputError(f"--{name} is {getattr(options, name)}: it has to be 0 or more")
    if options.attempts < 1:
        raise InputError(f"--attempts is {options.attempts}: at least one text has to be written")
    if options.examples and options.similar:
        raise InputError("give --examples or --similar, not both: fixed rows, or the most similar ones")
    if options.examples and options.examples_from is None:
        raise InputError("--examples needs rows to take them from: give --examples-from FILE.jsonl")
    if options.out is not None and options.file is None:
        raise InputError("--out is for a catalogue: give --file with its rows")
    if options.out is not None and options.file is not None and not options.fields:
        return _describe_catalogue(options, options.file, options.out)
    products = read_products(options.fields, options.file)
    writer = _new_writer(options)
    for product in products:
        began = time.perf_counter()
        [description] = _describe_stated(writer, [product], options.ignore)
        if options.json or options.file:
            output.json_line(draft_object(description, time.perf_counter() - began))
        else:
            output.show_draft(description)
    return 0


def _describe_catalogue(options: DescribeOptions, file: Path, out: Path) -> int:
    """Write the descriptions that a file lacks, a batch at a time, each kept before the next begins."""
    from rag.describe.catalogue.batch import BATCH_SIZE, CatalogueBatch
    from rag.describe.catalogue.product_file import ProductFile
    from rag.describe.catalogue.record_database import ProductTexts
    from rag.describe.drafts import draft_object

    writers: list[DraftWriter] = []
    failing = 0

    def write_texts(rows: Sequence[ProductRow]) -> list[ProductTexts]:
        nonlocal failing
        writer = writers[0]
        descriptions = _describe_stated(writer, [row.fields for row in rows], options.ignore)
        failing += sum(description.errors > 0 for description in descriptions)
        contents = [draft_object(description) for description in descriptions]
        return [
            ProductTexts(
                {"description": content["description"]},
                {name: value for name, value in content.items() if name not in ("fields", "description")},
            )
            for content in contents
        ]

    products, ignored = ProductFile.open(file), ("id", "_id", *options.ignore)
    with CatalogueBatch(out, products, _settings_of(options), ignored=ignored, findings=FINDINGS) as batch:
        if batch.plan.pending:
            writers.append(_new_writer(options))
        progress: Iterable[BatchProgress] = batch.write(write_texts)
        # A person sees a bar; programs and files get the result alone.
        if sys.stderr.isatty() and not options.json:
            from rich.console import Console
            from rich.progress import track

            batches = -(-batch.plan.pending // BATCH_SIZE)
            progress = track(progress, "describe", batches, console=Console(stderr=True), transient=True)
        for _ in progress:
            pass
        report = batch.finish()
    plan = report.plan
    if options.json:
        counts = {"products": plan.products, "made": report.written, "with_errors": failing}
        changes = {"changed": plan.changed, "removed": list(plan.removed), "states": dict(report.decisions.states)}
        output.json_line({"out": str(out), **counts, **changes, "notes": list(report.lines)})
    else:
        kept = f", {plan.kept} were there already" if plan.kept else ""
        marked = f"; with errors, which are marked: {failing}" if failing else ""
        output.line(f"{out}: {report.written} description{'s' * (report.written != 1)} made{kept}{marked}")
        for line in report.lines:
            output.warn(line)
    return 0


def _settings_of(options: DescribeOptions) -> str:
    """Return a hash of the model and of the options that descriptions depend on; no model is loaded for it."""
    from ingest.models.weights import file_sha256
    from rag.generate.load import generator_weights

    config = load_config(options)
    model = config.generator_model(DEFAULT_DESCRIBER)
    examples = file_sha256(options.examples_from) if options.examples_from else ""
    context = [examples, options.examples, options.similar, options.seed]
    decoding = dict(config.decoding_options())
    return fingerprint(model, generator_weights(model), decoding, options.attempts, options.complete, context)


def _describe_stated(writer: DraftWriter, products: Sequence[Fields], ignored: Sequence[str]) -> list[DraftText]:
    """Describe products without identifiers and ignored fields; the descriptions keep all fields."""
    unstated = {"id", "_id", *(name.casefold() for name in ignored)}
    stated = [{name: value for name, value in row.items() if name.casefold() not in unstated} for row in products]
    descriptions = writer.write_many(stated)
    return [replace(description, fields=row) for description, row in zip(descriptions, products, strict=True)]


def _new_writer(options: DescribeOptions) -> DraftWriter:
    """Return the writer of a configuration, with its context and the values of the examples' rows."""
    from rag.data.rows import read_rows
    from rag.describe.drafts import DraftWriter
    from rag.describe.slots import ValueLexicon

    config = load_config(options)
    rows = read_rows(options.examples_from, "describe") if options.examples_from else []
    contexts = _new_contexts(options, config, rows)
    decoding = config.decoding_options()
    return DraftWriter(
        config.generator(DEFAULT_DESCRIBER),
        decoding=decoding,
        contexts=contexts,
        attempts=options.attempts,
        lexicon=ValueLexicon.of_rows(rows) if rows else None,
        complete=options.complete,
    )


def _new_contexts(options: DescribeOptions, config: Config, rows: list[Row]) -> Contexts | None:
    """Return the source of examples and passages: as the options say, or else as the model was trained."""
    from rag.data.contexts import SHOW_AS, FixedExamples, SimilarRows, StorePassages
    from rag.generate.trained import Trained

    trained = Trained.of(config.generator_model(DEFAULT_DESCRIBER))
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


COMMAND = Command(
    "write a product description from its fields",
    DescribeOptions,
    describe,
    "Each description is checked for fields that it leaves out, numbers that no field gives and values that contradict "
    "a field; a failing one is written again, or else marked. Inventions in the model's own words are not detected: "
    "read before you publish.",
)
