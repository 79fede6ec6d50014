"""Contrastive training of an embedder: tell a question's passage from all other passages of its batch.

The loss is the multiple negatives ranking loss (Henderson et al. 2017, arXiv:1705.00652), as in sentence-transformers,
in our own loop: its trainer needs the `datasets` package and a sampler to keep the order of planned batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from rag.finetune.embedder.held_out import HeldOut
from rag.finetune.embedder.negatives import PairExample
from rag.finetune.embedder.settings import EmbedderSettings
from rag.finetune.shared.loop import TrainingRun, train

PASSAGE_PROMPTS = ("document", "passage", "corpus")  # the names that `encode_document` looks for, in order


def load_embedder_network(folder: Path, device: str) -> Any:
    """Return a SentenceTransformer from a folder in float32, without asking a hub."""
    network = SentenceTransformer(
        str(folder), device=device, local_files_only=True, model_kwargs={"use_safetensors": True}
    )
    return network.float()


def measure_retrieval(network: Any, held_out: HeldOut | None) -> dict[str, float]:
    """Return the retrieval metrics of a network on held-out passages; {} for None."""
    if held_out is None:
        return {}
    network.eval()
    return held_out.measure(
        lambda texts: np.asarray(network.encode_query(texts, show_progress_bar=False)),
        lambda texts: np.asarray(network.encode_document(texts, show_progress_bar=False)),
    )


def train_contrastive(
    network: Any,
    examples: Sequence[PairExample],
    batches: Sequence[Sequence[int]],
    held_out: HeldOut | None,
    baseline: float | None,
    folder: Path,
    settings: EmbedderSettings,
    progress: bool | None = None,
) -> TrainingRun:
    """Train a network in place on these batches, in order; see `train`."""
    return train(
        ContrastiveNetwork(network, settings.scale),
        [[examples[place] for place in batch] for batch in batches],
        lambda batch: {"columns": tokenize_columns(network, batch)},
        (lambda: measure_retrieval(network, held_out)) if held_out else None,
        folder,
        settings,
        name="fine-tune",
        baseline=baseline,
        progress=progress,
    )


class ContrastiveNetwork(nn.Module):
    """An embedder with the loss of its cosines, times `scale`: each question against all passages of the batch."""

    def __init__(self, network: Any, scale: float) -> None:
        super().__init__()
        self.network = network
        self.scale = scale

    def forward(self, columns: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Return the loss of tokenised columns: questions, their passages, their first negatives, and so on."""
        # Embed each column by itself: together, questions would be padded to the length of passages.
        vectors = [functional.normalize(self.network(column)["sentence_embedding"], dim=1) for column in columns]
        scores = self.scale * vectors[0] @ torch.cat(vectors[1:]).T
        return {"loss": functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device))}


def tokenize_columns(network: Any, batch: Sequence[PairExample]) -> list[dict[str, Any]]:
    """Return examples as tokenised columns, with the prefixes that `encode_query` and `encode_document` add."""
    # The columns: questions, their passages, the first negative of each, the second, and so on.
    prompts = network.prompts or {}
    passage_prompt = next((prompts[name] for name in PASSAGE_PROMPTS if name in prompts), None)
    questions = network.preprocess([row.question for row in batch], prompt=prompts.get("query"), task="query")
    texts = [[row.passage for row in batch], *map(list, zip(*(row.negatives for row in batch), strict=True))]
    return [questions, *(network.preprocess(column, prompt=passage_prompt, task="document") for column in texts)]
