"""The reading half: retrieve -> prompt -> generate -> verify."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.sentences import sentence_spans
from prompts.prompt import Prompt
from prompts.types import Packed, RenderedPrompt, Style, Window
from rag.cite import cite
from rag.generate.base import Decoding, Generation, Generator
from rag.retrieve import Retriever
from rag.types import Answer, Usage
from stores.base import Hit
from stores.filters import Where, as_filter

ABSTENTION = "I don't know: the documents hold no good evidence for an answer."

# The best hit's cosine below which a question is left unanswered, by embedder. Calibrated on questions whose passage is
# in the store against questions whose passage was taken out: see tests/benchmarks/abstention.py and the README.
MIN_EVIDENCE = {"builtin:minilm": 0.45}

# The longest prompt worth giving, by generator. The smallest models read no better from more, and each token takes
# time: see tests/benchmarks/answers.py.
PROMPT_TOKENS = {"builtin:smollm2": 512}

# A short answer is one line: after it small models ramble, or ask themselves the next question.
DEFAULT_DECODING = Decoding(max_new_tokens=48, repetition_penalty=1.1, stop=("\n",))


@dataclass(frozen=True)
class Pipeline:
    """Answer questions from a retriever's chunks.

    `k` chunks are retrieved and packed, best first, into the generator's window, or into `prompt_tokens` where that is
    less. `min_evidence` is the cosine that the best hit must reach for an answer to be tried; 0 tries always. Every
    answer's sentences are attributed to the spans that support them.
    """

    retriever: Retriever
    generator: Generator
    prompt: Prompt = field(default_factory=lambda: Prompt.load("answer"))
    k: int = 5
    decoding: Decoding = DEFAULT_DECODING
    min_evidence: float = 0.0
    prompt_tokens: int | None = None
    where: Where = None

    def __post_init__(self) -> None:
        check_options(self.k, self.min_evidence, self.prompt_tokens)
        as_filter(self.where)

    def ask(self, question: str) -> Answer:
        """Answer one question. Raises ValueError for an empty one, or one longer than the generator's window."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[str]) -> list[Answer]:
        """Answer questions in order, the generator working in batches."""
        drafts = [self._draft(question) for question in questions]
        prompts = [draft.packed.prompt for draft in drafts if draft.packed]
        generations = iter(self.generator.generate(prompts, self.decoding) if prompts else [])
        return [
            self._finish(draft, draft.packed, next(generations)) if draft.packed else self._abstain(draft)
            for draft in drafts
        ]

    def stream(self, question: str) -> AnswerStream:
        """Return the answer's text in pieces as it is generated; the whole `Answer` is there when they are used up."""
        return AnswerStream(self, self._draft(question))

    def _draft(self, question: str) -> _Draft:
        if not question.strip():
            raise ValueError("the question is empty: ask something")
        hits = self.retriever.retrieve(question, self.k, self.where)
        evidence = best_cosine(hits)
        if not hits or (evidence is not None and evidence < self.min_evidence):
            return _Draft(question, hits, evidence or 0.0, None)
        window: Window = self.generator
        if self.prompt_tokens is not None:
            window = CappedWindow(self.generator, self.prompt_tokens)
        passages = [hit.chunk for hit in hits]
        packed = self.prompt.pack(window, self.decoding.max_new_tokens, {"question": question}, passages)
        return _Draft(question, hits, evidence or 0.0, packed)

    def _finish(self, draft: _Draft, packed: Packed, generation: Generation) -> Answer:
        text = whole_sentences(generation)
        usage = Usage(generation.prompt_tokens, generation.completion_tokens, self.generator.context_window)
        if is_refusal(text):
            return self._abstain(draft, usage)
        citations, sentences = cite(text, draft.question, packed.passages)
        return Answer(
            question=draft.question,
            text=text,
            citations=tuple(citations),
            hits=tuple(draft.hits),
            dropped=packed.dropped,
            usage=usage,
            sentences=tuple(sentences),
            evidence=draft.evidence,
            model=self.generator.name,
        )

    def _abstain(self, draft: _Draft, usage: Usage | None = None) -> Answer:
        return Answer(
            question=draft.question,
            text=ABSTENTION,
            hits=tuple(draft.hits),
            dropped=draft.packed.dropped if draft.packed else (),
            usage=usage or Usage(context_window=self.generator.context_window),
            abstained=True,
            evidence=draft.evidence,
            model=self.generator.name,
        )


