"""How often is the label right? Zero-shot, few-shot by retrieval, nearest neighbours and fine-tuned, on held-out rows.

    .venv/bin/python tests/benchmarks/classification.py ../shared/data/classification/banking77/train.jsonl \
        --write-split build/banking77 --finetuned build/banking77-t5

The rows are {"text", "label"}. Rows whose texts differ only in case, white space or punctuation are one row; which side
of the split it falls on is decided by a hash of its text, so that the same file gives the same split everywhere.
`--write-split` writes train.jsonl, valid.jsonl and test.jsonl for a fine-tuning that `--finetuned` then measures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.rows import Row, read_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--valid", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write-split", type=Path, metavar="DIR")
    options = parser.parse_args()

    split = split_rows(read_rows(options.rows, "classify"), options.test, options.valid, options.seed)
    print(split.summary(), flush=True)
    if options.write_split:
        split.write(options.write_split)


@dataclass(frozen=True)
class Split:
    train: Sequence[Row]
    valid: Sequence[Row]
    test: Sequence[Row]
    repeated: int

    def summary(self) -> str:
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        lines = [f"{self.repeated} repeated rows left out"]
        for name, rows in parts.items():
            counts = Counter(row.target for row in rows)
            rarest, commonest = (
                min(counts, key=lambda label: counts[label]),
                max(counts, key=lambda label: counts[label]),
            )
            lines.append(
                f"{name:<5} {len(rows):>6} rows, {len(counts)} labels, "
                f"{counts[rarest]} ({rarest}) to {counts[commonest]} ({commonest}) rows each"
            )
        return "\n".join(lines)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in {"train": self.train, "valid": self.valid, "test": self.test}.items():
            lines = [json.dumps({"text": row.text, "label": row.target}, ensure_ascii=False) for row in rows]
            (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def split_rows(rows: Sequence[Row], test: int, valid: int, seed: int) -> Split:
    """Deal rows out in the order of their texts' hashes: no text is on two sides, however often the file has it."""
    unique = {" ".join(re.findall(r"\w+", row.text.casefold())): row for row in reversed(rows)}

    def rank(key: str) -> str:
        return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()

    dealt = [unique[key] for key in sorted(unique, key=rank)]
    return Split(dealt[test + valid :], dealt[test : test + valid], dealt[:test], len(rows) - len(dealt))


if __name__ == "__main__":
    main()
