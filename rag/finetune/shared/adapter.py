"""Train a low-rank adapter with peft."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.generate.adapter import low_rank_updates

if TYPE_CHECKING:
    from torch import Tensor


def learning_adapter(encoder: Any, rank: int, alpha: int, dropout: float = 0.0, seed: int = 0) -> Any:
    """Return an encoder with low-rank updates, drawn by the seed, over every matrix of its layers: all it learns."""
    import torch
    from peft import LoraConfig, get_peft_model

    layers = [name for name, module in encoder.named_modules() if isinstance(module, torch.nn.Linear)]
    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=layers)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        return get_peft_model(encoder, config)


def go_on_from(model: Any, weights: Mapping[str, Tensor]) -> None:
    """Put an adapter's weights into a model that peft wraps, whole or in parts, to be learnt further.

    Raises ValueError where the updates are of other matrices or of another rank.
    """
    import torch

    updates, _ = low_rank_updates(model)
    places = {name: each for name, each in model.named_parameters() if name in weights} | updates
    if {name: each.shape for name, each in places.items()} != {name: each.shape for name, each in weights.items()}:
        raise ValueError("the adapter to start from has updates of other matrices, or of another rank")
    with torch.no_grad():
        for name, value in weights.items():
            places[name].copy_(value.to(places[name].dtype))
