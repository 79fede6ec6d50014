"""`rag finetune-embedder`: questions with their passages in, an embedder's folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.models.weights import MINILM
from rag.cli import output
from rag.cli.finetune import TrainingOptions
from rag.cli.options import Command, CommonOptions, load_config, settings_option
from rag.finetune.embedder.settings import EmbedderSettings
from rag.options import StoreOptions, option


@dataclass(frozen=True, kw_only=True)
class FinetuneEmbedderOptions(TrainingOptions, StoreOptions, CommonOptions):
    """Options of `rag finetune-embedder`."""

    pairs: Path = option('JSONL of {"question", "passage"}', "FILE", required=True, positional=True)
    valid: Path | None = option("validation pairs (default: some are held out)", "FILE")
    documents: tuple[str, ...] = option("files and folders to adapt the embedder to first", "PATH", default=())
    settings: Mapping[str, Any] = settings_option(EmbedderSettings)


def run_finetune_embedder(options: FinetuneEmbedderOptions) -> int:
    """Fine-tune an embedder, and show its retrieval metrics before and after."""
    from rag.finetune.embedder.run import finetune_embedder
    from rag.finetune.generator.pretrain import read_texts

    config = load_config(options)
    store = config.store(create=False) if "negatives" in options.settings else None
    try:
        tuned = finetune_embedder(
            config.table("embedder").get("model", MINILM),
            options.pairs,
            out=options.out,
            valid=options.valid,
            store=store,
            documents=read_texts(options.documents) if options.documents else None,
            restart=options.restart,
            **options.settings,
        )
    finally:
        if store is not None:
            store.close()
    stages = {"before": tuned.before, "adapted": tuned.adapted, "after": tuned.after}
    if options.json:
        output.json_line(
            {
                "folder": str(tuned.folder),
                "metrics": {stage: dict(metrics) for stage, metrics in stages.items()},
                "steps": tuned.steps,
                "best_step": tuned.best_step,
                "notes": list(tuned.notes),
            }
        )
        return 0
    show_stages(tuned.folder, tuned.best_step, tuned.steps, stages)
    for note in tuned.notes:
        output.line(output.colour(note, output.DIM))
    output.line(f"use it: rag ingest --embedder {tuned.folder} PATH ...")
    return 0


def show_stages(folder: Path, best_step: int, steps: int, stages: Mapping[str, Mapping[str, float]]) -> None:
    """Show a folder, the step that was kept, and a line of metrics for each stage that was evaluated."""
    output.line(f"{output.colour(str(folder), output.BOLD)}: step {best_step:,} of {steps:,}")
    for stage, metrics in stages.items():
        if metrics:
            output.line(f"{stage:<8} " + "  ".join(f"{name} {value:.3f}" for name, value in metrics.items()))


COMMAND = Command(
    "fine-tune the embedder on questions and their passages", FinetuneEmbedderOptions, run_finetune_embedder
)
