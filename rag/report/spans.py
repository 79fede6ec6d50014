"""Outputs cut into plain and marked stretches: what no field says, and what states one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.compare.comparison import SampleOutput
from rag.describe.licence.claims import UNTRUE, Claim

MAX_CHARACTERS = 900
"""Characters of one text in the report, which says how many more there are."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of text: a claim that no field licenses, the statement of a field, or neither.

    `label` says what is wrong with a claim, "" for one that is only unlicensed.
    """

    text: str
    is_claim: bool = False
    label: str = ""
    note: str = ""
    field: str = ""


@dataclass(frozen=True)
class MarkedText:
    """The stretches of a text, and the number of characters that are left out."""

    stretches: tuple[Stretch, ...]
    left_out: int


@dataclass(frozen=True)
class FindingList:
    """Findings of one kind, for the line below a text."""

    title: str
    items: tuple[str, ...]


def mark_spans(output: SampleOutput) -> MarkedText:
    """Return the first `MAX_CHARACTERS` of an output, with its untrue claims and the fields that it states."""
    text, left_out = clip(output.text)
    claims = sorted((claim for claim in output.claims if claim.kind in UNTRUE), key=lambda claim: claim.start)
    stretches: list[Stretch] = []
    done = 0
    for claim in claims:
        start, end = max(claim.start, done), min(claim.end, len(text))  # overlapping claims are marked once
        if start >= end:
            continue
        stretches += _mark_fields(output, text, done, start)
        stretches.append(Stretch(text[start:end], is_claim=True, label=_label(claim), note=claim.note))
        done = end
    stretches += _mark_fields(output, text, done, len(text))
    return MarkedText(tuple(stretches), left_out)


def _mark_fields(output: SampleOutput, text: str, start: int, end: int) -> Iterator[Stretch]:
    """Yield the stretches of `text[start:end]`, which holds no claim."""
    for span in sorted(output.stated, key=lambda span: span.start):
        first, last = max(span.start, start), min(span.end, end)
        if first >= last:
            continue
        if start < first:
            yield Stretch(text[start:first])
        yield Stretch(text[first:last], field=span.key)
        start = last
    if start < end:
        yield Stretch(text[start:end])


def _label(claim: Claim) -> str:
    if claim.kind == "contradiction":
        return f"contradicts {claim.key}" if claim.key else "contradicts"
    return {"number": "changed number", "type": "another kind"}.get(claim.kind, "")


def list_findings(output: SampleOutput) -> list[FindingList]:
    """Return the findings of a text by their kind, without the words that are only unlicensed: these are marked."""

    def texts(*kinds: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(claim.text for claim in output.claims if claim.kind in kinds))

    notes = (claim.note or claim.text for claim in output.claims if claim.kind == "grammar")
    findings = [
        FindingList("Contradicts", texts("contradiction", "type")),
        FindingList("Changed number", texts("number")),
        FindingList("Left out", output.left_out),
        FindingList("Twice", texts("repetition")),
        FindingList("Grammar", tuple(dict.fromkeys(notes))),
    ]
    return [finding for finding in findings if finding.items]


def is_untrue(output: SampleOutput) -> bool:
    """Tell whether a text claims something that no field says."""
    return any(claim.kind in UNTRUE for claim in output.claims)


def clip(text: str, limit: int = MAX_CHARACTERS) -> tuple[str, int]:
    """Return the beginning of a text and the number of characters cut off; a few too many are not worth a cut."""
    return (text, 0) if len(text) <= limit * 1.1 else (text[:limit], len(text) - limit)
