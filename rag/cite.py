"""Which span of which source supports each sentence of an answer: computed from the texts, never asked of the model.

A sentence is supported by the smallest run of one to three source sentences that holds enough of its content words and
all of its numbers, and does not deny what the sentence says. Nothing here knows which model wrote the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.types import AnswerSentence, Citation

MIN_SUPPORT = 0.7
LONGEST_RUN = 3
CLAUSE = 4  # content words from which on a sentence claims something, rather than naming it
RUN_COST = 0.05  # of support, for each further sentence: of two runs that support, the shorter one is shown
RELEVANCE = 0.05  # at most, for holding the question's words: enough to choose between equals


@dataclass(frozen=True)
class Span:
    """One to three sentences of a passage: `chunk.text[start:end]`."""

    chunk: Chunk
    start: int
    end: int
    sentences: int

    @property
    def text(self) -> str:
        return self.chunk.text[self.start : self.end]

    @cached_property
    def content(self) -> Content:
        return Content.of(self.text)

    @cached_property
    def parts(self) -> list[Content]:
        """The content of each sentence."""
        return [Content.of(self.text[start:end]) for start, end in sentence_spans(self.text)]

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Content:
    """What a text states, as far as words show it."""

    words: frozenset[str]
    numbers: frozenset[str]
    denied: bool

    @classmethod
    def of(cls, text: str) -> Content:
        tokens = [token.casefold() for token in _TOKEN.findall(text)]
        return cls(
            words=frozenset(stem(token) for token in tokens if token not in STOP_WORDS and not token[0].isdigit()),
            numbers=frozenset(_number(token) for token in tokens if token[0].isdigit()),
            denied=any(token in NEGATIONS or token.endswith(("n't", "n’t")) for token in tokens),
        )

    @property
    def size(self) -> int:
        return len(self.words) + len(self.numbers)


def cite(text: str, question: str, passages: Sequence[Chunk]) -> tuple[list[Citation], list[AnswerSentence]]:
    """Return the citations of an answer in order of first use, and its sentences with the citations' numbers.

    A sentence that no passage supports has no number. `citation.text == document.text[start:end]` by construction.
    """
    spans = [span for chunk in passages for span in _spans(chunk)]
    asked = Content.of(question)
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    for start, end in sentence_spans(text):
        found = best_support(text[start:end], asked, spans)
        number = None
        if found is not None:
            span, support = found
            key = (span.chunk.source, span.chunk.start + span.start, span.chunk.start + span.end)
            citation = citations.setdefault(key, _citation(len(citations) + 1, span, support))
            number = citation.number
        sentences.append(AnswerSentence(start, end, number))
    return list(citations.values()), sentences


def best_support(sentence: str, asked: Content, spans: Sequence[Span]) -> tuple[Span, float] | None:
    """Return the span that supports a sentence best, with the share of its content that it holds; None if none does.

    Among equals the span that also holds more of the question wins, then the shorter one, then the earlier.
    """
    content = Content.of(sentence)
    best: tuple[tuple[float, float, int], Span, float] | None = None
    for position, span in enumerate(spans):
        held = support(content, span, asked)
        if held < MIN_SUPPORT:
            continue
        relevance = _share(asked, span.content)
        rank = (held - RUN_COST * (span.sentences - 1) + RELEVANCE * relevance, -span.length, -position)
        if best is None or rank > best[0]:
            best = rank, span, held
    return (best[1], best[2]) if best else None


def support(sentence: Content, span: Span, asked: Content) -> float:
    """Return the share of a sentence's content that a span holds, from 0 to 1.

    0 when a number is missing, when one of the two denies and the other does not (an answer of a few words may stand in
    a sentence that denies something else), or when there is nothing to check. What the sentence adds to the question
    has to be held as well as the whole: an echo of the question proves nothing.
    """
    held = span.content
    if not sentence.size or sentence.numbers - held.numbers:
        return 0.0
    whole = _share(sentence, held)
    if whole < MIN_SUPPORT or _contradicts(sentence, span):
        return 0.0
    added = Content(sentence.words - asked.words, sentence.numbers - asked.numbers, sentence.denied)
    return min(whole, _share(added, held)) if added.size else whole


def _contradicts(sentence: Content, span: Span) -> bool:
    """Whether the source sentence nearest to this one denies and this one does not, or the other way round."""
    nearest = max(span.parts, key=lambda part: _share(sentence, part))
    return sentence.denied != nearest.denied and (sentence.denied or sentence.size >= CLAUSE)


def stem(word: str) -> str:
    """Return a word without its commonest English endings: enough to match plural and past with their base."""
    word = word.removesuffix("'s").removesuffix("’s")
    for ending, keep in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + keep
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _spans(chunk: Chunk) -> Iterator[Span]:
    """Yield the runs of one to LONGEST_RUN sentences of a passage."""
    sentences = sentence_spans(chunk.text)
    for first, (start, _) in enumerate(sentences):
        for count, (_, end) in enumerate(sentences[first : first + LONGEST_RUN], start=1):
            yield Span(chunk, start, end, count)


def _citation(number: int, span: Span, support: float) -> Citation:
    chunk = span.chunk
    return Citation(
        number=number,
        source=chunk.source,
        start=chunk.start + span.start,
        end=chunk.start + span.end,
        text=span.text,
        page=chunk.page,
        heading=chunk.heading,
        support=round(support, 3),
    )


def _share(content: Content, held: Content) -> float:
    if not content.size:
        return 0.0
    return (len(content.words & held.words) + len(content.numbers & held.numbers)) / content.size


def _number(token: str) -> str:
    """A number as it is compared: no thousands separators, no trailing point or unit letters' case."""
    return token.replace(",", "").rstrip(".")


_TOKEN = re.compile(r"\d[\d.,]*\d|\d+\w*|[^\W\d_]+(?:['’][^\W\d_]+)?")

NEGATIONS = frozenset({"not", "no", "never", "neither", "nor", "none", "cannot", "without"})

_COMMON = """
    a about after all also an and any are as at be because been before being between both but by can could did do
    does doing during each few for from further had has have having he her here hers him his how i if in into is it its
    itself just me more most my no nor not of off on once only or other our out over own same she should so some such
    than that the their them then there these they this those through to too under until up very was we were what when
    where which while who whom why will with would you your answer based passage passages context according
    """

STOP_WORDS = frozenset(_COMMON.split())
