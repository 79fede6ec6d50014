"""Which texts share a passage: by the runs of words that stand in both (Broder 1997, shingles)."""

from __future__ import annotations

import re

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str, words: int) -> Shingles:
    """Return every so many words in a row, whatever their case; of a shorter text, all of it."""
    found = tuple(re.findall(r"\w+", text.casefold()))
    if len(found) < words:
        return frozenset({found})
    return frozenset(zip(*(found[at:] for at in range(words)), strict=False))
