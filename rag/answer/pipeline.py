"""The reading half: retrieve, read, answer."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import accumulate
from typing import Literal

from ingest.cancel import NEVER, Cancellation, current_cancellation
from ingest.closing import Closing, close_parts
from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.tracing import span
from prompts.prompt import Prompt
from rag.answer.abstain import Abstention
from rag.answer.anchors import complete_question, find_anchors
from rag.answer.asynchronous import AsyncAnswerStream, run_in_thread
from rag.answer.compare import SideBySide
from rag.answer.confidence import ConfidenceModel
from rag.answer.defaults import resolve_defaults
from rag.answer.disagreement import replaced_sources
from rag.answer.editions import put_newest_first
from rag.answer.explain import Explain
from rag.answer.extractive import Extractive, support_spans
from rag.answer.focus import focus_sections
from rag.answer.guided import Guided
from rag.answer.kinds import choose_format, kind_of
from rag.answer.list import ListItems
from rag.answer.lookup import Lookup
from rag.answer.options import DEFAULT_K, PipelineOptions
from rag.answer.passages import OnePrompt, PromptEach
from rag.answer.plain import Plain
from rag.answer.ranking import RankingModel, rank_spans
from rag.answer.required_anchors import FindPhrase, require_anchors
from rag.answer.router import Router, RouteStep
from rag.answer.sides import find_sides
from rag.answer.strategy import AnswerPieces, DraftEvent, Drafts, Strategy
from rag.answer.types import Answer, Retrieved
from rag.answer.yes_no import YesNo
from rag.generate.base import Decoding, Generator
from rag.reader.base import Reader
from rag.retrieve.phrases import find_phrase, phrase_words
from rag.retrieve.retrievers import Retriever, StoreRetriever
from stores.base import Hit
from stores.filters.filter import And, Filter, Where
from stores.filters.parse import as_filter

logger = logging.getLogger("openbook.ask")

LOOKUP_PASSAGES = 20  # whose rows are looked through
SIDE_PASSAGES = 3  # retrieved for each side of a comparison, beside those for the question

# A reader reads the text of some five passages of prose: of rows and other short ones more.
READ_CHARACTERS = 3500
MOST_PASSAGES = 3 * DEFAULT_K

# A short answer is one line: after it small models ramble, or ask themselves the next question.
DEFAULT_DECODING = Decoding(max_new_tokens=48, repetition_penalty=1.1, stop=("\n",))


@dataclass(frozen=True)
class Pipeline(PipelineOptions, Closing):
    """Answer questions from a retriever's chunks. The keywords are those of `PipelineOptions`, too.

    Without a `generator` the `reader` answers alone; with both, the reader guides the generator. A `confidence` model
    estimates the probability of a right answer. A reader or a confidence of None is the default for the models, False
    is none; `rag.answer.defaults` has the rule. Afterwards the fields hold the parts and values in effect, and
    `dataclasses.replace` keeps them.

    Threads may use a pipeline side by side: nothing that is asked changes it.

    A pipeline owns its parts: closing it closes the retriever's store, the models and their threads. One that shares
    its parts with others is left open until the last of them is done.
    """

    retriever: Retriever
    generator: Generator | None
    prompt: Prompt = field(default_factory=lambda: Prompt.load("answer"))
    decoding: Decoding = DEFAULT_DECODING
    reader: Reader | Literal[False] | None = None
    confidence: ConfidenceModel | Literal[False] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.generator is None and not self.reader:
            raise InputError("a pipeline needs a generator, a reader or both")
        defaults = resolve_defaults(self, self.retriever, self.generator, self.reader, self.confidence)
        # A frozen dataclass sets its own fields so.
        for name in ("reader", "confidence", "min_confidence", "min_evidence", "prompt_tokens"):
            object.__setattr__(self, name, getattr(defaults, name))
        if not self.reader and not self.confidence and self.min_confidence:
            raise InputError("min_confidence needs a reader or a confidence: their chance is what is compared")
        if not self.reader and self.confidence and self.confidence.needs_reader:
            raise InputError("this confidence was fitted with a reader: give one, or calibrate without")
        self.strategy  # noqa: B018 - models that cannot work together are refused at once

    @cached_property
    def abstention(self) -> Abstention:
        """The policy that leaves questions unanswered."""
        return Abstention(
            self.min_evidence or 0.0,
            self.min_confidence,
            self.confidence or False,
            self.name,
            self.generator.context_window if self.generator else 0,
        )

    @cached_property
    def strategy(self) -> Strategy:
        """The strategy that these parts and options select, by the kind of a question."""
        by_format: dict[RouteStep, Strategy] = {}
        if self.reader:
            embedder, store = (getattr(self.retriever, name, None) for name in ("embedder", "store"))
            by_format = {
                "lookup": Lookup(self.abstention, self.reader.name, embedder, store),
                "yes-no": YesNo(self.abstention, self.reader, embedder),
                "explain": Explain(self.abstention, self.reader, embedder),
                "list": ListItems(self.abstention, self.reader, embedder, store),
                "compare": SideBySide(self.abstention, self.reader.name, embedder),
            }
        return Router(self._general_strategy(), by_format, self.abstention)

    def _general_strategy(self) -> Strategy:
        """Return the strategy of any kind: a reader extracts, a generator generates, and of both the reader guides."""
        extractive = Extractive(self.abstention, self.reader.name) if self.reader else None
        if self.generator is None:
            assert extractive is not None  # or nobody would be there to answer
            return extractive
        one = OnePrompt(self.generator, self.prompt, self.decoding, self.prompt_tokens)
        writer = one if self.passages == "concat" else PromptEach(one, self.passages)
        if extractive is None:
            return Plain(writer, self.abstention)
        return Guided(writer, one, extractive, self.abstention, self.guidance)

    @property
    def fingerprint(self) -> str:
        """A hash of every part and option that the answers depend on."""
        parts = (self.retriever, self.generator, self.prompt, self.decoding, self.reader, self.confidence)
        options = (self.k, self.min_evidence, self.min_confidence, self.prompt_tokens, repr(as_filter(self.where)))
        return fingerprint("pipeline", parts, sorted(self.guidance), options, self.answer_format, self.passages)

    @property
    def name(self) -> str:
        """The name of the model that answers: the generator, else the reader."""
        model = self.generator or self.reader
        return model.name if model else ""

    def ask(self, question: str, where: Where = None, *, timeout: float | None = None) -> Answer:
        """Answer one question; a filter `where` narrows that of the pipeline.

        Raises InputError for an empty question, one longer than a model's window, or a filter that cannot be read, and
        TimedOut, which is a TimeoutError, when there is no answer after `timeout` seconds: the model is stopped then.
        """
        return self.ask_many([question], where, timeout=timeout)[0]

    def ask_many(self, questions: Sequence[str], where: Where = None, *, timeout: float | None = None) -> list[Answer]:
        """Answer questions in order, the models working in batches. All of them have `timeout` seconds together."""
        with (
            self._limited(timeout),
            span("ask", questions=0 if isinstance(questions, str) else len(questions)) as stage,
        ):
            answers = self.strategy.answer(self.prepare(questions, where))
            stage.set(
                abstained=sum(answer.abstained for answer in answers),
                citations=sum(len(answer.citations) for answer in answers),
                dropped=sum(len(answer.dropped) for answer in answers),
            )
        logger.debug("%d questions, %d left unanswered, %.3f s", len(answers), stage.counts["abstained"], stage.seconds)
        return answers

    def stream_drafts(self, question: str, where: Where = None) -> DraftStream:
        """Return the answer's drafts as they are generated, and the whole `Answer` afterwards, the same as `ask` gives.

        A reader's answer is the draft while the generator is at work; without a reader the generator's pieces are. They
        are shown as drafts, if at all: they may say what no document says, until they have been checked.
        """
        [retrieved] = self.prepare([question], where)
        return DraftStream(self.strategy.stream_drafts(retrieved))

    def stream(self, question: str, where: Where = None, *, timeout: float | None = None) -> AnswerStream:
        """Return the answer's text in pieces as it is generated, and the whole `Answer` afterwards.

        An answer that a reader has to check comes in one piece. `timeout` is as in `ask`.
        """
        cancellation = current_cancellation() if timeout is None else Cancellation(timeout)
        with cancellation.running():
            [retrieved] = self.prepare([question], where)
            return AnswerStream(self.strategy.stream(retrieved), cancellation)

    async def aask(self, question: str, where: Where = None, *, timeout: float | None = None) -> Answer:
        """Answer one question in a thread; cancelling the task stops the model. Otherwise as `ask`."""
        cancellation = Cancellation(timeout)

        def work() -> Answer:
            with cancellation.running():
                return self.ask(question, where)

        return await run_in_thread(work, cancellation)

    def astream(self, question: str, where: Where = None, *, timeout: float | None = None) -> AsyncAnswerStream:
        """Return the answer's text in pieces, for `async for`, and the whole `Answer` afterwards, as `stream`."""
        cancellation = Cancellation(timeout)

        def open_stream() -> AnswerStream:
            with cancellation.running():
                return self.stream(question, where)

        return AsyncAnswerStream(open_stream, cancellation)

    @staticmethod
    def _limited(timeout: float | None) -> AbstractContextManager[None]:
        return nullcontext() if timeout is None else Cancellation(timeout).running()

    def close(self) -> None:
        """Close the retriever, the generator and the reader."""
        close_parts(self.retriever, self.generator, self.reader)

    def prepare(self, questions: Sequence[str], where: Where = None) -> list[Retrieved]:
        """Return the questions as a strategy is asked them.

        They have their hits, the reader's spans and the confidence that there is an answer.
        """
        if isinstance(questions, str):
            raise InputError("these questions are one text: give a list of questions")
        for question in questions:
            if not isinstance(question, str):
                raise InputError(f"a question is text, not {type(question).__name__}")
            if not question.strip():
                raise InputError("the question is empty: ask something")
            if any("\ud800" <= character <= "\udfff" for character in question):
                raise InputError("the question holds bytes that are no UTF-8 text")
        # Retrieve what both filters allow, question by question.
        filters = [chosen for chosen in (as_filter(self.where), as_filter(where)) if chosen is not None]
        both = And(tuple(filters)) if len(filters) > 1 else next(iter(filters), None)
        with span("retrieve", questions=len(questions)) as stage:
            retrieved = [self._retrieve_question(question, both) for question in map(complete_question, questions)]
            # What the question names, as far as it occurs in the store; a code that no hit has is looked for.
            find = self._finder(both)
            retrieved = [self._name_anchors(row, find) for row in retrieved]
            stage.set(hits=sum(len(row.hits) for row in retrieved))

        ranking = self.confidence.ranking if self.confidence else None
        # Read in batches over all questions, section by section: no text is read under another's heading.
        if self.reader:
            with span("read") as stage:
                current_cancellation().check()
                retrieved = self._read(self.reader, retrieved, ranking)
                stage.set(
                    sections=sum(len(row.spans) for row in retrieved),
                    spans=sum(bool(one.text) for row in retrieved for one in row.spans),
                )
        return [self.assess(row, ranking) for row in retrieved]

    def _retrieve_question(self, question: str, where: Filter | None) -> Retrieved:
        current_cancellation().check()
        hits, others = self._retrieve(question, where)
        answer_format = choose_format(self.answer_format, question)
        if answer_format == "compare" and (sides := find_sides(question)):
            # Each side has passages of its own, which a question about both may not find.
            further = [hit for query in sides.queries for hit in self.retriever.retrieve(query, SIDE_PASSAGES, where)]
            hits = list({hit.chunk.id: hit for hit in (*further, *hits)}.values())
        return Retrieved(question, answer_format, hits, kind=kind_of(answer_format), further=others, where=where)

    @staticmethod
    def _read(reader: Reader, retrieved: Sequence[Retrieved], ranking: RankingModel | None) -> list[Retrieved]:
        """Return questions with the spans of their sections, all read together."""
        pairs = [
            (row.question, [s for hit in row.hits for s in focus_sections(hit.chunk, row.question, row.anchors)])
            for row in retrieved
        ]
        return [
            replace(
                row,
                spans=support_spans(
                    row.question,
                    spans,
                    row.anchors,
                    replaced_sources(row.question, row.hits),
                    in_doubt=ranking is not None,
                ),
            )
            for row, spans in zip(retrieved, reader.read_many(pairs), strict=True)
        ]

    def _retrieve(self, question: str, where: Where) -> tuple[list[Hit], list[Hit]]:
        """Return the best hits that the options ask for, and the others for look-ups.

        More hits of a plain store cost nothing; other retrievers are asked for k.
        """
        count = self.k or DEFAULT_K
        is_plain = isinstance(self.retriever, StoreRetriever)
        ranked = self.retriever.retrieve(question, max(count, LOOKUP_PASSAGES) if is_plain else count, where)
        if self.k is None and self.reader:
            lengths = list(accumulate(len(hit.chunk.text) for hit in ranked[:MOST_PASSAGES]))
            count = max(count, bisect_right(lengths, READ_CHARACTERS))
        return ranked[:count], ranked[count:]

    def assess(self, row: Retrieved, ranking: RankingModel | None) -> Retrieved:
        """Return a question that was read with its candidates ranked and the confidence that there is an answer.

        The ranking of a pipeline is that of its confidence, with which it was fitted.
        """
        ranked = rank_spans(row.question, row.spans, row.hits, ranking, row.anchors)
        row = replace(row, ranked=put_newest_first(row.question, ranked))
        row = self.abstention.assess(row)
        return replace(row, refused=row.refused or bool(row.anchors.unanswerable))

    def _name_anchors(self, row: Retrieved, find: FindPhrase) -> Retrieved:
        """Return a question with its anchors, and with hits that hold its codes."""
        codes = [anchor.text for anchor in find_anchors(row.question) if anchor.kind == "identifier"]
        texts = "\n".join(phrase_words(hit.chunk.embedding_text) for hit in row.hits)
        further = [hit for code in codes if phrase_words(code) not in texts for hit in (find(code) or ())[:2]]
        hits = [*row.hits[: max(len(row.hits) - len(further), 0)], *further] if further else row.hits
        row = replace(row, hits=hits)
        return replace(row, anchors=require_anchors(row.question, row.sections, find))

    def _finder(self, where: Where) -> FindPhrase:
        """Return the function that looks for phrases in the retriever's store, each once."""

        @cache
        def find(phrase: str) -> list[Hit] | None:
            return find_phrase(self.retriever, phrase, where)

        return find


