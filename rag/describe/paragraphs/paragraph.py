"""A paragraph: its sentences, each with what wrote it, and those that did not stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.describe.product import SpannedText
from rag.describe.spans import FIRST_LINE, LINE_MARK, NEXT_LINE, compose_text

RULES = "rules"
"""The name of the rule-based realiser as the writer of a sentence."""


@dataclass(frozen=True)
class WrittenSentence:
    """A sentence and the name of what wrote it: "rules", a trained realiser or a model.

    One that `is_line` is no sentence but "Label: value", a line of the list below them.
    """

    content: SpannedText
    writer: str
    is_line: bool = False

    @property
    def text(self) -> str:
        """The sentence without its spans."""
        return self.content.text


@dataclass(frozen=True)
class ReplacedSentence:
    """A sentence that does not stand in a description, what wrote it, and the reason."""

    text: str
    writer: str
    reason: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences that claim nothing but what fields say, and lines of details below them.

    `replaced` are those that did not, `left_out` the keys of planned fields that no sentence could state truly.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    replaced: tuple[ReplacedSentence, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def content(self) -> SpannedText:
        """The sentences as one text, the lines behind an empty line."""
        return compose_text(*([one.content for one in self.sentences if one.is_line == part] for part in (False, True)))

    @property
    def prose(self) -> SpannedText:
        """The sentences without the lines."""
        return compose_text([one.content for one in self.sentences if not one.is_line], ())

    def starts(self) -> Iterator[tuple[int, int]]:
        """Yield the place of each sentence and where its words begin in `content`."""
        first = len(self.prose.text)
        start = {False: 0, True: first + len(FIRST_LINE if first else LINE_MARK)}
        for place, one in enumerate(self.sentences):
            yield place, start[one.is_line]
            start[one.is_line] += len(one.text) + len(NEXT_LINE if one.is_line else " ")

    def join(self, other: Paragraph) -> Paragraph:
        """Return this paragraph with another one behind it, the lines of both last."""
        both = self.sentences + other.sentences
        return Paragraph(
            tuple(sorted(both, key=lambda one: one.is_line)),
            self.replaced + other.replaced,
            self.left_out + other.left_out,
        )
