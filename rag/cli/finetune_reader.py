"""The command `rag finetune-reader`, and the options of other commands that say what a reader does."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli import output
from rag.cli.finetune import settings_from
from rag.config import NONE, Config


def read_by(config: Config, options: argparse.Namespace) -> Config:
    """Return the configuration with the reader and what it decides as the command line has them."""
    if options.reader is not None:
        named = options.reader == NONE or options.reader.startswith("builtin:")
        model = options.reader if named else str(Path(options.reader).absolute())
        config = config.override("reader", model=model)
    if options.extractive:
        config = config.override("generator", kind="extractive")
    confidence = None if options.confidence is None else str(options.confidence.absolute())
    config = config.override(
        "pipeline", min_confidence=options.min_confidence, answer_style=options.style, fusion=options.fusion
    )
    return config.override("pipeline", confidence=confidence)


def finetune_reader(options: argparse.Namespace) -> int:
    """Fine-tune a reader, and say how well it reads."""
    from rag.finetune.reader.run import finetune_reader as run
    from rag.finetune.reader.settings import ReaderSettings

    names = ("epochs", "batch_size", "learning_rate", "unanswerable", "eval_every", "patience", "seed", "device")
    settings = {
        name: getattr(options, name) for name in (*names, "threads") if getattr(options, name) is not None
    } | settings_from(options.set or [], of=ReaderSettings)
    if options.full:
        settings["method"] = "full"
    placed = {name: getattr(options, name) for name in ("out", "base", "start", "restart")}
    done = run(options.rows, options.valid, **placed, **settings)
    metrics = {name: round(value, 4) for name, value in done.metrics.items()}
    if options.json:
        output.json_line({"folder": str(done.folder), "steps": done.steps, "best_step": done.best_step, **metrics})
        return 0
    output.line(f"{output.colour(str(done.folder), output.BOLD)}: step {done.best_step:,} of {done.steps:,}")
    if metrics:
        output.line("  ".join(f"{name} {value:.4g}" for name, value in metrics.items()))
    return 0
