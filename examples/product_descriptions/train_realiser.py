"""Train the adapter of the realiser, `builtin:smollm2-realiser`, on the rows that prepare_realiser.py wrote.

    python examples/product_descriptions/prepare_realiser.py DATA --out build/realiser
    python examples/product_descriptions/train_realiser.py build/realiser build/smollm2-realiser

The model reads the input on one line and writes the pattern on the next, without a chat template. An interrupted run
resumes.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from rag.describe.realise.learnt.decode_patterns import encode_input
from rag.finetune.generator.run import describe_training, run_training
from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.generator.start import FinetunedGenerator, StartModel
from rag.finetune.shared.batch_order import compute_shares, order_batches
from rag.finetune.shared.examples import IGNORED, Example
from rag.finetune.shared.unfinished import Unfinished
from rag.generate.trained import Trained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that prepare_realiser.py wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="builtin:smollm2")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--layers", type=int, default=20, help="how many of the last layers are adapted")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch-size", type=int, default=12)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--eval-every", type=int)
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    settings = GeneratorSettings(
        method="lora",
        adapter_only=True,
        lora_rank=options.rank,
        lora_alpha=2 * options.rank,
        lora_targets=_last_layers(options.layers),
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        eval_every=options.eval_every,
        warmup=0.05,
        valid_rows=96,
        precision=options.precision,
        threads=options.threads,
        device=options.device,
    )
    train_realiser(options.model, options.data, options.out, settings)


def train_realiser(model: str, data: Path, out: Path, settings: GeneratorSettings) -> FinetunedGenerator:
    """Train an adapter on the rows of a folder and write it to `out`."""
    rows = [*_read(data / "train.jsonl"), *_read(data / "others.jsonl")]
    random.Random(settings.seed).shuffle(rows)
    valid = random.Random(settings.seed).sample(_read(data / "valid.jsonl"), settings.valid_rows)
    about = {"start": model, "settings": settings.decisive(), "rows": len(rows)}
    start = StartModel(model, None, settings)
    with Unfinished.begin(out, about, restart=False) as unfinished:
        generator = start.load(unfinished.folder, list)
        examples = [_example(generator.tokenizer, row) for row in rows]
        held_out = [_example(generator.tokenizer, row) for row in valid]
        lengths = [list(map(len, examples))]
        places = order_batches(
            lengths,
            compute_shares([len(rows)], 1.0, None),
            round(settings.epochs * len(rows)),
            settings.batch_size,
            settings.seed,
        )
        batches = [[examples[place] for _, place in batch] for batch in places]
        tokens = sum(len(one.input_ids) for batch in batches for one in batch)
        print(f"{len(rows):,} rows, {len(batches):,} steps, {tokens:,} tokens", flush=True)
        result, final = run_training(start, generator, batches, held_out, dict, len(rows), unfinished, None)
        trained = Trained(("realise",), None, {}, {}, describe_training(start, result))
        start.write(unfinished, final, generator.tokenizer, trained, result, {"rows": len(rows)})
    print(f"{result.folder}: {result.steps:,} steps, {result.seconds / 60:.0f} min, {dict(result.metrics)}")
    return result


def _last_layers(count: int) -> str:
    """Return the names of the matrices of the last layers, of 30: the backward pass ends at the first of them."""
    parts = [*(f"self_attn.{part}_proj" for part in "qkvo"), *(f"mlp.{part}_proj" for part in ("gate", "up", "down"))]
    return ",".join(f"layers.{layer}.{part}" for layer in range(30 - count, 30) for part in parts)


def _read(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _example(tokenizer: Any, row: dict[str, str]) -> Example:
    ids = encode_input(tokenizer, row["input"])
    target = [*tokenizer(row["target"], add_special_tokens=False).input_ids, tokenizer.eos_token_id]
    return Example(ids + target, [IGNORED] * len(ids) + target)


if __name__ == "__main__":
    main()
