"""The training of a generator: its loss per learnt token, and a metric of the texts that it generates."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.finetune.generator.settings import GeneratorSettings
from rag.finetune.shared.examples import IGNORED, Batch, Example, collate_examples, measure_loss
from rag.finetune.shared.loop import TrainingRun, train
from rag.generate.decode import TransformersGenerator


def train_generator(
    generator: TransformersGenerator,
    model: Any,
    batches: Sequence[Sequence[Example]],
    valid: Sequence[Example],
    measure_texts: Callable[[], dict[str, float]],
    settings: GeneratorSettings,
    rate: float,
    folder: Path,
    progress: bool | None = None,
) -> TrainingRun:
    """Train the generator's model, or `model`, which wraps it, in place; see `train`.

    `measure_texts` evaluates generated texts, in addition to the loss on `valid`.
    """
    pad = generator.loaded.pad

    def collate(examples: Sequence[Example]) -> Batch:
        batch = collate_examples(examples, pad)
        if not settings.label_smoothing:
            return with_learnt_logits(batch, generator.model)
        return with_decoder_inputs(batch, generator.model) if generator.family == "seq2seq" else batch

    def collate_valid(examples: Sequence[Example]) -> Batch:
        return with_learnt_logits(collate_examples(examples, pad), generator.model)

    def measure() -> dict[str, float]:
        is_causal = generator.family == "causal"
        return {"loss": measure_loss(model, valid, collate_valid, settings.batch_size, is_causal), **measure_texts()}

    return train(
        model,
        batches,
        collate,
        measure if valid else None,
        folder,
        settings,
        name="training",
        rate=rate,
        accumulation=settings.accumulation,
        schedule=settings.schedule,
        label_smoothing=settings.label_smoothing,
        progress=progress,
    )


def with_decoder_inputs(batch: Batch, model: Any) -> Batch:
    """Add an encoder-decoder's decoder inputs, which it cannot derive once the trainer has removed the labels."""
    return {**batch, "decoder_input_ids": model.prepare_decoder_input_ids_from_labels(labels=batch["labels"])}


def with_learnt_logits(batch: Batch, model: Any) -> Batch:
    """Let a causal model compute logits only at positions where a token is learnt; the loss is the same.

    Over a vocabulary of 49,152 the prompt's logits cost more than a fifth of a training step and most of its memory.
    The batch of an encoder-decoder, or of a model without `logits_to_keep`, is returned as it is.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    if base.config.is_encoder_decoder or "logits_to_keep" not in inspect.signature(base.forward).parameters:
        return batch
    following = batch["labels"][:, 1:]
    (kept,) = (following != IGNORED).any(dim=0).nonzero(as_tuple=True)
    return {**batch, "logits_to_keep": kept, "shift_labels": following[:, kept].contiguous()}
