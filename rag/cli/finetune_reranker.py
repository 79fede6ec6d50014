"""`rag finetune-reranker`: questions with their passages in, a reranker's folder out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.closing import close_parts
from ingest.models.weights import MINILM
from rag.cli import output
from rag.cli.finetune import TrainingOptions
from rag.cli.finetune_embedder import show_stages
from rag.cli.options import Command, CommonOptions, load_config, settings_option
from rag.finetune.reranker.settings import RerankerSettings
from rag.options import StoreOptions, option


@dataclass(frozen=True, kw_only=True)
class FinetuneRerankerOptions(TrainingOptions, StoreOptions, CommonOptions):
    """Options of `rag finetune-reranker`."""

    pairs: Path = option('JSONL of {"question", "passage"} (or "context")', "FILE", required=True, positional=True)
    valid: Path | None = option("validation pairs (default: 5% are held out)", "FILE")
    base: str = option(f"encoder (default: {MINILM})", "MODEL", default=MINILM)
    settings: Mapping[str, Any] = settings_option(RerankerSettings)


def run_finetune_reranker(options: FinetuneRerankerOptions) -> int:
    """Fine-tune a reranker, and show its metrics beside those of the order by cosine."""
    from rag.finetune.reranker.run import finetune_reranker

    config = load_config(options)
    store = config.store(create=False) if options.store is not None else None
    embedder = config.embedder()
    try:
        tuned = finetune_reranker(
            options.pairs,
            options.valid,
            out=options.out,
            base=options.base,
            embedder=embedder,
            store=store,
            restart=options.restart,
            **options.settings,
        )
    finally:
        close_parts(embedder)
        if store is not None:
            store.close()
    metric = RerankerSettings(**options.settings).metric
    if tuned.metrics and tuned.metrics[metric] <= tuned.before[metric]:
        output.warn("it orders the held-out passages no better than cosines do: give more pairs, or use no reranker")
    if options.json:
        metrics = {"before": dict(tuned.before), "after": dict(tuned.metrics)}
        output.json_line(
            {"folder": str(tuned.folder), "steps": tuned.steps, "best_step": tuned.best_step, "metrics": metrics}
        )
        return 0
    show_stages(tuned.folder, tuned.best_step, tuned.steps, {"cosine": tuned.before, "reranked": tuned.metrics})
    output.line(f'use it: rag ask --reranker {tuned.folder} "..."')
    return 0


COMMAND = Command(
    "train a reranker, which sorts retrieved passages, on questions with their passages",
    FinetuneRerankerOptions,
    run_finetune_reranker,
)
