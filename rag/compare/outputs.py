"""One cached generation for each (system, row): made once, whatever interrupts the comparison."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from prompts.types import RenderedPrompt
from rag.compare.experiment import Experiment, as_hash
from rag.compare.models import Models, peak_memory_mb
from rag.compare.settings import Settings
from rag.compare.system import System
from rag.compare.writers import Writer, new_writer
from rag.data.contexts import similarity_text
from rag.data.rows import Row
from rag.describe.describer import TEMPERATURE, TOP_P
from rag.evaluate.predictions import Prediction, predict_rows

FORMAT = 1  # of what is kept: raised when the same definition comes to mean another text


@dataclass(frozen=True)
class Outputs:
    """What a system wrote for the rows, in their order; the memory that took, and a prompt as an example."""

    records: tuple[Prediction, ...]
    peak_memory_mb: float | None = None
    prompt_example: str = ""


@dataclass(frozen=True)
class Generating:
    """Makes and keeps outputs in a folder; `progress` shows bars on stderr (None: on a terminal only)."""

    folder: Path
    material: Experiment
    models: Models
    settings: Settings
    progress: bool | None = None
    spent: dict[str, float] = field(default_factory=dict)
    """Seconds that each system's outputs took, in whatever run, by the name of their file."""

    def outputs(self, system: System, rows: Sequence[Row]) -> Outputs:
        """Return a system's outputs, making those that are not kept."""
        firsts = None
        if system.attempts > 1 and self.material.task == "describe":
            # Its first texts are those of the same system without attempts: made once for both.
            once = self.outputs(replace(system, name=f"{system.name}, first text", attempts=1), rows)
            firsts = {row.key: record for row, record in zip(rows, once.records, strict=True)}
        definition = self.definition(system)
        name = as_hash(definition)
        about = _About(self.folder / f"{name}.json", definition)
        maker = _Maker(self, system, rows, firsts)
        records = predict_rows(
            rows, maker.write, definition, self.folder / f"{name}.jsonl", self._batches, self.progress, system.name
        )
        about.note(maker)
        self.spent[name] = sum(record.seconds or 0.0 for record in records)
        if firsts is not None:
            records = [_added(record, firsts[row.key]) for row, record in zip(rows, records, strict=True)]
        return Outputs(tuple(records), about.peak_memory_mb, about.prompt_example)

    def definition(self, system: System) -> dict[str, Any]:
        """Return all that decides what a system writes for a row, as JSON values."""
        assert system.model is not None, "a system is trained before it is used"
        material = self.material
        content: dict[str, Any] = {
            "format": FORMAT,
            "task": material.task,
            "model": self.models.fingerprint(system.model),
            "options": {"dtype": self.settings.dtype, **system.options},
            "decoding": self.settings.decoding_for(material.task),
            "prompt": dict(material.prompt.templates),
            "shown": material.shown(system),
        }
        if system.attempts > 1 and material.task == "describe":
            content["attempts"] = [system.attempts, TEMPERATURE, TOP_P, as_hash(asdict_lexicon(material))]
        if material.task == "classify":
            content["labels"] = list(material.labels)
        return content

    def _batches(self, waiting: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Put rows of like length together; the rows that latency is measured on are made alone, after a first batch.

        A generator gives the same text in a batch as alone, so these rows need not be made again for that.
        """
        alone = self._alone
        single = [row for row in waiting if row.key in alone]
        others = sorted((row for row in waiting if row.key not in alone), key=lambda row: -_length(row))
        parts = [others[low : low + self.settings.batch] for low in range(0, len(others), self.settings.batch)]
        yield from parts[:1]  # the first call of a model takes longer: nobody's latency
        yield from ([row] for row in single)
        yield from parts[1:]

    @property
    def _alone(self) -> frozenset[str]:
        """The rows of which latency is taken, chosen by a hash of their inputs."""
        keys = sorted(row.key for row in self.material.test)
        ranked = sorted(keys, key=lambda key: as_hash({"seed": self.settings.seed, "key": key}))
        return frozenset(ranked[: self.settings.alone])


def latencies(records: Sequence[Prediction]) -> list[float]:
    """Return the seconds of the rows that were made alone; of all rows where there were none."""
    alone = [record.seconds for record in records if record.together == 1 and record.seconds is not None]
    return alone or [record.seconds for record in records if record.seconds is not None]


class _Maker:
    """Writes a system's records, loading its model only when there is something to write."""

    def __init__(
        self, generating: Generating, system: System, rows: Sequence[Row], firsts: Mapping[str, Prediction] | None
    ) -> None:
        self._generating = generating
        self._system = system
        self._first_row = rows[0]
        self._firsts = firsts
        self.writer: Writer | None = None
        self.prompt_example = ""

    def write(self, rows: Sequence[Row]) -> list[Prediction]:
        if self.writer is None:
            system, each = self._system, self._generating
            assert system.model is not None
            generator = each.models.load(system.model, system.options)
            options = each.settings.decoding_for(each.material.task)
            self.writer = new_writer(system, generator, each.material, options, self._firsts)
            self.prompt_example = as_text(self.writer.prompt(self._first_row))
        return self.writer.write(rows)


class _About:
    """What stands beside a system's records: its definition, the memory it took, and a prompt as an example."""

    def __init__(self, file: Path, definition: Mapping[str, Any]) -> None:
        self._file = file
        try:
            self._content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            self._content = {"definition": dict(definition), "peak_memory_mb": None, "prompt_example": ""}

    @property
    def peak_memory_mb(self) -> float | None:
        return self._content.get("peak_memory_mb")

    @property
    def prompt_example(self) -> str:
        return str(self._content.get("prompt_example", ""))

    def note(self, maker: _Maker) -> None:
        """Keep what a run showed that made something."""
        if maker.writer is None:
            return
        peaks = [peak for peak in (self.peak_memory_mb, peak_memory_mb()) if peak is not None]
        self._content |= {"peak_memory_mb": max(peaks, default=None), "prompt_example": maker.prompt_example}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._content, ensure_ascii=False, indent=1, default=str), "utf-8")
        part.replace(self._file)


def as_text(prompt: RenderedPrompt) -> str:
    """Return a prompt as a person reads it."""
    if isinstance(prompt, str):
        return prompt
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt)


def asdict_lexicon(material: Experiment) -> dict[str, Any]:
    """Return the lexicon of known values as JSON values."""
    lexicon = material.lexicon
    if lexicon is None:
        return {}
    content = asdict(lexicon)
    return {"values": content["values"], "doubtful": sorted(map(list, lexicon.doubtful))}


def _length(row: Row) -> int:
    return len(similarity_text(row)) + sum(len(chunk.text) for chunk in row.passages)


def _added(record: Prediction, first: Prediction) -> Prediction:
    """Return a record of further attempts with the time of the first one added."""

    def total(now: float | None, before: float | None) -> float | None:
        return None if now is None or before is None else round(now + before, 6)

    return replace(
        record,
        seconds=total(record.seconds, first.seconds),
        cpu_seconds=total(record.cpu_seconds, first.cpu_seconds),
    )
