"""A cross-encoder that `rag finetune-reranker` wrote: a low-rank adapter and a head over an encoder in another folder.

reranker.json          the windows
adapter.safetensors    low-rank updates of the encoder, and the head
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.closing import Closing
from ingest.errors import InputError, WeightsError
from ingest.models.threads import idle_cores, limited_threads
from ingest.models.weights import folder_named, local_path, weights_fingerprint
from ingest.types import Chunk
from rag.generate.adapter import ADAPTER, Adapter
from rag.reader.folder import adapter_in, load_encoder
from rag.reader.score import batches_of, collate
from rag.reader.windows import Windows
from rag.retrieve.rerank.base import RERANKER_FILE

if TYPE_CHECKING:
    from rag.retrieve.rerank.network import RerankerNetwork

HEADS = ("score.",)


@dataclass(frozen=True)
class RerankerConfig:
    """The windows of a reranker: at most `max_tokens`, those of one passage sharing `stride` of them."""

    max_tokens: int
    stride: int

    @classmethod
    def read(cls, folder: Path) -> RerankerConfig:
        """Return the settings in a folder. Raises WeightsError if it holds no reranker."""
        file = folder / RERANKER_FILE
        if not file.is_file() or Adapter.of(folder) is None:
            raise WeightsError(f"{folder} holds no reranker: {RERANKER_FILE} or {ADAPTER} is missing")
        content = json.loads(file.read_text("utf-8"))
        return cls(**{name: content[name] for name in cls.__dataclass_fields__})

    def write(self, folder: Path, details: Mapping[str, Any]) -> None:
        """Write the settings, with details for people."""
        (folder / RERANKER_FILE).write_text(json.dumps({**asdict(self), **details}, indent=1) + "\n", "utf-8")


class CrossEncoderReranker(Closing):
    """Scores a passage by its best window (Dai & Callan 2019, arXiv:1905.09217), so that none is cut.

    `model` is an embedded reranker or a folder that `rag finetune-reranker` wrote. `threads` is the number of CPU
    threads of a call (None: as many as there are idle cores now). A closed reranker loads its weights again when it is
    used.
    """

    def __init__(self, model: str, *, device: str = "cpu", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self.name = model
        self._device = device
        self._threads = threads or idle_cores()
        self._folder = folder_named(model)
        config = RerankerConfig.read(self._folder)
        base = local_path(adapter_in(self._folder).base)
        self._windows = Windows.of_folder(base, config.max_tokens, config.stride)
        self._network: RerankerNetwork | None = self._load()

    @property
    def fingerprint(self) -> str:
        return weights_fingerprint(self._folder)

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one logit a passage; a passage without words scores -inf."""
        self._network = self._network or self._load()
        with limited_threads(self._threads):
            return score_texts(self._network, self._windows, [(question, chunk.embedding_text) for chunk in passages])

    def close(self) -> None:
        self._network = None

    def _load(self) -> RerankerNetwork:
        adapter = adapter_in(self._folder)
        network = new_reranker_network(adapter.base)
        adapter.apply(self._folder, network)
        return network.eval().to(self._device)


def new_reranker_network(base: str, seed: int = 0) -> RerankerNetwork:
    """Return an encoder by name with an untrained head, drawn by the seed. Raises WeightsError."""
    import torch

    from rag.retrieve.rerank.network import RerankerNetwork

    # The head is drawn without touching the caller's random numbers.
    encoder = load_encoder(base, "a reranker")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RerankerNetwork(encoder)


def score_texts(network: RerankerNetwork, windows: Windows, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return the score of each pair of question and passage: that of its best window."""
    import torch

    # A long passage has several windows. All are scored in batches, then the best of each pair is taken.
    windows_of_pairs = [windows.cut(question, text) for question, text in pairs]
    every = [window for cut in windows_of_pairs for window in cut]
    scores = [0.0] * len(every)
    device = network.score.weight.device
    for batch in batches_of(every):
        tensors = {name: tensor.to(device) for name, tensor in collate([every[i] for i in batch]).items()}
        with torch.inference_mode():
            for index, score in zip(batch, network(**tensors).tolist(), strict=True):
                scores[index] = score
    remaining = iter(scores)
    return [max([next(remaining) for _ in cut], default=float("-inf")) for cut in windows_of_pairs]
