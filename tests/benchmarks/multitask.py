"""Does one T5 with three prefixes do as well as three of its size with one task each?

    .venv/bin/python tests/benchmarks/multitask.py ../shared/data

Laptops and televisions are described (BLEU, one reference), phrases of reviews told apart as pros and cons (accuracy).
Each single-task model trains for `--steps` steps; the multi-task model for three times as many on the mixture, so that
all of them together see as many rows. Tasks are mixed in proportion to the square roots of their sizes, of at most
`CAP` rows (temperature 2; Raffel et al. 2020). Intervals are 95% by bootstrap over the test rows.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.data.checks import RowChecks
from rag.data.rows import Row, read_rows
from rag.data.task_prompts import prompt_for
from rag.describe.drafts.delexicalise import Delexicalizer
from rag.evaluate.metrics import Metric, label_metrics, text_metrics
from rag.finetune import finetune_generator
from rag.finetune.generator.examples import TaskData, generate_texts
from rag.generate import new_generator
from rag.generate.trained import Trained

SETS = {
    "describe": "products/rnnlg_laptop/{}.jsonl",
    "television": "products/rnnlg_tv/{}.jsonl",
    "classify": "classification/pros_cons/pros_cons.jsonl",
}
CAP = 8000  # rows that a task counts as at most when tasks are mixed
HELD_OUT = 3000  # phrases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--init", default="t5-micro")
    parser.add_argument("--rows", type=int, default=1400, help="test rows a task")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/multitask"))
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()

    splits = {task: _split(options.data / file, task, options.rows) for task, file in SETS.items()}
    shared = {
        "init": options.init,
        "placeholders": True,
        "max_target_tokens": 96,
        "max_left_out": 0.02,
        "threads": options.threads,
        "device": options.device,
        "eval_every": 10**6,
    }
    single = {}
    for task, (train, test) in splits.items():
        out = options.out / task
        if not (out / "model.safetensors").exists():
            finetune_generator(None, {task: train}, out=out, max_steps=options.steps, **shared)
        single[task] = _measure(out, task, test, options.device)
        print(f"{task} alone: {single[task].name} {single[task]}", flush=True)
    out = options.out / "all"
    if not (out / "model.safetensors").exists():
        trains = {task: train for task, (train, _) in splits.items()}
        finetune_generator(None, trains, out=out, max_steps=3 * options.steps, temperature=2.0, cap=CAP, **shared)
    for task, (_, test) in splits.items():
        found = _measure(out, task, test, options.device)
        relative = (found.value - single[task].value) / single[task].value
        line = {"task": task, "alone": str(single[task]), "together": str(found), "relative": round(relative, 4)}
        print(json.dumps(line), flush=True)


def _split(file: Path, task: str, count: int) -> tuple[list[Row], list[Row]]:
    if "{}" in str(file):
        train, test = (read_rows(str(file).format(split)) for split in ("train", "test"))
    else:
        rows = read_rows(file)
        random.Random(0).shuffle(rows)
        train, test = rows[HELD_OUT:], rows[:HELD_OUT]
    checked = RowChecks(repeated="drop").run(train=train, test=test)
    return list(checked.train), random.Random(1).sample(list(checked.test), min(count, len(checked.test)))


def _measure(folder: Path, task: str, rows: Sequence[Row], device: str) -> Metric:
    trained = Trained.of(folder)
    assert trained is not None
    named = trained.placeholders if rows[0].task == "describe" else None
    marks = Delexicalizer(named) if named is not None else None
    data = TaskData(task, prompt_for(task, rows[0].values), rows, placeholders=marks)
    generator = new_generator(str(folder), "transformers", batch_size=32, device=device)
    if rows[0].task == "classify":
        rows = [replace(row, values={**row.values, "labels": ()}) for row in rows]
    texts = generate_texts(data, rows, generator, 96)  # type: ignore[arg-type]
    if rows[0].task == "classify":
        return next(each for each in label_metrics(texts, rows) if each.name == "accuracy")
    return next(each for each in text_metrics(texts, rows) if each.name == "bleu")


if __name__ == "__main__":
    main()
