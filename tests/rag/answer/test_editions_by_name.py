"""Editions that a file's name tells: a section that was rewritten replaces the one of the older file."""

from __future__ import annotations

from ingest.types import Chunk
from rag.answer.editions import keep_newest


def section_of(text: str, source: str) -> Chunk:
    return Chunk(text, source, 0, len(text), heading=("Mooring",))


OLD = section_of("Tie the bow first.", "harbour-rules-v1.md")
NEW = section_of("Call the warden before you make fast, and hang out fenders.", "harbour-rules-v2.pdf")
OTHER = section_of("Rings are painted in spring.", "maintenance-v3.md")


def test_a_rewritten_section_replaces_that_of_the_older_file() -> None:
    assert keep_newest("How do I moor?", [OLD, OTHER, NEW], []) == [OTHER, NEW]


def test_a_question_for_what_was_reads_all() -> None:
    assert keep_newest("How did the old rules say to moor?", [OLD, NEW], []) == [OLD, NEW]
