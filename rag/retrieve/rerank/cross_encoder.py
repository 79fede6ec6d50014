"""A cross-encoder that `rag finetune-reranker` made: a low-rank adapter and a head over an encoder that lies elsewhere.

reranker.json          which windows it reads
adapter.safetensors    low-rank updates of the encoder, and the head
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import WeightsError
from ingest.models.threads import idle_cores, limited_threads
from ingest.models.weights import folder_named, local_path, weights_fingerprint
from ingest.types import Chunk
from rag.generate.adapter import ADAPTER, Adapter
from rag.reader.folder import load_encoder
from rag.reader.score import batches_of, collate
from rag.reader.windows import ReadingWindow, Windows
from rag.retrieve.rerank.reranked import SETTINGS

if TYPE_CHECKING:
    from rag.retrieve.rerank.network import RerankerNetwork

HEADS = ("score.",)


@dataclass(frozen=True)
class RerankerConfig:
    """The windows that a reranker reads: at most `max_tokens`, those of one passage sharing `stride` of them."""

    max_tokens: int
    stride: int

    @classmethod
    def read(cls, folder: Path) -> RerankerConfig:
        """Return what a folder says. Raises WeightsError where it holds no reranker."""
        file = folder / SETTINGS
        if not file.is_file() or Adapter.of(folder) is None:
            raise WeightsError(f"{folder} holds no reranker: {SETTINGS} or {ADAPTER} is missing")
        content = json.loads(file.read_text("utf-8"))
        return cls(**{name: content[name] for name in cls.__dataclass_fields__})

    def write(self, folder: Path, details: dict[str, Any]) -> None:
        """Write it, with details for people."""
        (folder / SETTINGS).write_text(json.dumps({**asdict(self), **details}, indent=1) + "\n", "utf-8")


class CrossEncoderReranker:
    """Scores a passage by its best window (Dai & Callan 2019, arXiv:1905.09217), so that none is cut.

    `model` is an embedded reranker or a folder that `rag finetune-reranker` wrote. `threads` is how many CPU threads a
    call may use (None: as many cores as are idle now).
    """

    def __init__(self, model: str, *, device: str = "cpu", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        folder = folder_named(model)
        config = RerankerConfig.read(folder)
        adapter = Adapter.of(folder)
        assert adapter is not None
        self._fingerprint = weights_fingerprint(folder)
        self._windows = Windows.of_folder(local_path(adapter.base), config.max_tokens, config.stride)
        network = new_reranker_network(adapter.base)
        adapter.apply(folder, network)
        self._network = network.eval().to(device)

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """A hash that tells this reranker from any other."""
        return self._fingerprint

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one logit a passage; a passage without words scores -inf."""
        with limited_threads(self._threads):
            return score_texts(self._network, self._windows, [(question, chunk.embedding_text) for chunk in passages])


def new_reranker_network(base: str, seed: int = 0) -> RerankerNetwork:
    """Return an encoder by name with a head that has learnt nothing, drawn by a seed. Raises WeightsError."""
    import torch

    from rag.retrieve.rerank.network import RerankerNetwork

    encoder = load_encoder(base, "a reranker")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RerankerNetwork(encoder)


def score_texts(network: RerankerNetwork, windows: Windows, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return the score of each pair of question and passage: that of its best window."""
    cut = [windows.cut(question, text) for question, text in pairs]
    scored = iter(_scores(network, [window for each in cut for window in each]))
    return [max([next(scored) for _ in each], default=float("-inf")) for each in cut]


def _scores(network: RerankerNetwork, windows: Sequence[ReadingWindow]) -> list[float]:
    import torch

    device = network.score.weight.device
    found = [0.0] * len(windows)
    for batch in batches_of(windows):
        tensors = {name: each.to(device) for name, each in collate([windows[place] for place in batch]).items()}
        with torch.inference_mode():
            scores = network(**tensors).tolist()
        for place, score in zip(batch, scores, strict=True):
            found[place] = score
    return found
