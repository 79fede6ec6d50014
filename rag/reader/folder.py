"""A reader as a folder: the difference from an encoder that comes with a package, in a few megabytes.

reader.json            the encoder, its hash, the windows, the calibration
adapter.safetensors    low-rank updates (or whole weights) of the encoder, and the heads
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ModelError, WeightsError
from ingest.models.weights import local_path
from rag.generate.adapter import ADAPTER, Adapter
from rag.reader.windows import Windows

if TYPE_CHECKING:
    from rag.reader.network import ReaderNetwork

SETTINGS = "reader.json"
HEADS = ("spans.", "none.", "verdict.", "relevance.")


@dataclass(frozen=True)
class ReaderConfig:
    """The settings of a reader: its windows, its longest answer, and its calibration.

    The probability of a span is the logistic function of `slope * margin + bias`, fitted on held-out rows (Platt 1999).
    Each token of a span but the first costs it `brevity` logits when spans are chosen. `has_verdicts` and
    `has_relevance` tell whether these heads were trained.
    """

    max_tokens: int
    stride: int
    max_answer_tokens: int
    slope: float = 1.0
    bias: float = 0.0
    brevity: float = 0.0
    has_verdicts: bool = False
    has_relevance: bool = False

    @classmethod
    def read(cls, folder: Path) -> ReaderConfig:
        """Return the settings in a folder. Raises WeightsError if it holds no reader."""
        file = folder / SETTINGS
        if not file.is_file() or Adapter.of(folder) is None:
            raise WeightsError(f"{folder} holds no reader: {SETTINGS} or {ADAPTER} is missing")
        content = json.loads(file.read_text("utf-8"))
        return cls(**{name: content[name] for name in cls.__dataclass_fields__ if name in content})

    def write(self, folder: Path, details: Mapping[str, Any]) -> None:
        """Write the settings, with details for people."""
        (folder / SETTINGS).write_text(json.dumps({**asdict(self), **details}, indent=1) + "\n", "utf-8")


def new_reader_network(base: str, seed: int = 0) -> ReaderNetwork:
    """Return an encoder by name with untrained heads, drawn by the seed. Raises WeightsError."""
    import torch

    from rag.reader.network import ReaderNetwork

    # The heads are drawn without touching the caller's random numbers.
    encoder = load_encoder(base, "a reader")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ReaderNetwork(encoder)


def load_encoder(base: str, purpose: str) -> Any:
    """Return an encoder by name, in float32. Raises WeightsError, and ModelError for an encoder-decoder."""
    import torch
    from transformers import AutoModel

    from rag.generate.load import quiet

    # Only local safetensors: weights in other formats may run code when they are loaded.
    with quiet():
        encoder = AutoModel.from_pretrained(
            local_path(base), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
        )
    if getattr(encoder.config, "is_encoder_decoder", False):
        raise ModelError(f"{base} is an encoder-decoder: {purpose} needs an encoder, such as builtin:minilm")
    return encoder


def load_reader_network(folder: Path) -> ReaderNetwork:
    """Return a folder's network, its adapter merged into the encoder. Raises WeightsError for another encoder."""
    adapter = adapter_in(folder)
    network = new_reader_network(adapter.base)
    adapter.apply(folder, network)
    return network.eval()


def load_windows(folder: Path, config: ReaderConfig) -> Windows:
    """Return the windows that the reader was trained with."""
    return Windows.of_folder(local_path(adapter_in(folder).base), config.max_tokens, config.stride)


def adapter_in(folder: Path) -> Adapter:
    """Return a folder's adapter. Raises WeightsError if there is none."""
    adapter = Adapter.of(folder)
    if adapter is None:
        raise WeightsError(f"{folder} holds no reader: {ADAPTER} is missing")
    return adapter
