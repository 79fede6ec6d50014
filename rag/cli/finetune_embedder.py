"""The command `rag finetune-embedder`: pairs in, an embedder's folder out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.cli import output
from rag.config import Config

if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder

NAMED: tuple[str, ...] = ("epochs", "batch_size", "learning_rate", "metric", "patience", "eval_every", "valid_share")
NAMED += ("negatives", "max_truncated", "seed", "device", "threads")


def finetune_embedder(options: argparse.Namespace) -> int:
    """Fine-tune an embedder, and say how much better it finds."""
    from rag.finetune.embedder.run import finetune_embedder as run
    from rag.finetune.generator.pretrain import read_texts

    config = Config.load(options.config).override("embedder", model=options.embedder)
    if options.store is not None:
        config = config.override("store", path=str(options.store.absolute()))
    store = config.store(create=False) if options.negatives else None
    settings = {name: getattr(options, name) for name in NAMED if getattr(options, name) is not None}
    try:
        done = run(
            config.table("embedder").get("model", "builtin:minilm"),
            options.pairs,
            out=options.out,
            valid=options.valid,
            store=store,
            documents=read_texts(options.documents) if options.documents else None,
            restart=options.restart,
            **settings,
        )
    finally:
        if store is not None:
            store.close()
    if options.json:
        output.json_line(finetuned_object(done))
    else:
        _show(done)
    return 0


def finetuned_object(done: FinetunedEmbedder) -> dict[str, Any]:
    """The object of `rag finetune-embedder --json`."""
    return {
        "folder": str(done.folder),
        "metrics": {"before": dict(done.before), "adapted": dict(done.adapted), "after": dict(done.after)},
        "steps": done.steps,
        "best_step": done.best_step,
        "notes": list(done.notes),
    }


def _show(done: FinetunedEmbedder) -> None:
    output.line(f"{output.colour(str(done.folder), output.BOLD)}: step {done.best_step:,} of {done.steps:,}")
    for name, metrics in (("before", done.before), ("adapted", done.adapted), ("after", done.after)):
        if metrics:
            output.line(f"{name:<8} {_figures(metrics)}")
    for note in done.notes:
        output.line(output.colour(note, output.DIM))
    output.line(f"use it: rag ingest --embedder {done.folder} PATH ...")


def _figures(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in metrics.items())
