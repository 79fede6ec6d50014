"""`rag finetune-reader`: questions with their contexts in, a reader's folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.models.weights import MINILM, MINILM_READER
from rag.cli import output
from rag.cli.finetune import TrainingOptions
from rag.cli.options import Command, JsonOptions, settings_option
from rag.finetune.reader.settings import ReaderSettings
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class FinetuneReaderOptions(TrainingOptions, JsonOptions):
    """Options of `rag finetune-reader`."""

    rows: Path = option('JSONL of {"question", "answers", "context"}', "FILE", required=True, positional=True)
    valid: Path | None = option("validation rows: they select the checkpoint and calibrate the threshold", "FILE")
    base: str = option(f"encoder (default: {MINILM})", "MODEL", default=MINILM)
    start: str | None = option(f"reader to train further: a folder or {MINILM_READER}", "READER")
    yes_no: Path | None = option('JSONL of yes/no questions: {"question", "context", "label"}', "FILE")
    sentences: Path | None = option('JSONL of relevant sentences: {"question", "context", "relevant"}', "FILE")
    full: bool = option("train all weights of the encoder, not a low-rank adapter", default=False)
    settings: Mapping[str, Any] = settings_option(ReaderSettings)


def run_finetune_reader(options: FinetuneReaderOptions) -> int:
    """Fine-tune a reader, and show its validation metrics."""
    from rag.finetune.reader.run import finetune_reader

    tuned = finetune_reader(
        options.rows,
        options.valid,
        out=options.out,
        base=options.base,
        start=options.start,
        yes_no=options.yes_no,
        sentences=options.sentences,
        restart=options.restart,
        **{**options.settings, **({"method": "full"} if options.full else {})},
    )
    metrics = {name: round(value, 4) for name, value in tuned.metrics.items()}
    if options.json:
        output.json_line({"folder": str(tuned.folder), "steps": tuned.steps, "best_step": tuned.best_step, **metrics})
        return 0
    output.line(f"{output.colour(str(tuned.folder), output.BOLD)}: step {tuned.best_step:,} of {tuned.steps:,}")
    if metrics:
        output.line("  ".join(f"{name} {value:.4g}" for name, value in metrics.items()))
    return 0


COMMAND = Command(
    "train a reader, which finds answers in passages, on questions with their contexts",
    FinetuneReaderOptions,
    run_finetune_reader,
)
