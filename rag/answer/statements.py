"""Statements: the sentences of a section, each with the words that say what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.limits import weekdays_in
from rag.answer.polarity import StatementInContext
from rag.answer.proposition import DENIAL, content_tokens
from rag.answer.quantities import find_quantities
from rag.answer.words import read_content

RUN_IN = 10  # words: the longest title at the beginning of a paragraph


@dataclass(frozen=True)
class Statement:
    """A sentence of a section, and the span that says it: with the sentence before it, if it says nothing alone.

    `is_led` tells whether the title or the lead-in of its list, which denies it, is a part of the statement.
    """

    evidence: Evidence
    in_context: StatementInContext
    is_led: bool = False


def find_statements(section: Chunk) -> Iterator[Statement]:
    """Yield the statements of a section, without its rows.

    A sentence stands under the titles and the lead-in of its list. One that begins with "it" or "this" takes its
    subject from the sentence before, as does one with a number, and a paragraph with a title of its own
    ("Motion A, new roof.") is about that as a whole.
    """
    titles = tuple(context_tokens(section))
    for start, end in _places(section):
        whole = Evidence(section, start, end)
        if whole.is_row or whole.record:
            continue
        context = (*titles, *content_tokens(whole.context)) if whole.block and whole.block.kind == "list" else titles
        lead = denying_lead(whole)
        sentences = [(start + low, start + high) for low, high in sentence_spans(section.text[start:end])]
        for number, (low, high) in enumerate(sentences):
            text = section.text[low:high]
            before = section.text[slice(*sentences[number - 1])] if number else ""
            first = section.text[slice(*sentences[0])]
            if number and ANAPHORA.match(text) and not before.endswith("?"):
                said, begin = before, sentences[number - 1][0]
            elif number and _is_run_in(first):
                said = section.text[start:end] if number == 1 else first
                begin = sentences[0][0] if number == 1 else low
            elif find_quantities(text):
                said, begin = before, low
            else:
                said, begin = "", low
            for outcome, word in _OUTCOMES:
                text = outcome.sub(word, text)
            # "What we do not do: walk dogs" says of its item that it is not done.
            is_led = bool(lead) and not DENIAL.search(text.casefold())
            text = f"{lead}: {text.lstrip('-*•– ')}" if is_led else text
            in_context = StatementInContext(text, (*context, *content_tokens(said)))
            yield Statement(Evidence(section, begin, high), in_context, is_led)


def denying_lead(item: Evidence) -> str:
    """Return the title or the lead-in of an item's list if it denies what it lists; empty if it does not."""
    if item.block is None or item.block.kind != "list":
        return ""
    lead = item.context.splitlines()[-1].strip() if item.context else ""
    is_denied = DENIAL.search(lead.casefold()) is not None or any(
        not affirms for clause in read_content(lead).clauses for _, affirms in clause.signs
    )
    return lead.rstrip(" :.") if is_denied and not lead.endswith("?") else ""


def context_tokens(section: Chunk) -> Iterator[str]:
    """Yield the content words of what a section stands under."""
    yield from content_tokens("\n".join((str(section.metadata.get("title", "")), *section.heading)))


def _places(section: Chunk) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the section's paragraphs, items and rows."""
    if not section.blocks:
        for match in re.finditer(r"\S[^\n]*", section.text):
            yield match.span()
        return
    for block in section.blocks:
        low, high = max(block.start - section.start, 0), min(block.end - section.start, len(section.text))
        if block.kind in ("table", "list"):
            yield from ((start, end) for start, end in sentence_places(section) if low <= start < high)
        else:
            yield low, high


def _is_run_in(sentence: str) -> bool:
    """Tell whether a sentence is a title: short, without a verb, a time or a measure."""
    if weekdays_in(sentence) or any(one.unit or one.kind == "clock" for one in find_quantities(sentence)):
        return False
    return len(sentence.split()) <= RUN_IN and sentence.endswith((".", ":")) and not _NO_TITLE.search(sentence)


ANAPHORA = re.compile(r"\W*(?:it|this|that|they|these|those|he|she|both|such)\b", re.IGNORECASE)
# The outcome of a vote or an application, as minutes have it.
_OUTCOMES = (
    (re.compile(r"^\W*(?:carried|passed|agreed|adopted|granted)\b", re.IGNORECASE), "Approved"),
    (re.compile(r"^\W*(?:defeated|lost|not (?:carried|passed|adopted|approved))\b", re.IGNORECASE), "Rejected"),
)
_NO_TITLE = re.compile(
    r"""^(?:by|at|in|on|from|with|for|to)\b
    |\b(?:is|are|was|were|be|been|has|have|had|can|cannot|could|may|might|must|shall|should|will|would|do|does|did
    |\w+n['’]t|\w{3,}ed)\b""",
    re.IGNORECASE | re.VERBOSE,
)
