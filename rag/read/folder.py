"""A reader as a folder: what differs from an encoder that comes with a package, in a file of a few megabytes.

reader.json            which encoder, its hash, the windows, the calibration
adapter.safetensors    low-rank updates (or whole weights) of the encoder, and the heads
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.weights import WeightsError, find_weights, hub_path, weights_fingerprint
from rag.read.windows import Windows

if TYPE_CHECKING:
    from torch import Tensor

    from rag.read.network import ReaderNetwork

SETTINGS, WEIGHTS = "reader.json", "adapter.safetensors"
HEADS = ("spans.", "none.")


@dataclass(frozen=True)
class ReaderConfig:
    """What a reader's folder says of itself.

    `scale` multiplies the low-rank updates. The chance that a span is right is the logistic function of
    `slope * margin + bias`, fitted on held-out rows (Platt 1999).
    """

    base: str
    base_sha256: str
    max_tokens: int
    stride: int
    max_answer_tokens: int
    scale: float = 1.0
    slope: float = 1.0
    bias: float = 0.0

    @classmethod
    def read(cls, folder: Path) -> ReaderConfig:
        """Return what a folder says. Raises WeightsError where it holds no reader."""
        file = folder / SETTINGS
        if not file.is_file() or not (folder / WEIGHTS).is_file():
            raise WeightsError(f"{folder} holds no reader: {SETTINGS} or {WEIGHTS} is missing")
        content = json.loads(file.read_text("utf-8"))
        return cls(**{name: content[name] for name in cls.__dataclass_fields__})

    def write(self, folder: Path, details: Mapping[str, Any]) -> None:
        """Write it, with details for people."""
        (folder / SETTINGS).write_text(json.dumps({**asdict(self), **details}, indent=1) + "\n", "utf-8")


def base_folder(base: str) -> Path:
    """Return the folder of an encoder by name. Raises WeightsError."""
    return find_weights(base).path or hub_path(base)


def base_sha256(base: str) -> str:
    """Return the hash that tells an encoder's weights from any others."""
    found = find_weights(base)
    return found.sha256 or weights_fingerprint(found.path or hub_path(base))


def new_network(base: str, seed: int = 0) -> ReaderNetwork:
    """Return an encoder by name with heads that have learnt nothing, drawn by a seed. Raises WeightsError."""
    import torch
    from transformers import AutoModel

    from rag.generate.load import quiet
    from rag.read.network import ReaderNetwork

    with quiet():
        encoder = AutoModel.from_pretrained(
            base_folder(base), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
        )
    if getattr(encoder.config, "is_encoder_decoder", False):
        raise ValueError(f"{base} is an encoder-decoder: a reader needs an encoder, such as builtin:minilm")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ReaderNetwork(encoder)


def load_network(folder: Path, config: ReaderConfig) -> ReaderNetwork:
    """Return a folder's network, its updates merged into the encoder. Raises WeightsError for another encoder."""
    from safetensors.torch import load_file

    if (found := base_sha256(config.base)) != config.base_sha256:
        raise WeightsError(f"{folder} was trained on other weights of {config.base}: {config.base_sha256}, not {found}")
    network = new_network(config.base)
    merge(network, load_file(folder / WEIGHTS), config.scale)
    return network.eval()


def load_windows(config: ReaderConfig) -> Windows:
    """Return what cuts passages as the reader was trained to see them."""
    return Windows.of_folder(base_folder(config.base), config.max_tokens, config.stride)


def merge(network: ReaderNetwork, weights: Mapping[str, Tensor], scale: float) -> None:
    """Put a file's weights into a network: X.down and X.up are added to X as scale * up @ down, others replace."""
    import torch

    own = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in weights.items():
            stem, _, kind = name.rpartition(".")
            if kind == "down":
                own[f"{stem}.weight"].add_(scale * (weights[f"{stem}.up"].float() @ value.float()))
            elif kind != "up":
                own[name].copy_(value.float())
