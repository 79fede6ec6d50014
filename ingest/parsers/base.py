"""The contract of parsers: their settings and their result."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Protocol

from ingest.errors import InputError
from ingest.types import Document

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """Limits and choices that hold for every file.

    `max_bytes` and `timeout` (seconds) are for one file. `template` renders the rows of catalogues, as in
    `"{name}: {description}"`; without one, each field's role is worked out. `max_depth` bounds attachments within
    attachments.
    """

    max_bytes: int = 100 * MEGABYTE
    timeout: float = 60.0
    template: str | None = None
    max_depth: int = 3

    def __post_init__(self) -> None:
        if self.max_bytes <= 0 or self.timeout <= 0 or self.max_depth < 0:
            raise InputError(f"limits must be positive: {self}")
        if self.template is not None and not any(name for _, name, _, _ in Formatter().parse(self.template)):
            raise InputError(f"template {self.template!r} names no field; write it like '{{name}}: {{description}}'")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of a file, and one line for each part that could not be read."""

    documents: list[Document]
    warnings: list[str] = field(default_factory=list)


class Parser(Protocol):
    """Reads files of one kind.

    Returns the documents in the order of the file, as a bare list where there are no warnings. `source` is the name of
    the documents, with `#key` appended where the file holds several. The same file always gives the same documents.
    Raises ParseError, and Unsupported when a program or package is missing. The caller refuses empty files, files that
    are too large, and documents without text.
    """

    def __call__(self, path: Path, source: str, settings: ParseSettings) -> Parsed | list[Document]: ...
