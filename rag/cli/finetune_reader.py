"""`rag finetune-reader`: questions with their contexts in, a reader's folder out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.cli import output
from rag.cli.finetune import settings_from
from rag.cli.finetune_embedder import FittingOptions
from rag.cli.options import Command, JsonOptions
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class FinetuneReaderOptions(FittingOptions, JsonOptions):
    """Options of `rag finetune-reader`."""

    rows: Path = option('JSONL of {"question", "answers", "context"}', "FILE", required=True, positional=True)
    valid: Path | None = option("rows that choose the best step and calibrate", "FILE")
    base: str = option("encoder (default: builtin:minilm)", "MODEL", default="builtin:minilm")
    start: str | None = option("reader to train further: a folder or builtin:minilm-reader", "READER")
    full: bool = option("train all of the encoder, not a low-rank adapter", default=False)
    unanswerable: float | None = option("questions with a wrong context, for each question", "N")
    epochs: float | None = option("passes over the windows (default: 3)", "N")
    batch_size: int | None = option("windows a step (default: 16)", "WINDOWS")
    learning_rate: float | None = option("learning rate (default: by method)", "X")
    set: tuple[str, ...] = option("any other field of ReaderSettings", "NAME=VALUE", default=())


def finetune_reader(options: FinetuneReaderOptions) -> int:
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


COMMAND = Command(
    "train a reader, which finds answers in passages, on questions with their contexts",
    FinetuneReaderOptions,
    finetune_reader,
)
