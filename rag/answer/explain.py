"""The explaining strategy: the sentences of the passages that explain, in reading order.

Sentences are chosen from the passage that fits the question best, and from others that fit nearly as well. Their scores
are those of the reader's head for relevance, or without one the cosines of sentence and question. A list comes with
its lead-in and in its order, and a sentence that leans on the one before brings that along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import exp

import numpy as np
from numpy.typing import NDArray

from ingest.embed import Embedder
from ingest.sections import split_sections
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.evidence import Evidence
from rag.answer.faq import find_entries, match_entries
from rag.answer.polarity import content_tokens
from rag.answer.strategy import Strategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.words import stem
from rag.reader.base import JudgingReader, Reader

LONGEST = 6  # sentences of an explanation, the items of lists among them
STEPS = 12  # items of a numbered list, which is given whole: half of the steps are no way
MIN_COSINE = 0.35  # of the best sentence under its heading and the question
MIN_RELEVANCE = 0.3  # probability of the best sentence, where the reader's head scores
MIN_TOPIC = 0.6  # share of the question's content words that the best passage holds
NEAR_SECTION, NEAR_SENTENCE = (
    0.9,
    0.1,
)  # a further passage's share of the best score, its sentences' distance from the best
RELEVANT = 0.5  # probability from which on a sentence is relevant, where the reader's head scores
REPEATED = 0.85  # cosine of two sentences that say the same
MARGIN_WEIGHT, MARGIN_SCALE = 0.3, 3.0  # what the reader's margin counts beside the cosines, and its unit in logits


@dataclass(frozen=True)
class Sentence:
    """A sentence or a list item of a section, `section.text[start:end]`, with its score.

    `place` is its number in the section, `lead` that of the sentence that leads into its list, -1 outside of lists.
    """

    section: Chunk
    place: int
    start: int
    end: int
    score: float
    lead: int = -1

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.section.text[self.start : self.end]

    @property
    def is_item(self) -> bool:
        """Tell whether it is an item of a list."""
        return _ITEM.match(self.text) is not None


@dataclass(frozen=True)
class Passage:
    """A section with its sentences, and how well it fits the question. `vectors` are those of its sentences, if any."""

    section: Chunk
    sentences: tuple[Sentence, ...]
    score: float
    vectors: NDArray[np.float32] | None = None

    @property
    def best(self) -> float:
        """The score of its best sentence."""
        return max(sentence.score for sentence in self.sentences)


@dataclass(frozen=True)
class Explain(Strategy):
    """Answers questions for a reason, a way or a summary, with two to six sentences of the sources."""

    abstention: Abstention
    reader: Reader | None = None
    embedder: Embedder | None = None

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.embedder)

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [
            self.abstention.abstain(question) if question.anchors.unanswerable else self._answer(question)
            for question in questions
        ]

    def _answer(self, question: Retrieved) -> Answer:
        sections = [span.chunk for span in question.spans] or [
            part for hit in question.hits for part in split_sections(hit.chunk)
        ]
        vocabulary = self._vocabulary
        # An entry that asks the same is answered by its own author.
        entries = list(find_entries(sections))
        matches = match_entries(question.question, entries, vocabulary, self.embedder)
        chosen: Sequence[Sentence] = ()
        if matches and matches[0].relation == "same":
            answer = matches[0].entry.answer
            chosen = _cut(list(_sentences_of(answer, [1.0] * len(sentence_spans(answer.text)))), LONGEST)
        if not chosen:
            passages = self.rank_passages(question, sections)
            if passages and self._is_about(question.question, passages[0], vocabulary):
                chosen = choose_sentences(passages, has_probabilities=self._has_relevance)
        return self._cite(question, chosen)

    @property
    def _has_relevance(self) -> bool:
        return isinstance(self.reader, JudgingReader) and self.reader.has_relevance

    def rank_passages(self, question: Retrieved, sections: Sequence[Chunk]) -> list[Passage]:
        """Return the sections that are about what the question names, with their scored sentences, best first."""
        sections = [
            section
            for section in sections
            if section.text.strip() and judge_quotation(Evidence(section, 0, len(section.text)), question.anchors)
        ]
        spans = [sentence_spans(section.text) for section in sections]
        scores, vectors = self._score(question.question, sections, spans)
        margins = {(span.chunk.source, span.chunk.start): span.margin for span in question.spans}
        passages = []
        for section, scored, embedded in zip(sections, scores, vectors, strict=True):
            margin = max(-30.0, min(30.0, margins.get((section.source, section.start), 0.0)))
            # The cosine of the hit that the section is a part of.
            cosines = [
                hit.parts.get("dense", 0.0)
                for hit in question.hits
                if hit.chunk.source == section.source and hit.chunk.start <= section.start < hit.chunk.end
            ]
            score = max(cosines, default=0.0) + MARGIN_WEIGHT / (1 + exp(-margin / MARGIN_SCALE)) + max(scored)
            passages.append(Passage(section, tuple(_sentences_of(section, scored)), score, embedded))
        return sorted(passages, key=lambda passage: -passage.score)

    def _score(
        self, question: str, sections: Sequence[Chunk], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[list[list[float]], list[NDArray[np.float32] | None]]:
        """Return the scores of each section's sentences, and their vectors if there is an embedder."""
        texts = [
            section.text[start:end] for section, places in zip(sections, spans, strict=True) for start, end in places
        ]
        titles = [
            f"{section.heading[-1]}: " if section.heading else ""
            for section, places in zip(sections, spans, strict=True)
            for _ in places
        ]
        lengths = [len(places) for places in spans]
        vectors: list[NDArray[np.float32] | None] = [None] * len(sections)
        if self.embedder is not None and texts:
            titled = [title + text for title, text in zip(titles, texts, strict=True)]
            rows = self.embedder.embed_documents(titled)
            vectors = list(np.split(rows, np.cumsum(lengths)[:-1]))
        if isinstance(self.reader, JudgingReader) and self.reader.has_relevance:
            scored = self.reader.score_sentences(question, sections)
            return [[sentence.score for sentence in sentences] for sentences in scored], vectors
        if self.embedder is not None:
            asked = self.embedder.embed_query(question)
            return [[float(row @ asked) for row in part] if part is not None else [] for part in vectors], vectors
        # Without an embedder, the share of the question's words.
        words = set(map(stem, content_tokens(question)))
        shares = [
            len(words & set(map(stem, content_tokens(title + text)))) / max(len(words), 1)
            for title, text in zip(titles, texts, strict=True)
        ]
        return [shares[low:high] for low, high in pairwise(np.cumsum([0, *lengths]))], vectors

    def _is_about(self, question: str, passage: Passage, vocabulary: Vocabulary) -> bool:
        """Tell whether the best passage holds most of what the question is about, and fits it."""
        if passage.best < (MIN_RELEVANCE if self._has_relevance else MIN_COSINE):
            return False
        asked = [word for word in content_tokens(question) if stem(word) not in _ASKING]
        section = passage.section
        context = "\n".join((str(section.metadata.get("title", "")), *section.heading, section.text))
        tokens = list(content_tokens(context))
        held = sum(vocabulary.is_held(word, tokens) for word in asked)
        return held >= MIN_TOPIC * len(asked)

    def _cite(self, question: Retrieved, chosen: Sequence[Sentence]) -> Answer:
        """Return the answer of the chosen sentences, each with its citation."""
        citations: list[Citation] = []
        sentences: list[AnswerSentence] = []
        text = ""
        last: Sentence | None = None
        for sentence in chosen:
            # A sentence is about what its section is about, which holds the anchors.
            support = judge_quotation(Evidence(sentence.section, sentence.start, sentence.end)).score
            # Items and new passages begin lines.
            if last is not None:
                is_new = last.section is not sentence.section or sentence.is_item or last.is_item
                text += "\n" if is_new else " "
            last = sentence
            chunk = sentence.section
            citations.append(
                Citation(
                    number=len(citations) + 1,
                    source=chunk.source,
                    start=chunk.start + sentence.start,
                    end=chunk.start + sentence.end,
                    text=sentence.text,
                    page=chunk.page,
                    heading=chunk.heading,
                    support=round(support, 3),
                )
            )
            sentences.append(AnswerSentence(len(text), len(text) + len(sentence.text), len(citations)))
            text += sentence.text
        if not citations:
            return self.abstention.abstain(question)
        # Sentences are scored by probability, or by cosine.
        score = min(max(sum(sentence.score for sentence in chosen) / len(chosen), 0.0), 1.0)
        usage = Usage(context_window=self.abstention.context_window)
        model = self.reader.name if self.reader else self.abstention.model
        return question.answer(text, model, usage, citations, sentences, score=score)


