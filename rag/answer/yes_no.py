"""The yes/no strategy: "Yes" or "No", then the sentence that decides.

The best evidence is an FAQ entry that asks the same. Next is a statement that holds all that is asked, see
`rag.answer.polarity`, and last the verdict of the reader, if its head for that was trained.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

import numpy as np

from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors import AnchorKind
from rag.answer.cite import citation_of
from rag.answer.editions import keep_newest
from rag.answer.evidence import Evidence
from rag.answer.faq import FaqMatch, find_entries, match_entries
from rag.answer.limits import weekdays_in
from rag.answer.polarity import Judgement, StatementInContext, judge_statement, read_polarity
from rag.answer.proposition import DENIAL, Proposition, content_tokens
from rag.answer.rows import judge_rows
from rag.answer.statement_parts import read_lead, strip_lead
from rag.answer.statements import ANAPHORA, context_tokens, find_statements
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Retrieved, Usage
from rag.answer.words import read_content, stem, tokens_of
from rag.reader.base import JudgingReader, Reader, Verdict

MIN_RELEVANT = 0.5  # probability of a sentence that a verdict rests on
MIN_VERDICT = 0.55  # probability that a verdict is right from which on it is given,
MIN_DISTANT = 0.85  # ... if the sentence holds little of what is asked,
MIN_AGREEING = 0.4  # ... if the sentence says the same by words of its own
# Of the features of a verdict, as tests/benchmarks/fit_verdicts.py fits them.
VERDICT_WEIGHTS = np.array([-1.45, 0.9, 0.38, 0.22])
TINY = 1e-3  # keeps logits finite
MAX_CONTRARY = 0.4  # probability of the contrary verdict up to which a statement decides
MAX_CONTRARY_EXPLICIT = 0.75  # ... if its own words deny or permit
OTHER_WORD = 0.1  # cost of a word that names a row and is not asked for
MIN_SHARE = 0.35  # share of a statement's words that are asked for, if it only states what is asked
SHORT = 6  # words: an FAQ's first sentence up to this length is cited with the next
COMPARED: tuple[AnchorKind, ...] = ("number", "date", "qualifier")  # `judge_statement` compares these itself
BY_ENTRY, BY_STATEMENT = 0.9, 0.85  # probability that a decision is right, by its evidence


@dataclass(frozen=True)
class Decision:
    """A yes or no, the span of a source that decides, and the probability that it is right.

    `held` is the number of asked words that the span itself holds, `is_counted` tells whether a weekday, a limit or a
    cell decides, and `is_explicit` whether words for permission, duty or denial do. `text` is the reason that an answer
    gives, if it is not the span as it stands.
    """

    affirms: bool
    evidence: Evidence
    confidence: float
    held: float = 0
    is_counted: bool = False
    is_explicit: bool = False
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
        # The answer cites the sentence as it stands, and says it without a "Yes" or "No" that answers another question.
        evidence = decision.evidence
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

        # Statements: those that hold most of what is asked themselves. Two that contradict each other decide nothing.
        decisions = [
            decision for section in sections for decision in decide_by_section(proposition, section, vocabulary)
        ]
        most = max((decision.held for decision in decisions), default=0)
        best = [decision for decision in decisions if decision.held == most]
        if not best:
            return self._decide_by_verdict(question, proposition, sections)
        if len({decision.affirms for decision in best}) > 1 or self._is_contradicted(question, best[0]):
            return None
        return best[0]

    def _is_contradicted(self, question: Retrieved, decision: Decision) -> bool:
        """Tell whether the reader's verdict on the passage is the contrary one."""
        if not isinstance(self.reader, JudgingReader) or not self.reader.has_verdicts or decision.is_counted:
            return False
        [verdict] = self.reader.verdicts(question.question, [decision.evidence.chunk])
        most = MAX_CONTRARY_EXPLICIT if decision.is_explicit else MAX_CONTRARY
        return (verdict.no if decision.affirms else verdict.yes) > most

    def _decide_by_verdict(
        self, question: Retrieved, proposition: Proposition, sections: Sequence[Chunk]
    ) -> Decision | None:
        """Return what the sentence says that is most relevant by the reader's head, if the verdict on it agrees.

        A sentence that begins with "Yes" or "No" answers the question above it, and decides no other. One that says
        the contrary of the verdict by words of its own leaves it open.
        """
        reader = self.reader
        if not isinstance(reader, JudgingReader) or not reader.has_verdicts or not reader.has_relevance:
            return None
        anchors = question.anchors.without(*COMPARED)
        about = [
            section
            for section in sections
            if judge_quotation(Evidence(section, 0, len(section.text)), anchors)
            and self._speaks_of(proposition, section)
        ]
        ranked = sorted(
            (
                (sentence.score, Evidence(section, sentence.start, sentence.end))
                for section, sentences in zip(about, reader.score_sentences(question.question, about), strict=True)
                for sentence in sentences
                if sentence.score >= MIN_RELEVANT
                and any(content_tokens(section.text[sentence.start : sentence.end]))
                and not section.text[sentence.start : sentence.end].rstrip().endswith("?")
                and read_lead(section.text[sentence.start : sentence.end]) is None
            ),
            key=lambda pair: -pair[0],
        )
        if not ranked:
            return None
        # Judged is the first that speaks for itself, of those that hold as many of the asked words as any.
        held = [self._count_held(proposition, content_tokens(one.text)) for _, one in ranked]
        fullest = [one for (_, one), count in zip(ranked, held, strict=True) if count == max(held)]
        said = {id(one): read_polarity(proposition, one.text, self._vocabulary) for one in fullest}
        evidence = next((one for one in fullest if said[id(one)] is not None), ranked[0][1])
        if self._names_another(question, evidence):
            return None
        [verdict] = reader.verdicts(question.question, [evidence.chunk])
        own, affirms = said.get(id(evidence)), verdict.yes > verdict.no
        is_denied = DENIAL.search(evidence.text.casefold()) is not None
        if (own is None and affirms and is_denied and not proposition.inverted) or (own is not None and own != affirms):
            return None
        # A sentence without such words has to hold more than half of what is asked, with its titles, or be surer.
        tokens = [*content_tokens(evidence.text), *context_tokens(evidence.chunk)]
        is_full = 2 * self._count_held(proposition, tokens) > len(proposition.words)
        least = MIN_AGREEING if own is not None else MIN_VERDICT if is_full else MIN_DISTANT
        confidence = rate_verdict(features_of(verdict, own))
        return Decision(affirms, evidence, confidence) if confidence >= least else None

    def _speaks_of(self, proposition: Proposition, section: Chunk) -> bool:
        """Tell whether a section has half of the words of a question, two at least."""
        titles = (str(section.metadata.get("title", "")), *section.heading)
        count = self._count_held(proposition, tokens_of("\n".join((section.text, *titles))))
        return count >= max(min(2, len(proposition.words)), len(proposition.words) / 2)

    def _names_another(self, question: Retrieved, evidence: Evidence) -> bool:
        """Tell whether a sentence names others than who is asked about: "proposed by Ben" for "Did Eva ...?"."""
        asked = {stem(word) for anchor in question.anchors if anchor.kind == "name" for word in tokens_of(anchor.text)}
        around = {stem(word) for word in tokens_of("\n".join((*evidence.titles, evidence.text)))}
        names = read_content(evidence.text).names
        return bool(asked and names) and not asked & around and not ANAPHORA.match(evidence.text)

    def _count_held(self, proposition: Proposition, tokens: Iterable[str]) -> int:
        tokens = list(tokens)
        return sum(self._vocabulary.is_held(word, tokens) for word in proposition.words)


