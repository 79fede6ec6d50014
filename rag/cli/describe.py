"""The command `rag describe`: one product from its fields, or a catalogue into a file."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.models.weights import SMOLLM2_DESCRIBE
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.options import GenerationOptions, StoreOptions, option

if TYPE_CHECKING:
    from rag.data.contexts import Contexts, ShowAs
    from rag.data.rows import Row
    from rag.describe.describer import Describer, Description, Fields
    from rag.generate.trained import Trained

BATCH = 16


@dataclass(frozen=True, kw_only=True)
class DescribeOptions(GenerationOptions, StoreOptions, CommonOptions):
    """Options of `rag describe`."""

    fields: tuple[str, ...] = option("the product's fields", "NAME=VALUE", default=(), positional=True)
    file: Path | None = option("JSON, JSONL or CSV: one product a row", "FILE")
    out: Path | None = option("CSV or JSONL to write; a second run adds the rows that it lacks", "FILE")
    ignore: tuple[str, ...] = option('fields not to state, such as a key; "id" never is', "NAME", default=())
    examples_from: Path | None = option("JSONL of products with descriptions", "FILE")
    examples: int = option("show the model N fixed rows of --examples-from", "N", default=0)
    similar: int = option(
        "show it the K most similar rows of --examples-from, or else passages of the store", "K", default=0
    )
    attempts: int = option("write up to N texts a product and keep the most correct (default: 4)", "N", default=4)
    complete: bool = option("state the fields that the text leaves out in a last line", default=False)


def describe(options: DescribeOptions) -> int:
    """Write descriptions. What can be refused is refused before a model is loaded."""
    from rag.describe.catalogue import read_products
    from rag.describe.describer import description_object

    _refuse_contradictions(options)
    products = read_products(options.fields, options.file)
    if options.out is not None:
        return _catalogue(options, products, options.out)
    describer = _describer(options)
    for product in products:
        began = time.perf_counter()
        [described] = _described(describer, [product], options.ignore)
        if options.json or options.file:
            output.json_line(description_object(described, time.perf_counter() - began))
        else:
            output.show_description(described)
    return 0


def _catalogue(options: DescribeOptions, products: list[Fields], file: Path) -> int:
    """Write the descriptions into a file, those that it lacks, a batch at a time."""
    from tqdm import tqdm

    from rag.describe.catalogue import description_file

    out = description_file(file, products)
    done = out.done()
    _check_model(options, file, done)
    failing = 0
    if done < len(products):
        describer = _describer(options)
        with tqdm(total=len(products), initial=done, desc="describe", unit="product", disable=None, leave=False) as bar:
            for low in range(done, len(products), BATCH):
                described = _described(describer, products[low : low + BATCH], options.ignore)
                out.append(described)
                failing += sum(each.errors > 0 for each in described)
                bar.update(len(described))
    made = {"out": str(file), "products": len(products), "made": len(products) - done, "with_errors": failing}
    if options.json:
        output.json_line(made)
    else:
        kept = f", {done} were there already" if done else ""
        marked = f"; {failing} of them are marked, look at those" if failing else ""
        output.line(f"{file}: {made['made']} descriptions made{kept}{marked}")
    return 0


def _check_model(options: DescribeOptions, file: Path, done: int) -> None:
    """Note beside the file which model writes it. Raises ValueError where another one wrote what is there."""
    from rag.compare.models import LocalModels
    from rag.compare.settings import Settings

    model = load_config(options).generator_model(SMOLLM2_DESCRIBE)["model"]
    wanted = {"model": model, "weights": LocalModels(Settings()).fingerprint(model)}
    note = file.with_name(f".{file.name}.model.json")
    if done and note.is_file():
        written = json.loads(note.read_text("utf-8"))
        if written != wanted:
            other = "other weights" if written["model"] == model else f"the model {written['model']}"
            raise ValueError(f"{file} was begun with {other}: choose another --out, or remove it")
    if done:  # what is there without a note may be any model's
        return
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(wanted) + "\n", "utf-8")


def _described(describer: Describer, products: Sequence[Fields], ignored: Sequence[str]) -> list[Description]:
    """Describe products without what is no attribute of theirs: identifiers, and fields that are to be ignored."""
    unsaid = {"id", "_id", *(name.casefold() for name in ignored)}
    stated = [{name: value for name, value in row.items() if name.casefold() not in unsaid} for row in products]
    made = describer.describe_many(stated)
    return [replace(each, fields=row) for each, row in zip(made, products, strict=True)]


def _describer(options: DescribeOptions) -> Describer:
    from rag.data.rows import read_rows
    from rag.describe.describer import Describer
    from rag.describe.slots import lexicon_of
    from rag.generate.trained import Trained

    config = load_config(options)
    rows = read_rows(options.examples_from, "describe") if options.examples_from else []
    trained = Trained.of(config.generator_model(SMOLLM2_DESCRIBE)["model"])
    contexts = _contexts(options, config, rows, trained)
    decoding: dict[str, Any] = config.table("decoding")
    if "stop" in decoding:
        decoding["stop"] = tuple(decoding["stop"])
    lexicon = lexicon_of(rows) if rows else None
    return Describer(
        config.generator(SMOLLM2_DESCRIBE),
        decoding=decoding,
        contexts=contexts,
        attempts=options.attempts,
        lexicon=lexicon,
        complete=options.complete,
    )


def _contexts(options: DescribeOptions, config: Config, rows: list[Row], trained: Trained | None) -> Contexts | None:
    """Return what is shown beside a product: as asked for, else as the model was trained."""
    from rag.data.contexts import SHOW_AS, FixedExamples, SimilarRows, StorePassages

    learnt = trained.context if trained else {}
    similar = options.similar or (0 if options.examples else int(learnt.get("similar", 0)))
    if options.examples:
        return FixedExamples.draw(rows, options.examples, options.seed or 0)
    if rows and similar:
        shown: ShowAs = learnt.get("shown", SHOW_AS)
        return SimilarRows.of(rows, similar, shown)
    if rows:
        raise ValueError("--examples-from: say how many of its rows to show, as --examples N or --similar K")
    if options.similar:
        return StorePassages(config.retriever(), options.similar)
    if similar:
        output.warn(f"this model was trained with {similar} similar rows beside each: give them with --examples-from")
    return None


def _refuse_contradictions(options: DescribeOptions) -> None:
    for name in ("examples", "similar"):
        if getattr(options, name) < 0:
            raise ValueError(f"--{name} is {getattr(options, name)}: it has to be 0 or more")
    if options.attempts < 1:
        raise ValueError(f"--attempts is {options.attempts}: at least one text has to be written")
    if options.examples and options.similar:
        raise ValueError("give --examples or --similar, not both: fixed rows, or the most similar ones")
    if options.examples and options.examples_from is None:
        raise ValueError("--examples needs rows to take them from: give --examples-from FILE.jsonl")
    if options.out is not None and options.file is None:
        raise ValueError("--out is for a catalogue: give --file with its rows")


COMMAND = Command(
    "write a product description from its fields",
    DescribeOptions,
    describe,
    "Each description is checked for fields that it leaves out, numbers that no field gives and values that contradict "
    "a field; a failing one is written again, or else marked. Inventions in the model's own words are not detected: "
    "read before you publish.",
)