def choose_sentences(passages: Sequence[Passage], *, has_probabilities: bool = False) -> list[Sentence]:
    """Return the sentences that explain best: in the passages' order, and in each passage in reading order.

    `passages` are best first. The best gives its sentences from the first on, those that are relevant where scores are
    probabilities; others that fit nearly as well give their best, if those do not repeat what is there.
    """
    best, *others = passages
    own = [sentence for sentence in best.sentences if not has_probabilities or sentence.score >= RELEVANT]
    chosen = _complete(best, own or [max(best.sentences, key=lambda sentence: sentence.score)], LONGEST)
    if len(chosen) > LONGEST:
        return chosen  # all steps of a list
    vectors = [_vector_of(best, sentence) for sentence in chosen]
    for passage in others:
        if passage.score < NEAR_SECTION * best.score:
            break
        picked: list[Sentence] = []
        for sentence in sorted(passage.sentences, key=lambda sentence: -sentence.score):
            if sentence.score < (RELEVANT if has_probabilities else best.best - NEAR_SENTENCE):
                break
            vector = _vector_of(passage, sentence)
            if vector is not None and any(float(other @ vector) >= REPEATED for other in vectors if other is not None):
                continue
            completed = _complete(passage, [*picked, sentence], LONGEST - len(chosen))
            if sentence in completed:
                picked = completed
                vectors.append(vector)
        chosen += picked
    return chosen


