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
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.cite import citation_of
from rag.answer.editions import keep_newest
from rag.answer.evidence import Evidence
from rag.answer.faq import find_entries, match_entries
from rag.answer.polarity import content_tokens
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.words import stem
from rag.reader.base import JudgingReader, Reader

LONGEST = 6  # sentences of an explanation, the items of lists among them
STEPS = 12  # items of a numbered list, which is given whole: half of the steps are no way
MIN_COSINE = 0.35  # of the best sentence under its heading and the question
MIN_RELEVANCE = 0.6  # probability of the best sentence, where the reader's head scores
MIN_TOPIC = 0.5  # share of the question's content words that the best passage holds
NEAR_SECTION = 0.9  # share of the best passage's score that a further passage needs
NEAR_SENTENCE = 0.1  # distance of its sentences from the best sentence, in cosine
RELEVANT = 0.5  # probability from which on a sentence is relevant, where the reader's head scores,
LOOSELY_RELEVANT = 0.2  # ... in a passage of no more than LONGEST sentences,
RELEVANT_ELSEWHERE = 0.6  # ... and in a further passage
REPEATED = 0.85  # cosine of two sentences that say the same
RELEVANCE_WEIGHT = 0.25  # what the best probability counts beside the cosines, where passages are ranked
MARGIN_WEIGHT, MARGIN_SCALE = 0.3, 3.0  # what the reader's margin counts beside the cosines, and its unit in logits


