"""A paragraph: its sentences, each with what wrote it, and those that did not stay."""

from __future__ import annotations

from dataclasses import dataclass

from rag.describe.product import SpannedText
from rag.describe.spans import join_texts

RULES = "rules"
"""The name of the rule-based realiser as the writer of a sentence."""


@dataclass(frozen=True)
class WrittenSentence:
    """A sentence and the name of what wrote it: "rules", a trained realiser or a model."""

    content: SpannedText
    writer: str

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
    """Sentences that claim nothing but what fields say.

    `replaced` are those that did not, `left_out` the keys of planned fields that no sentence could state truly.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    replaced: tuple[ReplacedSentence, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def content(self) -> SpannedText:
        """The sentences as one text."""
        return join_texts((sentence.content for sentence in self.sentences), " ")

    def join(self, other: Paragraph) -> Paragraph:
        """Return this paragraph with another one behind it."""
        return Paragraph(
            self.sentences + other.sentences, self.replaced + other.replaced, self.left_out + other.left_out
        )
