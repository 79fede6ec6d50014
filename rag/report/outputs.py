"""An output cut into plain and marked parts, so that a value that nobody gave is seen where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.compare.comparison import Output

MOST_CHARACTERS = 900
"""Of one text in the report; what is left out is counted there."""


@dataclass(frozen=True)
class Part:
    """A stretch of text; `label` says what is not right about it: "invented", "wrong price", or "" for nothing."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Shown:
    """A text as parts, and how many of its characters are not among them."""

    parts: tuple[Part, ...]
    left_out: int


def shown(output: Output) -> Shown:
    """Return an output's text in parts, at most `MOST_CHARACTERS` of it."""
    text, left_out = clipped(output.text)
    return Shown(tuple(_parts(text, output)), left_out)


def clipped(text: str, most: int = MOST_CHARACTERS) -> tuple[str, int]:
    """Return the beginning of a text, and how many characters follow; a few too many are not worth a cut."""
    return (text, 0) if len(text) <= most * 1.1 else (text[:most], len(text) - most)


def _parts(text: str, output: Output) -> Iterator[Part]:
    low = 0
    for start, end in sorted(output.spans):
        start, end = max(start, low), min(end, len(text))
        if start >= end:
            continue
        if start > low:
            yield Part(text[low:start])
        yield Part(text[start:end], _label(text[start:end], output))
        low = end
    if low < len(text):
        yield Part(text[low:])


def _label(value: str, output: Output) -> str:
    said = " ".join(value.casefold().split())
    fields = [name for name, stated in output.wrong if " ".join(stated.casefold().split()) == said]
    return f"wrong {fields[0]}" if fields else "invented"
