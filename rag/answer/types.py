"""The values of answering: a question with its hits, and the answer with its evidence and its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingest.sections import split_sections
from ingest.types import Chunk
from prompts.types import Dropped
from rag.answer.anchors import Anchors
from rag.answer.kinds import AnswerFormat, QuestionKind
from rag.answer.ranking import Candidate, rank_spans
from rag.generate.base import Generation
from rag.reader.base import Span
from stores.base import Hit, Store
from stores.filters.filter import Filter, matches


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a source that supports a sentence of the answer: `text == document.text[start:end]`.

    The answer's text refers to it by `number`, from 1. `support` is the score of the test of support, from 0 to 1; see
    `rag.answer.support`.
    """

    number: int
    source: str
    start: int
    end: int
    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()
    support: float = 1.0

    @property
    def place(self) -> tuple[str, int, int]:
        """The cited span: source, start, end."""
        return self.source, self.start, self.end


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer, `answer.text[start:end]`, and the number of the citation that supports it, if any."""

    start: int
    end: int
    citation: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that an answer cost. `context_window` is the generator's."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    context_window: int = 0

    @classmethod
    def of(cls, generations: Sequence[Generation], context_window: int) -> Usage:
        """Return the tokens of several generations together."""
        return cls(
            sum(generation.prompt_tokens for generation in generations),
            sum(generation.completion_tokens for generation in generations),
            context_window,
        )


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals that a confidence is estimated from; None is unknown.

    Known before the answer: `margin` is how much the reader's best span beats no answer, in logits. `evidence` is the
    best hit's cosine, `lead` its distance to the next hit's (0 without one).

    `rank` is the ranking score of the best candidate span, `rival` how far it is above the best one that says something
    else; both are None without a ranking model.

    Known afterwards: `agreed` is True if the generator's first answer said what the reader reads. `support` is that of
    the weakest citation, 0 without one. `anchors` is the share of what the question names that the cited spans are
    about. `score` is the strategy's own, from 0 to 1. `sources` is the number of passages that say the same.
    """

    margin: float | None = None
    evidence: float | None = None
    lead: float | None = None
    agreed: bool | None = None
    support: float | None = None
    anchors: float | None = None
    score: float | None = None
    sources: int | None = None
    rank: float | None = None
    rival: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence.

    `hits` are the retrieved passages, best first, `dropped` the spans of them that did not fit the prompt. `evidence`
    is the best hit's cosine, `confidence` the estimated probability of a right answer (None if unknown), estimated from
    `signals`; abstention is decided by the two. The text of an abstained answer says what is missing and cites nothing;
    `nearest` are the passages that come closest, and `missing` is what a strategy knows the documents to lack.
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
    missing: str = ""
    nearest: tuple[Citation, ...] = ()

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The answer's sentences that no source supports."""
        return tuple(self.text[one.start : one.end] for one in self.sentences if one.citation is None)


@dataclass(frozen=True)
class Retrieved:
    """A question with its hits, best first, and the reader's spans, if there is a reader.

    The spans are those of the sections of the hits' chunks, one a section, in order, and `ranked` all of them and their
    others, the best first, as a ranking model orders them. `anchors` are what the question names. `signals` and
    `confidence` are as far as they are known by now. A `refused` question stays unanswered. `kind` stays what it is
    when another strategy answers in another format. `further` are hits beyond those, worse ones, which only a lookup in
    tables considers. `where` is the filter that all of them passed, and any other chunk has to pass.
    """

    question: str
    answer_format: AnswerFormat
    hits: Sequence[Hit]
    spans: Sequence[Span] = ()
    anchors: Anchors = field(default_factory=Anchors)
    signals: Signals = Signals()
    confidence: float | None = None
    refused: bool = False
    kind: QuestionKind = "short"
    ranked: Sequence[Candidate] = ()
    further: Sequence[Hit] = ()
    where: Filter | None = None

    def read_document(self, store: Store, source: str) -> list[Chunk]:
        """Return the chunks of a document that the question's filter allows, in order."""
        return [chunk for chunk in store.chunks(source) if self.where is None or matches(self.where, chunk)]

    @cached_property
    def candidates(self) -> Sequence[Candidate]:
        """The spans that may answer, best first: as they were ranked, or by the reader's margins."""
        return self.ranked or rank_spans(self.question, self.spans, self.hits)

    @cached_property
    def sections(self) -> list[Chunk]:
        """The parts of the hits' chunks under one heading each, hits best first."""
        return [section for hit in self.hits for section in split_sections(hit.chunk)]

    @property
    def read_sections(self) -> list[Chunk]:
        """The sections as the reader was shown them; without a reader, all."""
        return [span.chunk for span in self.spans] or self.sections

    def answer(
        self,
        text: str,
        model: str,
        usage: Usage,
        citations: Sequence[Citation] = (),
        sentences: Sequence[AnswerSentence] = (),
        dropped: Sequence[Dropped] = (),
        abstained: bool = False,
        score: float | None = None,
    ) -> Answer:
        """Return the answer to this question, with its hits and signals.

        `score`, from 0 to 1, is how sure the strategy is of it by its own measure; the confidence learns its worth.
        """
        return Answer(
            question=self.question,
            text=text,
            citations=tuple(citations),
            hits=tuple(self.hits),
            dropped=tuple(dropped),
            usage=usage,
            abstained=abstained,
            sentences=tuple(sentences),
            evidence=self.signals.evidence or 0.0,
            confidence=self.confidence,
            signals=self.signals if score is None else replace(self.signals, score=score),
            model=model,
        )
