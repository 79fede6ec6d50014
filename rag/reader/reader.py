"""The extractive reader: an encoder that points at the answer, on a CPU in milliseconds a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, isfinite

import numpy as np

from ingest.closing import Closing
from ingest.errors import InputError, ModelError
from ingest.fingerprint import fingerprint
from ingest.models.convert import ModelCopy, copy_or_none, has_runtime, prepare_copy
from ingest.models.threads import idle_cores
from ingest.models.weights import MINILM_READER, folder_named, weights_fingerprint
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.reader.base import SentenceScore, Span, Verdict
from rag.reader.folder import ReaderConfig, load_reader_network, load_windows
from rag.reader.score import ReferenceScorer, ScoreWindows, WindowScorer, WindowScores
from rag.reader.spans import ScoredSpan, best_spans, choose_spans, widen_to_words
from rag.reader.windows import ReadingWindow, Windows, tokens_within

BACKENDS = ("auto", "ctranslate2", "transformers")
SPANS = 10  # of a passage, at most


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

    @property
    def has_verdicts(self) -> bool:
        """Whether the reader was trained to judge yes/no questions."""
        return self._config.has_verdicts

    @property
    def has_relevance(self) -> bool:
        """Whether the reader was trained to tell the sentences that answer a question."""
        return self._config.has_relevance

    def verdicts(self, question: str, passages: Sequence[Chunk]) -> list[Verdict]:
        """Return the verdict of each passage on a yes/no question, in order. Raises ModelError for an untrained head.

        Of a passage longer than a window it is the verdict of the window that is least "neither".
        """
        if not self.has_verdicts:
            raise ModelError(
                f"{self.name} was not trained to judge yes/no questions: see `rag finetune-reader --yes-no`"
            )
        verdicts = []
        for windows, scores in self._score(question, passages):
            logits = [window.verdict for window in scores] if windows else []
            shares = [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in logits]
            best = min(shares, key=lambda share: float(share[2]), default=np.array([0.0, 0.0, 1.0]))
            verdicts.append(Verdict(float(best[0]), float(best[1])))
        return verdicts

    def score_sentences(self, question: str, passages: Sequence[Chunk]) -> list[list[SentenceScore]]:
        """Return the scores of each passage's sentences. Raises ModelError for an untrained head."""
        if not self.has_relevance:
            raise ModelError(f"{self.name} was not trained to score sentences: see `rag finetune-reader --sentences`")
        ranked = []
        for chunk, (windows, scores) in zip(passages, self._score(question, passages), strict=True):
            sentences = []
            for start, end in sentence_spans(chunk.text):
                sentences.append(SentenceScore(start, end, score_sentence(windows, scores, start, end)))
            ranked.append(sentences)
        return ranked

    def close(self) -> None:
        self._scorer.close()

    def _score(self, question: str, passages: Sequence[Chunk]) -> list[tuple[list[ReadingWindow], list[WindowScores]]]:
        """Return each passage's windows with their scores."""
        cut = [self._windows.cut(question, chunk.text, chunk.heading) for chunk in passages]
        scores = iter(self._scorer.score([window for windows in cut for window in windows]))
        return [(windows, [next(scores) for _ in windows]) for windows in cut]

    def _to_span(self, chunk: Chunk, scored: ScoredSpan, *others: ScoredSpan) -> Span:
        # The probability is the logistic function of the margin; a passage without words has none.
        logit = self._config.slope * scored.margin + self._config.bias
        probability = 1 / (1 + exp(-logit)) if isfinite(scored.margin) and logit > -700 else 0.0
        further = tuple(self._to_span(chunk, other) for other in others)
        relevance = scored.relevance if self.has_relevance else None
        return Span(chunk, scored.start, scored.end, scored.margin, probability, further, relevance)


def read_spans(
    score: ScoreWindows,
    windows: Windows,
    pairs: Sequence[tuple[str, Chunk]],
    max_answer_tokens: int,
    count: int = 1,
    brevity: float = 0.0,
) -> list[list[ScoredSpan]]:
    """Return the best spans of each pair of question and passage, in whole words.

    There are one to `count` of a passage, best first, none overlapping another; see `best_spans`. Each has the
    relevance of its sentence.
    """
    # Score all windows together, then choose among the windows of each passage.
    windows_of_pairs = [windows.cut(question, chunk.text, chunk.heading) for question, chunk in pairs]
    scores = iter(score([window for cut in windows_of_pairs for window in cut]))
    ranked = []
    for (_, chunk), cut in zip(pairs, windows_of_pairs, strict=True):
        scores_of_cut = [next(scores) for _ in cut]
        spans = [
            widen_to_words(chunk.text, span)
            for window, of_window in zip(cut, scores_of_cut, strict=True)
            for span in best_spans(window, of_window.spans, max_answer_tokens, count, brevity, chunk.text)
        ]
        chosen = choose_spans(spans, count)
        sentences = sentence_spans(chunk.text) if count > 1 else []
        relevance = {place: score_sentence(cut, scores_of_cut, *place) for place in sentences}
        ranked.append(
            [
                replace(
                    span,
                    relevance=max(
                        (score for (low, high), score in relevance.items() if low < span.end and high > span.start),
                        default=0.0,
                    ),
                )
                for span in chosen
            ]
        )
    return ranked


def score_sentence(windows: Sequence[ReadingWindow], scores: Sequence[WindowScores], start: int, end: int) -> float:
    """Return the probability that a sentence belongs to the answer, 0 for one without tokens."""
    # The mean over the sentence's tokens, from the window that has most of them.
    inside = [
        of_window.relevance[[window.first + token for token in tokens_within(window, start, end)]]
        for window, of_window in zip(windows, scores, strict=True)
    ]
    values = max(inside, key=len, default=np.zeros(0))
    return 1 / (1 + exp(-float(values.mean()))) if len(values) else 0.0


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
