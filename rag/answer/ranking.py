"""Ranking: the candidate spans of all sections in one order, by all that is known of each.

A reader's margins compare the spans of one section well, and those of different sections badly. A linear model adds
what else speaks for a span: its type, the relevance of its sentence, and the question's words there.

>>> best, *others = rank_spans(question, spans, hits, confidence.ranking)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import exp, log, log1p

from ingest.types import Chunk
from rag.answer.anchors import NO_ANCHORS, Anchors
from rag.answer.asked import fits_wanted
from rag.answer.disagreement import asks_for_old, date_statement
from rag.answer.doubts import find_doubts
from rag.answer.evidence import Evidence
from rag.answer.match import normalize_answer
from rag.answer.synonyms import mean_same
from rag.answer.words import read_content
from rag.reader.base import Span
from stores.base import Hit

LARGEST_MARGIN = 20.0  # logits: margins beyond it are clipped
MOST_BM25 = 20.0
MOST_LEAD = 8.0
AS_GOOD = 0.5  # of a score
TYPO = 5  # letters of a word from which on one may be wrong


@dataclass(frozen=True)
class SpanSignals:
    """The signals that a candidate span is ranked by.

    `margin` is the reader's in logits, `behind` how far it is below the best of its section, `relevance` the logit of
    the relevance of its sentence. `hit` is the cosine of the hit that it is in, `later` the number of better hits,
    `words` the BM25 of the hit. `named` is the share of the question's words, rare ones weighing more, that the
    sentence or row holds, `around` the share that its context adds, `passed` the one that the section adds. `fits` is 1
    for a span of the type asked for, -1 for one of another. `repeats` is the share of its words that the question has,
    `length` the logarithm of their number, `row` is 1 in a table. `others` is the number of further sections with a
    span that says the same. `newer` is 1 in the newest of the dated sources, -1 in the oldest, and 0 without a date or
    where the question asks for what was. The last four are 1 for a span with that doubt.
    """

    margin: float
    behind: float
    relevance: float
    hit: float
    later: float
    words: float
    named: float
    around: float
    passed: float
    fits: float
    repeats: float
    length: float
    row: float
    others: float
    newer: float
    off_topic: float = 0.0
    off_column: float = 0.0
    off_measure: float = 0.0
    off_attribute: float = 0.0


SPAN_SIGNALS = tuple(field.name for field in fields(SpanSignals))


@dataclass(frozen=True)
class RankingModel:
    """A linear function of the signals of a span, by their names; `rag.evaluate.rank_fit` fits one."""

    weights: Mapping[str, float]

    def score(self, signals: SpanSignals) -> float:
        """Return the score of a span: the softmax of the scores of a question's spans is their chance to be right."""
        return float(sum(weight * getattr(signals, name) for name, weight in self.weights.items()))


@dataclass(frozen=True)
class Candidate:
    """A span that may answer. `chance` compares it with the other candidates: without a model it is the reader's.

    `score` is that of the ranking model, None without one.
    """

    span: Span
    chance: float
    score: float | None = None


def rank_spans(
    question: str,
    spans: Sequence[Span],
    hits: Sequence[Hit],
    model: RankingModel | None = None,
    anchors: Anchors = NO_ANCHORS,
) -> list[Candidate]:
    """Return the spans of all sections, and their others, as candidates, best first: without a model by their margins.

    Spans without text are left out.
    """
    if model is None:
        every = [span for best in spans for span in (best, *best.others) if span.text]
        return [Candidate(span, span.probability) for span in sorted(every, key=lambda span: -span.margin)]
    scores = [(model.score(signals), span) for span, signals in signals_of_spans(question, spans, hits, anchors)]
    scores.sort(key=lambda pair: -pair[0])
    # Of spans with the same figure that are as good as the best, the reader chooses.
    equals = [pair for pair in scores if pair[0] > scores[0][0] - AS_GOOD and _have_same_figures(pair[1], scores[0][1])]
    if equals:
        chosen = max(equals, key=lambda pair: pair[1].margin)
        scores = [(scores[0][0], chosen[1]), *(pair for pair in scores if pair is not chosen)]
    total = sum(exp(score - scores[0][0]) for score, _ in scores)
    return [Candidate(span, exp(score - scores[0][0]) / total, score) for score, span in scores]


def lead_of(candidates: Sequence[Candidate]) -> float | None:
    """Return how far the best candidate's score is above that of the best which says something else.

    It is None without scores, and the most that counts without such a candidate. A part of the same phrase, as "Monday"
    of "Monday, 29 June", says nothing else, nor does the same figure in other words.
    """
    if not candidates or candidates[0].score is None:
        return None
    best = candidates[0].span
    said = normalize_answer(best.text)
    rivals = (other for other in candidates if normalize_answer(other.span.text) != said)
    rival = next(
        (
            other
            for other in rivals
            if not _are_one_phrase(best, other.span) and not _have_same_figures(best, other.span)
        ),
        None,
    )
    lead = MOST_LEAD if rival is None or rival.score is None else candidates[0].score - rival.score
    return min(lead, MOST_LEAD)


def _are_one_phrase(span: Span, other: Span) -> bool:
    """Tell whether two spans of one text overlap, or only a comma or a preposition is between them."""
    if (span.chunk.source, span.chunk.start) != (other.chunk.source, other.chunk.start):
        return False
    first, second = sorted((span, other), key=lambda one: one.start)
    return second.start <= first.end or _JOINT.fullmatch(span.chunk.text, first.end, second.start) is not None


