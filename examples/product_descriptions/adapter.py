"""Train the adapter of the embedded generator for product descriptions: laptops, televisions, a store's catalogue.

    python examples/product_descriptions/prepare.py DATA
    python examples/product_descriptions/adapter.py build/product_descriptions build/smollm2-describe

Each set contributes its share of the rows, the same rows in each run. The catalogue contributes all of its own: its
texts are the longest, and the only ones written to sell. An interrupted run resumes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rag.data.rows import Row, read_rows
from rag.finetune import finetune_generator

SHARES: Mapping[str, float] = {"laptop": 0.3, "tv": 0.25, "store": 0.45}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that prepare.py wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="builtin:smollm2")
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--valid-rows", type=int, default=120)
    parser.add_argument("--rank", type=int, default=4)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=6e-4)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    done = finetune_generator(
        options.model,
        product_rows(options.data, "train", options.rows),
        product_rows(options.data, "valid", options.valid_rows),
        out=options.out,
        method="lora",
        adapter_only=True,
        lora_rank=options.rank,
        lora_alpha=2 * options.rank,
        epochs=options.epochs,
        batch_size=options.batch_size,
        accumulation=2,
        learning_rate=options.learning_rate,
        metric="bleu",
        valid_rows=options.valid_rows,
        max_target_tokens=160,
        max_left_out=0.02,
        threads=options.threads,
        device=options.device,
    )
    print(f"{done.folder}: {done.rows:,} rows, {done.steps:,} steps, {done.seconds / 60:.0f} min, {dict(done.metrics)}")


def product_rows(data: Path, split: str, count: int) -> list[Row]:
    """Return about so many rows of the three sets, mixed."""
    chance = random.Random(0)
    chosen: list[Row] = []
    for name, share in SHARES.items():
        rows = [replace(row, id=f"{name}/{row.id}") for row in read_rows(data / name / f"{split}.jsonl")]
        chosen += chance.sample(rows, min(len(rows), round(share * count)))
    chance.shuffle(chosen)
    return chosen


if __name__ == "__main__":
    main()
