"""Stop strings: where they cut a text, and what of a growing text they can no longer reach."""

from __future__ import annotations

from collections.abc import Sequence


def first_stop(text: str, stop: Sequence[str]) -> int | None:
    """Return where the first stop string starts, None where there is none."""
    return min((at for mark in stop if (at := text.find(mark)) >= 0), default=None)


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
