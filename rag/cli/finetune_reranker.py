"""The command `rag finetune-reranker`, and the options of other commands that name a reranker."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from rag.cli import output
from rag.cli.finetune import settings_from
from rag.config import Config


def reranked_by(config: Config, options: argparse.Namespace) -> Config:
    """Return the configuration with the reranker that the command line names."""
    model = options.reranker
    if model is not None and Path(model).is_dir():
        model = str(Path(model).absolute())
    return config.override("retriever", reranker=model, rerank_depth=options.rerank_depth)


def finetune_reranker(options: argparse.Namespace) -> int:
    """Fine-tune a reranker, and say how well it orders held-out passages."""
    from rag.finetune.reranker.run import finetune_reranker as run
    from rag.finetune.reranker.settings import RerankerSettings

    config = Config.load(options.config).override("embedder", model=options.embedder)
    if options.store is not None:
        config = config.override("store", path=str(options.store.absolute()))
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
