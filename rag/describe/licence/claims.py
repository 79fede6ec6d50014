"""What a text claims that no field says: the findings of the licence check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["unlicensed", "contradiction", "number", "type", "repetition", "grammar"]

UNTRUE: frozenset[ClaimKind] = frozenset({"unlicensed", "contradiction", "number", "type"})
"""The kinds that concern truth; repetition and grammar concern style."""


@dataclass(frozen=True)
class Claim:
    """A finding in a text, `text == description[start:end]`.

    `key` is that of the field that it contradicts, repeats or changes, "" where no field is concerned. `words` counts
    its content words, none for repetition and grammar. `note` says what is wrong, for a reader and for a model that
    writes the sentence again.
    """

    start: int
    end: int
    text: str
    kind: ClaimKind
    key: str = ""
    note: str = ""
    words: int = 0


@dataclass(frozen=True)
class LicenceCheck:
    """The findings of a check, in the order of the text.

    `words` counts the content words and numbers of the text. `stated` are the keys of the fields that the text states,
    `omitted` those of priority 1 that it does not.
    """

    claims: tuple[Claim, ...]
    words: int
    stated: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()

    @property
    def untrue_words(self) -> int:
        """The number of content words and numbers that no field licenses, contradictions among them."""
        return sum(claim.words for claim in self.untrue)

    @property
    def untrue(self) -> tuple[Claim, ...]:
        """The findings that concern truth."""
        return tuple(claim for claim in self.claims if claim.kind in UNTRUE)

    @property
    def is_true(self) -> bool:
        """Tell whether the text claims nothing but what a field says; it may still be clumsy or incomplete."""
        return not self.untrue

    def of_kind(self, *kinds: ClaimKind) -> tuple[Claim, ...]:
        """Return the findings of some kinds."""
        return tuple(claim for claim in self.claims if claim.kind in kinds)


def say_claims(claims: Iterable[Claim]) -> str:
    """Return the findings of a check in words: '"durable": no field says it'."""
    return "; ".join(dict.fromkeys(f'"{claim.text}": {claim.note or claim.kind}' for claim in claims))
