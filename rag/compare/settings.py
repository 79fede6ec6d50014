"""`ComparisonSettings`: the options of a comparison that are the same for all systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.errors import InputError

DECODING: Mapping[str, Mapping[str, Any]] = {
    "answer": {"max_new_tokens": 48, "repetition_penalty": 1.1},
    "describe": {"max_new_tokens": 96, "repetition_penalty": 1.1},
    "summarise": {"max_new_tokens": 128, "repetition_penalty": 1.1},
}
"""Decoding by task. Without a penalty small models repeat themselves until they are cut off."""

OTHER_DECODING: Mapping[str, Any] = DECODING["describe"]


@dataclass(frozen=True)
class ComparisonSettings:
    """The options of a comparison.

    `decoding` are options of `Decoding`. `rows` test rows are drawn (None: all). Outputs are generated `batch_size`
    rows at a time, those of `latency_rows` rows one by one to measure latency. `curve` lists numbers of training rows
    for the learning curve. `samples` is the number of rows whose outputs the report shows. `threads` defaults to the
    cores that are idle at the start. `repeated` is described in `rag.data.checks.RowChecks`. Raises InputError.
    """

    title: str = ""
    decoding: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    batch_size: int = 16
    latency_rows: int = 20
    seed: int = 0
    curve: Sequence[int] = ()
    samples: int = 8
    threads: int | None = None
    device: str = "cpu"
    dtype: str = "float32"
    repeated: Literal["merge", "drop"] = "merge"

    def __post_init__(self) -> None:
        for name, minimum in (("rows", 1), ("batch_size", 1), ("latency_rows", 0), ("samples", 0), ("threads", 1)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < minimum):
                raise InputError(f"{name} is {value!r}: it has to be a number from {minimum} up")
        for size in self.curve:
            if not isinstance(size, int) or size < 1:
                raise InputError(f"curve lists {size!r}: it takes numbers of training rows, such as 250,500,1000")

    def decoding_for(self, task: str) -> dict[str, Any]:
        """Return the decoding options for a task: its defaults with `decoding` on top."""
        options = {**DECODING.get(task, OTHER_DECODING), "temperature": 0.0, "num_beams": 1, **self.decoding}
        if "stop" in options:
            options["stop"] = tuple(options["stop"])
        return options
