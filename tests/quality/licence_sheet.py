"""Texts for an independent reader, who marks what no field licenses: the measure of the licence check itself.

    python tests/quality/licence_sheet.py write build/licence --texts build/quality/descriptions/texts.jsonl \
        --untuned build/untuned
    ... a reader fills "claims" in build/licence/sheet.jsonl ...
    python tests/quality/licence_sheet.py read build/licence tests/quality/licence_independent.jsonl
    python tests/quality/licence.py --texts tests/quality/licence_independent.jsonl

The texts are of four writers, in random order and without their names: the rules, the default before them and
`builtin:smollm2` untuned about products of the catalogues beside this file, and T5 models about laptops, which are the
only thing that they were trained on (the samples of `examples/product_descriptions/comparison.json`). A claim is
`{"text": "elegant", "kind": "unlicensed"}`, a run of words as it stands in the text; "nth": 2 means the second time.
`read` finds their places and writes the rows as `licence.py` reads them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

from held_out_products import CATALOGUES, SEED

from rag.describe.licence.claims import UNTRUE

COMPARISON = Path(__file__).parents[2] / "examples/product_descriptions/comparison.json"
TEXTS = 150
SHARES = {"rules": 38, "before": 38, "untuned": 38, "laptops": 36}
"""Texts of each writer; where there are fewer, the rules fill up."""


def write_sheet(texts: Iterable[Mapping[str, Any]], untuned: Path, folder: Path) -> dict[str, int]:
    """Write the sheet and the key; return the number of texts of each writer."""
    ours = {catalogue.name for catalogue in CATALOGUES if catalogue.is_ours}
    pools: dict[str, list[dict[str, Any]]] = {name: [] for name in SHARES}
    for row in texts:
        writer = "before" if row["system"] == "before" else "rules"
        if row["catalogue"] in ours and row["text"]:
            pools[writer].append(_row(row["catalogue"], row["fields"], row["text"]))
    pools["untuned"] = list(_untuned_texts(untuned, ours))
    pools["laptops"] = list(_laptop_texts())
    draw = random.Random(f"licence {SEED}")
    chosen = {name: draw.sample(pool, min(SHARES[name], len(pool))) for name, pool in pools.items()}
    missing = TEXTS - sum(map(len, chosen.values()))
    others = [row for row in pools["rules"] if row not in chosen["rules"]]
    chosen["rules"] += draw.sample(others, min(missing, len(others)))
    rows = [{"writer": writer, **row} for writer, pool in chosen.items() for row in pool]
    draw.shuffle(rows)

    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "sheet.jsonl"
    if sheet.exists():
        raise FileExistsError(f"{sheet} may hold marks: remove it, or choose another folder")
    named = [{"id": f"reading-{place:03}", **row} for place, row in enumerate(rows, start=1)]
    _write_rows(folder / "key.jsonl", ({"id": row["id"], "writer": row["writer"]} for row in named))
    shown = [{name: row[name] for name in ("id", "source", "fields", "text")} for row in named]
    _write_rows(sheet, ({**row, "claims": []} for row in shown))
    return {name: len(pool) for name, pool in chosen.items()}


def read_marks(folder: Path) -> list[dict[str, Any]]:
    """Return the marked rows as `licence.py` reads them. Raises ValueError for a claim that its text does not have."""
    writers = {row["id"]: row["writer"] for row in _read_rows(folder / "key.jsonl")}
    rows = []
    for row in _read_rows(folder / "sheet.jsonl"):
        marks = [_place(claim, row) for claim in row.pop("claims")]
        marks.sort(key=lambda mark: mark["start"])
        place = {"id": row["id"], "writer": writers[row["id"]], "part": "independent"}
        rows.append({**place, "source": row["source"], "fields": row["fields"], "text": row["text"], "marks": marks})
    return rows


def _place(claim: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    words, kind, nth = claim["text"], claim["kind"], int(claim.get("nth", 1))
    if kind not in UNTRUE:
        raise ValueError(f"{row['id']}: {kind!r} is no kind: give one of {', '.join(sorted(UNTRUE))}")
    starts = [match.start() for match in re.finditer(re.escape(words), row["text"])] if words else []
    if len(starts) < nth:
        raise ValueError(f"{row['id']}: the text says {words!r} {len(starts)} times")
    return {"start": starts[nth - 1], "end": starts[nth - 1] + len(words), "text": words, "kind": kind}


def _untuned_texts(folder: Path, catalogues: set[str]) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.jsonl")):
        for row in _read_rows(path) if path.stem in catalogues else ():
            if row.get("description"):
                yield _row(path.stem, row["fields"], row["description"])


def _laptop_texts() -> Iterator[dict[str, Any]]:
    """Yield the different texts that T5 models wrote of laptops."""
    seen = set()
    for sample in json.loads(COMPARISON.read_text("utf-8"))["samples"]:
        for system, output in sample["outputs"].items():
            if system.startswith("T5") and output["text"] not in seen:
                seen.add(output["text"])
                yield _row("laptops", sample["fields"], output["text"])


def _row(source: str, fields: Mapping[str, Any], text: str) -> dict[str, Any]:
    stated = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    return {"source": source, "fields": stated, "text": text}


def _read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def main() -> None:
    """Write a sheet, or read one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write the sheet and the key")
    write.add_argument("folder", type=Path)
    write.add_argument("--texts", type=Path, required=True, help="texts.jsonl of descriptions.py")
    write.add_argument("--untuned", type=Path, required=True, help="folder of texts of the untuned model")
    read = commands.add_parser("read", help="write the marked rows for licence.py")
    read.add_argument("folder", type=Path)
    read.add_argument("out", type=Path)
    options = parser.parse_args()
    if options.command == "write":
        print(write_sheet(_read_rows(options.texts), options.untuned, options.folder))
    else:
        rows = read_marks(options.folder)
        _write_rows(options.out, rows)
        print(f"{options.out}: {len(rows)} texts, {sum(len(row['marks']) for row in rows)} marks")


if __name__ == "__main__":
    main()
