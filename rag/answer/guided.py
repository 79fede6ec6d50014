"""The reader-guided strategy: the generator phrases the answer, the reader decides.

A reader points at spans and cannot invent; a generator phrases and can. An answer that no span of the reader confirms
is generated again from the sentence around the best span, and failing that the reader's own answer takes its place.
"""

from __future__ import annotations

from collections.abc import Generator as Pieces, Sequence, Set
from dataclasses import dataclass, replace

from ingest.errors import NothingFits
from ingest.tracing import note
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.cite import citation_of, cite, keep_supported
from rag.answer.disagreement import find_rival_statements
from rag.answer.extractive import Extractive, evidence_of, extractive_answer, near_spans, sentence_of
from rag.answer.match import holds, token_f1
from rag.answer.options import Guidance
from rag.answer.passages import Draft, OnePrompt, PromptWriter
from rag.answer.refusal import is_refusal, whole_sentences
from rag.answer.strategy import AnswerPieces, DraftEvent, Drafts, Strategy
from rag.answer.support import Support, judge_support
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.words import read_content
from rag.generate.base import Generation
from rag.reader.base import Span

AGREEMENT = 0.5  # token F1 from which on an answer and a span say the same


@dataclass(frozen=True)
class Attempt:
    """A question, the draft that is to be generated next, and the drafts that were, with their generations."""

    question: Retrieved
    draft: Draft | None
    generated: tuple[tuple[Draft, Generation], ...] = ()


