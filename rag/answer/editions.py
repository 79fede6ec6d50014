"""Editions: of the same section in several editions of a document, the newest is read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.types import Chunk
from rag.answer.disagreement import date_statement, replaced_sources
from rag.answer.quantities import find_figures
from rag.answer.words import read_content
from rag.reader.base import Span
from stores.base import Hit

ALIKE = 0.3  # share of common words, of all words of two sections, from which on they are editions of one


def keep_newest(question: str, sections: Sequence[Chunk], hits: Sequence[Hit]) -> list[Chunk]:
    """Return the sections without those of which there is a newer edition, in order.

    Editions are sections of different files under the same title with much the same words, whose files bear dates or
    versions. A source that says that it was replaced is left out, too, unless nothing else is left. A question that
    names a date, or asks for what was, may be about any edition.
    """
    if find_figures(question).dates or _ASKS_FOR_OTHER.search(question):
        return list(sections)
    replaced = replaced_sources(question, hits)
    current = [section for section in sections if section.source not in replaced] or list(sections)
    by_title: dict[str, list[Chunk]] = defaultdict(list)
    for section in current:
        if section.heading:
            by_title[_NUMBER.sub("", section.heading[-1]).casefold()].append(section)

    # Compare each section with the others of its title.
    outdated: set[int] = set()
    for editions in by_title.values():
        ages = [date_statement(Span(edition, 0, 0, 0.0, 0.0)).age for edition in editions]
        words = [read_content(edition.text).words for edition in editions]
        for one, section in enumerate(editions):
            for other, rival in enumerate(editions):
                is_other_file = section.source.split("#")[0] != rival.source.split("#")[0]
                common = len(words[one] & words[other]) / max(len(words[one] | words[other]), 1)
                if is_other_file and any(ages[one]) and ages[one] < ages[other] and common >= ALIKE:
                    outdated.add(id(section))
    return [section for section in current if id(section) not in outdated]


_NUMBER = re.compile(r"^\W*(?:\d+(?:\.\d+)*\W*\s+)?")
_ASKS_FOR_OTHER = re.compile(r"\b(?:old|older|former|formerly|previous|previously|earlier|used to)\b", re.IGNORECASE)
