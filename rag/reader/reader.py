"""The extractive reader: an encoder that points at the answer, on a CPU in milliseconds a passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, isfinite

from ingest.models.convert import ModelCopy, copy_or_none, has_runtime, prepare_copy
from ingest.models.threads import idle_cores
from ingest.models.weights import folder_named, weights_fingerprint
from ingest.types import Chunk
from rag.reader.base import BUILTIN_READER, Span
from rag.reader.folder import ReaderConfig, load_reader_network, load_windows
from rag.reader.score import Scorer, reference_scorer
from rag.reader.spans import ScoredSpan, best_of, best_spans, whole_words
from rag.reader.windows import Windows

BACKENDS = ("auto", "ctranslate2", "transformers")
SPANS = 4  # of a passage that a reading holds at most


class ExtractiveReader:
    """Points at the best span of each passage.

    `model` is `builtin:minilm-reader` or a folder that `rag finetune-reader` wrote. `threads` is how many CPU threads a
    call may use (None: as many cores as are idle now). `brevity` favours short spans: so many logits are taken off for
    each token but the first when spans are chosen (None: as many as suit the model). `backend` is "transformers", the
    reference on any device, "ctranslate2" for a copy in int8, several times as fast on a CPU, or "auto" for that copy
    where there can be one.
    """

    def __init__(
        self,
        model: str = BUILTIN_READER,
        *,
        device: str = "cpu",
        threads: int | None = None,
        brevity: float | None = None,
        backend: str = "auto",
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        self._name = model
        self._threads = threads or idle_cores()
        folder = folder_named(model)
        self._config = ReaderConfig.read(folder)
        self._brevity = self._config.brevity if brevity is None else brevity
        self._windows = load_windows(folder, self._config)
        self._backend, self._score = new_scorer(model, backend, device, self._threads)
        self._fingerprint = f"{weights_fingerprint(folder)}, brevity {self._brevity}, {self._backend}"

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """What tells this reader from any other: a hash of its weights, and how it chooses."""
        return self._fingerprint

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        """Return one reading a passage, in order."""
        return self.read_many([(question, passages)])[0]

    def read_many(self, asked: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        """Return the readings of several questions, each with passages of its own, read in batches together."""
        pairs = [(question, chunk) for question, passages in asked for chunk in passages]
        longest = self._config.max_answer_tokens
        spans = read_spans(self._score, self._windows, pairs, longest, SPANS, self._brevity)
        readings = iter([self._reading(chunk, *each) for (_, chunk), each in zip(pairs, spans, strict=True)])
        return [[next(readings) for _ in passages] for _, passages in asked]

    def _reading(self, chunk: Chunk, span: ScoredSpan, *others: ScoredSpan) -> Span:
        further = tuple(self._reading(chunk, other) for other in others)
        return Span(chunk, span.start, span.end, span.margin, self._probability(span.margin), further)

    def _probability(self, margin: float) -> float:
        """The logistic function of the margin; a passage without words answers nothing."""
        logit = self._config.slope * margin + self._config.bias if isfinite(margin) else -inf
        return 1 / (1 + exp(-logit)) if logit > -700 else 0.0


def read_spans(
    score: Scorer,
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
    scored = iter(score([window for each in cut for window in each]))
    found = []
    for (_, chunk), each in zip(pairs, cut, strict=True):
        spans = [
            span
            for window in each
            for span in best_spans(window, next(scored), max_answer_tokens, count, brevity, chunk.text)
        ]
        found.append(best_of([whole_words(chunk.text, span) for span in spans], count))
    return found


def new_scorer(model: str, backend: str, device: str, threads: int) -> tuple[str, Scorer]:
    """Return which backend runs a reader, and what scores windows with it.

    Raises ValueError for an unknown backend, NoCopyError where the runtime was asked for and the reader has no true
    copy.
    """
    if backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}; known: {', '.join(BACKENDS)}")
    if backend == "ctranslate2":
        return backend, _converted_scorer(model, threads)
    if backend == "auto" and device == "cpu" and has_runtime():
        scorer = copy_or_none(lambda: _converted_scorer(model, threads), "transformers")
        if scorer is not None:
            return "ctranslate2", scorer
    return "transformers", reference_scorer(load_reader_network(folder_named(model)).to(device), threads)


def reader_copy(model: str) -> ModelCopy:
    """Return a reader's int8 copy, converted if it is not in the cache. Raises as `prepare_copy` does."""
    return prepare_copy("rag.reader.convert", model, weights_fingerprint(folder_named(model)))


def _converted_scorer(model: str, threads: int) -> Scorer:
    from rag.reader.converted import converted_scorer

    copy = reader_copy(model)
    return converted_scorer(copy.folder, copy.details["segmented"], threads)
