"""The explaining strategy: the sentences of the sources that explain, in reading order.

First the section is chosen that fits the question best, then what of it answers: a short section and a list whole, of
longer ones the paragraphs and list items that fit, and what leans on them. A question for a reason is answered only
where the source gives one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors import Anchors
from rag.answer.anchors_held import missing_anchors
from rag.answer.cite import citation_of
from rag.answer.division import STEPS, Sentence, divide_section, group_sentences, needed_places, steps_of
from rag.answer.editions import keep_newest
from rag.answer.evidence import Evidence
from rag.answer.faq import find_entries, match_entries
from rag.answer.fit import Fit, FitMeasure, SectionPart
from rag.answer.quantities import find_figures
from rag.answer.reason import ADDED, SURELY_RELEVANT, asks_for_reason, gives_reason
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.words import read_content
from rag.reader.base import Reader

LONGEST = 6  # sentences of an explanation, the items of lists among them
SHORT = 4  # sentences of a section that is given whole
LEAST_FIT = 0.6  # of the best section, below which it is about something else
NEAR_FIT = 0.12  # how much less a further paragraph of the section may fit
NEAR_SECTION = 0.05  # ... and a further section, which adds to an answer of at most SHORT sentences
LOOSELY_RELEVANT = 0.2  # probability below which the first and the last sentences of a paragraph are left out
RELEVANT_ELSEWHERE = 0.6  # probability of a sentence from another section
LEAST_WORDS = 4  # content words and figures of a paragraph that says something
FAQ_SCORE = 0.95  # of the answer of an entry that asks the same


@dataclass(frozen=True)
class FittingSection:
    """A section with its sentences, and how well it fits the question."""

    section: Chunk
    sentences: tuple[Sentence, ...]
    fit: Fit


@dataclass(frozen=True)
class Explanation:
    """The sentences that answer, in reading order, and how well they fit the question."""

    sentences: tuple[Sentence, ...]
    fit: Fit


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
        # Sentences beside each other need not repeat a qualifier, and have no columns.
        question = replace(question, anchors=question.anchors.without("qualifier", "column"))
        sections = keep_newest(question.question, question.read_sections, question.hits)
        # An entry that asks the same is answered by its own author.
        matches = match_entries(question.question, list(find_entries(sections)), self._vocabulary, self.embedder)
        if matches and matches[0].relation == "same":
            sentences = divide_section(matches[0].entry.answer)
            steps = steps_of(sentences)
            return self._cite(question, sentences[: max(LONGEST, steps[-1].place + 1 if steps else 0)], FAQ_SCORE)

        measure = FitMeasure(question.question, self._vocabulary, self.embedder, self.reader)
        candidates = self._rank_sections(question, sections, measure)
        if not candidates or candidates[0].fit.total < LEAST_FIT:
            return self.abstention.abstain(question)
        # Of a reason, the first section that gives one, of those that fit nearly as well as the best.
        best, *others = candidates
        explanation = explain_from(best, measure)
        if asks_for_reason(question.question):
            near = [one for one in candidates if one.fit.total >= best.fit.total - NEAR_FIT]
            explanations = (explain_from(one, measure) for one in near)
            reasons = (one for one in explanations if _says_why(one.sentences, question.question, measure))
            reason = next(reasons, None)
            if reason is None:
                return self.abstention.abstain(question, missing="the passages that come closest give no reason")
            return self._cite(question, reason.sentences, reason.fit.score)

        # Sections that fit as well add what is relevant and new.
        chosen = list(explanation.sentences)
        for other in others:
            if len(chosen) > SHORT or other.fit.total < best.fit.total - NEAR_SECTION:
                break
            said = {sentence.text for sentence in chosen}
            rated = rate_sentences(other, measure)
            new = [one for one in rated if one.score >= RELEVANT_ELSEWHERE and one.text not in said]
            chosen += complete_sentences(other.sentences, new, LONGEST - len(chosen))
        return self._cite(question, chosen, explanation.fit.score)

    def _rank_sections(
        self, question: Retrieved, sections: Sequence[Chunk], measure: FitMeasure
    ) -> list[FittingSection]:
        """Return the sections that are about what the question names, best first.

        Rows explain no reason and no way; a code or a name they may explain.
        """
        divided = [
            tuple(sentences)
            for section in sections
            if _is_about(section, question.anchors)
            and (sentences := divide_section(section))
            and not (_WAY.search(question.question) and all(sentence.is_row for sentence in sentences))
        ]
        fits = measure.measure([SectionPart(one[0].section, 0, len(one[0].section.text)) for one in divided])
        candidates = [FittingSection(one[0].section, one, fit) for one, fit in zip(divided, fits, strict=True)]
        return sorted(candidates, key=lambda candidate: -candidate.fit.total)

    def _cite(self, question: Retrieved, chosen: Sequence[Sentence], score: float) -> Answer:
        """Return the answer of the chosen sentences, each with its citation."""
        citations: list[Citation] = []
        sentences: list[AnswerSentence] = []
        text = ""
        last: Sentence | None = None
        count, has_steps = 0, bool(steps_of(chosen))
        for sentence in chosen:
            # A sentence is about what its section is about.
            if not _is_about(sentence.section, question.anchors):
                continue
            # An item may have several sentences; only steps are given whole.
            count += len(sentence_spans(sentence.text))
            if count > LONGEST and citations and not has_steps:
                break
            # Items, rows and new passages begin lines; an item below another is indented.
            start = sentence.section.text.rfind("\n", 0, sentence.start) + 1
            indent = sentence.section.text[start : sentence.start] if sentence.is_item else ""
            if last is not None:
                is_new = last.section is not sentence.section or sentence.is_item or last.is_item or sentence.is_row
                text += f"\n{'' if indent.strip() else indent}" if is_new else " "
            last = sentence
            evidence = Evidence(sentence.section, sentence.start, sentence.end)
            citations.append(citation_of(evidence, len(citations) + 1, judge_quotation(evidence)))
            sentences.append(AnswerSentence(len(text), len(text) + len(sentence.text), len(citations)))
            text += sentence.text
        if not citations:
            return self.abstention.abstain(question)
        usage = Usage(context_window=self.abstention.context_window)
        model = self.reader.name if self.reader else self.abstention.model
        return question.answer(text, model, usage, citations, sentences, score=score)


def explain_from(candidate: FittingSection, measure: FitMeasure) -> Explanation:
    """Return the sentences of a section that answer, in reading order.

    A short paragraph or list is given whole. Of others the groups that fit nearly as well as the best one are given,
    and of a group that is too long its best sentences with what they lean on.
    """
    sentences = candidate.sentences
    groups = group_sentences(sentences)
    if len(groups) == 1 and len(sentences) <= SHORT:
        return Explanation(sentences, candidate.fit)
    # Rows explain nothing, and neither do a greeting and a name.
    groups = [
        group
        for group in groups
        if not group[0].is_row and (len(group) > 1 or read_content(group[0].text).size >= LEAST_WORDS)
    ] or groups
    fits = measure.measure([SectionPart(candidate.section, group[0].start, group[-1].end) for group in groups])
    (fit, best), *others = sorted(zip(fits, groups, strict=True), key=lambda pair: -pair[0].total)
    # The words of a table that is left out do not speak for the text beside it.
    kept = {one.place for group in groups for one in group}
    if not any(one.is_row and one.place not in kept for one in sentences):
        fit = max(fit, candidate.fit, key=lambda one: one.total)

    # A long paragraph without what is irrelevant, at most its best sentences.
    if len(best) > SHORT and not steps_of(best):
        rated = {one.place: one for one in rate_sentences(candidate, measure)}
        own = [rated[one.place] for one in best]
        relevant = [one.place for one in own if one.score >= LOOSELY_RELEVANT] or [one.place for one in own]
        own = [one for one in own if relevant[0] <= one.place <= relevant[-1]]
        own = sorted(own, key=lambda one: -one.score)[:LONGEST]
        return Explanation(tuple(complete_sentences(sentences, own, LONGEST)), fit)

    # Others that fit as well.
    places = {place for one in best for place in needed_places(sentences, one)}
    for other_fit, group in others:
        further = {place for one in group for place in needed_places(sentences, one)}
        if other_fit.total >= fit.total - NEAR_FIT and len(places | further) <= LONGEST:
            places |= further
    return Explanation(tuple(sentences[place] for place in sorted(places)), fit)


def rate_sentences(candidate: FittingSection, measure: FitMeasure) -> list[Sentence]:
    """Return the sentences of a section scored by the reader's head, best first; without one by their fit."""
    parts = [SectionPart(one.section, one.start, one.end) for one in candidate.sentences]
    scores = [measure.relevance(part) for part in parts]
    if not any(scores):
        scores = [fit.score for fit in measure.measure(parts)]
    rated = [replace(one, score=score) for one, score in zip(candidate.sentences, scores, strict=True)]
    return sorted(rated, key=lambda one: -one.score)


