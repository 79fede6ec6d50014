"""The reading half: retrieve -> prompt -> generate -> verify."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ingest.errors import NothingFits
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from prompts.pack import distinct
from prompts.prompt import Prompt
from prompts.types import Dropped, Packed, RenderedPrompt, Style, Window
from rag.answer.cite import cite
from rag.answer.confidence import ConfidenceModel, signals_of
from rag.answer.extract import (
    GUIDANCE,
    Guidance,
    agrees,
    extractive_answer,
    order_by_reader,
    sentence_of,
    with_readings,
)
from rag.answer.formats import FORMAT_CHOICES, FormatChoice, choose_format
from rag.answer.passages import PASSAGE_MODES, PassageMode, fuse, together
from rag.answer.refusal import is_refusal, whole_sentences
from rag.answer.types import Answer, AnswerSentence, Citation, Signals, Usage
from rag.generate.base import Decoding, Generation, Generator
from rag.reader.base import Reader, Span, best_span
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import And, Where
from stores.filters.parse import as_filter

ABSTENTION = "I don't know: the documents hold no good evidence for an answer."


# A short answer is one line: after it small models ramble, or ask themselves the next question.
DEFAULT_DECODING = Decoding(max_new_tokens=48, repetition_penalty=1.1, stop=("\n",))


@dataclass(frozen=True)
class Pipeline:
    """Answer questions from a retriever's chunks.

    `k` chunks are retrieved and packed, best first, into the generator's window, or into `prompt_tokens` where that is
    less. `min_evidence` is the cosine that the best hit must reach for an answer to be tried; 0 tries always. Every
    answer's sentences are attributed to the spans that support them.

    With a `reader`, `min_confidence` is the chance of a right answer below which the question is left unanswered, and
    the generator is `guided`: the passage that the reader finds the answer in comes first ("reader_first"), an answer
    that no reading bears out is written again from the best reading's sentence alone ("retry"), else replaced by its
    span ("fallback"). True is all three, False none of them. Without a generator the reader answers by itself.
    `answer_format` is "short", "sentence" or "list", or "auto" for what suits the question.

    `passages` "concat" packs all passages into one prompt. The others give each passage a prompt of its own, so that
    more fit than the window holds: "fid" for encoder-decoders, "rag-token" and "rag-sequence" for any transformers
    model; see `rag.generate.fusion`.

    With a `confidence` the chance of a right answer is told from all signals together, once before and, where a
    generator answers, once more after it has; without one, or where a signal is not known, it is the best reading's
    probability.
    """

    retriever: Retriever
    generator: Generator | None
    prompt: Prompt = field(default_factory=lambda: Prompt.load("answer"))
    k: int = 5
    decoding: Decoding = DEFAULT_DECODING
    min_evidence: float = 0.0
    prompt_tokens: int | None = None
    where: Where = None
    reader: Reader | None = None
    min_confidence: float = 0.0
    guided: bool | Sequence[Guidance] = True
    answer_format: FormatChoice = "short"
    confidence: ConfidenceModel | None = None
    passages: PassageMode = "concat"

    def __post_init__(self) -> None:
        options = (self.k, self.min_evidence, self.prompt_tokens, self.min_confidence, self.answer_format, self.guided)
        check_options(*options, self.passages)
        if self.passages != "concat" and self.generator is not None:
            from rag.generate.fusion import check_fusion

            check_fusion(self.generator, self.passages)
        if self.generator is None and self.reader is None:
            raise ValueError("nobody is there to answer: give a generator, a reader or both")
        if self.reader is None and self.confidence is None and self.min_confidence > 0:
            raise ValueError("min_confidence needs a reader or a confidence: their chance is what is compared")
        if self.reader is None and self.confidence is not None and "margin" in self.confidence.before.weights:
            raise ValueError("this confidence was fitted with a reader: give one, or calibrate without")
        as_filter(self.where)

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the answers depend on."""
        parts = (self.retriever, self.generator, self.prompt, self.decoding, self.reader, self.confidence)
        guided = self.guided if isinstance(self.guided, bool) else list(self.guided)
        options = (self.k, self.min_evidence, self.min_confidence, self.prompt_tokens, repr(as_filter(self.where)))
        return fingerprint("pipeline", parts, guided, options, self.answer_format, self.passages)

    @property
    def name(self) -> str:
        """The name of the model that answers: the generator, else the reader."""
        return self.generator.name if self.generator else self._reader.name

    def ask(self, question: str, where: Where = None) -> Answer:
        """Answer one question, with `where` only from those of the pipeline's chunks that it allows, too.

        Raises ValueError for an empty question, one longer than a model's window, or a filter that cannot be read.
        """
        return self.ask_many([question], where)[0]

    def ask_many(self, questions: Sequence[str], where: Where = None) -> list[Answer]:
        """Answer questions in order, the models working in batches."""
        return self._answered(*self._drafts(questions, where))

    def stream(self, question: str, where: Where = None) -> AnswerStream:
        """Return the answer's text in pieces as it is generated; the whole `Answer` is there when they are used up.

        An answer that a reader has to check comes in one piece.
        """
        return AnswerStream(self, self._drafts([question], where)[0])

    # --- before generating --------------------------------------------------------------------------------------------

    def _drafts(self, questions: Sequence[str], where: Where) -> list[_Draft]:
        for question in questions:
            if not question.strip():
                raise ValueError("the question is empty: ask something")
        filters = [each for each in (as_filter(self.where), as_filter(where)) if each is not None]
        both = And(tuple(filters)) if len(filters) > 1 else next(iter(filters), None)
        found = [self.retriever.retrieve(question, self.k, both) for question in questions]
        readings = self._readings(questions, found)
        return [self._draft(*each) for each in zip(questions, found, readings, strict=True)]

    def _readings(self, questions: Sequence[str], found: Sequence[Sequence[Hit]]) -> list[list[Span]]:
        if self.reader is None:
            return [[] for _ in questions]
        pairs = zip(questions, found, strict=True)
        return self.reader.read_many([(question, [hit.chunk for hit in hits]) for question, hits in pairs])

    def _draft(self, question: str, hits: Sequence[Hit], readings: Sequence[Span]) -> _Draft:
        surest = best_span(readings)
        signals = signals_of(hits, readings)
        confidence = surest.probability if surest else None
        if self.confidence is not None and (told := self.confidence.before.chance(signals)) is not None:
            confidence = told
        draft = _Draft(question, hits, readings, signals, confidence)
        if not hits or (signals.evidence is not None and signals.evidence < self.min_evidence):
            return draft
        if (self.reader is not None and (surest is None or not surest.text)) or self._is_hopeless(draft):
            return draft
        draft = replace(draft, tried=True)
        if self.generator is None:
            return draft
        passages = (
            order_by_reader(readings) if readings and self._guides("reader_first") else [hit.chunk for hit in hits]
        )
        try:
            return self._packed(draft, passages) if self.passages == "concat" else self._packed_apart(draft, passages)
        except NothingFits:
            if self.reader is None:
                raise
            return draft  # the reader answers: it reads passages of any length

    def _packed(self, draft: _Draft, passages: Sequence[Chunk]) -> _Draft:
        assert self.generator is not None
        window: Window = self.generator
        if self.prompt_tokens is not None:
            window = CappedWindow(self.generator, self.prompt_tokens)
        values: dict[str, object] = {"question": draft.question}
        if (style := choose_format(self.answer_format, draft.question)) != "short":
            values["answer_format"] = style
        packed = self.prompt.pack(window, self.decoding.max_new_tokens, values, passages)
        return replace(draft, packed=packed, parts=())

    def _packed_apart(self, draft: _Draft, passages: Sequence[Chunk]) -> _Draft:
        """Return the draft with a prompt for each passage; what is no news after those before it gets none."""
        pieces, left_out = distinct(passages)
        parts: list[Packed] = []
        for piece in pieces:
            try:
                packed = self._packed(draft, [piece]).packed
            except NothingFits:
                left_out.append(Dropped(piece, piece.start, piece.end))
            else:
                assert packed is not None
                parts.append(packed)
        if not parts:
            raise NothingFits(f"of {len(passages)} passages not one sentence fits into a prompt of its own")
        whole = together(parts)
        return replace(draft, packed=replace(whole, dropped=(*whole.dropped, *left_out)), parts=tuple(parts))

    def _is_hopeless(self, draft: _Draft) -> bool:
        """Whether no answer can be sure enough, whatever the generator says."""
        after = self.confidence.after if self.confidence and self.generator and draft.readings else None
        told = [after.chance(replace(draft.signals, agreed=agreed)) for agreed in (True, False)] if after else [None]
        best_case = max((each for each in told if each is not None), default=draft.confidence)
        return self.min_confidence > 0 and (best_case or 0.0) < self.min_confidence

    def _is_unsure(self, draft: _Draft) -> bool:
        return self.min_confidence > 0 and (draft.confidence or 0.0) < self.min_confidence

    # --- generating ---------------------------------------------------------------------------------------------------

    def _answered(self, *drafts: _Draft) -> list[Answer]:
        first = self._generated(drafts)
        judged = [self._judged(draft, made) for draft, made in zip(drafts, first, strict=True)]
        again = [self._again(draft, made) for draft, made in zip(judged, first, strict=True)]
        second = self._generated(again)
        return [
            self._finish(draft, made, retry, remade)
            for draft, made, retry, remade in zip(judged, first, again, second, strict=True)
        ]

    def _generated(self, drafts: Sequence[_Draft | None]) -> list[Generation | None]:
        """Return what the generator makes of the drafts that have a prompt, None for the others."""
        plain = [draft.packed.prompt for draft in drafts if draft and draft.packed and not draft.parts]
        made = iter(self.generator.generate(plain, self.decoding) if self.generator and plain else [])
        return [
            self._fused(draft) if draft and draft.parts else next(made) if draft and draft.packed else None
            for draft in drafts
        ]

    def _fused(self, draft: _Draft) -> Generation:
        assert self.generator is not None
        return fuse(self.generator, draft.parts, draft.hits, self.passages, self.decoding)

    def _again(self, draft: _Draft, made: Generation | None) -> _Draft | None:
        """Return the draft of a second try, from the best reading's sentence alone, where the first needs one."""
        if made is None or not self._guides("retry") or self._is_unsure(draft) or self._is_borne_out(made, draft):
            return None
        surest = best_span(draft.readings)
        assert surest is not None
        try:
            return self._packed(draft, [sentence_of(surest)])
        except NothingFits:
            return None

    # --- after generating ---------------------------------------------------------------------------------------------

    def _finish(
        self, draft: _Draft, made: Generation | None, retry: _Draft | None = None, remade: Generation | None = None
    ) -> Answer:
        usage = self._usage(made, remade)
        if not draft.tried:
            return self._abstain(draft, usage)
        if made is None:
            return self._extract(draft, usage)
        if self._is_unsure(draft):
            return self._abstain(draft, usage)
        packed = draft.packed
        if retry is not None and remade is not None:
            made, packed = remade, retry.packed
        if self._guides("fallback") and not self._is_borne_out(made, draft):
            return self._extract(draft, usage)
        text = whole_sentences(made)
        if is_refusal(text):
            return self._abstain(draft, usage)
        assert packed is not None
        citations, sentences = cite(text, draft.question, packed.passages)
        if draft.readings:
            citations, sentences = with_readings(text, citations, sentences, draft.readings)
        return self._answer(draft, text, citations, sentences, usage, self.name)

    def _judged(self, draft: _Draft, made: Generation | None) -> _Draft:
        """Return a draft with what the first answer tells: whether it says what was read."""
        if made is None or not draft.readings:
            return draft
        draft = replace(draft, signals=replace(draft.signals, agreed=_agreed(made, draft.readings)))
        if self.confidence is None or self.confidence.after is None:
            return draft
        told = self.confidence.after.chance(draft.signals)
        return draft if told is None else replace(draft, confidence=told)

    def _is_borne_out(self, made: Generation, draft: _Draft) -> bool:
        """Whether a generated answer may stand: it agrees with a likely reading, a whole sentence with the best one.

        Of what else the passages say a sentence may be made that answers another question.
        """
        surest = best_span(draft.readings)
        if surest is not None and choose_format(self.answer_format, draft.question) == "sentence":
            return _agreed(made, [replace(surest, others=())])
        return _agreed(made, draft.readings)

    def _extract(self, draft: _Draft, usage: Usage) -> Answer:
        """Answer in the source's own words."""
        style = choose_format(self.answer_format, draft.question)
        return self._answer(draft, *extractive_answer(draft.readings, style), usage, self._reader.name)

    def _abstain(self, draft: _Draft, usage: Usage) -> Answer:
        return replace(self._answer(draft, ABSTENTION, [], [], usage, self.name), abstained=True)

    def _answer(
        self,
        draft: _Draft,
        text: str,
        citations: Sequence[Citation],
        sentences: Sequence[AnswerSentence],
        usage: Usage,
        model: str,
    ) -> Answer:
        return Answer(
            question=draft.question,
            text=text,
            citations=tuple(citations),
            hits=tuple(draft.hits),
            dropped=draft.packed.dropped if draft.packed else (),
            usage=usage,
            sentences=tuple(sentences),
            evidence=draft.signals.evidence or 0.0,
            confidence=draft.confidence,
            signals=draft.signals,
            model=model,
        )

    def _usage(self, *made: Generation | None) -> Usage:
        done = [generation for generation in made if generation]
        window = self.generator.context_window if self.generator else 0
        return Usage(sum(each.prompt_tokens for each in done), sum(each.completion_tokens for each in done), window)

    def _guides(self, way: Guidance) -> bool:
        return self.reader is not None and (self.guided is True or (self.guided is not False and way in self.guided))

    @property
    def _reader(self) -> Reader:
        assert self.reader is not None
        return self.reader


