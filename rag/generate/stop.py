"""Stop strings: the place where they cut a text, and the part of a growing text that they can no longer reach."""

from __future__ import annotations

from collections.abc import Sequence


def first_stop(text: str, stop: Sequence[str]) -> int | None:
    """Return the start of the first stop string, None without one."""
    return min((start for mark in stop if (start := text.find(mark)) >= 0), default=None)


def settled(text: str, stop: Sequence[str]) -> str:
    """Return the part of a growing text that later tokens cannot change or cut off.

    Held back are the bytes of an unfinished character, and an ending that may become a stop string: with the stop
    string "END", the settled part of "one E" is "one ".
    """
    cut = first_stop(text, stop)
    if cut is not None:
        return text[:cut]
    text = text.rstrip("\ufffd")
    longest = max((size for mark in stop for size in range(1, len(mark)) if text.endswith(mark[:size])), default=0)
    return text[: len(text) - longest]
