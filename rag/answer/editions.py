"""Editions: of the same section in several editions of a document, the newest is read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import PurePath

from ingest.types import Chunk
from rag.answer.disagreement import date_statement, replaced_sources
from rag.answer.quantities import find_figures
from rag.answer.ranking import Candidate
from rag.answer.words import read_content
from rag.reader.base import Span
from stores.base import Hit

ALIKE = 0.3  # share of common words, of all words of two sections, from which on they are editions of one


def keep_newest(question: str, sections: Sequence[Chunk], hits: Sequence[Hit]) -> list[Chunk]:
    """Return the sections without those of which there is a newer edition, in order.

    Editions are sections of different files under the same title with much the same words, whose files bear dates or
    versions, or in any words where the names of the files differ in a year or a version alone. A source that says that
    it was replaced is left out, too, unless nothing else is left. A question that names a date, or asks for what was,
    may be about any edition.
    """
    if asks_for_version(question):
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
                (name, version), (rival_name, rival_version) = edition_of(section.source), edition_of(rival.source)
                is_rewritten = name == rival_name and () < version < rival_version
                is_older = any(ages[one]) and ages[one] < ages[other] and common >= ALIKE
                if is_other_file and (is_older or is_rewritten):
                    outdated.add(id(section))
    return [section for section in current if id(section) not in outdated]


def put_newest_first(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates in order, but those of an older edition of a file behind the first of its newest.

    Files are editions of one if their names differ in a year or a version alone. Files with a whole date are a series,
    as minutes are. A question that names a date, or asks for what was, may be about any edition.
    """
    editions = [edition_of(candidate.span.chunk.source) for candidate in candidates]
    newest: dict[str, tuple[int, ...]] = {}
    for name, age in editions:
        newest[name] = max(newest.get(name, ()), age)
    if asks_for_version(question):
        return list(candidates)
    ordered: list[Candidate] = []
    waiting: dict[str, list[Candidate]] = defaultdict(list)
    for candidate, (name, age) in zip(candidates, editions, strict=True):
        if age < newest[name]:
            waiting[name].append(candidate)
        else:
            ordered += [candidate, *waiting.pop(name, [])]
            newest[name] = ()  # from here on older ones follow as they come
    return ordered


def asks_for_version(question: str) -> bool:
    """Tell whether a question names a date, or asks for what was: it may be about any edition."""
    return bool(find_figures(question).dates) or _ASKS_FOR_OTHER.search(question) is not None


def older_editions(chunks: Collection[Chunk]) -> frozenset[str]:
    """Return the sources of which there is a newer edition among those of the chunks, as `put_newest_first` says."""
    editions = {chunk.source: edition_of(chunk.source) for chunk in chunks}
    newest: dict[str, tuple[int, ...]] = {}
    for name, age in editions.values():
        newest[name] = max(newest.get(name, ()), age)
    return frozenset(source for source, (name, age) in editions.items() if age < newest[name])


def edition_of(source: str) -> tuple[str, tuple[int, ...]]:
    """Return a file's name without year and version, and these, newer ones higher; () without."""
    name = PurePath(source.split("#")[0]).stem.casefold()
    match = _EDITION.search(name)
    if match is None:
        return name, ()
    age = tuple(int(number) for number in (match["year"] or match["version"]).split("."))
    return name[: match.start()] + name[match.end() :], age


_EDITION = re.compile(
    r"(?<!\d)(?<!\d[-_.])(?P<year>(?:19|20)\d\d)(?![-_.]?\d)|(?<![a-z\d])v(?P<version>\d+(?:\.\d+)*)(?!\d)"
)
_NUMBER = re.compile(r"^\W*(?:\d+(?:\.\d+)*\W*\s+)?")
_ASKS_FOR_OTHER = re.compile(r"\b(?:old|older|former|formerly|previous|previously|earlier|used to)\b", re.IGNORECASE)
