"""The command `rag finetune-reader`: questions with answers and contexts in, a reader's folder out."""

from __future__ import annotations

import argparse

from rag import show
from rag.finetune.command import settings_from


def finetune_reader(options: argparse.Namespace) -> int:
    """Fine-tune a reader, and say how well it reads."""
    from rag.read.finetune import finetune_reader as run
    from rag.read.settings import ReaderSettings

    names = ("epochs", "batch_size", "learning_rate", "unanswerable", "eval_every", "patience", "seed", "device")
    settings = {
        name: getattr(options, name) for name in (*names, "threads") if getattr(options, name) is not None
    } | settings_from(options.set or [], of=ReaderSettings)
    if options.full:
        settings["method"] = "full"
    done = run(options.rows, options.valid, out=options.out, base=options.base, restart=options.restart, **settings)
    metrics = {name: round(value, 4) for name, value in done.metrics.items()}
    if options.json:
        show.json_line({"folder": str(done.folder), "steps": done.steps, "best_step": done.best_step, **metrics})
        return 0
    show.line(f"{show.colour(str(done.folder), show.BOLD)}: step {done.best_step:,} of {done.steps:,}")
    if metrics:
        show.line("  ".join(f"{name} {value:.4g}" for name, value in metrics.items()))
    return 0
