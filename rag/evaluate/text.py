"""Evaluate generated texts: summaries, descriptions and tasks of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.errors import RowsError
from ingest.fingerprint import fingerprint
from prompts.prompt import Prompt
from rag.data.rows import Row
from rag.data.task_prompts import prompt_for
from rag.describe.describer import Describer
from rag.describe.slots import ValueLexicon, check_slots, lexicon_of
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.metrics.slots import slot_metrics
from rag.evaluate.metrics.text import text_metrics
from rag.evaluate.predictions import Prediction
from rag.generate.base import Decoding, Generator

if TYPE_CHECKING:
    pass
from rag.evaluate.run import MAKING, Evaluation, Run, _refuse_others, cost_of

WRITTEN = Decoding(max_new_tokens=128, repetition_penalty=1.1)  # summaries, and tasks of one's own


def evaluate_text(
    generator: Generator,
    rows: Sequence[Row],
    decoding: Mapping[str, Any] | None = None,
    prompt: Prompt | None = None,
    lexicon: ValueLexicon | None = None,
    attempts: int = 1,
    run: Run = MAKING,
    complete: bool = False,
) -> Evaluation:
    """Let a generator write a text for each row: from its fields, its passage or its input, with its task's prompt.

    `decoding` holds `Decoding`'s options by name. Descriptions with errors are written up to `attempts` times, 1 being
    the model as it is, and with `complete` state in a last line what they leave out; `lexicon` is what their slots are
    measured by, by default made of these rows. Raises RowsError for rows of several tasks or of one that is not
    written, and for a row that does not fit.
    """
    _refuse_others(rows, {row.task for row in rows} - {"answer", "classify"})
    task = rows[0].task
    writer: _Describes | _Writes
    if task == "describe":
        describer = Describer(generator, decoding=decoding, prompt=prompt, attempts=attempts, complete=complete)
        writer = _Describes(describer)
    else:
        writer = _Writes(generator, prompt or prompt_for(task), replace(WRITTEN, **(decoding or {})))
    records = run.records(rows, writer.write, writer)
    return Evaluation(task, score_text(records, rows, lexicon), tuple(records), cost_of(records, here=True))


def score_text(
    records: Sequence[Prediction], rows: Sequence[Row], lexicon: ValueLexicon | None = None
) -> tuple[Metric, ...]:
    """Return the metrics of texts; those of slots first to last where the rows have fields."""
    texts = [record.output for record in records]
    found = text_metrics(texts, rows)
    if rows[0].task != "describe":
        return tuple(found)
    lexicon = lexicon or lexicon_of(rows)
    checks = [check_slots(text, row.values["fields"], lexicon) for text, row in zip(texts, rows, strict=True)]
    return (*found, *slot_metrics(checks))


@dataclass(frozen=True)
class _Describes:
    describer: Describer

    @property
    def fingerprint(self) -> str:
        return self.describer.fingerprint

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        """Return a description of each row."""
        try:
            found = self.describer.describe_rows(rows)
        except ValueError as error:
            raise RowsError(str(error)) from None
        return [
            Prediction(
                row.id, each.text, each.prompt_tokens, each.completion_tokens, attempts=each.attempts, raw=each.first
            )
            for row, each in zip(rows, found, strict=True)
        ]


@dataclass(frozen=True)
class _Writes:
    generator: Generator
    prompt: Prompt
    decoding: Decoding

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.generator, self.prompt, self.decoding)

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        """Return a text for each row."""
        room = self.decoding.max_new_tokens
        prompts = []
        for row in rows:
            try:
                prompts.append(self.prompt.pack(self.generator, room, row.values, row.passages).prompt)
            except ValueError as error:
                raise RowsError(f"row {row.id}: {error}") from None
        return [
            Prediction(row.id, each.text.strip(), each.prompt_tokens, each.completion_tokens)
            for row, each in zip(rows, self.generator.generate(prompts, self.decoding), strict=True)
        ]
