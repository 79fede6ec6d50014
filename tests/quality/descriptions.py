"""Describe 400 products of held-out catalogues by several systems and measure the texts; `make quality-descriptions`.

    .venv/bin/python tests/quality/descriptions.py rules before --before build/before --out build/quality/descriptions

A row of the table is a system's texts of one catalogue, and the last one of each system all of them:

    products       those the system was asked about
    refused        those it wrote no text of, such as one that would break a rule
    words          content words and figures of the texts
    unlicensed     per cent of these that no field says, contradictions and changed figures among them, with the 95%
                   interval of a bootstrap over products
    clean          per cent of the products whose text claims nothing that no field says
    contra         contradictions: a word that fields deny, another value, another kind of thing
    numbers        changed figures and units
    priority       per cent of the fields of priority that are stated; those of a refused product are not
    stated         per cent of all fields that may be stated
    repeats        repetitions found, and
    grammar        faults of grammar found
    rules          texts that break a rule of `house_rules.toml`
    s a product    seconds

The findings are those of `rag.describe.licence.check_licence`. It reads the fields as the writer does, so that a field
that is misunderstood counts as said truly: the blind reading (`blind_reading.py`) sees what this table cannot.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import numpy as np
from description_systems import HOUSE_RULES, WrittenText, find_system
from held_out_products import CATALOGUES, SEED, Catalogue, draw_products, write_products

from rag.describe.catalogue.catalogue_variants import understand_row
from rag.describe.catalogue.product_file import ProductFile, ProductRow
from rag.describe.house_rules.rulebook import RuleBook
from rag.describe.licence.check import check_licence
from rag.describe.licence.claims import LicenceCheck
from rag.describe.product import MUST, Product
from rag.evaluate.metrics.metric import Metric, ratio_metric

OUT = Path("build/quality/descriptions")
COLUMNS = (
    "products", "refused", "words", "unlicensed", "clean", "contra", "numbers", "priority", "stated", "repeats",
    "grammar", "rules", "s a product",
)  # fmt: skip


@dataclass(frozen=True)
class MeasuredText:
    """A system's text of a product, with what the check and the house's rules say of it.

    `priority` and `fields` are (stated, of how many) of the fields of priority, and of all that may be stated.
    """

    system: str
    catalogue: str
    number: int
    written: WrittenText
    check: LicenceCheck
    priority: tuple[int, int]
    fields: tuple[int, int]
    broken: tuple[str, ...]

    def as_object(self, row: ProductRow) -> dict[str, Any]:
        """Return the text with its product and its findings, for reading."""
        claims = [
            {"start": claim.start, "end": claim.end, "text": claim.text, "kind": claim.kind, "note": claim.note}
            for claim in self.check.claims
        ]
        found = {"claims": claims, "omitted": list(self.check.omitted), "broken": list(self.broken)}
        place = {"catalogue": self.catalogue, "number": self.number, "system": self.system}
        return {
            **place, "fields": dict(row.given), "text": self.written.text, "reason": self.written.reason, **found,
        }  # fmt: skip


def measure_text(
    system: str, catalogue: Catalogue, row: ProductRow, written: WrittenText, product: Product, rules: RuleBook
) -> MeasuredText:
    """Measure one text of a product."""
    # A text that was refused is not looked at; what it should have stated counts as not stated.
    check = check_licence(written.text, product) if written.text else LicenceCheck((), 0)
    due = [field.key for field in product.stated if field.priority == MUST]
    stated = [field.key for field in product.stated if field.key in check.stated]
    broken = rules.broken_rules(written.text, "long", product) if written.text else ()
    return MeasuredText(
        system, catalogue.name, row.number, written, check,
        (sum(key in check.stated for key in due), len(due)),
        (len(stated), len(product.stated)),
        tuple(rule.message for rule in broken),
    )  # fmt: skip


def measure_catalogue(
    system: str, catalogue: Catalogue, describe: Callable[[Path], list[WrittenText | None]], folder: Path, count: int
) -> Iterator[tuple[MeasuredText, ProductRow]]:
    """Yield the measured texts of a system about the first `count` products drawn from a catalogue."""
    file = write_products(catalogue, draw_products(catalogue)[:count], folder / "products")
    rules = RuleBook.read(HOUSE_RULES)
    for row, written in zip(ProductFile.open(file).rows(), describe(file), strict=True):
        product = understand_row(row)
        if written is not None and product is not None:
            yield measure_text(system, catalogue, row, written, product, rules), row


def unlicensed_metric(texts: Sequence[MeasuredText]) -> Metric:
    """Return the share of words that no field licenses, in per cent, over products."""
    parts = [100 * text.check.untrue_words for text in texts]
    return ratio_metric("unlicensed", parts, [text.check.words for text in texts], "lower", "percent")


def summarise(texts: Sequence[MeasuredText]) -> dict[str, float | str]:
    """Return the figures of a group of texts, by column."""
    counted = {
        kind: sum(len(text.check.of_kind(kind)) for text in texts)
        for kind in ("contradiction", "type", "number", "repetition", "grammar")
    }
    unlicensed = unlicensed_metric(texts)
    seconds = [text.written.seconds for text in texts if text.written.seconds is not None]
    return {
        "products": len(texts),
        "refused": sum(not text.written.text for text in texts),
        "words": sum(text.check.words for text in texts),
        "unlicensed": f"{unlicensed.value:.2f} [{unlicensed.low:.2f}, {unlicensed.high:.2f}]",
        "clean": _percent(sum(bool(text.written.text) and text.check.is_true for text in texts), len(texts)),
        "contra": counted["contradiction"] + counted["type"],
        "numbers": counted["number"],
        "priority": _percent(*map(sum, zip(*(text.priority for text in texts), strict=True))),
        "stated": _percent(*map(sum, zip(*(text.fields for text in texts), strict=True))),
        "repeats": counted["repetition"],
        "grammar": counted["grammar"],
        "rules": sum(bool(text.broken) for text in texts),
        "s a product": f"{np.mean(seconds):.3g}" if seconds else "-",
    }


def show_table(texts: Sequence[MeasuredText]) -> Iterator[str]:
    """Yield the lines of the table in Markdown: a row per system and catalogue, then a total per system."""
    yield "| system | catalogue | " + " | ".join(COLUMNS) + " |"
    yield "|---" * (len(COLUMNS) + 2) + "|"
    for system in dict.fromkeys(text.system for text in texts):
        own = [text for text in texts if text.system == system]
        for name in (*dict.fromkeys(text.catalogue for text in own), "all"):
            figures = summarise([text for text in own if name in (text.catalogue, "all")])
            yield f"| {system} | {name} | " + " | ".join(str(figures[column]) for column in COLUMNS) + " |"


def keep_common(
    measured: Sequence[tuple[MeasuredText, ProductRow]], systems: Sequence[str]
) -> list[tuple[MeasuredText, ProductRow]]:
    """Return the texts of the products that each of the systems was asked about."""
    asked: dict[str, set[tuple[str, int]]] = {system: set() for system in systems}
    for text, _ in measured:
        asked[text.system].add((text.catalogue, text.number))
    common = set.intersection(*asked.values())
    return [(text, row) for text, row in measured if (text.catalogue, text.number) in common]


def _percent(part: int = 0, whole: int = 0) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def main() -> None:
    """Measure the systems of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", default=["rules"], help="rules, default, before, learnt, model:NAME")
    parser.add_argument("--before", type=Path, default=OUT / "before", help="folder with the texts of `before`")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for products, texts and figures")
    parser.add_argument("--only", nargs="*", help="names of catalogues")
    parser.add_argument("--reading", action="store_true", help="only the 100 products of the blind reading")
    parser.add_argument("--same", action="store_true", help="only products that every system was asked about")
    parser.add_argument("--again", action="store_true", help="write the texts of models again, as after a change")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    catalogues = [one for one in CATALOGUES if one.path.exists() and one.name in (options.only or [one.name])]
    measured: list[tuple[MeasuredText, ProductRow]] = []
    for system in options.systems:
        describe = find_system(system, options.before, options.out, options.again)
        for catalogue in catalogues:
            count = catalogue.reading if options.reading else catalogue.products
            measured += measure_catalogue(system, catalogue, describe, options.out, count)
            print(f"{system} {catalogue.name}", file=sys.stderr)
    if options.same:
        measured = keep_common(measured, options.systems)

    drawn = ", ".join(f"{one.reading if options.reading else one.products} of {one.name}" for one in catalogues)
    lines = [f"Seed {SEED}: {drawn}.", "", *show_table([text for text, _ in measured])]
    print("\n".join(lines))
    (options.out / "table.md").write_text("\n".join(lines) + "\n", "utf-8")
    with (options.out / "texts.jsonl").open("w", encoding="utf-8") as file:
        for text, row in measured:
            file.write(json.dumps(text.as_object(row), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