def _agreed(made: Generation, readings: Sequence[Span]) -> bool:
    """Whether a generated answer says what one of the likely readings says."""
    text = whole_sentences(made)
    return not is_refusal(text) and agrees(text, readings)


def check_options(
    k: object = 5,
    min_evidence: object = 0.0,
    prompt_tokens: object = None,
    min_confidence: object = 0.0,
    answer_format: object = "short",
    guided: object = True,
    passages: object = "concat",
) -> None:
    """Raise ValueError for options that no pipeline can have, whatever a configuration gave."""
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"k is {k!r}: at least one passage has to be retrieved")
    if not isinstance(min_evidence, int | float) or not -1 <= min_evidence <= 1:
        raise ValueError(f"min_evidence is {min_evidence!r}: it is a cosine, from -1 to 1")
    if prompt_tokens is not None and (not isinstance(prompt_tokens, int) or prompt_tokens < 1):
        raise ValueError(f"prompt_tokens is {prompt_tokens!r}: a prompt needs room for at least one")
    if not isinstance(min_confidence, int | float) or not 0 <= min_confidence <= 1:
        raise ValueError(f"min_confidence is {min_confidence!r}: it is a probability, from 0 to 1")
    if answer_format not in FORMAT_CHOICES:
        raise ValueError(f"answer_format is {answer_format!r}: known are {', '.join(FORMAT_CHOICES)}")
    if passages not in PASSAGE_MODES:
        raise ValueError(f"passages is {passages!r}: known are {', '.join(PASSAGE_MODES)}")
    if not isinstance(guided, bool) and (isinstance(guided, str) or not set(guided) <= set(GUIDANCE)):  # type: ignore[call-overload]
        raise ValueError(f"guided is {guided!r}: true, false, or some of {', '.join(GUIDANCE)}")


