"""A low-rank adapter (Hu et al. 2021, arXiv:2106.09685): a folder of a few megabytes, over weights that lie elsewhere.

adapter.json           which model it changes, the hash of that model's weights, the scale of the updates
adapter.safetensors    X.down (r, in) and X.up (out, r) of each matrix X that is changed; other weights whole
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import WeightsError
from ingest.models.weights import folder_named, model_fingerprint

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER, WEIGHTS = "adapter.json", "adapter.safetensors"


@dataclass(frozen=True)
class Adapter:
    """What an adapter is for: the model `base`, by name and by hash, whose matrices get `scale * up @ down` added."""

    base: str
    base_sha256: str
    scale: float

    @classmethod
    def of(cls, name: str | Path) -> Adapter | None:
        """Return what the adapter is for that a model's name stands for; None where it stands for another thing."""
        file = folder_named(name) / ADAPTER
        if not file.is_file():
            return None
        content = json.loads(file.read_text("utf-8"))
        return cls(content["base"], content["base_sha256"], content["scale"])

    def write(self, folder: Path, weights: Mapping[str, Tensor]) -> None:
        """Write the adapter's two files into a folder."""
        from safetensors.torch import save_file

        save_file(dict(weights), folder / WEIGHTS)
        (folder / ADAPTER).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    def apply(self, folder: Path, model: Any) -> None:
        """Merge a folder's weights into the base model, in place.

        Raises WeightsError where the base's weights are not those that the adapter was trained on.
        """
        from safetensors.torch import load_file

        if not (folder / WEIGHTS).is_file():
            raise WeightsError(f"{folder} holds {ADAPTER} without {WEIGHTS}")
        if (found := model_fingerprint(self.base)) != self.base_sha256:
            raise WeightsError(f"{folder} was trained on other weights of {self.base}: {self.base_sha256}, not {found}")
        merge(model, load_file(folder / WEIGHTS), self.scale)


def adapter_weights(model: Any, whole: tuple[str, ...] = ()) -> tuple[dict[str, Tensor], float]:
    """Return the low-rank updates of a model that peft wraps, whole or in parts, in half precision, and their scale.

    Also returned are the weights whose names begin with one of `whole`; of a model without updates, all weights.
    """
    updates, scale = low_rank_updates(model)
    own = dict(model.named_parameters())
    kept = {name: each for name, each in own.items() if not updates or name.startswith(whole)} | updates
    return {name: each.detach().half().contiguous() for name, each in kept.items()}, scale


def merge(model: Any, weights: Mapping[str, Tensor], scale: float) -> None:
    """Put an adapter's weights into a model: `scale * up @ down` is added to a matrix, whole weights replace theirs."""
    import torch

    own, modules = dict(model.named_parameters()), dict(model.named_modules())
    with torch.no_grad():
        for name, value in weights.items():
            stem, _, kind = name.rpartition(".")
            if kind == "down":
                update = scale * (weights[f"{stem}.up"].float() @ value.float())
                turned = type(modules[stem]).__name__ == "Conv1D"  # GPT-2 keeps its matrices the other way round
                own[f"{stem}.weight"].add_((update.T if turned else update).to(own[f"{stem}.weight"].dtype))
            elif kind != "up":
                own[name].copy_(value.to(own[name].dtype))


def low_rank_updates(model: Any) -> tuple[dict[str, Tensor], float]:
    """Return the low-rank updates of a model that peft wraps, by their names in an adapter, and their scale."""
    found: dict[str, Tensor] = {}
    scale = 1.0
    for name, module in model.named_modules():
        if hasattr(module, "lora_A"):
            plain = name.replace("base_model.model.", "", 1)
            found[f"{plain}.down"] = module.lora_A["default"].weight
            found[f"{plain}.up"] = module.lora_B["default"].weight
            scale = float(module.scaling["default"])
    return found, scale