def complete_sentences(sentences: Sequence[Sentence], chosen: Sequence[Sentence], room: int) -> list[Sentence]:
    """Return chosen sentences of a section in reading order with what they lean on, as many as there is room for.

    `chosen` are best first. A step brings all steps with it.
    """
    places = set[int]()
    for sentence in chosen:
        needed = set(needed_places(sentences, sentence))
        if len(places | needed) <= room:
            places |= needed
    steps = steps_of(sentences)
    if len(steps) <= STEPS and places & {step.place for step in steps}:
        places = {place for step in steps for place in needed_places(sentences, step)}
    return [sentences[place] for place in sorted(places)]


def _is_about(section: Chunk, anchors: Anchors) -> bool:
    """Tell whether a section, or a title that it stands under, holds what the question names."""
    evidence = Evidence(section, 0, len(section.text))
    dates = find_figures("\n".join(evidence.titles)).dates
    return not any(
        anchor.kind != "date"
        or not any(date.holds(asked) for asked in find_figures(anchor.text).dates for date in dates)
        for anchor in missing_anchors(anchors, evidence)
    )


def _says_why(chosen: Sequence[Sentence], question: str, measure: FitMeasure) -> bool:
    """Tell whether sentences give a reason, or the reader's head is sure of one of them; rows give none.

    To state again what is asked about is no reason.
    """
    prose = [one for one in chosen if not one.is_row]
    sure = any(measure.relevance(SectionPart(one.section, one.start, one.end)) >= SURELY_RELEVANT for one in prose)
    said = {word for one in chosen for word in read_content(one.text).words if word.isalpha()}
    if sure and len(said - read_content(question).words) >= ADDED:
        return True

    def held_share(text: str) -> float:
        return measure.held_share(SectionPart(replace(chosen[0].section, text=text), 0, len(text)))

    return gives_reason([one.text for one in prose], held_share)


_WAY = re.compile(r"\b(?:why|how|reasons?)\b", re.IGNORECASE)
