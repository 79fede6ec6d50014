"""Lines about a catalogue that a person should read: names that match no column, and columns that no text states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from ingest.errors import InputError
from ingest.plugins import suggest
from rag.describe.catalogue.batch_report import name_first
from rag.describe.catalogue.product_file import ProductFile
from rag.describe.channels.json_ld import price_without_currency
from rag.describe.fields.field_rules import FieldRules
from rag.describe.fields.flatten import flatten_fields
from rag.describe.fields.labels import read_label
from rag.describe.product import Product

MOST_LISTED = 12
"""Columns that are listed where no name is close."""


@dataclass
class RunNotes:
    """What the products and texts of a run have in common: columns kept back, prices without a currency, cuts."""

    internal: dict[str, None] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    cuts: list[str] = field(default_factory=list)

    def add_product(self, product: Product) -> None:
        """Note the columns of a product that no text states, and a price that has no currency."""
        self.internal |= {one.key: None for one in product.fields if one.hidden.startswith("internal")}
        if price := price_without_currency(product):
            self.prices[price.key] = self.prices.get(price.key, 0) + 1

    def add_cuts(self, key: str, cuts: Mapping[str, Collection[str]]) -> None:
        """Note the fields that a limit cut from the texts of a product."""
        self.cuts += [f"{key} ({channel}: {', '.join(fields)})" for channel, fields in cuts.items()]

    def lines(self) -> Iterator[str]:
        """Yield a line for each kind of note."""
        if self.internal:
            yield f"taken for internal and never stated: {', '.join(self.internal)} (hide = false states a field)"
        for name, count in self.prices.items():
            what = f"{count} product{'s have' if count > 1 else ' has'} a {name} without a currency"
            yield f'{what}, and no offer in JSON-LD: set unit = "EUR", or another, in [describe.fields.{name}]'
        if self.cuts:
            yield f"cut, as a limit allows no more: {name_first(self.cuts)}"


def name_unknown(products: ProductFile, rules: FieldRules, ignored: Collection[str] = ()) -> list[str]:
    """Return a line for each name of a rule or of --ignore that is that of no column, nor its readable label."""
    wanted = dict.fromkeys(rules.fields, "[describe.fields]") | dict.fromkeys(ignored, "--ignore")
    if not wanted:
        return []
    columns = dict.fromkeys(products.columns)
    for row in products.rows():
        with suppress(InputError):  # a row that cannot be described is reported where it would be
            columns |= {key: None for key, _ in flatten_fields(row.given)}
    known = {name.casefold() for name in columns} | {read_label(name).bare.casefold() for name in columns}
    many = f"it has {len(columns)} others" if len(columns) > MOST_LISTED else ""
    lines = []
    for name, place in wanted.items():
        if name.casefold() not in known:
            lines.append(f"{place} {name}: {products.path} has no such column; {suggest(name, list(columns), many)}")
    return lines
