"""`SystemTrainer`: fine-tune systems, each once, with the contexts that they will be shown."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.errors import InputError
from rag.compare.comparison import TrainingCost
from rag.compare.experiment import Experiment
from rag.compare.models import Models
from rag.compare.settings import ComparisonSettings
from rag.compare.system import System
from rag.data.rows import Row, data_hash
from rag.finetune.generator.settings import GeneratorSettings
from rag.generate.trained import TRAINED_FILE, Trained

LOG = logging.getLogger(f"openbook.{__name__}")


@dataclass(frozen=True)
class SystemTrainer:
    """Trains systems into `folder`/NAME, unless a folder there holds the same training already."""

    folder: Path
    experiment: Experiment
    valid: Sequence[Row]
    models: Models
    settings: ComparisonSettings
    seconds: dict[str, float] = field(default_factory=dict)
    """The duration of each training, whenever it ran, by the name of its folder."""
    _models: dict[str, str] = field(default_factory=dict, init=False)

    def train(self, system: System, part: Sequence[Row] | None = None) -> System:
        """Return the system with its trained model instead of the one to start from.

        It learns from `part` of the training rows, by default from all. A system that starts from another system's
        model has to be trained after it. Raises InputError if a folder of the system's name was trained otherwise.
        """
        # The model to start from, the rows to learn from, and the steps for as many rows.
        if system.finetune is None:
            return system
        if system.start is not None:
            system = replace(system, model=self._models[system.start], start=None)
        rows = self.experiment.train if part is None else part
        options = dict(system.finetune or {})
        if part is not None:
            options = scale_steps(options, len(rows), len(self.experiment.train))

        # A note beside each model's folder defines its training. A model serves all systems with the same training.
        definition = {
            "start": self.models.fingerprint(system.model) if system.model else None,
            "options": options,
            "shown": self.experiment.definition(system),
            "train": data_hash(rows),
            "valid": data_hash(self.valid),
        }

        # Use a model that the same training wrote, or train one.
        notes = sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []
        trained = [note.with_suffix("") for note in notes if _changed_keys(note, definition) == []]
        folder = next((folder for folder in trained if (folder / TRAINED_FILE).is_file()), None)
        if folder is None:
            name = re.sub(r"[^\w.+-]+", "-", system.name).strip("-.") or "model"
            folder = self.folder / (name if part is None else f"{name}-{len(rows)}-rows")
            self._finetune(system, rows, options, definition, folder)

        # Models of parts of the rows are for the curve alone: no other system starts from them.
        if part is None:
            self._models[system.name] = str(folder)
        training = training_cost(str(folder))
        self.seconds[folder.name] = float(training.seconds or 0.0) if training else 0.0
        return replace(system, model=str(folder), finetune=None)

    def _finetune(
        self,
        system: System,
        rows: Sequence[Row],
        options: Mapping[str, Any],
        definition: Mapping[str, Any],
        folder: Path,
    ) -> None:
        from rag.finetune import finetune_generator

        # A folder with another training is the user's to remove.
        note = folder.with_name(f"{folder.name}.json")
        if (folder / TRAINED_FILE).is_file():
            changed = _changed_keys(note, definition)
            reason = "its .json is missing" if changed is None else f"other {', '.join(changed)}"
            raise InputError(
                f"{folder} was trained otherwise ({reason}): remove it, or give system {system.name!r} another name"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        # The note comes first: a kill may come at any time.
        note.write_text(json.dumps(definition, indent=1, ensure_ascii=False), "utf-8")
        LOG.info("training %r on %s rows", system.name, f"{len(rows):,}")

        # A loaded generator would take memory from the training.
        self.models.release()
        settings = {"device": self.settings.device, "threads": self.settings.threads, **options}
        init = settings.pop("init", None)
        finetune_generator(
            system.model,
            rows,
            self.valid or None,
            out=folder,
            init=init,
            contexts=self.experiment.contexts(system),
            context=self.experiment.definition(system),
            **settings,
        )


def nested_parts(rows: Sequence[Row], sizes: Sequence[int], seed: int) -> list[list[Row]]:
    """Return parts of the rows of these sizes, each within the next larger one, in the rows' order."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    return [[rows[index] for index in sorted(order[:size])] for size in sizes]


def scale_steps(options: Mapping[str, Any], rows: int, all_rows: int) -> dict[str, Any]:
    """Return the options for training on a part of the rows, with sqrt(rows / all_rows) as many steps.

    Fewer rows are seen more often, and still cost less in all. With as many epochs as all rows get, a model from
    nothing would be stopped long before it has learnt the few; with as many steps, every point of a curve would cost as
    much as its last.
    """
    share = (rows / all_rows) ** 0.5
    if options.get("max_steps"):
        return {**options, "max_steps": max(1, round(options["max_steps"] * share))}
    return {**options, "epochs": round(options.get("epochs", GeneratorSettings.epochs) / share, 4)}


def training_cost(model: str | None) -> TrainingCost | None:
    """Return the cost of a model's training from its folder, None if it was not trained here."""
    trained = Trained.of(model) if model else None
    if trained is None:
        return None
    details, settings = trained.details, trained.details.get("settings", {})
    rows, steps, batch_size = details.get("rows"), details.get("steps"), settings.get("batch_size")
    start = str(details.get("start") or "")
    return TrainingCost(
        rows=rows,
        epochs=round(steps * batch_size / rows, 2) if rows and steps and batch_size else None,
        seconds=details.get("seconds"),
        parameters=details.get("parameters"),
        method=settings.get("method"),
        init=Path(start).name if Path(start).is_absolute() else start or None,
    )


def _changed_keys(note: Path, definition: Mapping[str, Any]) -> list[str] | None:
    """Return the keys in which a note differs from a definition, None if there is no such note."""
    try:
        noted = json.loads(note.read_text("utf-8"))
        return [key for key, value in json.loads(json.dumps(definition)).items() if noted.get(key) != value]
    except (OSError, ValueError, AttributeError):
        return None
