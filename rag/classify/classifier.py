"""Label a text with a language model of either family, which may answer with a label and with nothing else."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

from ingest.fingerprint import fingerprint
from prompts.prompt import Prompt
from prompts.types import Packed, RenderedPrompt
from rag.classify.examples import nearest
from rag.classify.labels import check_labels, label_names, readable
from rag.classify.types import Classification, Threshold, softmax
from rag.generate.base import Generator
from rag.generate.score import TextScorer
from rag.retrieve.retrievers import Retriever

Choice = Literal["all", "candidates"]
Listed = Literal["all", "candidates", "none"]
Normalise = Literal["none", "tokens", "characters"]
Examples = tuple[tuple[str, str], ...]

CONTENT_FREE = ("N/A", "[MASK]", "")
"""The texts without content of Zhao et al. 2021 (arXiv:2102.09690)."""


class Classifier:
    """Ranks labels by their exact log-probabilities as the model's whole answer.

    With a `retriever` over labelled rows (see `index_examples`) the prompt shows the `examples` most similar ones, and
    the labels of the `candidates` most similar ones are the candidates. `allowed` says which labels may come out, and
    `listed` which the prompt names: unless told otherwise the candidates where there are any, else all; but none where
    each candidate stands in an example, and none to a model that was fine-tuned to know them. `normalise` divides a
    label's log-probability by its length, so that long labels stand a chance. `calibrate` takes off what the labels
    score for texts without content (contextual calibration, Zhao et al. 2021), at the cost of scoring those too: once,
    or with examples for every text; unless told otherwise this is done for a model that has neither been fine-tuned
    nor sees examples. `name` puts a label into words.
    """

    def __init__(
        self,
        generator: Generator,
        labels: Sequence[str],
        retriever: Retriever | None = None,
        *,
        examples: int = 0,
        candidates: int = 0,
        listed: Listed | None = None,
        allowed: Choice | None = None,
        normalise: Normalise = "none",
        calibrate: bool | None = None,
        threshold: Threshold | None = None,
        prompt: Prompt | None = None,
        name: Callable[[str], str] = readable,
    ) -> None:
        allowed = allowed or ("candidates" if candidates else "all")
        is_trained = _knows_labels(generator)
        shown_anyway = candidates > 0 and examples >= candidates and allowed == "candidates"
        listed = listed or ("none" if is_trained or shown_anyway else allowed)
        _check_options(retriever, examples, candidates, listed, allowed, normalise)
        self.generator = generator
        self.labels = check_labels(labels)
        self.retriever = retriever
        self.examples = examples
        self.candidates = candidates
        self.listed: Listed = listed
        self.allowed: Choice = allowed
        self.normalise = normalise
        self.calibrate = not (is_trained or examples) if calibrate is None else calibrate
        self.threshold = threshold
        self.prompt = prompt or Prompt.load("classify")
        self.names = label_names(self.labels, name)
        self._scorer = TextScorer(generator)
        self._bias = lru_cache(maxsize=128)(self._measured_bias)  # without examples it is the same for every text
        self._lengths = {label: self._length(name) for label, name in self.names.items()}

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the labels depend on."""
        options = (self.examples, self.candidates, self.listed, self.allowed, self.normalise, self.calibrate)
        threshold = self.threshold and (self.threshold.value, self.threshold.of)
        return fingerprint("classifier", self.generator, self.names, self.retriever, options, threshold, self.prompt)

    def classify(self, text: str) -> Classification:
        """Return the text's label. Raises ValueError for an empty text, or one that does not fit the window."""
        began = time.perf_counter()
        if not text.strip():
            raise ValueError("the text is empty: there is nothing to classify")
        packed, listed, allowed, shown = self._asked(text)
        shown = shown[: len(shown) - sum(each.reason == "example" for each in packed.dropped)]
        scores = self._scores(packed, allowed)
        if self.calibrate:
            bias = self._bias(listed, allowed, shown)
            scores = {label: score - bias[label] for label, score in scores.items()}
        best, probability = next(iter(softmax(scores).items()))
        return Classification(
            best,
            probability,
            scores,
            packed.prompt_tokens,
            time.perf_counter() - began,
            shown,
            packed.dropped,
            self.threshold,
            self.generator.name,
        )

    def classify_many(self, texts: Iterable[str]) -> Iterator[Classification]:
        """Yield each text's classification, in order."""
        return map(self.classify, texts)

    def prompt_of(self, text: str) -> RenderedPrompt:
        """Return the prompt that a text gets."""
        return self._asked(text)[0].prompt

    def _asked(self, text: str) -> tuple[Packed, Sequence[str], Sequence[str], Examples]:
        """Return the prompt, the labels that it lists, those that may come out, and the examples chosen for it."""
        shown, candidates = self._similar(text)
        allowed = candidates if self.allowed == "candidates" and candidates else self.labels
        listed = {"all": self.labels, "candidates": candidates or self.labels, "none": ()}[self.listed]
        return self._packed(text, listed, allowed, shown), listed, allowed, shown

    def _similar(self, text: str) -> tuple[Examples, tuple[str, ...]]:
        """Return the examples to show, best first, and the candidate labels in the labels' order."""
        wanted = max(self.examples, self.candidates)
        if self.retriever is None or not wanted:
            return (), ()
        found = [(chunk.text, label) for chunk, label, _ in nearest(self.retriever, text, wanted)]
        strange = next((label for _, label in found if label not in self.names), None)
        if strange is not None:
            raise ValueError(f"an example has the label {strange!r}, which is none of the {len(self.labels)} known")
        near = {label for _, label in found[: self.candidates]}
        return tuple(found[: self.examples]), tuple(label for label in self.labels if label in near)

    def _packed(self, text: str, listed: Sequence[str], allowed: Sequence[str], shown: Examples) -> Packed:
        values = {
            "text": text,
            "labels": [self.names[label] for label in listed],
            "examples": [(example, self.names[label]) for example, label in shown],
        }
        longest = max(len(self._scorer.tokens(self.names[label])) for label in allowed)
        return self.prompt.pack(self.generator, longest + 1, values)  # and the end

    def _scores(self, packed: Packed, allowed: Sequence[str]) -> dict[str, float]:
        sums = self._scorer.score(packed.prompt, tuple(self.names[label] for label in allowed))
        return {label: total / self._lengths[label] for label, total in zip(allowed, sums, strict=True)}

    def _measured_bias(self, listed: Sequence[str], allowed: Sequence[str], shown: Examples) -> dict[str, float]:
        """Return the log of each label's mean probability over the texts without content."""
        found = [softmax(self._scores(self._packed(text, listed, allowed, shown), allowed)) for text in CONTENT_FREE]
        means = {label: sum(each[label] for each in found) / len(found) for label in allowed}
        return {label: math.log(max(mean, 1e-30)) for label, mean in means.items()}

    def _length(self, name: str) -> int:
        tokens = len(self._scorer.tokens(name)) + 1
        return {"none": 1, "tokens": tokens, "characters": len(name)}[self.normalise]


def _knows_labels(generator: Generator) -> bool:
    """Tell whether the generator was fine-tuned to classify, by prompts that name no labels."""
    from rag.generate.trained import Trained

    trained = Trained.of(generator.name)
    return trained is not None and "classify" in trained.tasks


def _check_options(
    retriever: Retriever | None, examples: int, candidates: int, listed: str, allowed: str, normalise: str
) -> None:
    for option, count in (("examples", examples), ("candidates", candidates)):
        if count < 0:
            raise ValueError(f"{option} must be 0 or more, not {count}")
        if count and retriever is None:
            raise ValueError(f"{option}={count} needs labelled rows to choose from: give a retriever")
    for option, value, known in (
        ("allowed", allowed, get_args(Choice)),
        ("listed", listed, get_args(Listed)),
        ("normalise", normalise, get_args(Normalise)),
    ):
        if value not in known:
            raise ValueError(f"unknown {option} {value!r}; known: {', '.join(known)}")
        if value == "candidates" and not candidates:
            raise ValueError(f'{option}="candidates" needs to know among how many rows: give candidates=20, say')
