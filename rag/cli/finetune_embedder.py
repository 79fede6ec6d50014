"""`rag finetune-embedder`: questions with their passages in, an embedder's folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions, option

if TYPE_CHECKING:
    from rag.finetune.embedder.run import FinetunedEmbedder

NAMED: tuple[str, ...] = ("epochs", "batch_size", "learning_rate", "metric", "patience", "eval_every", "valid_share")
NAMED += ("negatives", "max_truncated", "seed", "device", "threads")


@dataclass(frozen=True, kw_only=True)
class FittingOptions:
    """How an embedder, a reader or a reranker is trained."""

    TITLE: ClassVar = "training"

    out: Path = option("folder to write into", "DIR", required=True)
    eval_every: int | None = option("evaluate every N steps (default: once an epoch)", "STEPS")
    patience: int | None = option("stop after N evaluations without a better one", "N")
    seed: int | None = option("seed of everything random (default: 0)", "N")
    device: str | None = option("cpu (default), cuda or mps", "NAME")
    threads: int | None = option("CPU threads (default: torch's own number)", "N")
    restart: bool = option("discard the checkpoints of an interrupted run", default=False)


@dataclass(frozen=True, kw_only=True)
class FinetuneEmbedderOptions(FittingOptions, StoreOptions, CommonOptions):
    """Options of `rag finetune-embedder`."""

    pairs: Path = option('JSONL of {"question", "passage"}', "FILE", required=True, positional=True)
    valid: Path | None = option("pairs to evaluate on (default: some are held out)", "FILE")
    valid_share: float | None = option("share of passages to hold out (default: 0.1)", "X")
    negatives: int | None = option("hard negatives a pair, mined from the store", "N")
    documents: tuple[str, ...] = option("files and folders to train on beforehand", "PATH", default=())
    epochs: float | None = option("passes over the pairs (default: 3)", "N")
    batch_size: int | None = option("pairs a step (default: 32)", "PAIRS")
    learning_rate: float | None = option("learning rate (default: 3e-5)", "X")
    metric: str | None = option("metric that chooses the best step: ndcg@10 (default), mrr@10")
    max_truncated: float | None = option("share of texts that may be truncated", "X")


def finetune_embedder(options: FinetuneEmbedderOptions) -> int:
    """Fine-tune an embedder, and say how much better it finds."""
    from rag.finetune.embedder.run import finetune_embedder as run
    from rag.finetune.generator.pretrain import read_texts

    config = load_config(options)
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


COMMAND = Command("fine-tune the embedder on questions and their passages", FinetuneEmbedderOptions, finetune_embedder)
