"""Low-rank adapters in training: where peft puts them, their first weights, and the folder they are written to."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import InputError
from ingest.models.weights import model_fingerprint
from rag.generate.adapter import Adapter

if TYPE_CHECKING:
    from torch import Tensor


def add_lora(model: Any, rank: int, alpha: int, dropout: float, seed: int, targets: Any = None, **options: Any) -> Any:
    """Return the model with trainable low-rank updates over its matrices, their first weights drawn by the seed.

    `targets` are peft's target modules; None means every linear layer, which is what encoders need.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    if targets is None:
        targets = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=targets, **options)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peft remarks on transformers' names, and on GPT-2's transposed matrices
        torch.manual_seed(seed)
        return get_peft_model(model, config)


def load_updates(model: Any, weights: Mapping[str, Tensor]) -> None:
    """Put an adapter's weights into a model with LoRA, so that training continues from them.

    Raises InputError if the updates are of other matrices or of another rank.
    """
    import torch

    # Whole weights keep their names; updates have peft's names in the model.
    updates, _ = collect_updates(model)
    places = {name: weight for name, weight in model.named_parameters() if name in weights} | updates
    shapes = {name: weight.shape for name, weight in places.items()}
    if shapes != {name: weight.shape for name, weight in weights.items()}:
        raise InputError("the adapter to start from has updates of other matrices, or of another rank")
    with torch.no_grad():
        for name, value in weights.items():
            places[name].copy_(value.to(places[name].dtype))


def write_adapter(folder: Path, model: Any, base: str, heads: tuple[str, ...] = ()) -> None:
    """Write a trained model as an adapter over `base`, in half precision.

    The adapter has the low-rank updates, and whole the weights whose names begin with one of `heads`; of a model
    without updates it has all weights that were trained.
    """
    updates, scale = collect_updates(model)
    whole = {
        name: weight
        for name, weight in model.named_parameters()
        if (name.startswith(heads) if updates else weight.requires_grad)
    }
    weights = {name: weight.detach().half().contiguous() for name, weight in (whole | updates).items()}
    name = str(Path(base).absolute()) if Path(base).is_dir() else base
    Adapter(name, model_fingerprint(base), scale).write(folder, weights)


def collect_updates(model: Any) -> tuple[dict[str, Tensor], float]:
    """Return the low-rank updates of a model that peft wraps, by their names in an adapter, and their scale."""
    updates: dict[str, Tensor] = {}
    scale = 1.0
    for name, module in model.named_modules():
        if hasattr(module, "lora_A"):
            plain = name.replace("base_model.model.", "", 1)
            updates[f"{plain}.down"] = module.lora_A["default"].weight
            updates[f"{plain}.up"] = module.lora_B["default"].weight
            scale = float(module.scaling["default"])
    return updates, scale
