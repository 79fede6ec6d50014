"""`rag finetune-reranker`: questions with their passages in, a reranker's folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.cli import output
from rag.cli.finetune import settings_from
from rag.cli.finetune_embedder import FittingOptions
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions, option


@dataclass(frozen=True, kw_only=True)
class FinetuneRerankerOptions(FittingOptions, StoreOptions, CommonOptions):
    """Options of `rag finetune-reranker`."""

    pairs: Path = option('JSONL of {"question", "passage"} (or "context")', "PAIRS", required=True, positional=True)
    valid: Path | None = option("pairs to evaluate on (default: 5% are held out)", "FILE")
    base: str = option("encoder (default: builtin:minilm)", "MODEL", default="builtin:minilm")
    negatives: int | None = option("wrong passages a pair, from --store or from the other pairs (default: 3)", "N")
    epochs: float | None = option("passes over the pairs (default: 2)", "N")
    batch_size: int | None = option("pairs a step (default: 8)", "PAIRS")
    learning_rate: float | None = option("learning rate (default: 5e-4)", "X")
    set: tuple[str, ...] = option("any other field of RerankerSettings", "NAME=VALUE", default=())


def finetune_reranker(options: FinetuneRerankerOptions) -> int:
    """Fine-tune a reranker, and say how well it orders held-out passages."""
    from rag.finetune.reranker.run import finetune_reranker as run
    from rag.finetune.reranker.settings import RerankerSettings

    config = load_config(options)
    names = ("epochs", "batch_size", "learning_rate", "negatives", "eval_every", "patience", "seed", "device")
    settings = {
        name: getattr(options, name) for name in (*names, "threads") if getattr(options, name) is not None
    } | settings_from(options.set or [], of=RerankerSettings)
    store = config.store(create=False) if options.store is not None else None
    try:
        placed = {name: getattr(options, name) for name in ("out", "base", "restart")}
        done = run(options.pairs, options.valid, embedder=config.embedder(), store=store, **placed, **settings)
    finally:
        if store is not None:
            store.close()
    before, after = (metrics.get(RerankerSettings().metric, 0.0) for metrics in (done.before, done.metrics))
    if done.metrics and after <= before:
        output.warn("it orders the held-out passages no better than cosines do: give more pairs, or do without")
    if options.json:
        measured = {"before": dict(done.before), "after": dict(done.metrics)}
        output.json_line(
            {"folder": str(done.folder), "steps": done.steps, "best_step": done.best_step, "metrics": measured}
        )
        return 0
    output.line(f"{output.colour(str(done.folder), output.BOLD)}: step {done.best_step:,} of {done.steps:,}")
    for name, metrics in (("cosine", done.before), ("reranked", done.metrics)):
        if metrics:
            output.line(f"{name:<8} {_figures(metrics)}")
    output.line(f'use it: rag ask --reranker {done.folder} "..."')
    return 0


def _figures(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in metrics.items())


COMMAND = Command(
    "train a reranker, which sorts retrieved passages, on questions with their passages",
    FinetuneRerankerOptions,
    finetune_reranker,
)