def _complete(passage: Passage, chosen: Sequence[Sentence], room: int) -> list[Sentence]:
    """Return sentences of a passage in reading order with what they lean on, as many as there is room for.

    An item brings its list's lead-in and the items before it; a numbered list comes whole. A sentence that begins with
    a pronoun brings the one before, and is left out if that has no room.
    """
    sentences = passage.sentences
    numbered = [sentence for sentence in sentences if _NUMBERED.match(sentence.text)]
    places: set[int] = set()
    for sentence in sorted(chosen, key=lambda sentence: sentence.place):
        needed = set(_needed(sentences, sentence))
        if len(places | needed) <= room:
            places |= needed
    if any(step.place in places for step in numbered) and 2 <= len(numbered) <= STEPS:
        steps = {step.place for step in numbered} | {step.lead for step in numbered if step.lead >= 0}
        prose = {place for place in places if not sentences[place].is_item}
        places = steps | prose if len(steps | prose) <= room else steps
    return [sentences[place] for place in sorted(places)]


def _needed(sentences: Sequence[Sentence], sentence: Sentence) -> Iterator[int]:
    """Yield the places of a sentence and of those that it leans on."""
    yield sentence.place
    if sentence.is_item:
        if sentence.lead >= 0:
            yield from _needed(sentences, sentences[sentence.lead])
        yield from range(sentence.lead + 1, sentence.place)
    elif sentence.place and _LEANING.match(sentence.text):
        yield from _needed(sentences, sentences[sentence.place - 1])


def _sentences_of(section: Chunk, scores: Sequence[float]) -> Iterator[Sentence]:
    """Yield the sentences of a section; the lead-in of a list is the sentence before its first item."""
    lead = -1
    for place, ((start, end), score) in enumerate(zip(sentence_spans(section.text), scores, strict=True)):
        sentence = Sentence(section, place, start, end, score)
        if sentence.is_item:
            yield replace(sentence, lead=lead)
        else:
            lead = place
            yield sentence


def _cut(sentences: Sequence[Sentence], room: int) -> list[Sentence]:
    """Return the first sentences, as many as there is room for, and all steps of a numbered list."""
    steps = [sentence for sentence in sentences if _NUMBERED.match(sentence.text)]
    return list(sentences[: max(room, steps[-1].place + 1 if 2 <= len(steps) <= STEPS else 0)])


def _vector_of(passage: Passage, sentence: Sentence) -> NDArray[np.float32] | None:
    return None if passage.vectors is None else np.asarray(passage.vectors[sentence.place], dtype=np.float32)


_ITEM = re.compile(r"\s*(?:[-*+–•‣▪◦●]|\(?(?:\d{1,3}|[a-z])[.)])\s")
_NUMBERED = re.compile(r"\s*\(?\d{1,3}[.)]\s")
_LEANING = re.compile(
    r"""(?:(?:and|but|so|then|also|moreover|furthermore|in\ addition),?\s+)*
    (?:it|its|they|their|them|this|these|those|that|he|she|his|her|such|both|otherwise|instead|in\ (?:that|this)\ case
    |as\ a\ result|for\ (?:example|instance)|therefore|thus|however|but|and|so|then|also)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ASKING = frozenset(
    map(stem, "explain describe summarise summarize happen tell mean purpose reason work way define".split())  # noqa: SIM905
)
