"""The record of a model's fine-tuning in its folder, as far as using the model depends on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.models.weights import folder_named

TRAINED_FILE = "openbook.json"


@dataclass(frozen=True)
class Trained:
    """The content of `openbook.json` in a fine-tuned model's folder.

    `tasks` names the tasks that the model learnt. `placeholders` are the attributes whose values it writes as
    placeholders, `lexicon` the values of each attribute in its training rows, `context` the settings of retrieval.
    """

    tasks: tuple[str, ...]
    placeholders: frozenset[str] | None = None
    lexicon: Mapping[str, Sequence[str]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, model: str | Path) -> Trained | None:
        """Return the record of the folder that a model's name stands for; None if it is not a fine-tuned model."""
        file = folder_named(model) / TRAINED_FILE
        if not file.is_file():
            return None
        content = json.loads(file.read_text("utf-8"))
        marks = content.get("placeholders")
        return cls(
            tuple(content["tasks"]),
            frozenset(marks) if marks is not None else None,
            content.get("lexicon") or {},
            content.get("context") or {},
            content.get("details") or {},
        )

    def as_object(self) -> dict[str, Any]:
        return {
            "tasks": list(self.tasks),
            "placeholders": sorted(self.placeholders) if self.placeholders is not None else None,
            "lexicon": {name: list(values) for name, values in self.lexicon.items()},
            "context": dict(self.context),
            "details": dict(self.details),
        }
