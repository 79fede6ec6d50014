"""What a model folder says about the model's training."""

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
    """How a model was fine-tuned, as far as using it depends on that; `openbook.json` in its folder.

    `placeholders` are the attributes whose values the model writes as marks, `lexicon` the values of each attribute
    that it has seen, `context` what was retrieved for a row. `tasks` names what it learnt.
    """

    tasks: tuple[str, ...]
    placeholders: frozenset[str] | None = None
    lexicon: Mapping[str, Sequence[str]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, model: str | Path) -> Trained | None:
        """Return what the folder says that a model's name stands for, None where fine-tuning made no such folder."""
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