def _have_same_figures(span: Span, other: Span) -> bool:
    """Tell whether two spans have figures, and the same ones: "12 weeks" and "a 12-week agreement"."""
    said, others = read_content(span.text), read_content(other.text)
    return (
        bool(said.quantities)
        and len(said.quantities) == len(others.quantities)
        and not (said.dates or others.dates)
        and all(one.equals(two) for one, two in zip(said.quantities, others.quantities, strict=True))
    )


_JOINT = re.compile(r"[\s,]*(?:(?:in|at|on|of|the)\s+){0,2}", re.IGNORECASE)


def signals_of_spans(
    question: str, spans: Sequence[Span], hits: Sequence[Hit], anchors: Anchors = NO_ANCHORS
) -> list[tuple[Span, SpanSignals]]:
    """Return the spans of all sections, and their others, with their signals; those without text are left out."""
    places: dict[tuple[str, int, int], tuple[Span, Span]] = {}
    for best in spans:
        for span in (best, *best.others):
            if span.text:
                places.setdefault((span.chunk.source, span.chunk.start + span.start, len(span.text)), (span, best))
    candidates = list(places.values())
    sections_of: dict[str, set[int]] = {}
    for span, best in candidates:
        sections_of.setdefault(normalize_answer(span.text), set()).add(id(best.chunk))

    ages = {} if asks_for_old(question) else {span.chunk.source: date_statement(span).age for span in spans}
    dated = sorted({age for age in ages.values() if any(age)})
    shares = WordShares(question, [span.chunk for span in spans])
    asked = read_content(question).words
    signals = []
    for span, best in candidates:
        place = Evidence(span.chunk, span.start, span.end)
        later, hit = next(
            ((number, hit) for number, hit in enumerate(hits) if _is_within(span.chunk, hit.chunk)), (len(hits), None)
        )
        near = place.record or (place.line if place.is_row else place.sentence.text)
        age = ages.get(span.chunk.source)
        named, around = shares.share(near), shares.share(near, place.context)
        said = read_content(span.text).words
        relevance = min(max(span.relevance or 0.0, 1e-4), 1 - 1e-4)
        doubts = find_doubts(span.text, question, place, anchors)
        signals.append(
            SpanSignals(
                margin=max(-LARGEST_MARGIN, min(LARGEST_MARGIN, span.margin)),
                behind=min(best.margin - span.margin, LARGEST_MARGIN),
                relevance=log(relevance / (1 - relevance)),
                hit=hit.parts.get("dense", 0.0) if hit else 0.0,
                later=float(later),
                words=min(hit.parts.get("bm25", 0.0), MOST_BM25) if hit else 0.0,
                named=named,
                around=around - named,
                passed=max(shares.share(near, place.context, span.chunk.text) - around, 0.0),
                fits=fits_wanted(question, place),
                repeats=len(said & asked) / max(len(said), 1),
                length=log1p(len(span.text.split())),
                row=float(place.is_row),
                others=float(len(sections_of[normalize_answer(span.text)]) - 1),
                newer=2 * dated.index(age) / (len(dated) - 1) - 1 if len(dated) > 1 and age in dated else 0.0,
                off_topic=float("topic" in doubts),
                off_column=float("column" in doubts),
                off_measure=float("measure" in doubts),
                off_attribute=float("attribute" in doubts),
            )
        )
    return [(span, known) for (span, _), known in zip(candidates, signals, strict=True)]


def _is_within(section: Chunk, chunk: Chunk) -> bool:
    return section.source == chunk.source and chunk.start <= section.start < max(chunk.end, chunk.start + 1)


class WordShares:
    """The share of a question's words that texts hold; a word weighs more the fewer of the sections have it."""

    def __init__(self, question: str, sections: Sequence[Chunk]) -> None:
        texts = [read_content("\n".join([*section.heading, section.text])).words for section in sections]
        self._known: dict[tuple[str, str], bool] = {}
        self._weights = {}
        for word in read_content(question).words:
            holding = sum(self._is_held(word, words) for words in texts)
            self._weights[word] = log((len(texts) + 1) / (holding + 0.5))
        self._total = sum(self._weights.values())

    def share(self, *texts: str) -> float:
        """Return the share of the question's words that the texts hold together, from 0 to 1."""
        words = frozenset().union(*(read_content(text).words for text in texts))
        held = sum(weight for word, weight in self._weights.items() if self._is_held(word, words))
        return held / self._total if self._total > 0 else 0.0

    def _is_held(self, word: str, words: Iterable[str]) -> bool:
        return word in words or any(self._means(word, other) for other in words)

    def _means(self, word: str, other: str) -> bool:
        if (word, other) not in self._known:
            self._known[word, other] = mean_same(word, other) or is_misspelt(word, other)
        return self._known[word, other]


def is_misspelt(word: str, other: str) -> bool:
    """Tell whether two words of letters differ by one letter, or by two that changed places."""
    if min(len(word), len(other)) < TYPO or abs(len(word) - len(other)) > 1 or not (word + other).isalpha():
        return False
    low = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    one, two = word[low:], other[low:]
    return one[1:] == two or one == two[1:] or one[1:] == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])
