"""The plain strategy: pack the passages, generate, cite, and keep what a source supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.sections import split_sections
from rag.answer.abstain import Abstention
from rag.answer.cite import cite, keep_supported
from rag.answer.passages import Draft, OnePrompt, PromptWriter
from rag.answer.refusal import is_refusal, whole_sentences
from rag.answer.strategy import AnswerPieces, Drafts, Strategy
from rag.answer.types import Answer, Retrieved, Usage
from rag.generate.base import Generation


@dataclass(frozen=True)
class Plain(Strategy):
    """The generator answers from the hits, best first; sentences that no source supports are left out of its answer.

    A question of which no sentence is left stays unanswered. A stream shows the text before it is checked.
    """

    writer: PromptWriter
    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        drafts = [self._pack(question) for question in questions]
        generations = self.writer.generate(drafts)
        return [self._finish(draft, generation) for draft, generation in zip(drafts, generations, strict=True)]

    def stream(self, question: Retrieved) -> AnswerPieces:
        draft = self._pack(question)
        if isinstance(self.writer, OnePrompt):
            return self._stream(self.writer, draft)
        return self.answer_in_one_piece(question)  # several prompts are merged when all have been read

    def stream_drafts(self, question: Retrieved) -> Drafts:
        draft = self._pack(question)
        generation = yield from self.writer.stream_draft(draft)
        return self._finish(draft, generation)

    def _stream(self, writer: OnePrompt, draft: Draft) -> AnswerPieces:
        generation = yield from writer.stream(draft)
        return self._finish(draft, generation)

    def _pack(self, question: Retrieved) -> Draft:
        return self.writer.pack(question, [hit.chunk for hit in question.hits])

    def _finish(self, draft: Draft, generation: Generation) -> Answer:
        usage = Usage.of([generation], self.abstention.context_window)
        # A refusal in the model's own words counts as abstention.
        text, dropped = whole_sentences(generation), draft.packed.dropped
        if is_refusal(text):
            return self.abstention.abstain(draft.question, usage, dropped)
        question = draft.question
        sections = [section for passage in draft.packed.passages for section in split_sections(passage)]
        citations, sentences = cite(text, question.question, sections, question.anchors)
        text, citations, sentences = keep_supported(text, citations, sentences)
        if not text:  # no source says any of it
            return self.abstention.abstain(question, usage, dropped)
        return question.answer(text, self.abstention.model, usage, citations, sentences, dropped)
