"""Fine-tune the systems that ask for it, each once, with what they will be shown; also on parts of the rows."""

from __future__ import annotations

import json
import logging
import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.compare.experiment import Experiment, as_hash
from rag.compare.models import Models
from rag.compare.settings import Settings
from rag.compare.system import System
from rag.data.rows import Row, data_hash
from rag.finetune.generator.settings import GeneratorSettings
from rag.generate.trained import TRAINED_FILE, Trained

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Training:
    """Trains into `folder`/NAME, unless the very same training lies in some folder there already."""

    folder: Path
    material: Experiment
    valid: Sequence[Row]
    models: Models
    settings: Settings
    progress: bool | None = None
    spent: dict[str, float] = field(default_factory=dict)
    """Seconds that each training took, in whatever run, by the name of its folder."""
    _models: dict[str, str] = field(default_factory=dict, init=False)

    def trained(self, system: System, rows: Sequence[Row] | None = None) -> System:
        """Return the system with its trained model in place of the one to start from.

        `rows` are those to learn from, all of train unless given; of a part of them the steps are `part_of_steps`.
        Raises ValueError where a folder of the system's name was trained otherwise. One that starts from another
        system's model has to be trained after that one.
        """
        if system.finetune is None:
            return system
        if system.start is not None:
            system = replace(system, model=self._models[system.start], start=None)
        learnt = self.material.train if rows is None else rows
        options = dict(system.finetune or {})
        if rows is not None:
            options = part_of_steps(options, len(rows), len(self.material.train))
        made_by = self._made_by(system, learnt, options)
        folder = self._found(made_by)
        if folder is None:
            name = _file_name(system.name) + ("" if rows is None else f"-{len(rows)}-rows")
            folder = self._train(system, learnt, options, made_by, self.folder / name)
        trained = Trained.of(folder)
        if rows is None:
            self._models[system.name] = str(folder)
        self.spent[folder.name] = float(trained.details.get("seconds") or 0.0) if trained else 0.0
        return replace(system, model=str(folder), finetune=None)

    def _made_by(self, system: System, rows: Sequence[Row], options: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "start": self.models.fingerprint(system.model) if system.model else None,
            "options": dict(options),
            "shown": self.material.shown(system),
            "train": data_hash(rows),
            "valid": data_hash(self.valid),
        }

    def _found(self, made_by: Mapping[str, Any]) -> Path | None:
        """Return the folder that was made by this very training; a model serves all systems that are trained alike."""
        for file in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []:
            folder = file.with_suffix("")
            if (folder / TRAINED_FILE).is_file() and _read(file) == json.loads(json.dumps(made_by)):
                return folder
        return None

    def _train(
        self, system: System, rows: Sequence[Row], options: dict[str, Any], made_by: Mapping[str, Any], folder: Path
    ) -> Path:
        from rag.finetune import finetune_generator

        note = folder.with_name(f"{folder.name}.json")
        if (folder / TRAINED_FILE).is_file():
            changed = _changed(_read(note), made_by)
            raise ValueError(
                f"{folder} was trained otherwise ({changed}): remove it, or give system {system.name!r} another name"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(made_by, indent=1, ensure_ascii=False), "utf-8")  # first: a kill may come any time
        if self.progress or (self.progress is None and sys.stderr.isatty()):
            LOG.info("training %r on %s rows", system.name, f"{len(rows):,}")
        self.models.release()
        settings = {"device": self.settings.device, "threads": self.settings.threads, **options}
        init = settings.pop("init", None)
        finetune_generator(
            system.model,
            rows,
            self.valid or None,
            out=folder,
            init=init,
            contexts=self.material.contexts(system),
            context=self.material.shown(system),
            **settings,
        )
        return folder


def nested(rows: Sequence[Row], sizes: Sequence[int], seed: int) -> list[list[Row]]:
    """Return parts of the rows of these sizes, each within the next larger one, in the rows' own order."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    return [[rows[at] for at in sorted(order[:size])] for size in sizes]


def training_object(system: System) -> dict[str, Any] | None:
    """Return what a trained system's folder says of its training, as a comparison holds it; None where it is none."""
    trained = Trained.of(system.model) if system.model else None
    if trained is None:
        return None
    details, settings = trained.details, trained.details.get("settings", {})
    start = str(details.get("start") or "")
    return {
        "rows": details.get("rows"),
        "epochs": _epochs(details),
        "seconds": details.get("seconds"),
        "parameters": details.get("parameters"),
        "method": settings.get("method"),
        "init": Path(start).name if Path(start).is_absolute() else start or None,
    }


def _epochs(details: Mapping[str, Any]) -> float | None:
    rows, steps = details.get("rows"), details.get("steps")
    size = details.get("settings", {}).get("batch_size")
    return round(steps * size / rows, 2) if rows and steps and size else None


def part_of_steps(options: Mapping[str, Any], rows: int, all_rows: int) -> dict[str, Any]:
    """Return the options of a training for learning from a part of the rows: sqrt(part / all) as many steps.

    Fewer rows are passed over more often, and still cost less in all. With as many passes as all rows get, a model
    from nothing would be stopped long before it has learnt the few; with as many steps, every point of a curve would
    cost as much as its last.
    """
    share = (rows / all_rows) ** 0.5
    if options.get("max_steps"):
        return {**options, "max_steps": max(1, round(options["max_steps"] * share))}
    return {**options, "epochs": round(options.get("epochs", GeneratorSettings.epochs) / share, 4)}


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _changed(before: Any, now: Mapping[str, Any]) -> str:
    if not isinstance(before, dict):
        return "its .json is missing"
    return "other " + ", ".join(key for key in now if as_hash({key: before.get(key)}) != as_hash({key: now[key]}))


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "model"
