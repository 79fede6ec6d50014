"""The output of a catalogue: the products' own columns, and beside them texts, findings and states, as CSV or JSONL."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.types import Scalar
from rag.describe.catalogue.product_file import ProductFile
from rag.describe.catalogue.whole_file import open_whole

OUTPUT_KINDS = (".csv", ".jsonl", ".ndjson")
STATE = "state"


@dataclass(frozen=True)
class OutputRow:
    """A product, its published texts by channel, what was found in them, and their state."""

    fields: Mapping[str, Scalar]
    texts: Mapping[str, str]
    findings: Mapping[str, Any]
    state: str


def write_output(
    out: Path, products: ProductFile, channels: Sequence[str], findings: Sequence[str], rows: Iterable[OutputRow]
) -> None:
    """Write rows in place of the file that was there. A CSV file has columns for the `findings`, JSONL has them all.

    CSV has the separator of the products' file, and a mark of UTF-8 where that came from a spreadsheet.
    """
    is_csv = out.suffix.casefold() == ".csv"
    with open_whole(out, "utf-8-sig" if is_csv and products.has_mark else "utf-8") as file:
        if not is_csv:
            for row in rows:
                content = {"fields": dict(row.fields), **row.texts, **row.findings, STATE: row.state}
                file.write(f"{json.dumps(content, ensure_ascii=False)}\n")
            return
        # It ends lines as RFC 4180 has it, so that a lone "\r" is quoted.
        writer = csv.writer(file, delimiter=products.separator)
        writer.writerow([*products.columns, *output_columns(products.columns, [*channels, *findings, STATE])])
        for row in rows:
            fields = [row.fields.get(name, "") for name in products.columns]
            texts = [row.texts.get(channel, "") for channel in channels]
            cells = [_finding_cell(row.findings.get(name, "")) for name in findings]
            writer.writerow([*fields, *texts, *cells, row.state])


def output_columns(own: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the names of added columns; a product's own column keeps its name: "new description" is added to it."""
    taken, columns = set(own), []
    for name in added:
        while name in taken:
            name = f"new {name}"
        columns.append(name)
    return columns


def _finding_cell(finding: object) -> object:
    if isinstance(finding, Mapping):
        return "; ".join(f"{name}: {value}" for name, value in finding.items())
    return "; ".join(map(str, finding)) if isinstance(finding, list | tuple) else finding
