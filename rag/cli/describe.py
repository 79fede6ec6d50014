"""The command `rag describe`: a product from its fields, a catalogue into a file, or rows to learn from edits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest.errors import InputError
from rag.cli import output
from rag.cli.describe_catalogue import describe_catalogue, learn_from_edits
from rag.cli.describe_options import DescribeOptions, read_channels, refuse_mistakes, with_model
from rag.cli.options import Command, load_config

if TYPE_CHECKING:
    from rag.describe.description import Description


def describe(options: DescribeOptions) -> int:
    """Write descriptions. Mistakes are refused before a model is loaded."""
    from rag.describe.catalogue.catalogue_notes import name_unknown
    from rag.describe.catalogue.catalogue_variants import stated_fields
    from rag.describe.catalogue.product_file import ProductFile, read_products
    from rag.describe.fields.understand import understand_fields

    refuse_mistakes(options)
    config = load_config(options)
    if options.learn is not None:
        return learn_from_edits(options.learn, options.file, options.out, config, options.unstated)
    channels = read_channels(options.channel)
    if options.file is not None and options.out is not None and not options.fields:
        return describe_catalogue(options, options.file, options.out, channels)
    if bool(options.fields) == (options.file is not None):
        raise InputError("give the fields as NAME=VALUE pairs, or --file with rows")
    # The products are understood before a model is loaded.
    catalogue = ProductFile.open(options.file) if options.file is not None else None
    given: Sequence[Mapping[str, object]] = (
        [row.given for row in catalogue.rows()] if catalogue else read_products(options.fields, None)
    )
    describer = config.describer(channels, allow_unlicensed=options.allow_unlicensed)
    status, products = 0, []
    for number, fields in enumerate(given, start=1):
        try:
            products.append(understand_fields(stated_fields(fields, options.unstated), describer.field_rules))
        except InputError as error:
            if len(given) == 1:
                raise
            output.warn(f"product {number} of {len(given)}: {error}")
            status = 1
    if catalogue:
        for line in name_unknown(catalogue, describer.field_rules, options.ignore):
            output.warn(line)
    describer = with_model(describer, options, config)
    for number, product in enumerate(products):
        began = time.perf_counter()
        [description] = describer.describe_products([product])
        seconds = time.perf_counter() - began
        _show(description, options, seconds, is_first=number == 0)
        for text in description.refused:
            output.warn(f"{text.channel.replace('_', '-')} is not written: {text.reason}")
            status = 1
        for text in description.texts:
            if text.cut:
                output.warn(f"{text.channel.replace('_', '-')} was too long, and lacks {', '.join(text.cut)}")
        if description.left_out:
            output.warn(f"no sentence can say {', '.join(description.left_out)} truly: left out")
    return status


def _show(description: Description, options: DescribeOptions, seconds: float, *, is_first: bool) -> None:
    """Print a description: as JSON, in a format, or as plain text where a person asked for one text."""
    from rag.describe.channels.formats import format_texts
    from rag.describe.description import description_object, explain_description

    if options.explain and not options.json:
        output.line(explain_description(description) + "\n")
    if options.json or (options.file is not None and options.format is None):
        explained: dict[str, Any] = {"explained": explain_description(description)} if options.explain else {}
        output.json_line({**description_object(description), **explained, "seconds": round(seconds, 3)})
    elif options.format is None and len(description.texts) == 1:
        if description.text:
            output.line(description.text)
    elif any(text.text for text in description.texts):
        separator = "" if is_first else "\n"
        output.line(separator + format_texts(description.texts, options.format or "text").rstrip("\n"))


COMMAND = Command(
    "write product descriptions that say what their fields say, and nothing else",
    DescribeOptions,
    describe,
    "Rules write the texts, in milliseconds, unless --model names a model. Each sentence of a model is checked against "
    "the fields; one that claims more is replaced. What cannot be true, or breaks a rule of --rules, is not written: "
    "the exit status is 1, and the reason is printed.",
)
