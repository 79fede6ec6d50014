"""The Classifier: label a text with a language model of either family, whose answer can only be one of the labels."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from prompts.prompt import Prompt
from prompts.types import Packed, RenderedPrompt
from rag.classify.examples import nearest
from rag.classify.labels import check_labels, label_names, readable
from rag.classify.types import Classification, Threshold, softmax
from rag.generate.base import Generator
from rag.generate.score import TextScorer
from rag.generate.trained import Trained
from rag.retrieve.retrievers import Retriever

Allowed = Literal["all", "candidates"]
Listed = Literal["all", "candidates", "none"]
Normalise = Literal["none", "tokens", "characters"]
Examples = tuple[tuple[str, str], ...]

CONTENT_FREE = ("N/A", "[MASK]", "")
"""The texts without content of Zhao et al. 2021 (arXiv:2102.09690)."""


class Classifier:
    """Ranks labels by their exact log-probabilities as the model's whole answer.

    With a `retriever` over labelled rows (see `index_examples`), the prompt shows the `similar` most similar rows as
    examples, and the labels of the `candidates` most similar rows are the candidates. `allowed` restricts the labels
    that may come out, `listed` those that the prompt names. Both default to the candidates where there are any, else to
    all labels. The prompt names none where every candidate occurs in an example, or where the model was fine-tuned to
    know the labels. `normalise` divides a label's log-probability by its length, so that long labels have a chance.
    `calibrate` subtracts the labels' scores for texts without content (contextual calibration, Zhao et al. 2021), at
    the cost of scoring those as well: once, or with examples for every text. It defaults to true for a model that was
    not fine-tuned and sees no examples. `name` returns the words of a label.
    """

    def __init__(
        self,
        generator: Generator,
        labels: Sequence[str],
        retriever: Retriever | None = None,
        *,
        similar: int = 0,
        candidates: int = 0,
        listed: Listed | None = None,
        allowed: Allowed | None = None,
        normalise: Normalise = "none",
        calibrate: bool | None = None,
        threshold: Threshold | None = None,
        prompt: Prompt | None = None,
        name: Callable[[str], str] = readable,
    ) -> None:
        trained = Trained.of(generator.name)
        knows_labels = trained is not None and "classify" in trained.tasks
        allowed = allowed or ("candidates" if candidates else "all")
        all_in_examples = candidates > 0 and similar >= candidates and allowed == "candidates"
        listed = listed or ("none" if knows_labels or all_in_examples else allowed)
        _check_options(retriever, similar, candidates, listed, allowed, normalise)
        self.generator = generator
        self.labels = check_labels(labels)
        self.retriever = retriever
        self.similar = similar
        self.candidates = candidates
        self.listed: Listed = listed
        self.allowed: Allowed = allowed
        self.normalise = normalise
        self.calibrate = not (knows_labels or similar) if calibrate is None else calibrate
        self.threshold = threshold
        self.prompt = prompt or Prompt.load("classify")
        self.names = label_names(self.labels, name)
        self._scorer = TextScorer(generator)
        self._bias = lru_cache(maxsize=128)(self._measure_bias)  # without examples it is the same for every text
        self._lengths = {
            label: {"none": 1, "tokens": len(self._scorer.tokens(name)) + 1, "characters": len(name)}[normalise]
            for label, name in self.names.items()
        }

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the labels depend on."""
        options = (self.similar, self.candidates, self.listed, self.allowed, self.normalise, self.calibrate)
        threshold = self.threshold and (self.threshold.value, self.threshold.of)
        return fingerprint("classifier", self.generator, self.names, self.retriever, options, threshold, self.prompt)

    def classify(self, text: str) -> Classification:
        """Return the text's label. Raises InputError for an empty text, or one that does not fit the window."""
        began = time.perf_counter()
        if not text.strip():
            raise InputError("the text is empty: there is nothing to classify")
        packed, listed, allowed, examples = self._prepare(text)
        # The least similar examples are the ones that did not fit.
        examples = examples[: len(examples) - sum(dropped.reason == "example" for dropped in packed.dropped)]
        # Scores are log-probabilities: the bias is subtracted.
        scores = self._score(packed, allowed)
        if self.calibrate:
            bias = self._bias(listed, allowed, examples)
            scores = {label: score - bias[label] for label, score in scores.items()}
        best, probability = next(iter(softmax(scores).items()))
        return Classification(
            best,
            probability,
            scores,
            packed.prompt_tokens,
            time.perf_counter() - began,
            examples,
            packed.dropped,
            self.threshold,
            self.generator.name,
        )

    def classify_many(self, texts: Iterable[str]) -> Iterator[Classification]:
        """Yield the classification of each text, in order."""
        return map(self.classify, texts)

    def prompt_of(self, text: str) -> RenderedPrompt:
        """Return the prompt of a text."""
        return self._prepare(text)[0].prompt

    def _prepare(self, text: str) -> tuple[Packed, Sequence[str], Sequence[str], Examples]:
        """Return the prompt, the labels that it lists, the labels that may come out, and its examples."""
        examples: Examples = ()
        candidates: tuple[str, ...] = ()
        # One search serves both the examples and the candidates.
        count = max(self.similar, self.candidates)
        if self.retriever is not None and count:
            rows = [(chunk.text, label) for chunk, label, _ in nearest(self.retriever, text, count)]
            unknown = next((label for _, label in rows if label not in self.names), None)
            if unknown is not None:
                raise InputError(
                    f"an example has the label {unknown!r}, which is none of the {len(self.labels)} labels"
                )
            examples = tuple(rows[: self.similar])
            near = {label for _, label in rows[: self.candidates]}
            candidates = tuple(label for label in self.labels if label in near)
        # Without any candidate, all labels are allowed.
        allowed = candidates if self.allowed == "candidates" and candidates else self.labels
        listed = {"all": self.labels, "candidates": candidates or self.labels, "none": ()}[self.listed]
        return self._pack(text, listed, allowed, examples), listed, allowed, examples

    def _pack(self, text: str, listed: Sequence[str], allowed: Sequence[str], examples: Examples) -> Packed:
        values = {
            "text": text,
            "labels": [self.names[label] for label in listed],
            "examples": [(example, self.names[label]) for example, label in examples],
        }
        # The answer is a label and the end token.
        longest = max(len(self._scorer.tokens(self.names[label])) for label in allowed)
        return self.prompt.pack(self.generator, longest + 1, values)

    def _score(self, packed: Packed, allowed: Sequence[str]) -> dict[str, float]:
        sums = self._scorer.score(packed.prompt, tuple(self.names[label] for label in allowed))
        return {label: total / self._lengths[label] for label, total in zip(allowed, sums, strict=True)}

    def _measure_bias(self, listed: Sequence[str], allowed: Sequence[str], examples: Examples) -> dict[str, float]:
        """Return the log of each label's mean probability over the texts without content."""
        prompts = [self._pack(text, listed, allowed, examples) for text in CONTENT_FREE]
        probabilities = [softmax(self._score(packed, allowed)) for packed in prompts]
        means = {label: sum(one[label] for one in probabilities) / len(probabilities) for label in allowed}
        return {label: math.log(max(mean, 1e-30)) for label, mean in means.items()}


def _check_options(
    retriever: Retriever | None, similar: int, candidates: int, listed: str, allowed: str, normalise: str
) -> None:
    for option, count in (("similar", similar), ("candidates", candidates)):
        if count < 0:
            raise InputError(f"{option} must be 0 or more, not {count}")
        if count and retriever is None:
            raise InputError(f"{option}={count} needs labelled rows to choose from: give a retriever")
    for option, value, choices in (
        ("allowed", allowed, get_args(Allowed)),
        ("listed", listed, get_args(Listed)),
        ("normalise", normalise, get_args(Normalise)),
    ):
        if value not in choices:
            raise InputError(f"unknown {option} {value!r}; known: {', '.join(choices)}")
        if value == "candidates" and not candidates:
            raise InputError(f'{option}="candidates" needs a number of rows to take them from: give candidates=20, say')