@dataclass(frozen=True)
class CappedWindow:
    """A generator's window of which only so many tokens are used."""

    window: Window
    most: int

    @property
    def style(self) -> Style:
        return self.window.style

    @property
    def special_tokens(self) -> frozenset[str]:
        special: frozenset[str] = getattr(self.window, "special_tokens", frozenset())
        return special

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return self.window.count_tokens(prompt)

    def prompt_window(self, max_new_tokens: int) -> int:
        return min(self.most, self.window.prompt_window(max_new_tokens))


@dataclass(frozen=True)
class _Draft:
    """A question with what was found for it and what a reader read there.

    It is `tried` unless the evidence is too thin; it has a prompt where a generator is to answer, or `parts`, prompts
    of a passage each.
    """

    question: str
    hits: Sequence[Hit]
    readings: Sequence[Span]
    signals: Signals
    confidence: float | None
    tried: bool = False
    packed: Packed | None = None
    parts: tuple[Packed, ...] = ()


class AnswerStream:
    """An answer under way: iterate for its text in pieces, then read `answer`.

    The answer's text is that of the pieces, without white space around it and without a last sentence that was cut off.
    """

    def __init__(self, pipeline: Pipeline, draft: _Draft) -> None:
        self._pipeline = pipeline
        self._draft = draft
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[str]:
        pipeline, draft = self._pipeline, self._draft
        generator, packed = pipeline.generator, draft.packed
        judged = pipeline.confidence is not None and pipeline.confidence.after is not None
        checked = pipeline._guides("retry") or pipeline._guides("fallback") or judged
        if generator is None or packed is None or draft.parts or checked:
            [self._answer] = pipeline._answered(draft)
            yield self._answer.text
            return
        pieces = []
        for piece in generator.stream(packed.prompt, pipeline.decoding):
            pieces.append(piece)
            yield piece
        text = "".join(pieces)
        # Less the special tokens and chat marks, which are counted with any prompt and no part of an answer.
        tokens = generator.count_tokens(text) - generator.count_tokens("")
        finish: Literal["stop", "length"] = "length" if tokens >= pipeline.decoding.max_new_tokens else "stop"
        made = Generation(text, packed.prompt_tokens, tokens, finish)
        self._answer = pipeline._finish(pipeline._judged(draft, made), made)

    @property
    def answer(self) -> Answer:
        """The whole answer with its citations. Raises RuntimeError before the pieces are used up."""
        if self._answer is None:
            raise RuntimeError("the answer is not complete yet: iterate over the stream first")
        return self._answer
