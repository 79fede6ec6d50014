"""Sources that disagree are shown together, the newer first; one that was replaced does not answer."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.answer.disagreement import date_statement, find_rival_statements, replaced_sources
from rag.answer.extractive import extractive_answer
from rag.answer.types import Retrieved
from rag.reader.base import Span
from stores.base import Hit

QUESTION = "How long is the return period?"


def span_of(text: str, part: str, source: str, probability: float = 0.8, **chunk: object) -> Span:
    start = text.index(part)
    whole = Chunk(text, source, 0, len(text), **chunk)  # type: ignore[arg-type]
    return Span(whole, start, start + len(part), 10 * probability, probability)


OLD = span_of("The return period is 30 days.", "30 days", "policy-2024.md", 0.9)
NEW = span_of("The return period is 14 days.", "14 days", "policy-2026.md", 0.8)


def test_both_are_shown_the_newer_first() -> None:
    text, citations, sentences = extractive_answer(Retrieved(QUESTION, "short", (), [OLD, NEW]))
    assert text == "14 days (2026); 30 days (2024)"
    assert [citation.source for citation in citations] == ["policy-2026.md", "policy-2024.md"]
    parts = [text[sentence.start : sentence.end] for sentence in sentences]
    assert parts == ["14 days (2026)", "30 days (2024)"]
    assert [sentence.citation for sentence in sentences] == [1, 2]


def test_the_later_mail_of_one_year_comes_first() -> None:
    text = "We open at {}."
    spans = [
        span_of(text.format(time), time, f"{day}.eml", chance, metadata={"date": f"2026-05-{day}T09:30:00+02:00"})
        for day, time, chance in (("04", "8:15", 0.9), ("13", "7:40", 0.8))
    ]
    answer, _, _ = extractive_answer(Retrieved("When do you open?", "short", (), spans))
    assert answer == "7:40 (2026-05-13); 8:15 (2026-05-04)"


@pytest.mark.parametrize(
    ("text", "part", "source"),
    [
        ("The return period is two weeks and 16 days: 30 days in all.", "30 days", "b.md"),  # the same
        ("The training period is 14 days.", "14 days", "c.md"),  # another thing
        ("The return period is 14 days.", "14 days", "policy-2024.md"),  # the same document
        ("The return period costs 14 EUR.", "14 EUR", "d.md"),  # another measure
    ],
)
def test_what_is_no_disagreement(text: str, part: str, source: str) -> None:
    assert [statement.span for statement in find_rival_statements(QUESTION, [OLD, span_of(text, part, source)])] == [
        OLD
    ]


@pytest.mark.parametrize(
    ("source", "text", "chunk", "label"),
    [
        ("rules.md", "x 5", {"metadata": {"date": "2025-03-01"}}, "2025-03-01"),
        ("2026.eml", "x 5", {"metadata": {"date": "2026-05-04T11:31:09+01:00"}}, "2026-05-04"),
        ("rules_2023.pdf", "x 5", {}, "2023"),
        ("rules.pdf", "x 5", {"heading": ("Rules of May 2022",)}, "May 2022"),
        ("rules.pdf", "Valid from 1 July 2021. x 5", {}, "1 July 2021"),
        ("rules-v3.pdf", "x 5", {}, "v3"),
        ("rules.pdf", "x 5", {}, ""),
    ],
)
def test_the_date_of_a_source(source: str, text: str, chunk: dict[str, object], label: str) -> None:
    assert date_statement(span_of(text, "5", source, **chunk)).label == label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "source", "replaced"),
    [
        ("This policy has been replaced by the policy of 2026.", "a.md", True),
        ("This price list is no longer valid.", "a.md", True),
        ("SUPERSEDED: see the new handbook.", "a.md", True),
        ("The period is 5 days.", "superseded/rules.md", True),
        ("The old pump was replaced by a new one.", "a.md", False),
        ("This form is valid.", "a.md", False),
    ],
)
def test_a_source_that_says_that_it_is_replaced(text: str, source: str, replaced: bool) -> None:
    hits = [Hit(Chunk(text, source, 0, len(text)), 1.0)]
    assert replaced_sources(QUESTION, hits) == (frozenset({source}) if replaced else frozenset())
    assert not replaced_sources("How long was the return period?", hits)