class DraftStream:
    """An answer under way: iterate for its drafts, then read `answer`.

    If there were drafts, the last event is a "replace" with the answer's text, unless that is what they say.
    """

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[DraftEvent]:
        text, has_draft = "", False
        while True:
            try:
                event = next(self._drafts)
            except StopIteration as end:
                self._answer = answer = end.value
                break
            text = text + event.text if event.kind == "draft" else event.text
            has_draft = has_draft or bool(event.text)
            yield event
        if has_draft and text.strip() != answer.text:
            yield DraftEvent("replace", answer.text)

    @property
    def answer(self) -> Answer:
        """The whole answer with its citations. Raises RuntimeError before the drafts are used up."""
        if self._answer is None:
            raise RuntimeError("the answer is not complete yet: iterate over the drafts first")
        return self._answer


class AnswerStream:
    """An answer under way: iterate for its text in pieces, then read `answer`.

    The answer's text is that of the pieces, without white space around it, without a last sentence that was cut off and
    without those that no source supports.
    """

    def __init__(self, pieces: AnswerPieces, cancellation: Cancellation = NEVER) -> None:
        self._pieces = pieces
        self._cancellation = cancellation
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[str]:
        # Each step runs under the cancellation, and none of what the reader of the stream does in between.
        try:
            while True:
                with self._cancellation.running():
                    try:
                        piece = next(self._pieces)
                    except StopIteration as end:
                        self._answer = end.value
                        return
                yield piece
        finally:
            self._pieces.close()

    @property
    def answer(self) -> Answer:
        """The whole answer with its citations. Raises RuntimeError before the pieces are used up."""
        if self._answer is None:
            raise RuntimeError("the answer is not complete yet: iterate over the stream first")
        return self._answer
