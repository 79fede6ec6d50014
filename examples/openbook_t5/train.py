"""Train `openbook-t5`: one small T5 for questions, descriptions, summaries and labels, each by its prefix.

    python examples/openbook_t5/train.py DATA --questions build/reader --out openbook-t5 --device cuda     # full scale
    python examples/openbook_t5/train.py DATA --out toy --scale toy               # the same on a CPU, in a minute

The model is pretrained by span corruption on documents (Raffel et al. 2020) and then fine-tuned on the tasks, mixed by
size with a cap. DATA is a folder with `documents/`, `retrieval/` and the files of each task in TASKS; missing files are
skipped. `--questions` names the folder written by examples/reader/prepare.py and cloze.py: questions from people and
questions generated from texts, without those that readers are evaluated on.

The model has 37 million parameters, 37 MB in int8. Full scale takes about 2e16 floating-point operations: an estimated
half hour on a data-centre GPU, three to four days on two CPU cores. It has not been run to the end.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import RowsError
from rag.data.checks import RowChecks
from rag.data.rows import Row, read_rows
from rag.finetune import finetune_generator, pretrain_generator

TASKS: Mapping[str, tuple[str, ...]] = {
    "describe": ("products/rnnlg_laptop/train.jsonl", "products/rnnlg_tv/train.jsonl"),
    "summarise": ("summarisation/scitldr_A/train.jsonl",),
    "classify": ("classification/banking77/train.jsonl", "classification/clinc150/train.jsonl"),
}
QUESTIONS: Mapping[str, str] = {"answer": "train.jsonl", "cloze": "cloze.jsonl"}


@dataclass(frozen=True)
class Scale:
    """A size of model, with the settings of its pretraining and fine-tuning."""

    init: str
    pretrain: Mapping[str, Any]
    finetune: Mapping[str, Any]
    rows: int | None = None


SCALES = {
    "full": Scale(
        "openbook-t5",
        {"epochs": 20, "batch_size": 64, "learning_rate": 6e-4, "warmup": 0.06, "window": 512},
        {"epochs": 15, "batch_size": 128, "learning_rate": 8e-4, "cap": 8000, "max_target_tokens": 128},
    ),
    "toy": Scale(
        "t5-tiny",
        {"max_steps": 4, "batch_size": 4, "window": 64},
        {"max_steps": 6, "batch_size": 8, "cap": 100, "max_target_tokens": 128, "max_left_out": 0.9},
        rows=40,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    scale = SCALES[options.scale]

    start = options.out.with_name(f"{options.out.name}-pretrained")
    if not (start / "model.safetensors").exists():
        texts = [path for name in ("documents", "retrieval") if (path := options.data / name).exists()]
        pretrained = pretrain_generator(
            None, texts, init=scale.init, out=start, device=options.device, **scale.pretrain
        )
        print(f"pretrained: loss {pretrained.metrics['loss']:.3f}, {pretrained.parameters:,} parameters")

    train, valid = {}, {}
    files = {task: [options.data / file for file in files] for task, files in TASKS.items()}
    if options.questions is not None:
        files |= {task: [options.questions / file] for task, file in QUESTIONS.items()}
    for task, paths in files.items():
        rows = [row for file in paths for row in _rows(file, task, scale.rows)]
        if rows:
            random.Random(0).shuffle(rows)
            count = max(4, len(rows) // 50)
            checked = RowChecks().run(train=rows[count:], valid=rows[:count])
            train[task], valid[task] = list(checked.train), list(checked.valid)
    tuned = finetune_generator(str(start), train, valid, out=options.out, device=options.device, **scale.finetune)
    print(json.dumps({"folder": str(tuned.folder), "rows": tuned.rows, "seconds": tuned.seconds, **tuned.metrics}))


def _rows(file: Path, task: str, limit: int | None) -> Iterator[Row]:
    if not file.exists():
        return
    for row in read_rows(file, limit=limit):
        # Row numbers of two files may be equal.
        yield replace(row, id=f"{file.parent.name}/{row.id}", task="answer" if task == "cloze" else row.task)


if __name__ == "__main__":
    try:
        main()
    except RowsError as error:
        raise SystemExit(f"openbook-t5: {error}") from None
