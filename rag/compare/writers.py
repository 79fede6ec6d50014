"""What writes the records of a system, task by task: the very parts that answering, describing and labelling use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ingest.errors import RowsError
from prompts.types import RenderedPrompt
from rag.answer.defaults import MIN_EVIDENCE, PROMPT_TOKENS
from rag.answer.pipeline import ABSTENTION, Pipeline
from rag.answer.refusal import is_refusal, whole_sentences
from rag.classify.classifier import Classifier
from rag.compare.experiment import Experiment
from rag.compare.system import System
from rag.data.contexts import Contexts
from rag.data.rows import Row
from rag.describe.describer import Describer, Description
from rag.evaluate.predictions import Prediction
from rag.generate.base import Decoding, Generation, Generator


class Writer(Protocol):
    """Writes outputs for rows."""

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        """Return a record for each row, in order. Raises RowsError for a row that does not fit."""

    def prompt(self, row: Row) -> RenderedPrompt:
        """Return the prompt that a row gets."""


def new_writer(
    system: System,
    generator: Generator,
    material: Experiment,
    options: Mapping[str, Any],
    firsts: Mapping[str, Prediction] | None = None,
) -> Writer:
    """Return what writes a system's records. `options` are those of decoding.

    `firsts` are records of the same system without further attempts, by the key of their row: they are gone on from.
    """
    if material.task == "describe":
        describer = Describer(
            generator,
            decoding=options,
            contexts=material.contexts(system),
            attempts=system.attempts,
            lexicon=material.lexicon,
        )
        return DescriptionWriter(describer, firsts)
    if material.task == "classify":
        count = system.examples or system.passages
        return LabelWriter(Classifier(generator, material.labels, material.labelled(system), examples=count))
    decoding = Decoding(**{**_stop(generator, system), **options})
    if material.task == "answer" and system.passages:
        retriever = material.retrieving(system)
        embedder = getattr(getattr(retriever, "embedder", None), "name", "")
        return AnswerWriter(
            Pipeline(
                retriever,
                generator,
                material.prompt,
                system.passages,
                decoding,
                MIN_EVIDENCE.get(embedder, 0.0),
                PROMPT_TOKENS.get(generator.name),
            )
        )
    return TextWriter(generator, material, material.contexts(system), decoding)


def _stop(generator: Generator, system: System) -> dict[str, Any]:
    """A model that only continues texts is stopped where it begins another row; one that learnt to stop is not."""
    return {"stop": ("\n",)} if generator.style == "completion" and not system.is_trained else {}


@dataclass(frozen=True)
class DescriptionWriter:
    """Descriptions, as `rag describe` writes them; the first text of each, or the best of several."""

    describer: Describer
    firsts: Mapping[str, Prediction] | None = None

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        try:
            return [_description_record(row, each) for row, each in zip(rows, self._written(rows), strict=True)]
        except ValueError as error:
            raise RowsError(str(error)) from None

    def _written(self, rows: Sequence[Row]) -> list[Description]:
        if self.firsts is None:
            return self.describer.describe_rows(rows)
        known = [self.firsts[row.key] for row in rows]
        firsts = [
            self.describer.checked(row, record.output, record.prompt_tokens or 0, record.completion_tokens or 0)
            for row, record in zip(rows, known, strict=True)
        ]
        return self.describer.retry(rows, firsts)

    def prompt(self, row: Row) -> RenderedPrompt:
        return self.describer.prompt_of(row)


def _description_record(row: Row, found: Description) -> Prediction:
    record = Prediction(row.id, found.text, found.prompt_tokens, found.completion_tokens)
    if found.attempts == 1:
        return record
    return replace(record, attempts=found.attempts, raw=found.first)


@dataclass(frozen=True)
class LabelWriter:
    """Labels, of which no other can come out."""

    classifier: Classifier

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        from rag.evaluate.labels import label_prediction

        return [label_prediction(row, self.classifier.classify(row.text), None) for row in rows]

    def prompt(self, row: Row) -> RenderedPrompt:
        return self.classifier.prompt_of(row.text)


@dataclass(frozen=True)
class AnswerWriter:
    """Answers with citations, as `rag ask` gives them."""

    pipeline: Pipeline

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        from rag.evaluate.answers import answer_prediction

        answers = self.pipeline.ask_many([row.values["question"] for row in rows])
        return [answer_prediction(row, answer) for row, answer in zip(rows, answers, strict=True)]

    def prompt(self, row: Row) -> RenderedPrompt:
        pipeline = self.pipeline
        assert pipeline.generator is not None  # a comparison's systems all generate
        passages = [hit.chunk for hit in pipeline.retriever.retrieve(row.values["question"], pipeline.k)]
        return pipeline.prompt.pack(pipeline.generator, pipeline.decoding.max_new_tokens, row.values, passages).prompt


@dataclass(frozen=True)
class TextWriter:
    """A prompt's continuation: summaries, tasks of one's own, and answers without retrieval."""

    generator: Generator
    material: Experiment
    contexts: Contexts
    decoding: Decoding

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        prompts = self._prompts(rows)
        generations = self.generator.generate(prompts, self.decoding)
        return [self._record(row, each) for row, each in zip(rows, generations, strict=True)]

    def prompt(self, row: Row) -> RenderedPrompt:
        return self._prompts([row])[0]

    def _prompts(self, rows: Sequence[Row]) -> list[RenderedPrompt]:
        prompts = []
        for row, context in zip(rows, self.contexts(rows), strict=True):
            try:
                packed = self.material.prompt.pack(
                    self.generator, self.decoding.max_new_tokens, context.values, context.passages
                )
            except ValueError as error:
                raise RowsError(f"row {row.id}: {error}") from None
            prompts.append(packed.prompt)
        return prompts

    def _record(self, row: Row, generation: Generation) -> Prediction:
        record = Prediction(row.id, generation.text.strip(), generation.prompt_tokens, generation.completion_tokens)
        if row.task != "answer":
            return record
        text = whole_sentences(generation)
        abstained = is_refusal(text)
        return replace(record, output=ABSTENTION if abstained else text, abstained=abstained)