@dataclass(frozen=True)
class Guided(Strategy):
    """The generator answers, and the reader guides it in the ways of `guidance`; see `PipelineOptions.guided`.

    The `writer` packs the passages, the `rewriter` the single sentence of a second attempt. The reader answers, by
    `extractive`, where the generator's answer does not stand or not one sentence fits the prompt.
    """

    writer: PromptWriter
    rewriter: OnePrompt
    extractive: Extractive
    abstention: Abstention
    guidance: Set[Guidance]

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        attempts = self._generate(self.writer, [Attempt(question, self._pack(question)) for question in questions])
        attempts = self._generate(self.rewriter, [self._judge(attempt) for attempt in attempts])
        return [self._finish(attempt) for attempt in attempts]

    def stream(self, question: Retrieved) -> AnswerPieces:
        draft = self._pack(question)
        if draft is None or self.guidance & {"retry", "fallback"} or self.abstention.concludes or draft.prompts:
            return self.answer_in_one_piece(question)
        return self._stream(question, draft)

    def stream_drafts(self, question: Retrieved) -> Drafts:
        # The reader's own answer is there long before the generator's, and mostly stands: it is shown meanwhile.
        has_span = "fallback" in self.guidance and bool(near_spans(question.candidates))
        if has_span and not self.abstention.is_too_low(question.confidence, question.kind):
            text, _, _ = extractive_answer(question)
            yield DraftEvent("draft", text)
        attempt, writer = Attempt(question, self._pack(question)), self.writer
        while attempt.draft:
            generation = yield from _stream_unshown(writer.stream_draft(attempt.draft), has_span)
            attempt = replace(attempt, draft=None, generated=(*attempt.generated, (attempt.draft, generation)))
            if len(attempt.generated) == 1:  # the second attempt is the last one
                attempt, writer = self._judge(attempt), self.rewriter
                if attempt.draft and not has_span:
                    yield DraftEvent("replace", "")
        return self._finish(attempt)

    def _stream(self, question: Retrieved, draft: Draft) -> AnswerPieces:
        generation = yield from self.rewriter.stream(draft)
        return self._finish(self._judge(Attempt(question, None, ((draft, generation),))))

    def _pack(self, question: Retrieved) -> Draft | None:
        """Return the passages as a draft; None if nothing fits: the reader reads passages of any length."""
        first = "reader_first" in self.guidance
        passages = order_by_candidates(question) if first else [hit.chunk for hit in question.hits]
        try:
            return self.writer.pack(question, passages)
        except NothingFits:
            return None

    def _generate(self, writer: PromptWriter, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Return the attempts after their drafts, if they have one, were generated in one batch."""
        # All questions are in one batch; an attempt without a draft is left as it is.
        generations = iter(writer.generate([attempt.draft for attempt in attempts if attempt.draft]))
        return [
            replace(attempt, draft=None, generated=(*attempt.generated, (attempt.draft, next(generations))))
            if attempt.draft
            else attempt
            for attempt in attempts
        ]

    def _judge(self, attempt: Attempt) -> Attempt:
        """Return an attempt with the confidence after generating, and with a second draft if it needs one."""
        if not attempt.generated:
            return attempt
        # Agreement of generator and reader is a signal of its own: it changes the confidence.
        [(_, generation)] = attempt.generated
        agreed = is_confirmed(generation, attempt.question)
        question = self.abstention.reassess(attempt.question, agreed)
        attempt = replace(attempt, question=question)

        # An answer that does not stand, to a question that may be answered, gets a second attempt.
        best = next(iter(question.candidates), None)
        if "retry" not in self.guidance or best is None or self._stands(attempt):
            return attempt
        if self.abstention.is_too_low(question.confidence, question.kind):  # it stays unanswered anyway
            return attempt
        note("again: the reader does not confirm it")
        try:
            return replace(attempt, draft=self.rewriter.pack(question, [sentence_of(best.span)]))
        except NothingFits:
            return attempt

    def _finish(self, attempt: Attempt) -> Answer:
        # The reader answers where no prompt could be packed; it reads passages of any length.
        question = attempt.question
        usage = Usage.of([generation for _, generation in attempt.generated], self.abstention.context_window)
        if not attempt.generated:
            return self.extractive.extract(question, usage)

        # Abstain if the answer is too improbable. Fall back on the reader if it does not stand, or if sources disagree.
        dropped = attempt.generated[0][0].packed.dropped  # by the first attempt, which had all passages
        if self.abstention.is_too_low(question.confidence, question.kind):
            return self.abstention.abstain(question, usage, dropped)
        disagree = len(find_rival_statements(question.question, near_spans(question.candidates))) > 1
        if "fallback" in self.guidance and (disagree or not self._stands(attempt)):
            note("replaced: the sources disagree" if disagree else "replaced: the reader does not confirm it")
            return self.extractive.extract(question, usage, dropped)

        # The last generation is the answer. A refusal counts as abstention, whatever the confidence.
        draft, generation = attempt.generated[-1]
        text = whole_sentences(generation)
        if is_refusal(text):
            return self.abstention.abstain(question, usage, dropped)
        citations, sentences = cite(text, question.question, draft.packed.passages, question.anchors)
        citations, sentences = cite_spans(text, citations, sentences, question)
        text, citations, sentences = keep_supported(text, citations, sentences)
        if not text:
            can_extract = "fallback" in self.guidance and near_spans(question.candidates)
            return (self.extractive.extract if can_extract else self.abstention.abstain)(question, usage, dropped)
        return question.answer(text, self.abstention.model, usage, citations, sentences, dropped)

    def _stands(self, attempt: Attempt) -> bool:
        """Tell whether the reader confirms the last generation.

        A short answer may agree with any candidate span. A whole sentence has to agree with the best one: made of
        anything else in the passages, it may answer another question.
        """
        count = 1 if attempt.question.answer_format == "sentence" else None
        return is_confirmed(attempt.generated[-1][1], attempt.question, count)


def _stream_unshown(
    drafts: Pieces[DraftEvent, None, Generation], has_span: bool
) -> Pieces[DraftEvent, None, Generation]:
    """Yield the drafts of a generation; empty ones where the reader's answer is shown in their place."""
    while True:
        try:
            event = next(drafts)
        except StopIteration as end:
            generation: Generation = end.value
            return generation
        yield replace(event, text="") if has_span else event


def order_by_candidates(question: Retrieved) -> list[Chunk]:
    """Return the sections, the one with the best candidate first: a prompt has least room for the last."""
    sections = [candidate.span.chunk for candidate in question.candidates] + [span.chunk for span in question.spans]
    return list({(section.source, section.start, section.text): section for section in sections}.values())


def is_confirmed(generation: Generation, question: Retrieved, count: int | None = None) -> bool:
    """Tell whether a generated text is an answer that agrees with one of the first `count` candidates, or with any."""
    text = whole_sentences(generation)
    return not is_refusal(text) and agrees(text, question, count)


def agrees(text: str, question: Retrieved, count: int | None = None) -> bool:
    """Tell whether a text says what one of the first `count` candidates says, and its sentence supports it."""
    return any(_agreement(text, question, span) for span in near_spans(question.candidates)[:count])


def _agreement(text: str, question: Retrieved, span: Span) -> Support:
    """Return the support of a text by the span's sentence, if the two also share half their words or a number."""
    said, read = read_content(text), read_content(span.text)
    is_same_number = any(one.equals(other) for one in said.quantities for other in read.quantities)
    is_other_number = bool(said.quantities and read.quantities) and not is_same_number
    is_same = is_same_number or holds(text, [span.text]) or holds(span.text, [text])
    if is_other_number or (not is_same and token_f1(text, [span.text]) < AGREEMENT):
        return Support(0.0, (f"it does not say {span.text!r}",))
    return judge_support(text, question.question, evidence_of(span), question.anchors)


def cite_spans(
    text: str, citations: Sequence[Citation], sentences: Sequence[AnswerSentence], question: Retrieved
) -> tuple[list[Citation], list[AnswerSentence]]:
    """Return the citations and sentences, unsupported sentences citing the candidate span that they agree with.

    The span's section need not have been in the prompt.
    """
    cited = {citation.place: citation for citation in citations}
    completed = []
    for sentence in sentences:
        if sentence.citation is None:
            said = text[sentence.start : sentence.end]
            supports = ((span, _agreement(said, question, span)) for span in near_spans(question.candidates))
            best = next(((span, support) for span, support in supports if support), None)
            if best is not None:
                citation = citation_of(evidence_of(best[0]).sentence, len(cited) + 1, best[1])
                citation = cited.setdefault(citation.place, citation)
                sentence = replace(sentence, citation=citation.number)
        completed.append(sentence)
    return list(cited.values()), completed
