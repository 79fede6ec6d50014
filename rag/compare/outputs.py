"""`OutputCache`: the output of each system for each row is generated once, even if the comparison is interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.fingerprint import fingerprint
from prompts.types import RenderedPrompt
from rag.compare.comparison import round_finite
from rag.compare.experiment import Experiment
from rag.compare.models import Models
from rag.compare.settings import ComparisonSettings
from rag.compare.system import System
from rag.compare.writers import LicensedWriter, SystemWriter, new_writer
from rag.data.contexts import similarity_text
from rag.data.rows import Row
from rag.describe.drafts.draft_writer import TEMPERATURE, TOP_P
from rag.evaluate.metrics.cost import peak_memory_mb
from rag.evaluate.predictions import Prediction, predict_rows

FORMAT = 2  # of cached outputs: raised when the same definition comes to mean another text


@dataclass(frozen=True)
class Outputs:
    """A system's outputs in the rows' order, the peak memory they took, and one prompt as an example."""

    records: tuple[Prediction, ...]
    peak_memory_mb: float | None = None
    prompt_example: str = ""


@dataclass(frozen=True)
class OutputCache:
    """Outputs of systems in a folder. `progress` shows bars on stderr (None: on a terminal only)."""

    folder: Path
    experiment: Experiment
    models: Models
    settings: ComparisonSettings
    progress: bool | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    """The time that each system's outputs took, whenever they were generated, by the name of their file."""

    def outputs(self, system: System, rows: Sequence[Row]) -> Outputs:
        """Return a system's outputs, generating those that are not in the cache; rules write theirs anew."""
        if system.rules:
            rules = LicensedWriter(self.experiment.house)
            return Outputs(
                tuple(predict_rows(rows, rules.write, "rules", None, self._batches, self.progress, system.name))
            )

        # The first texts of several attempts are those of the same system with one attempt, generated once for both.
        firsts: dict[str, Prediction] | None = None
        if system.attempts > 1 and self.experiment.task == "describe" and not system.checked:
            once = self.outputs(replace(system, name=f"{system.name}, first text", attempts=1), rows)
            firsts = {row.key: record for row, record in zip(rows, once.records, strict=True)}

        # The model is loaded only if there is something to write.
        writer: SystemWriter | None = None

        def write(batch: Sequence[Row]) -> list[Prediction]:
            nonlocal writer
            if writer is None:
                assert system.model is not None, "a system is trained before it is used"
                generator = self.models.load(system.model, system.options)
                decoding = self.settings.decoding_for(self.experiment.task)
                writer = new_writer(system, generator, self.experiment, decoding, firsts)
            return writer.write(batch)

        # Generate what is missing, and note the memory it took.
        definition = self.definition(system)
        name = fingerprint(definition)[:20]
        file = self.folder / f"{name}.jsonl"
        records = predict_rows(rows, write, definition, file, self._batches, self.progress, system.name)
        self.seconds[name] = sum(record.seconds or 0.0 for record in records)
        note = self._note(name, definition, writer, rows[0])
        if firsts is not None:
            records = [_add_times(record, firsts[row.key]) for row, record in zip(rows, records, strict=True)]
        return Outputs(tuple(records), note["peak_memory_mb"], note["prompt_example"])

    def definition(self, system: System) -> dict[str, Any]:
        """Return everything that determines a system's output for a row, as JSON values."""
        assert system.model is not None, "a system is trained before it is used"
        experiment = self.experiment
        content: dict[str, Any] = {
            "format": FORMAT,
            "task": experiment.task,
            "model": self.models.fingerprint(system.model),
            "options": {"dtype": self.settings.dtype, **system.options},
            "decoding": self.settings.decoding_for(experiment.task),
            "prompt": experiment.prompt.fingerprint,
            "shown": experiment.definition(system),
        }
        if system.attempts > 1 and experiment.task == "describe":
            lexicon = experiment.lexicon
            values = [asdict(lexicon)["values"], sorted(map(list, lexicon.doubtful))] if lexicon else []
            content["attempts"] = [system.attempts, TEMPERATURE, TOP_P, fingerprint(values)]
        if system.checked:
            house = experiment.house
            content["checked"] = fingerprint([repr(house.rules), house.allowed.fingerprint])
        if experiment.task == "classify":
            content["labels"] = list(experiment.labels)
        return content

    def _batches(self, waiting: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Yield rows of similar length together, and the rows that latency is measured on one by one.

        A generator writes the same text in a batch as alone, so these rows need not be generated again for that.
        """
        # Latency is measured on test rows chosen by a hash of their inputs: the same for all systems.
        seed, keys = self.settings.seed, sorted(row.key for row in self.experiment.test)
        alone = set(sorted(keys, key=lambda key: fingerprint(seed, key))[: self.settings.latency_rows])
        single = [row for row in waiting if row.key in alone]
        others = sorted((row for row in waiting if row.key not in alone), key=lambda row: -_length(row))
        size = self.settings.batch_size
        batches = [others[start : start + size] for start in range(0, len(others), size)]
        yield from batches[:1]  # the first call of a model takes longer: it must not count as latency
        yield from ([row] for row in single)
        yield from batches[1:]

    def _note(self, name: str, definition: Mapping[str, Any], writer: SystemWriter | None, row: Row) -> dict[str, Any]:
        """Return the memory and the prompt noted beside a system's outputs, updated if `writer` wrote any."""
        file = self.folder / f"{name}.json"
        try:
            note: dict[str, Any] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            note = {"definition": dict(definition), "peak_memory_mb": None, "prompt_example": ""}
        if writer is None:
            return note
        # If several runs generated these outputs, the highest peak counts.
        peaks = [peak for peak in (note["peak_memory_mb"], round_finite(peak_memory_mb())) if peak is not None]
        note |= {"peak_memory_mb": max(peaks, default=None), "prompt_example": show_prompt(writer.prompt(row))}
        part = file.with_suffix(".part")
        part.write_text(json.dumps(note, ensure_ascii=False, indent=1), "utf-8")
        part.replace(file)
        return note


def show_prompt(prompt: RenderedPrompt) -> str:
    """Return a prompt as text for people."""
    if isinstance(prompt, str):
        return prompt
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt)


def _length(row: Row) -> int:
    return len(similarity_text(row)) + sum(len(chunk.text) for chunk in row.passages)


def _add_times(record: Prediction, first: Prediction) -> Prediction:
    """Return a record of further attempts with the time of the first one added."""
    times: dict[str, Any] = {}
    for name in ("seconds", "cpu_seconds"):
        now, before = getattr(record, name), getattr(first, name)
        times[name] = None if now is None or before is None else round(now + before, 6)
    return replace(record, **times)
