"""Masked-language-model adaptation: let an embedder's encoder read the user's own documents before it is fine-tuned.

The embedder's encoder is put into its architecture's masked language model, learns to fill in words of the documents,
and so goes on in the embedder: pooling and normalisation are not touched. The head that fills in is not among an
embedder's weights. Its output matrix is the encoder's own word embeddings (tied, as in BERT); the layer before it
starts from random numbers, so the first steps teach the head more than the encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForMaskedLM, Trainer, TrainingArguments
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.stage import options, run

IGNORED = -100
MASKED = 0.15  # of the tokens, as in BERT (Devlin et al. 2019): 80% become the mask, 10% any token, 10% stay
SHORTEST = 8  # tokens a block needs to be worth guessing in
HELD_OUT, MOST_HELD_OUT = 20, 200  # every how manieth block is measured with, and how many at most


@dataclass(frozen=True)
class Adapted:
    """How well held-out words of the documents were guessed: mean cross-entropy in nats, before and after."""

    blocks: int
    steps: int
    loss_before: float
    loss_after: float


def adapt(
    network: Any, documents: Iterable[str], folder: Path, settings: EmbedderSettings, progress: bool | None = None
) -> Adapted:
    """Train the encoder of a SentenceTransformer, in place, to fill in masked tokens of these texts.

    Checkpoints in `folder` are gone on from, to the same weights. Raises ValueError for an encoder or a tokenizer that
    has no masked language model, and for documents without text.
    """
    tokenizer = network.tokenizer
    language_model = _language_model(network, tokenizer, settings.seed)
    blocks = _blocks(tokenizer, documents, min(settings.adapt_tokens, network.max_seq_length or settings.adapt_tokens))
    held = blocks[::HELD_OUT][:MOST_HELD_OUT] if len(blocks) >= HELD_OUT else []
    learnt = [block for place, block in enumerate(blocks) if place % HELD_OUT or place // HELD_OUT >= len(held)]
    masks = _Masks(tokenizer, settings.seed)
    measured = [masks.apply(block, -1 - place) for place, block in enumerate(held or learnt[:MOST_HELD_OUT])]
    data = _Masked(learnt, masks, settings.adapt_epochs, settings.seed)
    steps = -(-len(data) // settings.adapt_batch_size)
    collate = _Collate(tokenizer.pad_token_id or 0)
    before = _loss(language_model, measured, collate, settings.adapt_batch_size)
    trainer = _Trainer(
        model=language_model,
        args=TrainingArguments(
            **options(folder, settings, max(1, -(-steps // 10))),
            per_device_train_batch_size=settings.adapt_batch_size,
            learning_rate=settings.adapt_learning_rate,
            train_sampling_strategy="sequential",
        ),
        train_dataset=data,
        data_collator=collate,
    )
    run(trainer, folder, "adapt", steps, progress)
    after = _loss(language_model, measured, collate, settings.adapt_batch_size)
    network.eval()
    return Adapted(len(learnt), steps, before, after)


def _language_model(network: Any, tokenizer: Any, seed: int) -> Any:
    """Return a masked language model around the network's own encoder."""
    encoder = getattr(network[0], "auto_model", None)
    config = getattr(encoder, "config", None)
    if config is None or type(config) not in MODEL_FOR_MASKED_LM_MAPPING or tokenizer.mask_token_id is None:
        kind = getattr(config, "model_type", type(network[0]).__name__)
        raise ValueError(f"a {kind} embedder has no masked language model: leave the documents out, or adapt a BERT")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        language_model = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    setattr(language_model, language_model.base_model_prefix, encoder)
    language_model.tie_weights()
    return language_model.to(network.device)


def _blocks(tokenizer: Any, documents: Iterable[str], size: int) -> list[list[int]]:
    """Return the documents' tokens in blocks of at most `size`, marks at either end included; none spans two."""
    start = [each for each in (tokenizer.cls_token_id,) if each is not None]
    end = [each for each in (tokenizer.sep_token_id,) if each is not None]
    room = size - len(start) - len(end)
    blocks = []
    for text in documents:
        tokens = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        for low in range(0, len(tokens), room):
            block = tokens[low : low + room]
            if len(block) >= SHORTEST:
                blocks.append([*start, *block, *end])
    if not blocks:
        raise ValueError(f"the documents hold no text of at least {SHORTEST} tokens to adapt to")
    return blocks


@dataclass(frozen=True)
class _Example:
    tokens: list[int]
    labels: list[int]


class _Masks:
    """Mask a block by the seed and its place in the run alone: a run that goes on has no state to restore."""

    def __init__(self, tokenizer: Any, seed: int) -> None:
        self._seed = seed
        self._mask = int(tokenizer.mask_token_id)
        self._vocabulary = len(tokenizer)
        self._special = frozenset(tokenizer.all_special_ids)

    def apply(self, block: Sequence[int], place: int) -> _Example:
        chance = np.random.default_rng([self._seed, place % 2**32])
        plain = [at for at, token in enumerate(block) if token not in self._special]
        tokens, labels = list(block), [IGNORED] * len(block)
        for at in chance.permutation(plain)[: max(1, round(MASKED * len(plain)))]:
            labels[at] = block[at]
            lot = chance.random()
            if lot < 0.8:
                tokens[at] = self._mask
            elif lot < 0.9:
                tokens[at] = int(chance.integers(self._vocabulary))
        return _Example(tokens, labels)


class _Masked(torch.utils.data.Dataset[_Example]):
    """All passes over the blocks as one sequence, each pass in an order and under masks of its own."""

    def __init__(self, blocks: Sequence[Sequence[int]], masks: _Masks, epochs: float, seed: int) -> None:
        self._blocks = blocks
        self._masks = masks
        self._length = max(1, round(epochs * len(blocks)))
        passes = -(-self._length // len(blocks))
        self._orders = [np.random.default_rng([seed, number]).permutation(len(blocks)) for number in range(passes)]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: int) -> _Example:
        number, at = divmod(place, len(self._blocks))
        return self._masks.apply(self._blocks[self._orders[number][at]], place)


@dataclass(frozen=True)
class _Collate:
    """Pad examples on the right to (rows, tokens) tensors."""

    pad: int

    def __call__(self, rows: Sequence[_Example]) -> dict[str, torch.Tensor]:
        width = max(len(row.tokens) for row in rows)
        return {
            "input_ids": torch.tensor([row.tokens + [self.pad] * (width - len(row.tokens)) for row in rows]),
            "attention_mask": torch.tensor([[1] * len(row.tokens) + [0] * (width - len(row.tokens)) for row in rows]),
            "labels": torch.tensor([row.labels + [IGNORED] * (width - len(row.labels)) for row in rows]),
        }


class _Trainer(Trainer):
    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        model: Any = self.model
        model.save_pretrained(output_dir)  # and no pickled arguments beside it


def _loss(model: Any, rows: Sequence[_Example], collate: _Collate, batch_size: int) -> float:
    """Return the mean cross-entropy over all masked tokens."""
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for low in range(0, len(rows), batch_size):
            batch = {name: each.to(model.device) for name, each in collate(rows[low : low + batch_size]).items()}
            masked = int((batch["labels"] != IGNORED).sum())
            total += float(model(**batch).loss) * masked
            count += masked
    return total / max(count, 1)
