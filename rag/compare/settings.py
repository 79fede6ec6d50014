"""What a comparison is told beside its systems and rows: everything with a default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

DECODING: Mapping[str, Mapping[str, Any]] = {
    "answer": {"max_new_tokens": 48, "repetition_penalty": 1.1},
    "describe": {"max_new_tokens": 96, "repetition_penalty": 1.1},
    "summarise": {"max_new_tokens": 128, "repetition_penalty": 1.1},
}
"""The same for all systems. Without a penalty small models repeat themselves until they are cut off."""

OWN_DECODING: Mapping[str, Any] = {"max_new_tokens": 96, "repetition_penalty": 1.1}


@dataclass(frozen=True)
class Settings:
    """How systems are compared.

    `decoding` are `Decoding`'s options, for all systems. `rows` test rows are drawn (None: all). Texts are made `batch`
    rows at a time, those of `alone` rows one by one, which is what latency is measured on. `curve` lists numbers of
    training rows to train with. `samples` rows are shown with every system's text. `threads` None: the cores idle at
    the start. `repeated` as in `rag.data.checks.RowChecks`.
    """

    title: str = ""
    decoding: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    batch: int = 16
    alone: int = 20
    seed: int = 0
    curve: Sequence[int] = ()
    samples: int = 8
    threads: int | None = None
    device: str = "cpu"
    dtype: str = "float32"
    repeated: Literal["merge", "drop"] = "merge"

    def __post_init__(self) -> None:
        for name, least in (("rows", 1), ("batch", 1), ("alone", 0), ("samples", 0), ("threads", 1)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
                raise ValueError(f"{name} is {value!r}: it has to be a number from {least} up")
        for size in self.curve:
            if not isinstance(size, int) or size < 1:
                raise ValueError(f"curve lists {size!r}: it takes numbers of training rows, such as 250,500,1000")

    def decoding_for(self, task: str) -> dict[str, Any]:
        """Return the options of decoding for a task: its defaults, and what was set."""
        chosen = {**DECODING.get(task, OWN_DECODING), "temperature": 0.0, "num_beams": 1, **self.decoding}
        if "stop" in chosen:
            chosen["stop"] = tuple(chosen["stop"])
        return chosen
