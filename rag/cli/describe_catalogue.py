"""The part of `rag describe` that writes a whole catalogue into a file, and learns from what people edited in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.fingerprint import fingerprint
from rag.cli import output
from rag.cli.describe_options import DescribeOptions, with_model
from rag.cli.options import load_config
from rag.config import Config

if TYPE_CHECKING:
    from rag.describe.catalogue.batch import BatchProgress, CatalogueBatch
    from rag.describe.catalogue.batch_report import BatchReport
    from rag.describe.catalogue.product_file import ProductRow
    from rag.describe.catalogue.record_database import ProductTexts
    from rag.describe.channels.formats import Format
    from rag.describe.channels.variants import VariantGroup
    from rag.describe.channels.write_channels import Channel, ChannelText
    from rag.describe.describer import Describer
    from rag.describe.description import Description

FINDINGS = ("omitted", "unlicensed")
"""Columns of a CSV file after the texts: fields of priority that are not stated, and words that no field says."""

DESCRIPTION = "description"
"""The name of the one text of a product, where no channels are asked for."""

ENDINGS: dict[Format, str] = {"text": ".txt", "markdown": ".md", "html": ".html"}
LISTED_GROUPS = 5
"""Groups of texts that are nearly the same which are named, the largest first."""

MOST_COMPARED = 50_000
"""Products whose texts are compared with one another, at most: each takes some kilobytes of memory."""


def describe_catalogue(options: DescribeOptions, file: Path, out: Path, channels: Sequence[Channel]) -> int:
    """Write the texts that a file lacks, a batch at a time, each kept before the next begins."""
    from rag.describe.catalogue.batch import CatalogueBatch
    from rag.describe.catalogue.catalogue_notes import RunNotes, name_unknown
    from rag.describe.catalogue.catalogue_variants import find_variants, understand_row
    from rag.describe.catalogue.edits import unlicensed_words
    from rag.describe.catalogue.product_file import ProductFile

    config = load_config(options)
    describer = config.describer(channels, allow_unlicensed=options.allow_unlicensed)
    products, ignored = ProductFile.open(file), options.unstated
    names = _names_of(channels, is_default=options.channel is None)
    variants: dict[int, VariantGroup] = {}
    run_notes = RunNotes()
    unknown = name_unknown(products, describer.field_rules, options.ignore)

    def write_texts(rows: Sequence[ProductRow]) -> list[ProductTexts]:
        understood = [understand_row(row, writer.field_rules, ignored) for row in rows]
        known = [product for product in understood if product is not None]
        numbers = [row.number for row, product in zip(rows, understood, strict=True) if product is not None]
        groups = {place: variants[number] for place, number in enumerate(numbers) if number in variants}
        descriptions = iter(writer.describe_products(known, groups))
        written = [_texts_of(next(descriptions) if product is not None else None, names) for product in understood]
        for row, product, texts in zip(rows, understood, written, strict=True):
            if product is not None:
                run_notes.add_product(product)
                run_notes.add_cuts(row_name(row), texts.findings.get("cut", {}))
        return written

    def row_name(row: ProductRow) -> str:
        ids = (str(row.fields[name]) for name in products.id_fields[:1] if row.fields.get(name))
        return next(ids, f"row {row.number}")

    settings = _settings_of(options, config, describer)
    with CatalogueBatch(
        out,
        products,
        settings,
        list(names.values()),
        ignored=ignored,
        findings=FINDINGS,
        outdated=options.outdated,
    ) as batch:
        writer = describer
        if batch.plan.pending:
            variants |= find_variants(products, describer.field_rules, ignored)
            writer = with_model(describer, options, config)
        for _ in _with_progress(batch.write(write_texts), batch.plan.pending, is_shown=not options.json):
            pass
        report = batch.finish(partial(unlicensed_words, rules=describer.field_rules, allowed=describer.allowed))
        # Texts that are as they were have been compared before.
        notes = [*unknown, *report.lines, *run_notes.lines()]
        notes += _compare_texts(batch, names, variants) if report.written else ()
        if options.format:
            notes.append(f"the texts as {options.format} are in {_write_format(batch, out, options.format, names)}")
    _report(report, notes, options)
    return 1 if report.decisions.refused else 0


def learn_from_edits(edits: Path, file: Path | None, out: Path | None, config: Config, ignored: Collection[str]) -> int:
    """Print the rows of training that edited texts make, or write them into a file."""
    from rag.describe.catalogue.edits import learn_edits, unlicensed_words
    from rag.describe.catalogue.product_file import ProductFile
    from rag.describe.catalogue.whole_file import open_whole

    describer = config.describer()
    check = partial(unlicensed_words, rules=describer.field_rules, allowed=describer.allowed)
    products = ProductFile.open(file) if file else None
    learnt = learn_edits(edits, products, check=check, ignored=ignored, rules=describer.field_rules)
    for one in learnt.left_out:
        output.warn(f"left out, {one}")
    if out is None:
        for row in learnt.rows:
            output.json_line(row)
        return 0
    with open_whole(out) as rows:
        rows.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in learnt.rows)
    output.line(f"{out}: {len(learnt.rows)} row{'s' * (len(learnt.rows) != 1)} to learn from")
    return 0


def _names_of(channels: Sequence[Channel], *, is_default: bool) -> dict[Channel, str]:
    return {channel: DESCRIPTION if is_default else channel for channel in channels}


def _texts_of(description: Description | None, names: Mapping[Channel, str]) -> ProductTexts:
    """Return what is kept of a description: its texts by the names of the output, and its findings."""
    from rag.describe.catalogue.record_database import ProductTexts
    from rag.describe.description import description_object

    if description is None:
        return ProductTexts({}, {}, dict.fromkeys(names.values(), "no field says anything that a text may state"))
    content = description_object(description)
    shown = ("omitted", "cut", "unlicensed", "sentences", "replaced", "spans", "model")
    findings = {name: content[name] for name in shown if content[name]}
    if "cut" in findings:
        findings["cut"] = {names[channel]: keys for channel, keys in findings["cut"].items()}
    return ProductTexts(
        {names[one.channel]: one.text for one in description.texts if one.text},
        findings,
        {names[one.channel]: one.reason for one in description.refused},
    )


def _settings_of(options: DescribeOptions, config: Config, describer: Describer) -> str:
    """Return a hash of all but the fields that texts depend on; no model is loaded for it."""
    from ingest.models.weights import file_sha256
    from rag.generate.load import generator_weights

    model = config.generator_model("")
    if not model:
        return describer.fingerprint
    examples = file_sha256(options.examples_from) if options.examples_from else ""
    context = [examples, options.examples, options.similar, options.seed]
    decoding = dict(config.decoding_options())
    return fingerprint(describer.fingerprint, model, generator_weights(model), decoding, options.attempts, context)


def _with_progress(progress: Iterable[BatchProgress], pending: int, *, is_shown: bool) -> Iterable[BatchProgress]:
    """Return the batches with a bar for a person; programs and files get the result alone."""
    if not (is_shown and sys.stderr.isatty()):
        return progress
    from rich.console import Console
    from rich.progress import track

    from rag.describe.catalogue.batch import BATCH_SIZE

    return track(progress, "describe", -(-pending // BATCH_SIZE), console=Console(stderr=True), transient=True)


def _compare_texts(
    batch: CatalogueBatch, names: Mapping[Channel, str], variants: Mapping[int, VariantGroup]
) -> Iterator[str]:
    """Yield a line for each group of texts that are nearly the same; variants share theirs, and count as one."""
    from rag.describe.channels.near_duplicates import find_near_duplicates, report_duplicates

    name = next((names[channel] for channel in ("long", "short") if channel in names), None)
    if name is None:
        return
    if batch.plan.products > MOST_COMPARED:
        yield f"not compared for near-duplicates: there are more than {MOST_COMPARED:,} products"
        return
    keys, texts = [], []
    for product in batch.published():
        group = variants.get(product.number)
        if group is None or group.places[0] == product.number - 1:
            keys.append(product.key)
            texts.append(product.texts[name])
    groups = find_near_duplicates(texts)
    lines = list(report_duplicates(groups, keys))
    yield from lines[:LISTED_GROUPS]
    if len(lines) > LISTED_GROUPS:
        alike = sum(len(group.places) for group in groups)
        yield f"in all, {alike} texts stand in {len(groups)} groups of texts that are nearly the same"


def _write_format(batch: CatalogueBatch, out: Path, form: Format, names: Mapping[Channel, str]) -> Path:
    """Write the published texts of a catalogue into one file of a format, beside the output, and return it."""
    from rag.describe.catalogue.whole_file import open_whole
    from rag.describe.channels.formats import format_catalogue

    path = out.with_suffix(ENDINGS[form])
    products = ((one.key, _channel_texts(one.texts, names)) for one in batch.published())
    with open_whole(path) as file:
        file.writelines(format_catalogue(products, form, out.stem))
    return path


def _channel_texts(texts: Mapping[str, str], names: Mapping[Channel, str]) -> list[ChannelText]:
    from rag.describe.channels.write_channels import ChannelText
    from rag.describe.product import SpannedText

    return [ChannelText(channel, SpannedText(texts.get(name, ""))) for channel, name in names.items()]


def _report(report: BatchReport, notes: Sequence[str], options: DescribeOptions) -> None:
    plan, refused = report.plan, report.decisions.refused
    if options.json:
        counts = {"products": plan.products, "made": report.written, "refused": len(refused)}
        changes = {"changed": plan.changed, "removed": list(plan.removed), "states": dict(report.decisions.states)}
        output.json_line({"out": str(report.out), **counts, **changes, "notes": notes})
        return
    kept = f", {plan.kept} were there already" if plan.kept else ""
    output.line(f"{report.out}: {report.written} description{'s' * (report.written != 1)} made{kept}")
    for line in notes:
        output.warn(line)
