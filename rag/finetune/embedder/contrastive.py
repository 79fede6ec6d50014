"""Contrastive training of an embedder: sentence-transformers' trainer over batches whose order is fixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.evaluation import BaseEvaluator
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from rag.finetune.embedder.held_out import NAMES, HeldOut
from rag.finetune.embedder.negatives import Example
from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.checkpoints import history, last_checkpoint
from rag.finetune.shared.stage import Stop, options, run, values


@dataclass(frozen=True)
class Contrasted:
    """What training came to, by step: `losses`, and what was `measured`, nothing without a validation part."""

    steps: int
    best_step: int
    losses: Mapping[int, float]
    measured: Mapping[int, dict[str, float]]


def load_network(folder: Path, device: str) -> Any:
    """Return a SentenceTransformer from a folder in float32; nothing is asked of a hub."""
    network = SentenceTransformer(
        str(folder), device=device, local_files_only=True, model_kwargs={"use_safetensors": True}
    )
    return network.float()


def measure(network: Any, held_out: HeldOut | None) -> dict[str, float]:
    """Return how well a network finds held-out passages, with the prefixes that it wants for either; {} for None."""
    if held_out is None:
        return {}
    network.eval()
    return held_out.measure(
        lambda texts: np.asarray(network.encode_query(texts, show_progress_bar=False)),
        lambda texts: np.asarray(network.encode_document(texts, show_progress_bar=False)),
    )


def contrast(
    network: Any,
    examples: Sequence[Example],
    batches: Sequence[Sequence[int]],
    held_out: HeldOut | None,
    start: float | None,
    folder: Path,
    settings: EmbedderSettings,
    progress: bool | None = None,
) -> tuple[Any, Contrasted]:
    """Train on these batches, in order, and return the best network with what happened.

    `start` is what the network measured before. Without `held_out` the last step counts as the best. Checkpoints in
    `folder` are gone on from: on one machine's CPU and with as many threads, a run that was ended anywhere and begun
    again ends with the same weights, bit for bit.
    """
    steps = len(batches)
    every = min(settings.eval_every or max(1, round(steps / max(settings.epochs, 1))), steps)
    name = f"eval_{settings.metric}"
    stop = Stop(name, start or 0.0, settings.patience)
    found = last_checkpoint(folder)
    logged = history(found) if found else None
    if logged is None or not stop.due(logged):
        arguments = SentenceTransformerTrainingArguments(
            **options(folder, settings, every),
            per_device_train_batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            batch_sampler=lambda dataset, **_: _Planned(dataset, batches),
            prompts=_prompts(network, examples),
            router_mapping=_routes(network, examples),
            eval_strategy="steps" if held_out else "no",
            eval_steps=every if held_out else None,
            metric_for_best_model=name if held_out else None,
            greater_is_better=True if held_out else None,
        )
        trainer = _Trainer(
            model=network,
            args=arguments,
            train_dataset=_dataset(examples),
            loss=MultipleNegativesRankingLoss(network, scale=settings.scale),
            evaluator=_Evaluator(held_out) if held_out else None,
            callbacks=[stop] if held_out else [],
        )
        with _columns_apart(settings):
            logged = run(trainer, folder, "fine-tune", steps, progress)
    measured = _measured(logged)
    best = max(measured, key=lambda step: (measured[step][settings.metric], -step), default=steps)
    if measured:
        network = load_network(folder / f"checkpoint-{best}", settings.device)
    done = max((int(entry["step"]) for entry in logged), default=steps)
    return network, Contrasted(done, best, values(logged, "loss"), measured)


class _Trainer(SentenceTransformerTrainer):
    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Add none: the card is ours, and this one would draw examples by the random numbers of the training."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(str(output_dir), create_model_card=False)  # and no pickled arguments beside it


class _Evaluator(BaseEvaluator):
    """Held-out retrieval as an evaluator of sentence-transformers."""

    def __init__(self, held_out: HeldOut) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._held_out = held_out
        self.primary_metric = "ndcg@10"

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        return measure(model, self._held_out)


class _Planned(DefaultBatchSampler):
    """Batches as they were planned: all passes as one."""

    def __init__(self, dataset: Any, batches: Sequence[Sequence[int]]) -> None:
        super().__init__(dataset, batch_size=max(map(len, batches)), drop_last=False)
        self._batches = batches

    def __iter__(self) -> Iterator[list[int]]:
        return (list(batch) for batch in self._batches)

    def __len__(self) -> int:
        return len(self._batches)


def _dataset(examples: Sequence[Example]) -> Any:
    columns = {
        "question": [example.question for example in examples],
        "passage": [example.passage for example in examples],
    }
    for number in range(len(examples[0].negatives)):
        columns[f"negative_{number + 1}"] = [example.negatives[number] for example in examples]
    return Dataset.from_dict(columns)


def _prompts(network: Any, examples: Sequence[Example]) -> dict[str, str]:
    """Return the prefix of each column: the one that `encode_query` or `encode_document` puts before such a text."""
    prompts = network.prompts or {}
    passage = next((prompts[name] for name in ("document", "passage", "corpus") if name in prompts), None)
    return {
        column: prompt
        for column in _dataset(examples[:1]).column_names
        if (prompt := prompts.get("query") if column == "question" else passage)
    }


def _routes(network: Any, examples: Sequence[Example]) -> dict[str, str]:
    """Return which branch of a two-towered network each column takes; nothing for others."""
    if not any(type(module).__name__ == "Router" for module in network):
        return {}
    return {column: "query" if column == "question" else "document" for column in _dataset(examples[:1]).column_names}


def _columns_apart(settings: EmbedderSettings) -> AbstractContextManager[None]:
    """On a CPU embed questions apart from passages: together, they would be padded to the passages' length."""
    try:
        from sentence_transformers.base.losses.merged_forward import column_merging_disabled
    except ImportError:
        return nullcontext()
    apart: AbstractContextManager[None] = column_merging_disabled() if settings.device == "cpu" else nullcontext()
    return apart


def _measured(logged: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, float]]:
    """Return what was measured at which step."""
    columns = {name: values(logged, f"eval_{name}") for name in NAMES}
    return {step: {name: columns[name][step] for name in NAMES} for step in columns[NAMES[0]]}
