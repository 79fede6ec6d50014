"""What every parser takes, returns and raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Protocol

from ingest.types import Document

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """Limits and choices that hold for every file.

    `max_bytes` and `timeout` (seconds) are for one file. `template` renders a catalogue's row, as in
    `"{name}: {description}"`, in place of the layout that is found by itself. `max_depth` bounds attachments within
    attachments.
    """

    max_bytes: int = 100 * MEGABYTE
    timeout: float = 60.0
    template: str | None = None
    max_depth: int = 3

    def __post_init__(self) -> None:
        if self.max_bytes <= 0 or self.timeout <= 0 or self.max_depth < 0:
            raise ValueError(f"limits must be positive: {self}")
        if self.template is not None and not any(name for _, name, _, _ in Formatter().parse(self.template)):
            raise ValueError(f"template {self.template!r} names no field; write it like '{{name}}: {{description}}'")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's documents, and one line for each thing in it that could not be read."""

    documents: list[Document]
    warnings: list[str] = field(default_factory=list)


class Parser(Protocol):
    """Reads files of one kind.

    Returns the documents, in the file's order; a bare list when there is nothing to warn of. `source` is the name the
    documents carry, with `#key` appended where the file holds several. The same file gives the same documents, always.
    Raises ParseError, and Unsupported when a program or package is missing; sizes, empty files and files without text
    are the caller's to refuse.
    """

    def __call__(self, path: Path, source: str, settings: ParseSettings) -> Parsed | list[Document]: ...
