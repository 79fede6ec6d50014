"""The yes/no strategy: "Yes" or "No", then the sentence that decides.

The best evidence is an FAQ entry that asks the same. Without one, the heads of the reader judge the most relevant
sentences; a statement that holds all that is asked, see `rag.answer.polarity`, weighs with them. It decides alone where
the reader has no such heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors import AnchorKind
from rag.answer.cite import citation_of
from rag.answer.editions import keep_newest
from rag.answer.evidence import Evidence
from rag.answer.faq import FaqMatch, find_entries, match_entries
from rag.answer.limits import Ruling, are_comparable, rule_on_limits, weekdays_in
from rag.answer.polarity import Judgement, StatementInContext, judge_statement
from rag.answer.proposition import Proposition, content_tokens
from rag.answer.quantities import find_quantities
from rag.answer.reservations import leaves_open
from rag.answer.rows import judge_rows
from rag.answer.statement_parts import read_lead, strip_lead
from rag.answer.statements import context_tokens, find_statements
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Retrieved, Usage
from rag.answer.yes_no_model import MOST_JUDGED, VerdictSignals, read_signals
from rag.reader.base import JudgingReader, Reader

LEAST_CERTAIN = 0.65  # confidence from which on the reader's heads decide,
LEAST_AGREEING = 0.5  # ... if a statement says the same
OTHER_WORD = 0.1  # cost of a word that names a row and is not asked for
MIN_SHARE = 0.35  # share of a statement's words that are asked for, if it only states what is asked
SHORT = 6  # words: an FAQ's first sentence up to this length is cited with the next
COMPARED: tuple[AnchorKind, ...] = ("number", "date", "qualifier")  # `judge_statement` compares these itself
BY_ENTRY, BY_STATEMENT = 0.9, 0.85  # probability that a decision is right, by its evidence


@dataclass(frozen=True)
class Decision:
    """A yes or no, the span of a source that decides, and the probability that it is right.

    `held` is the number of asked words that the span itself holds. `text` is the reason that an answer gives, if it is
    not the span as it stands.
    """

    affirms: bool
    evidence: Evidence
    confidence: float
    held: float = 0
    text: str = ""


@dataclass(frozen=True)
class YesNo(SingleStrategy):
    """Decides questions that ask whether something is so, by the `reader`'s verdict where no words decide."""

    abstention: Abstention
    reader: Reader | None = None
    embedder: Embedder | None = None

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.embedder)

    def answer_one(self, question: Retrieved) -> Answer:
        # Weekdays are compared with what the sources say of others.
        lacking = [anchor for anchor in question.anchors.unanswerable if not weekdays_in(anchor.text)]
        decision = None if lacking else self.decide(question)
        if decision is None:
            return self.abstention.abstain(question)
        evidence = decision.evidence
        # The answer cites the sentence as it stands, and says it without a "Yes" or "No" that answers another question.
        reason = decision.text or evidence.text.lstrip("-*•– ")
        lead = re.match(r"(?:(?P<yes>yes)|no(?=[.,:;!]|$))\b", reason, re.IGNORECASE)
        is_said = lead is not None and (lead["yes"] is not None) is decision.affirms
        if lead and not is_said:
            reason = strip_lead(reason)
        anchors = question.anchors.without(*COMPARED)
        support = judge_quotation(evidence, anchors)
        if not support:
            return self.abstention.abstain(question)
        word = "Yes." if decision.affirms else "No."
        text = reason if is_said else f"{word} {reason}".strip()
        citation = citation_of(evidence, 1, support)
        sentences = [AnswerSentence(start, end, 1) for start, end in sentence_spans(text)]
        question = replace(question, confidence=decision.confidence)
        usage = Usage(context_window=self.abstention.context_window)
        model = self.reader.name if self.reader else self.abstention.model
        return question.answer(text, model, usage, [citation], sentences, score=decision.confidence)

    def decide(self, question: Retrieved) -> Decision | None:
        """Return the decision on a question by the best evidence that decides; None if none does."""
        sections = keep_newest(question.question, question.sections, question.hits)
        proposition, vocabulary = Proposition.of(question.question), self._vocabulary
        # FAQ entries.
        entries = list(find_entries(sections))
        for match in match_entries(question.question, entries, vocabulary, self.embedder):
            if (decision := decide_by_entry(proposition, match, vocabulary)) is not None:
                return decision

        # Statements that contradict each other decide nothing, whatever the reader says.
        statements = self.best_statements(proposition, sections)
        if len({one.affirms for one in statements}) > 1:
            return None
        decision = next(iter(statements), None)
        if isinstance(self.reader, JudgingReader) and self.reader.has_verdicts and self.reader.has_relevance:
            decision = self._decide_by_reader(self.reader, question, sections, decision)
        return None if decision is None or is_left_open(question.question, decision.evidence) else decision

    def best_statements(self, proposition: Proposition, sections: Sequence[Chunk]) -> list[Decision]:
        """Return what the statements say that hold most of what is asked."""
        decisions = [
            decision for section in sections for decision in decide_by_section(proposition, section, self._vocabulary)
        ]
        most = max((decision.held for decision in decisions), default=0)
        return [decision for decision in decisions if decision.held == most]

    def _decide_by_reader(
        self, reader: JudgingReader, question: Retrieved, sections: Sequence[Chunk], statement: Decision | None
    ) -> Decision | None:
        """Return what the most relevant sentences say by the reader's heads, with what a statement says."""
        signals = self.read_signals(reader, question, sections, statement)
        if signals is None:
            return None
        affirms, confidence = signals.lean > 0, signals.confidence
        if statement is not None and statement.affirms == affirms and confidence >= LEAST_AGREEING:
            return replace(statement, confidence=confidence)
        # Words that decide against the heads, such as "prohibited", leave the question open.
        if statement is not None and statement.affirms != affirms:
            return None
        # The heads read words, and do not compare numbers.
        if confidence < LEAST_CERTAIN or names_other_numbers(question.question, signals.evidence):
            return None
        return Decision(affirms, signals.evidence, confidence)

    def read_signals(
        self, reader: JudgingReader, question: Retrieved, sections: Sequence[Chunk], statement: Decision | None
    ) -> VerdictSignals | None:
        """Return the signals of a question by the sentences that are about what it names.

        A sentence that begins with "Yes" or "No" answers the question above it, and decides no other.
        """
        anchors = question.anchors.without(*COMPARED)
        ranked = sorted(
            (
                (sentence.score, Evidence(section, sentence.start, sentence.end))
                for section, scores in zip(sections, reader.score_sentences(question.question, sections), strict=True)
                for sentence in scores
            ),
            key=lambda pair: -pair[0],
        )
        speaking = (
            (score, evidence)
            for score, evidence in ranked
            if any(content_tokens(evidence.text))
            and not evidence.text.rstrip().endswith("?")
            and read_lead(evidence.text) is None
            and judge_quotation(evidence, anchors)
        )
        said = 0.0 if statement is None else 1.0 if statement.affirms else -1.0
        return read_signals(reader, question.question, list(islice(speaking, MOST_JUDGED)), said)