@dataclass(frozen=True)
class Sentence:
    """A sentence or a list item of a section, `section.text[start:end]`.

    `score` is its probability or cosine. `place` is its number in the section, `lead` that of the sentence or item that
    leads into its list, -1 outside of lists.
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

    @property
    def number(self) -> int | None:
        """The number of a step."""
        match = _NUMBERED.match(self.text)
        return int(match[1]) if match else None


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
class Explain(SingleStrategy):
    """Answers questions for a reason, a way or a summary, with two to six sentences of the sources."""

    abstention: Abstention
    reader: Reader | None = None
    embedder: Embedder | None = None

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.embedder)

    def answer_one(self, question: Retrieved) -> Answer:
        if question.anchors.unanswerable:
            return self.abstention.abstain(question)
        sections = keep_newest(question.question, question.read_sections, question.hits)
        # An entry that asks the same is answered by its own author.
        matches = match_entries(question.question, list(find_entries(sections)), self._vocabulary, self.embedder)
        if matches and matches[0].relation == "same":
            sentences = divide_section(matches[0].entry.answer)
            return self._cite(question, _first(sentences, LONGEST))
        passages = self.rank_passages(question, sections)
        if not passages or not self._is_about(question.question, passages[0]):
            return self.abstention.abstain(question)
        return self._cite(question, choose_sentences(passages, has_probabilities=self._has_relevance))

    @property
    def _has_relevance(self) -> bool:
        return isinstance(self.reader, JudgingReader) and self.reader.has_relevance

    def rank_passages(self, question: Retrieved, sections: Sequence[Chunk]) -> list[Passage]:
        """Return the sections that are about what the question names, with their scored sentences, best first."""
        asks_why_or_how = _WHY.search(question.question) is not None
        divided = [
            sentences
            for section in sections
            if judge_quotation(Evidence(section, 0, len(section.text)), question.anchors)
            and (sentences := divide_section(section))
            and not (asks_why_or_how and all(_is_row(sentence) for sentence in sentences))
        ]
        if not divided:
            return []
        cosines, vectors = self._cosines(question.question, divided)
        scores = self._relevance(question.question, divided) or cosines
        margins = {(span.chunk.source, span.chunk.start): span.margin for span in question.spans}
        passages = []
        for sentences, near, scored, embedded in zip(divided, cosines, scores, vectors, strict=True):
            section = sentences[0].section
            margin = max(-30.0, min(30.0, margins.get((section.source, section.start), 0.0)))
            # The cosine of the hit that the section is a part of.
            dense = [
                hit.parts.get("dense", 0.0)
                for hit in question.hits
                if hit.chunk.source == section.source and hit.chunk.start <= section.start < hit.chunk.end
            ]
            score = max(dense, default=0.0) + max(near) + MARGIN_WEIGHT / (1 + exp(-margin / MARGIN_SCALE))
            score += RELEVANCE_WEIGHT * max(scored) * self._has_relevance
            rated = tuple(replace(sentence, score=value) for sentence, value in zip(sentences, scored, strict=True))
            passages.append(Passage(section, rated, score, embedded))
        return sorted(passages, key=lambda passage: -passage.score)

    def _cosines(
        self, question: str, divided: Sequence[Sequence[Sentence]]
    ) -> tuple[list[list[float]], list[NDArray[np.float32] | None]]:
        """Return the cosine of each sentence, under its title, with the question, and the sentences' vectors.

        Without an embedder it is the share of the question's words, and there are no vectors.
        """
        titled = [
            f"{sentence.section.heading[-1]}: {sentence.text}" if sentence.section.heading else sentence.text
            for sentences in divided
            for sentence in sentences
        ]
        borders = np.cumsum([len(sentences) for sentences in divided])
        if self.embedder is None:
            words = set(map(stem, content_tokens(question)))
            shares = [len(words & set(map(stem, content_tokens(text)))) / max(len(words), 1) for text in titled]
            return [shares[low:high] for low, high in pairwise([0, *borders])], [None] * len(divided)
        parts = np.split(self.embedder.embed_documents(titled), borders[:-1])
        asked = self.embedder.embed_query(question)
        return [[float(row @ asked) for row in part] for part in parts], list(parts)

    def _relevance(self, question: str, divided: Sequence[Sequence[Sentence]]) -> list[list[float]]:
        """Return the probability of each sentence by the reader's head; nothing without one."""
        if not isinstance(self.reader, JudgingReader) or not self.reader.has_relevance:
            return []
        scored = self.reader.score_sentences(question, [sentences[0].section for sentences in divided])
        # A sentence that was divided further has the score of the whole.
        return [
            [
                max(
                    (whole.score for whole in wholes if whole.start < sentence.end and whole.end > sentence.start),
                    default=0.0,
                )
                for sentence in sentences
            ]
            for sentences, wholes in zip(divided, scored, strict=True)
        ]

    def _is_about(self, question: str, passage: Passage) -> bool:
        """Tell whether the best passage holds most of what the question is about, and fits it."""
        if passage.best < (MIN_RELEVANCE if self._has_relevance else MIN_COSINE):
            return False
        asked = [word for word in content_tokens(question) if stem(word) not in _ASKING]
        section = passage.section
        tokens = list(
            content_tokens("\n".join((str(section.metadata.get("title", "")), *section.heading, section.text)))
        )
        held = sum(self._vocabulary.is_held(word, tokens) for word in asked)
        return held >= MIN_TOPIC * len(asked)

    def _cite(self, question: Retrieved, chosen: Sequence[Sentence]) -> Answer:
        """Return the answer of the chosen sentences, each with its citation."""
        citations: list[Citation] = []
        sentences: list[AnswerSentence] = []
        text = ""
        last: Sentence | None = None
        for sentence in chosen:
            # A sentence is about what its section is about.
            support = judge_quotation(Evidence(sentence.section, 0, len(sentence.section.text)), question.anchors)
            if not support:
                continue
            # Items and new passages begin lines.
            if last is not None:
                is_new = last.section is not sentence.section or sentence.is_item or last.is_item
                text += "\n" if is_new else " "
            last = sentence
            evidence = Evidence(sentence.section, sentence.start, sentence.end)
            citations.append(citation_of(evidence, len(citations) + 1, support))
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

    `passages` are best first. The best gives its sentences from the first relevant one to the last where scores are
    probabilities, of long lists only relevant items; where they are cosines, from its first sentence on. Others that
    fit nearly as well give their best sentences, if those do not repeat what is there.
    """
    best, *others = passages
    own = list(best.sentences)
    if has_probabilities:
        is_short = len(own) <= LONGEST
        least = min(LOOSELY_RELEVANT if is_short else RELEVANT, best.best)
        relevant = [sentence.place for sentence in own if sentence.score >= least]
        prose = [place for place in relevant if is_short or not own[place].is_item]
        between = range(min(prose, default=0), max(prose, default=-1) + 1)
        own = [one for one in own if one.place in relevant or (one.place in between and (is_short or not one.is_item))]
    chosen = _complete(best, own, LONGEST)
    vectors = [_vector_of(best, sentence) for sentence in chosen]
    for passage in others:
        if passage.score < NEAR_SECTION * best.score or len(chosen) >= LONGEST:
            break
        picked: list[Sentence] = []
        for sentence in sorted(passage.sentences, key=lambda sentence: -sentence.score):
            if sentence.score < (RELEVANT_ELSEWHERE if has_probabilities else best.best - NEAR_SENTENCE):
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

    An item brings what leads into its list, and a step all steps. A sentence that begins with a pronoun brings the one
    before, and is left out if that has no room.
    """
    sentences, places = passage.sentences, set[int]()
    for sentence in sorted(chosen, key=lambda sentence: sentence.place):
        needed = set(_needed(sentences, sentence))
        if len(places | needed) <= room:
            places |= needed
    steps = _steps(sentences)
    if places & {step.place for step in steps}:
        whole = {place for step in steps for place in _needed(sentences, step)}
        prose = {place for place in places if not sentences[place].is_item}
        places = whole | prose if len(whole | prose) <= room else whole
    return [sentences[place] for place in sorted(places)]


