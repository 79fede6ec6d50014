"""The extractive reader: an encoder that points at the answer, on a CPU in milliseconds a passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.types import Chunk
from ingest.weights import folder_named, weights_fingerprint
from rag.generate.threads import idle_cores, limited_threads
from rag.read.base import BUILTIN_READER, Reading
from rag.read.folder import ReaderConfig, load_network, load_windows
from rag.read.spans import ScoredSpan, Scores, best_of, best_spans, whole_words
from rag.read.windows import ReadingWindow, Windows

if TYPE_CHECKING:
    from rag.read.network import ReaderNetwork

SPANS = 4  # of a passage that a reading holds at most
BATCH_TOKENS = 4096  # of all rows together, padding included


class ExtractiveReader:
    """Points at the best span of each passage.

    `model` is `builtin:minilm-reader` or a folder that `rag finetune-reader` wrote. `threads` is how many CPU threads a
    call may use (None: as many cores as are idle now). `brevity` favours short spans: so many logits are taken off for
    each token but the first when spans are chosen (None: as many as suit the model).
    """

    def __init__(
        self,
        model: str = BUILTIN_READER,
        *,
        device: str = "cpu",
        threads: int | None = None,
        brevity: float | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        folder = folder_named(model)
        self._config = ReaderConfig.read(folder)
        self._brevity = self._config.brevity if brevity is None else brevity
        self._fingerprint = f"{weights_fingerprint(folder)}, brevity {self._brevity}"
        self._windows = load_windows(folder, self._config)
        self._network = load_network(folder).to(device)

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """What tells this reader from any other: a hash of its weights, and how it chooses."""
        return self._fingerprint

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Reading]:
        """Return one reading a passage, in order."""
        return self.read_many([(question, passages)])[0]

    def read_many(self, asked: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Reading]]:
        """Return the readings of several questions, each with passages of its own, read in batches together."""
        pairs = [(question, chunk) for question, passages in asked for chunk in passages]
        with limited_threads(self._threads):
            longest = self._config.max_answer_tokens
            spans = read_spans(self._network, self._windows, pairs, longest, SPANS, self._brevity)
        readings = iter([self._reading(chunk, *each) for (_, chunk), each in zip(pairs, spans, strict=True)])
        return [[next(readings) for _ in passages] for _, passages in asked]

    def _reading(self, chunk: Chunk, span: ScoredSpan, *others: ScoredSpan) -> Reading:
        further = tuple(self._reading(chunk, other) for other in others)
        return Reading(chunk, span.start, span.end, span.margin, self._probability(span.margin), further)

    def _probability(self, margin: float) -> float:
        """The logistic function of the margin; a passage without words answers nothing."""
        logit = self._config.slope * margin + self._config.bias if isfinite(margin) else -inf
        return 1 / (1 + exp(-logit)) if logit > -700 else 0.0


def read_spans(
    network: ReaderNetwork,
    windows: Windows,
    pairs: Sequence[tuple[str, Chunk]],
    max_answer_tokens: int,
    count: int = 1,
    brevity: float = 0.0,
) -> list[list[ScoredSpan]]:
    """Return the best spans of each pair's passage, in whole words; pairs are of question and passage.

    There are at most `count` of a passage, best first, apart from each other, and at least one; see `best_spans`.
    """
    cut = [windows.cut(question, chunk.text, chunk.heading) for question, chunk in pairs]
    scored = iter(score(network, [window for each in cut for window in each]))
    found = []
    for (_, chunk), each in zip(pairs, cut, strict=True):
        spans = [
            span
            for window in each
            for span in best_spans(window, next(scored), max_answer_tokens, count, brevity, chunk.text)
        ]
        found.append(best_of([whole_words(chunk.text, span) for span in spans], count))
    return found


def score(network: ReaderNetwork, windows: Sequence[ReadingWindow]) -> list[Scores]:
    """Return each window's (tokens, 2) scores, computed in batches of like length."""
    import torch

    device = network.spans.weight.device
    found: dict[int, Scores] = {}
    for batch in batches_of(windows):
        tensors = {name: each.to(device) for name, each in collate([windows[place] for place in batch]).items()}
        with torch.inference_mode():
            scores = network(**tensors).cpu().numpy()
        for row, place in enumerate(batch):
            found[place] = np.asarray(scores[row, : len(windows[place].ids)], dtype=np.float32)
    return [found[place] for place in range(len(windows))]


def collate(windows: Sequence[ReadingWindow]) -> dict[str, Any]:
    """Return windows as the network's (rows, tokens) tensors, padded on the right."""
    import torch

    shape = (len(windows), max(len(window.ids) for window in windows))
    ids, mask, passage = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        passage[row, window.first : window.last] = 1
    return {"input_ids": ids, "attention_mask": mask, "passage": passage}


def batches_of(windows: Sequence[ReadingWindow]) -> list[list[int]]:
    """Return places in order of length, as many at a time as keep the padded batch within BATCH_TOKENS."""
    batches: list[list[int]] = []
    for place in sorted(range(len(windows)), key=lambda place: len(windows[place].ids)):
        width = len(windows[place].ids)
        if batches and width * (len(batches[-1]) + 1) <= BATCH_TOKENS:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches
