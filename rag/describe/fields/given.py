"""A field of a product as it was given, before it is understood."""

from __future__ import annotations

from dataclasses import dataclass

from rag.describe.fields.labels import Label
from rag.describe.fields.word_lists import listed_words

ANSWERS = frozenset(("yes", "no", "true", "false"))
LONG = 300
"""Characters of a value from which on it is a text."""

WARNINGS = frozenset(("warning", "warnings", "caution", "hazard", "hazards", "danger"))
KINDS_OF_ROW = listed_words("kinds_of_row")
"""What a shop system calls a row: the type of the product is none of them."""

NUMBERED = listed_words("numbered")
"""Words of labels whose values are codes and numbers of something."""


@dataclass(frozen=True)
class Given:
    """A field as it was given: its label, its parts as plain text, and the text of all.

    `keeps_marks` tells that its numbers stay as they are: those of its product do not tell what a comma means.
    `is_abbreviated` tells that it is a column of a system whose names are in capitals, and short.
    """

    key: str
    label: Label
    parts: tuple[str, ...]
    keeps_marks: bool = False
    is_abbreviated: bool = False

    @property
    def text(self) -> str:
        return ", ".join(self.parts)

    @property
    def line(self) -> str:
        return " ".join(self.text.split())
