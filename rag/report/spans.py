"""Outputs cut into plain and marked stretches, so that a wrong value is marked where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from rag.compare.comparison import SampleOutput

MAX_CHARACTERS = 900
"""Characters of one text in the report, which says how many more there are."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of text. `label` says what is wrong with it: "invented", "wrong price", or "" for nothing."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class MarkedText:
    """The stretches of a text, and the number of characters that are left out."""

    stretches: tuple[Stretch, ...]
    left_out: int


def mark_spans(output: SampleOutput) -> MarkedText:
    """Return the first `MAX_CHARACTERS` of an output, with its spans marked."""
    text, left_out = clip(output.text)
    wrong = {_normalize(value): f"wrong {name}" for name, value in reversed(output.wrong)}
    stretches = []
    # Cut the text at the ends of the spans.
    done = 0
    for start, end in sorted(output.spans):
        start, end = max(start, done), min(end, len(text))  # overlapping spans are marked once
        if start >= end:
            continue
        if start > done:
            stretches.append(Stretch(text[done:start]))
        value = text[start:end]
        stretches.append(Stretch(value, wrong.get(_normalize(value), "invented")))
        done = end
    if done < len(text):
        stretches.append(Stretch(text[done:]))
    return MarkedText(tuple(stretches), left_out)


def clip(text: str, limit: int = MAX_CHARACTERS) -> tuple[str, int]:
    """Return the beginning of a text and the number of characters cut off; a few too many are not worth a cut."""
    return (text, 0) if len(text) <= limit * 1.1 else (text[:limit], len(text) - limit)


def _normalize(value: str) -> str:
    return " ".join(value.casefold().split())