def check_options(k: object, min_evidence: object, prompt_tokens: object) -> None:
    """Raise ValueError for options that no pipeline can have, whatever a configuration gave."""
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"k is {k!r}: at least one passage has to be retrieved")
    if not isinstance(min_evidence, int | float) or not -1 <= min_evidence <= 1:
        raise ValueError(f"min_evidence is {min_evidence!r}: it is a cosine, from -1 to 1")
    if prompt_tokens is not None and (not isinstance(prompt_tokens, int) or prompt_tokens < 1):
        raise ValueError(f"prompt_tokens is {prompt_tokens!r}: a prompt needs room for at least one")


@dataclass(frozen=True)
class CappedWindow:
    """A generator's window of which only so many tokens are used."""

    window: Window
    most: int

    @property
    def style(self) -> Style:
        return self.window.style

    @property
    def special_tokens(self) -> frozenset[str]:
        special: frozenset[str] = getattr(self.window, "special_tokens", frozenset())
        return special

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return self.window.count_tokens(prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        return min(self.most, self.window.prompt_window(max_new_tokens))


@dataclass(frozen=True)
class _Draft:
    """A question with what was found for it; no prompt when the evidence is too thin to try."""

    question: str
    hits: Sequence[Hit]
    evidence: float
    packed: Packed | None


class AnswerStream:
    """An answer under way: iterate for its text in pieces, then read `answer`.

    The answer's text is that of the pieces, without white space around it and without a last sentence that was cut off.
    """

    def __init__(self, pipeline: Pipeline, draft: _Draft) -> None:
        self._pipeline = pipeline
        self._draft = draft
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[str]:
        pipeline, packed = self._pipeline, self._draft.packed
        if packed is None:
            self._answer = pipeline._abstain(self._draft)
            yield self._answer.text
            return
        pieces = []
        for piece in pipeline.generator.stream(packed.prompt, pipeline.decoding):
            pieces.append(piece)
            yield piece
        text = "".join(pieces)
        # Less the special tokens and chat marks, which are counted with any prompt and no part of an answer.
        tokens = pipeline.generator.count_tokens(text) - pipeline.generator.count_tokens("")
        finish: Literal["stop", "length"] = "length" if tokens >= pipeline.decoding.max_new_tokens else "stop"
        self._answer = pipeline._finish(self._draft, packed, Generation(text, packed.prompt_tokens, tokens, finish))

    @property
    def answer(self) -> Answer:
        """The whole answer with its citations. Raises RuntimeError before the pieces are used up."""
        if self._answer is None:
            raise RuntimeError("the answer is not complete yet: iterate over the stream first")
        return self._answer


def whole_sentences(generation: Generation) -> str:
    """Return a generation's text without the sentence in which it was cut off, unless that is all there is."""
    text = generation.text.strip()
    spans = sentence_spans(text)
    if generation.finish == "stop" or len(spans) < 2 or text.endswith((".", "!", "?")):
        return text
    return text[: spans[-2][1]]


def best_cosine(hits: Sequence[Hit]) -> float | None:
    """Return the highest cosine among hits, None when none of them was found by dense search."""
    cosines = [hit.parts.get("dense") for hit in hits]
    return max((cosine for cosine in cosines if cosine is not None), default=None)


def is_refusal(text: str) -> bool:
    """Whether a generated answer says, in the ways that models have, that it does not know; nothing said counts too."""
    return not text or _REFUSAL.match(text) is not None


_REFUSAL = re.compile(
    r"""\W*(?:
      i\ (?:am\ )?(?:do\ not|don['’]t|cannot|can['’]t|not|could\ not|couldn['’]t)\ (?:have\ |be\ )?
        (?:know|answer|find|sure|enough|any|the\ information|provide|tell)
    | (?:i['’]m|i\ am)\ (?:sorry|not\ sure|unable)
    | unanswerable\b | no\ answer\b | unknown\W*$ | not\ (?:stated|mentioned|given|specified)\b
    | (?:the|these)\ (?:passages?|context|documents?|text|answer)\ (?:do|does|is)\ not\ (?:\w+\ ){0,3}?
        (?:contain|say|hold|provide|mention|answer|state|specify|include|in)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
