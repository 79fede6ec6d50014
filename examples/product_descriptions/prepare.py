"""Write the training, validation and test rows of the comparison from the published data sets.

    python examples/product_descriptions/prepare.py DATA --out build/product_descriptions

DATA holds `rnnlg_laptop` and `rnnlg_tv` (RNNLG, Wen et al. 2016, Apache-2.0: attributes and a sentence, already split)
and `retail_demo_store` (MIT-0: a store's catalogue, split here by a hash of the product's id). Nothing is dropped:
`rag compare` finds rows that occur in two splits, and reports them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.data.rows import parse_mr

SPLITS = ("train", "valid", "test")
CATALOGUE_FIELDS = ("name", "category", "style", "price", "gender_affinity")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/product_descriptions"))
    options = parser.parse_args()
    for name in ("laptop", "tv"):
        for split in SPLITS:
            _write(options.out / name / f"{split}.jsonl", _acts(options.data / f"rnnlg_{name}" / f"{split}.jsonl"))
    catalogue = list(_catalogue(options.data / "retail_demo_store" / "products.jsonl"))
    for split in SPLITS:
        _write(options.out / "store" / f"{split}.jsonl", (row for row in catalogue if _split(row["id"]) == split))


def _acts(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        row = json.loads(line)
        intent, fields = parse_mr(row["mr"])
        yield {"id": str(number), "intent": intent, "fields": fields, "references": [row["ref"]]}


def _catalogue(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        fields = {name: row[name] for name in CATALOGUE_FIELDS if row.get(name) not in (None, "")}
        yield {"id": row["id"], "fields": fields, "references": [row["description"]]}


def _split(key: str) -> str:
    place = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10
    return "test" if place == 0 else "valid" if place == 1 else "train"


def _write(file: Path, rows: Iterator[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{file}: {len(lines)} rows")


if __name__ == "__main__":
    main()
