"""Low-rank adapters (Hu et al. 2021, arXiv:2106.09685): folders of a few megabytes, to be put over a base model.

adapter.json           the base model's name, the hash of its weights, the scale of the updates
adapter.safetensors    X.down (r, in) and X.up (out, r) of each matrix X that is updated; other weights whole
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
    """A low-rank adapter: the name and the hash of its base model, and the scale of its updates.

    Applied, it adds `scale * up @ down` to matrices of the base.
    """

    base: str
    base_sha256: str
    scale: float

    @classmethod
    def of(cls, name: str | Path) -> Adapter | None:
        """Return the adapter that a model's name stands for; None if the model is no adapter."""
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

        Raises WeightsError if the base's weights are not those that the adapter was trained on.
        """
        from safetensors.torch import load_file

        if not (folder / WEIGHTS).is_file():
            raise WeightsError(f"{folder} holds {ADAPTER} without {WEIGHTS}")
        if (actual := model_fingerprint(self.base)) != self.base_sha256:
            raise WeightsError(
                f"{folder} was trained on other weights of {self.base}: {self.base_sha256}, not {actual}"
            )
        merge(model, load_file(folder / WEIGHTS), self.scale)


def merge(model: Any, weights: Mapping[str, Tensor], scale: float) -> None:
    """Merge an adapter's weights into a model: low-rank updates are added, whole weights replace those of the model."""
    import torch

    parameters, modules = dict(model.named_parameters()), dict(model.named_modules())
    with torch.no_grad():
        for name, value in weights.items():
            stem, _, kind = name.rpartition(".")
            if kind == "down":
                update = scale * (weights[f"{stem}.up"].float() @ value.float())
                turned = type(modules[stem]).__name__ == "Conv1D"  # GPT-2 stores its matrices transposed
                parameters[f"{stem}.weight"].add_(
                    (update.T if turned else update).to(parameters[f"{stem}.weight"].dtype)
                )
            elif kind != "up":
                parameters[name].copy_(value.to(parameters[name].dtype))
