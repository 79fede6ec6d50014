"""Score windows with the reference backend: torch, on any device."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.closing import Closing
from ingest.models.threads import limited_threads
from rag.reader.spans import Scores
from rag.reader.windows import ReadingWindow

if TYPE_CHECKING:
    from torch import Tensor

    from rag.reader.network import ReaderNetwork


@dataclass(frozen=True)
class WindowScores:
    """The scores of a window, float32.

    `spans` (tokens, 2) are those of each token as the first and the last of the answer, at token 0 those of no answer.
    `verdict` (3,) are the logits of yes, no and neither, `relevance` (tokens,) what a token adds to its sentence.
    """

    spans: Scores
    verdict: Scores
    relevance: Scores


ScoreWindows = Callable[[Sequence[ReadingWindow]], list[WindowScores]]
"""Returns each window's scores, in order."""

BATCH_TOKENS = 4096  # of all rows together, padding included


class WindowScorer(Closing):
    """A reader's network on some backend."""

    @abstractmethod
    def score(self, windows: Sequence[ReadingWindow]) -> list[WindowScores]:
        """Return each window's scores, in order."""


class ReferenceScorer(WindowScorer):
    """Scores windows with a network on `threads` CPU threads. A closed one loads the network again when it is used."""

    def __init__(self, load: Callable[[], ReaderNetwork], threads: int) -> None:
        self._load, self._threads = load, threads
        self._network: ReaderNetwork | None = load()

    def score(self, windows: Sequence[ReadingWindow]) -> list[WindowScores]:
        self._network = self._network or self._load()
        with limited_threads(self._threads):
            return score_windows(self._network, windows)

    def close(self) -> None:
        self._network = None


def score_windows(network: ReaderNetwork, windows: Sequence[ReadingWindow]) -> list[WindowScores]:
    """Return each window's scores, computed in batches of similar length."""
    import torch

    device = network.spans.weight.device
    scores: dict[int, WindowScores] = {}
    for batch in batches_of(windows):
        tensors = {name: tensor.to(device) for name, tensor in collate([windows[i] for i in batch]).items()}
        with torch.inference_mode():
            spans, verdicts, relevance = (tensor.cpu().numpy() for tensor in network(**tensors))
        for row, index in enumerate(batch):
            length = len(windows[index].ids)
            scores[index] = WindowScores(spans[row, :length], verdicts[row], relevance[row, :length])
    return [scores[index] for index in range(len(windows))]


def collate(windows: Sequence[ReadingWindow], multiple: int = 1) -> dict[str, Tensor]:
    """Return windows as the network's (rows, tokens) tensors, padded on the right to a `multiple` of tokens."""
    import torch

    # Zeros are padding: the mask hides them from the encoder.
    longest = max(len(window.ids) for window in windows)
    shape = (len(windows), -(-longest // multiple) * multiple)
    ids, mask, passage = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        passage[row, window.first : window.last] = 1
    return {"input_ids": ids, "attention_mask": mask, "passage": passage}


def batches_of(windows: Sequence[ReadingWindow]) -> list[list[int]]:
    """Return the windows' indexes in order of length, in batches of at most BATCH_TOKENS with padding."""
    # Windows of similar length share a batch, so that little of it is padding.
    batches: list[list[int]] = []
    for index in sorted(range(len(windows)), key=lambda index: len(windows[index].ids)):
        width = len(windows[index].ids)
        if batches and width * (len(batches[-1]) + 1) <= BATCH_TOKENS:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches
