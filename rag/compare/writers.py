"""Writers of a system's outputs, one a task: the parts that answering, describing and labelling use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ingest.errors import RowsError
from prompts.types import RenderedPrompt
from rag.answer.abstain import abstention_text
from rag.answer.options import DEFAULT_K
from rag.answer.pipeline import Pipeline
from rag.answer.refusal import is_refusal, whole_sentences
from rag.classify.classifier import Classifier
from rag.compare.experiment import Experiment
from rag.compare.system import System
from rag.data.contexts import Contexts
from rag.data.rows import Row
from rag.describe.drafts.draft_writer import DraftWriter
from rag.evaluate.metrics.licence import HouseLicence
from rag.evaluate.predictions import Prediction
from rag.generate.base import Decoding, Generator


class SystemWriter(Protocol):
    """Writes outputs for rows."""

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        """Return a record for each row, in order. Raises RowsError for a row that does not fit."""

    def prompt(self, row: Row) -> RenderedPrompt:
        """Return the prompt of a row."""


def new_writer(
    system: System,
    generator: Generator,
    experiment: Experiment,
    options: Mapping[str, Any],
    firsts: Mapping[str, Prediction] | None = None,
) -> SystemWriter:
    """Return the writer of a system. `options` are those of decoding.

    `firsts` are records of the same system with one attempt, by the key of their row: further attempts start from them.
    """
    if experiment.task == "describe":
        writer = DraftWriter(
            generator,
            decoding=options,
            contexts=experiment.contexts(system),
            attempts=system.attempts,
            lexicon=experiment.lexicon,
        )
        return LicensedWriter(experiment.house, writer) if system.checked else DescriptionWriter(writer, firsts)
    if experiment.task == "classify":
        count = system.examples or system.similar
        return LabelWriter(Classifier(generator, experiment.labels, experiment.labelled(system), similar=count))

    # A model that only continues texts is stopped where it begins another row, unless it has learnt to stop.
    continues = generator.style == "completion" and not system.is_trained
    decoding = Decoding(**{**({"stop": ("\n",)} if continues else {}), **options})

    # Passages of a store are cited and checked; answers from examples or from nothing cannot be.
    if experiment.task == "answer" and system.similar:
        retriever = experiment.retriever_for(system)
        return AnswerWriter(Pipeline(retriever, generator, experiment.prompt, decoding, reader=False, k=system.similar))
    return TextWriter(generator, experiment, experiment.contexts(system), decoding)


@dataclass(frozen=True)
class LicensedWriter:
    """Writes descriptions as `rag describe` does: by rules, or with drafts of a model whose sentences are checked."""

    house: HouseLicence
    drafts: DraftWriter | None = None

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        from rag.evaluate.text import new_describer, predict_licensed

        return predict_licensed(new_describer(self.house, self.drafts), rows, self.house)

    def prompt(self, row: Row) -> RenderedPrompt:
        return self.drafts.prompt_of(row) if self.drafts else ""


@dataclass(frozen=True)
class DescriptionWriter:
    """Writes the texts of a model as they are: the first of each row, or the best of several."""

    writer: DraftWriter
    firsts: Mapping[str, Prediction] | None = None

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        try:
            if self.firsts is None:
                descriptions = self.writer.write_rows(rows)
            else:
                # Check the first texts again, and let the writer retry those with errors.
                records = [(row, self.firsts[row.key]) for row in rows]
                first_texts = [
                    self.writer.check(row, first.output, first.prompt_tokens or 0, first.completion_tokens or 0)
                    for row, first in records
                ]
                descriptions = self.writer.retry(rows, first_texts)
        except ValueError as error:
            raise RowsError(str(error)) from None
        # Only a description of several attempts has a first text that differs.
        predictions = []
        for row, text in zip(rows, descriptions, strict=True):
            prediction = Prediction(row.id, text.text, text.prompt_tokens, text.completion_tokens)
            if text.attempts > 1:
                prediction = replace(prediction, attempts=text.attempts, raw=text.first)
            predictions.append(prediction)
        return predictions

    def prompt(self, row: Row) -> RenderedPrompt:
        return self.writer.prompt_of(row)


@dataclass(frozen=True)
class LabelWriter:
    """Writes labels, never any other text."""

    classifier: Classifier

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        from rag.evaluate.labels import label_prediction

        return [label_prediction(row, self.classifier.classify(row.text), None) for row in rows]

    def prompt(self, row: Row) -> RenderedPrompt:
        return self.classifier.prompt_of(row.text)


@dataclass(frozen=True)
class AnswerWriter:
    """Writes answers with citations, as `rag ask` does."""

    pipeline: Pipeline

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        from rag.evaluate.answers import answer_prediction

        answers = self.pipeline.ask_many([row.values["question"] for row in rows])
        return [answer_prediction(row, answer) for row, answer in zip(rows, answers, strict=True)]

    def prompt(self, row: Row) -> RenderedPrompt:
        pipeline = self.pipeline
        assert pipeline.generator is not None  # a comparison's systems all generate
        passages = [hit.chunk for hit in pipeline.retriever.retrieve(row.values["question"], pipeline.k or DEFAULT_K)]
        return pipeline.prompt.pack(pipeline.generator, pipeline.decoding.max_new_tokens, row.values, passages).prompt


@dataclass(frozen=True)
class TextWriter:
    """Writes the continuation of a prompt: summaries, other tasks, and answers without retrieval."""

    generator: Generator
    experiment: Experiment
    contexts: Contexts
    decoding: Decoding

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        predictions = []
        generations = self.generator.generate(self._prompts(rows), self.decoding)
        for row, generation in zip(rows, generations, strict=True):
            text, abstained = generation.text.strip(), None
            # An answer ends with a whole sentence, and a refusal counts as an abstention.
            if row.task == "answer":
                text = whole_sentences(generation)
                abstained = is_refusal(text)
                text = abstention_text(str(row.values["question"])) if abstained else text
            tokens = (generation.prompt_tokens, generation.completion_tokens)
            predictions.append(Prediction(row.id, text, *tokens, abstained=abstained))
        return predictions

    def prompt(self, row: Row) -> RenderedPrompt:
        return self._prompts([row])[0]

    def _prompts(self, rows: Sequence[Row]) -> list[RenderedPrompt]:
        prompts = []
        room = self.decoding.max_new_tokens
        for row, context in zip(rows, self.contexts(rows), strict=True):
            try:
                packed = self.experiment.prompt.pack(self.generator, room, context.values, context.passages)
            except ValueError as error:
                raise RowsError(f"row {row.id}: {error}") from None
            prompts.append(packed.prompt)
        return prompts
