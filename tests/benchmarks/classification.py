"""How often is the label right? Zero-shot, few-shot by retrieval, nearest neighbours and fine-tuned, on held-out rows.

    .venv/bin/python tests/benchmarks/classification.py ../shared/data/classification/banking77/train.jsonl \\
        --write-split build/banking77 --finetuned build/banking77-t5

The rows are {"text", "label"}. Rows whose texts differ only in case, white space or punctuation are one row; which side
of the split it falls on is decided by a hash of its text, so that the same file gives the same split everywhere.
`--write-split` writes train.jsonl, valid.jsonl and test.jsonl for a fine-tuning that `--finetuned` then measures.
Labels that were made are kept under `--cache`: an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.embed import new_embedder
from rag.classify import Classifier, NearestNeighbours, index_examples, labels_of
from rag.data.rows import Row, read_rows
from rag.evaluate.labels import evaluate_labels
from rag.evaluate.metrics import difference
from rag.evaluate.run import Evaluation, Run
from rag.generate import new_generator
from stores import new_store

EXAMPLES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--valid", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N held-out rows")
    parser.add_argument("--on", choices=["test", "valid"], default="test", help="choose settings on valid")
    parser.add_argument("--write-split", type=Path, metavar="DIR")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks/classification"))
    parser.add_argument("--model", default="builtin:smollm2")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--finetuned", type=Path, metavar="FOLDER")
    parser.add_argument("--systems", nargs="+", metavar="NAME", help="some of them, by their names")
    options = parser.parse_args()

    split = split_rows(read_rows(options.rows, "classify"), options.test, options.valid, options.seed)
    print(split.summary(), flush=True)
    if options.write_split:
        split.write(options.write_split)

    rows = {"test": split.test, "valid": split.valid}[options.on][: options.limit]
    made: dict[str, Evaluation] = {}
    for name, system in systems(split, options).items():
        if options.systems and name not in options.systems:
            continue
        run = Run(options.cache / f"{name.replace(' ', '-')}.jsonl")
        made[name] = evaluate_labels(system(), rows, run=run)
        print(line(name, made[name], set(labels_of(split.train))), flush=True)
    names = list(made)
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            found = difference(made[first].metrics[0], made[second].metrics[0])
            print(f"{first} - {second}: {found.value:+.1f} [{found.low:+.1f}, {found.high:+.1f}], p = {found.p:.4f}")


def systems(split: Split, options: argparse.Namespace) -> Mapping[str, Callable[[], Any]]:
    """Return what makes each system; its parts are made once, when the first needs them."""
    labels = labels_of(split.train)
    store = new_store("local", path=options.cache / "examples")
    retriever = index_examples(split.train, new_embedder(), store)
    loaded: list[Any] = []

    def generator() -> Any:
        loaded[:] = loaded or [new_generator(options.model, "transformers", threads=options.threads)]
        return loaded[0]

    few = {"similar": EXAMPLES, "candidates": EXAMPLES}
    made: dict[str, Callable[[], Any]] = {
        "nearest neighbours": lambda: NearestNeighbours(labels, retriever),
        "few-shot": lambda: Classifier(generator(), labels, retriever, **few),  # type: ignore[arg-type]
        "zero-shot": lambda: Classifier(generator(), labels, calibrate=True),
        "zero-shot uncalibrated": lambda: Classifier(generator(), labels),
    }
    if options.finetuned:
        finetuned = str(options.finetuned)
        made["fine-tuned"] = lambda: Classifier(
            new_generator(finetuned, "transformers", threads=options.threads), labels
        )
    return made


def line(name: str, evaluation: Evaluation, labels: set[str]) -> str:
    shown = [f"{name:<24}", *(f"{metric.name} {metric}" for metric in evaluation.metrics)]
    inside = sum(record.output in labels for record in evaluation.outputs)
    shown.append(f"{inside} of {len(evaluation.outputs)} outputs are labels")
    if evaluation.cost:
        seconds = {metric.name: metric.value for metric in evaluation.cost.metrics}["cpu_seconds"]
        shown.append(f"{seconds:.2f} CPU seconds a row")
    return ", ".join(shown)


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