def features_of(verdict: Verdict, own: bool | None) -> list[float]:
    """Return what tells whether a verdict is right.

    These are a constant, how much likelier its yes or no is than the other and than neither, in logits, and whether the
    sentence that it rests on says the same by words of its own (1), the contrary (-1), or neither (0).
    """
    decided = verdict.yes + verdict.no
    agreement = 0.0 if own is None else 1.0 if own is (verdict.yes > verdict.no) else -1.0
    low, high = sorted((verdict.yes, verdict.no))
    return [1.0, log((high + TINY) / (low + TINY)), log((decided + TINY) / (1 - decided + TINY)), agreement]


def rate_verdict(features: Sequence[float]) -> float:
    """Return the probability that a verdict with these features is right."""
    return float(1 / (1 + np.exp(-VERDICT_WEIGHTS @ features)))


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
    is_counted = bool(proposition.weekdays or proposition.quantities)
    for statement in find_statements(section):
        judgement = _judge(proposition, statement.in_context, vocabulary)
        if judgement is not None and (judgement.is_explicit or judgement.share >= MIN_SHARE):
            yield Decision(
                judgement.affirms,
                statement.evidence,
                BY_STATEMENT,
                judgement.held,
                is_counted,
                judgement.is_explicit,
                statement.in_context.text if statement.is_led else "",
            )
    for row in judge_rows(proposition, section, vocabulary):
        # Of rows that hold as many words, the one that is named by fewer others is meant.
        held = row.judgement.held - row.other * OTHER_WORD
        yield Decision(row.judgement.affirms, row.evidence, BY_STATEMENT, held, True, True, row.text)


def _judge(proposition: Proposition, statement: StatementInContext, vocabulary: Vocabulary) -> Judgement | None:
    return None if statement.text.rstrip().endswith("?") else judge_statement(proposition, statement, vocabulary)


def opening_span(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the first sentence of an FAQ's answer, with the next if it is short."""
    start, end = spans[0]
    if len(text[start:end].split()) <= SHORT and len(spans) > 1:
        end = spans[1][1]
    return start, end
