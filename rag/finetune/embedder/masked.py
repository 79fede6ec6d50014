"""Adaptation of an embedder's encoder to the user's documents, as a masked language model, before fine-tuning.

The encoder is put into its architecture's masked language model and learns to fill in words of the documents; pooling
and normalisation are not touched. The head that fills in is not among an embedder's weights. Its output matrix is the
encoder's own word embeddings (tied, as in BERT); the layer before it starts from random numbers, so the first steps
teach the head more than the encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForMaskedLM
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

from ingest.errors import InputError
from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.examples import IGNORED, Example, collate_examples, measure_loss
from rag.finetune.shared.loop import train

MASKED = 0.15  # of the tokens, as in BERT (Devlin et al. 2019): 80% become the mask, 10% any token, 10% stay
SHORTEST = 8  # tokens in a block
HELD_OUT, MOST_HELD_OUT = 20, 200  # one block in 20 is held out, at most 200


@dataclass(frozen=True)
class Adaptation:
    """The mean cross-entropy of held-out words of the documents, in nats, before and after the adaptation."""

    blocks: int
    steps: int
    loss_before: float
    loss_after: float


def adapt(
    network: Any, documents: Iterable[str], folder: Path, settings: EmbedderSettings, progress: bool | None = None
) -> Adaptation:
    """Train the encoder of a SentenceTransformer in place to fill in masked tokens of these texts.

    A run resumes from its checkpoints in `folder`. Raises InputError for an encoder or a tokenizer without a masked
    language model, and for documents without text.
    """
    tokenizer = network.tokenizer
    language_model = build_masked_language_model(network, tokenizer, settings.seed)
    size = min(settings.adapt_tokens, network.max_seq_length or settings.adapt_tokens)
    blocks = list(cut_blocks(tokenizer, documents, size))
    if not blocks:
        raise InputError(f"the documents hold no text of at least {SHORTEST} tokens to adapt to")

    # Hold out some blocks to measure with, or measure with those that are learnt if there are too few.
    held_out = blocks[::HELD_OUT][:MOST_HELD_OUT] if len(blocks) >= HELD_OUT else []
    learnt = [block for place, block in enumerate(blocks) if place % HELD_OUT or place // HELD_OUT >= len(held_out)]
    masks = Masks(tokenizer, settings.seed)
    measured = [masks.apply(block, -1 - place) for place, block in enumerate(held_out or learnt[:MOST_HELD_OUT])]

    # Lay all passes over the blocks in a row, each in its own order; a block's place in it decides its mask.
    total = max(1, round(settings.adapt_epochs * len(learnt)))
    orders = [np.random.default_rng([settings.seed, number]) for number in range(-(-total // len(learnt)))]
    stream = [learnt[index] for order in orders for index in order.permutation(len(learnt))][:total]
    places = list(enumerate(stream))
    batch_size = settings.adapt_batch_size
    batches = [places[low : low + batch_size] for low in range(0, total, batch_size)]
    pad = tokenizer.pad_token_id or 0
    before = measure_loss(language_model, measured, lambda rows: collate_examples(rows, pad), batch_size)
    run = train(
        language_model,
        batches,
        lambda batch: collate_examples([masks.apply(block, place) for place, block in batch], pad),
        None,
        folder,
        settings.adaptation(eval_every=max(1, -(-len(batches) // 10))),
        name="adapt",
        progress=progress,
    )
    after = measure_loss(language_model, measured, lambda rows: collate_examples(rows, pad), batch_size)
    network.eval()
    return Adaptation(len(learnt), run.steps, before, after)


def build_masked_language_model(network: Any, tokenizer: Any, seed: int) -> Any:
    """Return a masked language model around the network's own encoder."""
    encoder = getattr(network[0], "auto_model", None)
    config = getattr(encoder, "config", None)
    if config is None or type(config) not in MODEL_FOR_MASKED_LM_MAPPING or tokenizer.mask_token_id is None:
        kind = getattr(config, "model_type", type(network[0]).__name__)
        raise InputError(f"a {kind} embedder has no masked language model: leave the documents out, or adapt a BERT")
    # Draw the head by the seed, put the embedder's encoder in, and tie the output matrix to its word embeddings.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        language_model = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    setattr(language_model, language_model.base_model_prefix, encoder)
    language_model.tie_weights()
    return language_model.to(network.device)


def cut_blocks(tokenizer: Any, documents: Iterable[str], size: int) -> Iterable[list[int]]:
    """Yield the documents' tokens in blocks of at most `size`, special tokens at both ends included."""
    start, end = ([token] if token is not None else [] for token in (tokenizer.cls_token_id, tokenizer.sep_token_id))
    room = size - len(start) - len(end)
    for text in documents:
        tokens = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        for low in range(0, len(tokens), room):
            block = tokens[low : low + room]
            if len(block) >= SHORTEST:
                yield [*start, *block, *end]


class Masks:
    """Masks a block by the seed and its place in the run alone, so that a resumed run has no state to restore."""

    def __init__(self, tokenizer: Any, seed: int) -> None:
        self._seed = seed
        self._mask = int(tokenizer.mask_token_id)
        self._vocabulary = len(tokenizer)
        self._special = frozenset(tokenizer.all_special_ids)

    def apply(self, block: Sequence[int], place: int) -> Example:
        """Return the block with some tokens masked, and these as labels."""
        chance = np.random.default_rng([self._seed, place % 2**32])
        plain = [index for index, token in enumerate(block) if token not in self._special]
        tokens, labels = list(block), [IGNORED] * len(block)
        for index in chance.permutation(plain)[: max(1, round(MASKED * len(plain)))]:
            labels[index] = block[index]
            lot = chance.random()
            if lot < 0.8:
                tokens[index] = self._mask
            elif lot < 0.9:
                tokens[index] = int(chance.integers(self._vocabulary))
        return Example(tokens, labels)
