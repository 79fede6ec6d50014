"""What comes out of answering: an answer that carries its evidence, what did not fit and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from prompts.types import Dropped
from stores.base import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a source that supports a sentence of the answer: `text == document.text[start:end]`.

    `number` is how the answer's text refers to it, from 1. `support` is the share of the sentence's content that the
    span holds, from 0 to 1.
    """

    number: int
    source: str
    start: int
    end: int
    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()
    support: float = 1.0


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer, `answer.text[start:end]`, and the number of the citation that supports it, if any."""

    start: int
    end: int
    citation: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost, in tokens. `context_window` is the generator's."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    context_window: int = 0


@dataclass(frozen=True, slots=True)
class Signals:
    """What tells how sure an answer is; None is not known.

    `margin` is by how much the reader's best span beats no answer, in logits, `evidence` the best hit's cosine, `lead`
    how far that is above the next hit's (0 without one). `agreed`: the generator's first answer said what the reader
    reads.
    """

    margin: float | None = None
    evidence: float | None = None
    lead: float | None = None
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence.

    `hits` are what was retrieved, best first, `dropped` the spans of them that did not fit the prompt. `evidence` is
    the best hit's cosine, `confidence` the chance of a right answer (None where nothing tells): what abstention was
    decided by, from what `signals`. An abstained answer's text says so and cites nothing.
    """

    question: str
    text: str
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    usage: Usage = Usage()
    abstained: bool = False
    sentences: tuple[AnswerSentence, ...] = ()
    evidence: float = 0.0
    confidence: float | None = None
    signals: Signals = Signals()
    model: str = ""

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The answer's sentences that no source supports."""
        return tuple(self.text[each.start : each.end] for each in self.sentences if each.citation is None)