def is_left_open(question: str, evidence: Evidence) -> bool:
    """Tell whether a sentence has a reservation, or other numbers than a question that no limit of it compares."""
    if evidence.is_row:
        return False
    is_uncompared = rule_on_limits(question, evidence.text) is Ruling.UNKNOWN
    return leaves_open(question, evidence.text) or (is_uncompared and names_other_numbers(question, evidence))


def names_other_numbers(question: str, evidence: Evidence) -> bool:
    """Tell whether a question names a number of something of which the evidence states only others."""
    for asked in Proposition.of(question).quantities:
        stated = [
            other for other in find_quantities(evidence.text) if are_comparable(asked, question, other, evidence.text)
        ]
        if stated and not any(asked.equals(other) for other in stated):
            return True
    return False


def decide_by_entry(proposition: Proposition, match: FaqMatch, vocabulary: Vocabulary) -> Decision | None:
    """Return what an FAQ entry says to a question.

    The answer to the same question decides by its "Yes" or "No", or by its first statements. The answer to one about
    less decides only if it affirms, and one about more only by a statement that holds the rest of what is asked.
    """
    chunk = match.entry.answer
    spans = sentence_spans(chunk.text)
    if not spans:
        return None
    opening = opening_span(chunk.text, spans)
    lead = read_lead(chunk.text)
    if match.relation != "wider" and lead is not None:
        # Both questions may ask for the contrary: "Is it forbidden ...?" "No, ..."
        if not lead and match.relation != "same":
            return None
        return Decision(lead, Evidence(chunk, *opening), BY_ENTRY)
    context = (*context_tokens(chunk), *content_tokens(match.entry.question))
    if match.relation == "same":
        context = (*context, *proposition.words)
    for start, end in spans[:3]:
        judgement = _judge(proposition, StatementInContext(chunk.text[start:end], context), vocabulary)
        if judgement is not None and (judgement.affirms or match.relation != "narrower"):
            return Decision(judgement.affirms, Evidence(chunk, start, end), BY_ENTRY, judgement.held)
    return None


def decide_by_section(proposition: Proposition, section: Chunk, vocabulary: Vocabulary) -> Iterator[Decision]:
    """Yield what the sentences and rows of a section say to a question, those that decide."""
    for statement in find_statements(section):
        judgement = _judge(proposition, statement.in_context, vocabulary)
        if judgement is not None and (judgement.is_explicit or judgement.share >= MIN_SHARE):
            yield Decision(
                judgement.affirms,
                statement.evidence,
                BY_STATEMENT,
                judgement.held,
                statement.in_context.text if statement.is_led else "",
            )
    for row in judge_rows(proposition, section, vocabulary):
        # Of rows that hold as many words, the one that is named by fewer others is meant.
        held = row.judgement.held - row.other * OTHER_WORD
        yield Decision(row.judgement.affirms, row.evidence, BY_STATEMENT, held, row.text)


def _judge(proposition: Proposition, statement: StatementInContext, vocabulary: Vocabulary) -> Judgement | None:
    return None if statement.text.rstrip().endswith("?") else judge_statement(proposition, statement, vocabulary)


def opening_span(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the first sentence of an FAQ's answer, with the next if it is short."""
    start, end = spans[0]
    if len(text[start:end].split()) <= SHORT and len(spans) > 1:
        end = spans[1][1]
    return start, end
