"""Products of catalogues that nothing was trained or tuned on, drawn by a seed.

Those beside this file are ours, written by people who know nothing of the software; the others lie in a folder of data
sets and are drawn from where it is there. A catalogue of rows with texts keeps its fields alone. Each file is written
in the form that it came in, a table as CSV and records as JSON Lines, so that a system reads booleans, lists and empty
cells as a shop exports them.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.describe.catalogue.product_file import ProductFile

HERE = Path(__file__).parent / "catalogues"
DATA = Path(__file__).parents[3] / "shared" / "data"
SEED = 17


@dataclass(frozen=True)
class Catalogue:
    """A catalogue, how many of its products are drawn, and how many of those are read blind.

    `delimiter` is that of a table, "" for JSON Lines. `texts` are fields that were written by a person about the
    product, not fields of it.
    """

    name: str
    path: Path
    products: int
    reading: int
    delimiter: str = ""
    texts: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Tell whether the catalogue is in this repository, so that its products may be shown."""
        return self.path.parent == HERE


CATALOGUES = (
    Catalogue("kitchen_household", HERE / "kitchen_household.csv", 60, 16, ","),
    Catalogue("fashion_shoes", HERE / "fashion_shoes.csv", 60, 16, ","),
    Catalogue("electronics", HERE / "electronics.csv", 60, 16, ","),
    Catalogue("coffee_wine_gifts", HERE / "coffee_wine_gifts.jsonl", 60, 16),
    Catalogue("sports_camping", HERE / "sports_camping.csv", 36, 0, ";"),
    Catalogue(
        "oro_b2b", DATA / "data2text/oro_b2b_products/train.jsonl", 36, 11, texts=("description", "translations")
    ),
    Catalogue(
        "spree_demo", DATA / "data2text/spree_demo_products/train.jsonl", 36, 11, texts=("description", "translations")
    ),
    Catalogue(
        "icecat", DATA / "products/icecat_attributes_to_title/products.jsonl", 52, 14,
        texts=("title", "short_description"),
    ),
)  # fmt: skip
"""400 products, 100 of them for the blind reading."""


def draw_products(catalogue: Catalogue, seed: int = SEED) -> list[dict[str, Any]]:
    """Return the products drawn from a catalogue, those that are read blind first."""
    rows = list(_read_rows(catalogue))
    count = min(catalogue.products, len(rows))
    return random.Random(f"{seed} {catalogue.name}").sample(rows, count)


def write_products(catalogue: Catalogue, products: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write products in the form of their catalogue, for `rag describe --file`; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(products)
    if not catalogue.delimiter:
        path = folder / f"{catalogue.name}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        return path
    path = folder / f"{catalogue.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=catalogue.delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _read_rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    if catalogue.delimiter:
        # As `rag describe` reads it: the rows of variants have what they share.
        yield from (dict(row.fields) for row in ProductFile.open(catalogue.path).rows())
        return
    with catalogue.path.open(encoding="utf-8") as file:
        for line in file:
            row: dict[str, Any] = json.loads(line)
            # The rows of this set with even ids may be looked at; those with odd ones are held out.
            if catalogue.name == "icecat" and not int(row["id"]) % 2:
                continue
            yield _flatten({name: value for name, value in row.items() if name not in catalogue.texts})


def _flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the fields of "attributes" and "options" beside the others."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat.update(value if name in ("attributes", "options") and isinstance(value, dict) else {name: value})
    return flat
