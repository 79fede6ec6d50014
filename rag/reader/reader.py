"""The extractive reader: an encoder that points at the answer, on a CPU in milliseconds a passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite

from ingest.closing import Closing
from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.models.convert import ModelCopy, copy_or_none, has_runtime, prepare_copy
from ingest.models.threads import idle_cores
from ingest.models.weights import MINILM_READER, folder_named, weights_fingerprint
from ingest.types import Chunk
from rag.reader.base import Span
from rag.reader.folder import ReaderConfig, load_reader_network, load_windows
from rag.reader.score import ReferenceScorer, ScoreWindows, WindowScorer
from rag.reader.spans import ScoredSpan, best_spans, choose_spans, widen_to_words
from rag.reader.windows import Windows

BACKENDS = ("auto", "ctranslate2", "transformers")
SPANS = 4  # of a passage, at most


class ExtractiveReader(Closing):
    """Points at the best span of each passage.

    `model` is `builtin:minilm-reader` or a folder that `rag finetune-reader` wrote. `threads` is the number of CPU
    threads of a call (None: as many as there are idle cores now). `brevity` favours short spans: the logits that each
    token but the first costs a span (None: the model's own value). `backend` is "transformers", the reference, on any
    device, "ctranslate2" for a copy in int8, several times as fast on a CPU, or "auto" for that copy where possible.
    A closed reader loads its weights again when it is used.
    """

    def __init__(
        self,
        model: str = MINILM_READER,
        *,
        device: str = "cpu",
        threads: int | None = None,
        brevity: float | None = None,
        backend: str = "auto",
    ) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self.name = model
        folder = folder_named(model)
        self._config = ReaderConfig.read(folder)
        self._brevity = self._config.brevity if brevity is None else brevity
        self._windows = load_windows(folder, self._config)
        self._backend, self._scorer = new_scorer(model, backend, device, threads or idle_cores())
        self._weights = weights_fingerprint(folder)

    @property
    def fingerprint(self) -> str:
        return fingerprint("reader", self._weights, self._brevity, self._backend)

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        """Return one span a passage, in order."""
        return self.read_many([(question, passages)])[0]

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        """Return the spans for several questions, each with its own passages, read in batches together."""
        # One flat list, so that the windows of all questions share batches.
        pairs = [(question, chunk) for question, passages in questions for chunk in passages]
        longest = self._config.max_answer_tokens
        ranked = read_spans(self._scorer.score, self._windows, pairs, longest, SPANS, self._brevity)
        spans = iter([self._to_span(chunk, *best) for (_, chunk), best in zip(pairs, ranked, strict=True)])
        return [[next(spans) for _ in passages] for _, passages in questions]

    def close(self) -> None:
        self._scorer.close()

    def _to_span(self, chunk: Chunk, scored: ScoredSpan, *others: ScoredSpan) -> Span:
        # The probability is the logistic function of the margin; a passage without words has none.
        logit = self._config.slope * scored.margin + self._config.bias
        probability = 1 / (1 + exp(-logit)) if isfinite(scored.margin) and logit > -700 else 0.0
        further = tuple(self._to_span(chunk, other) for other in others)
        return Span(chunk, scored.start, scored.end, scored.margin, probability, further)


def read_spans(
    score: ScoreWindows,
    windows: Windows,
    pairs: Sequence[tuple[str, Chunk]],
    max_answer_tokens: int,
    count: int = 1,
    brevity: float = 0.0,
) -> list[list[ScoredSpan]]:
    """Return the best spans of each pair of question and passage, in whole words.

    There are one to `count` of a passage, best first, none overlapping another; see `best_spans`.
    """
    # Score all windows together, then choose among the windows of each passage.
    windows_of_pairs = [windows.cut(question, chunk.text, chunk.heading) for question, chunk in pairs]
    scores = iter(score([window for cut in windows_of_pairs for window in cut]))
    ranked = []
    for (_, chunk), cut in zip(pairs, windows_of_pairs, strict=True):
        spans = [
            widen_to_words(chunk.text, span)
            for window in cut
            for span in best_spans(window, next(scores), max_answer_tokens, count, brevity, chunk.text)
        ]
        ranked.append(choose_spans(spans, count))
    return ranked


def new_scorer(model: str, backend: str, device: str, threads: int) -> tuple[str, WindowScorer]:
    """Return the backend that runs a reader, and its scorer.

    Raises InputError for an unknown backend, and NoCopyError if the reader has no faithful copy for "ctranslate2".
    """
    if backend not in BACKENDS:
        raise InputError(f"unknown backend {backend!r}; known: {', '.join(BACKENDS)}")
    folder = folder_named(model)

    def converted() -> WindowScorer:
        from rag.reader.converted import ConvertedScorer

        copy = reader_copy(model)
        return ConvertedScorer(copy.folder, copy.details["segmented"], threads)

    # Only a named backend insists on the copy; "auto" takes the reference where there is no faithful one.
    if backend == "ctranslate2":
        return backend, converted()
    if backend == "auto" and device == "cpu" and has_runtime():
        scorer = copy_or_none(converted, "transformers")
        if scorer is not None:
            return "ctranslate2", scorer
    return "transformers", ReferenceScorer(lambda: load_reader_network(folder).to(device), threads)


def reader_copy(model: str) -> ModelCopy:
    """Return a reader's int8 copy, converted if it is not in the cache. Raises as `prepare_copy` does."""
    return prepare_copy("rag.reader.convert", model, weights_fingerprint(folder_named(model)))