def _needed(sentences: Sequence[Sentence], sentence: Sentence) -> Iterator[int]:
    """Yield the places of a sentence and of those that it leans on."""
    yield sentence.place
    if sentence.lead >= 0:
        yield from _needed(sentences, sentences[sentence.lead])
    elif sentence.place and not sentence.is_item and _LEANING.match(sentence.text):
        yield from _needed(sentences, sentences[sentence.place - 1])


def _steps(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the items that are numbered from 1 on, if there are two to STEPS of them."""
    numbered = [sentence for sentence in sentences if sentence.number is not None]
    is_counted = [sentence.number for sentence in numbered] == list(range(1, len(numbered) + 1))
    return numbered if is_counted and 2 <= len(numbered) <= STEPS else []


def _first(sentences: Sequence[Sentence], room: int) -> list[Sentence]:
    """Return the first sentences, as many as there is room for, and all steps of a numbered list."""
    steps = _steps(sentences)
    return list(sentences[: max(room, steps[-1].place + 1 if steps else 0)])


def divide_section(section: Chunk) -> list[Sentence]:
    """Return the sentences and list items of a section, each item with what leads into its list.

    That is the item above it that is less indented, or the sentence before the list. "1 Give notice" on a line of its
    own is an item, too.
    """
    text = section.text
    places = [
        (start + part.start(), start + part.end())
        for start, end in sentence_spans(text)
        for part in re.finditer(r"\S.*?(?=\s*\Z|\s*\n\s*\d{1,2} [A-Z])", text[start:end], re.DOTALL)
    ]
    sentences: list[Sentence] = []
    above: list[tuple[int, int]] = []  # indent and place of the items above that may lead
    before = -1
    for place, (start, end) in enumerate(places):
        sentence = Sentence(section, place, start, end, 1.0)
        if sentence.is_item:
            indent = start - (text.rfind("\n", 0, start) + 1)
            above = [pair for pair in above if pair[0] < indent]
            sentence = replace(sentence, lead=above[-1][1] if above else before)
            above.append((indent, place))
        else:
            above, before = [], -1 if _is_row(sentence) else place
        sentences.append(sentence)
    return sentences


def _is_row(sentence: Sentence) -> bool:
    evidence = Evidence(sentence.section, sentence.start, sentence.end)
    return evidence.is_row or bool(evidence.record) or _PROPERTY.match(sentence.text) is not None


def _vector_of(passage: Passage, sentence: Sentence) -> NDArray[np.float32] | None:
    return None if passage.vectors is None else np.asarray(passage.vectors[sentence.place], dtype=np.float32)


_ITEM = re.compile(r"\s*(?:[-*+–•‣▪◦●]\s|\(?(?:\d{1,3}|[a-z])[.)]\s|\d{1,2}\s+(?=[A-Z]))")
_NUMBERED = re.compile(r"\s*\(?(\d{1,2})(?:[.)]\s|\s+(?=[A-Z]))")
_PROPERTY = re.compile(r"[^:.!?\n]{1,40}: [^.!?\n]*$")
_WHY = re.compile(r"\b(?:why|how|reasons?)\b", re.IGNORECASE)
_LEANING = re.compile(
    r"""(?:(?:and|but|so|then|also|moreover|furthermore|in\ addition),?\s+)*
    (?:it|its|they|their|them|this|these|those|that|he|she|his|her|such|both|otherwise|instead|in\ (?:that|this)\ case
    |as\ a\ result|for\ (?:example|instance)|therefore|thus|however|but|and|so|then|also)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ASKING = frozenset(
    map(stem, "explain describe summarise summarize happen tell mean purpose reason work way define".split())  # noqa: SIM905
)
