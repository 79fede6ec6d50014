"""Two editions of a document: what both say about the attributes that are compared, a passage each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from ingest.types import Chunk
from rag.answer.editions import edition_of
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.sides import CURRENT, Sides
from rag.answer.verdict import ComparedRow, SideStatement
from rag.answer.words import read_content

MOST_SENTENCES = 3  # shown of each edition


def compare_editions(sides: Sides, sections: Sequence[Chunk]) -> list[ComparedRow]:
    """Return what two editions of a document say about the attributes, empty unless both say something.

    An edition is a source whose titles have the words and the date of a side; the current one is the newest other file
    of the same name but for the date. A passage is the first sentence about the attributes and what follows of what
    both editions speak of.
    """
    topic = read_content(" ".join(sides.attributes)).words
    if not all(side == CURRENT or read_content(side).dates for side in sides.both):
        return []
    other = [section for section in sections if _is_edition(sides.second, section)]
    one = [section for section in sections if _is_edition(sides.first, section)]
    if sides.first == CURRENT:
        one = _newest(sections, other)
    passages = [_passage_about(topic, editions) for editions in (one, other)]
    if not all(passages):
        return []

    words = [[read_content(evidence.text).words - topic for evidence in passage] for passage in passages]
    statements = []
    for side, passage, own, others in zip(sides.both, passages, words, reversed(words), strict=True):
        spoken = frozenset(word for sentence in others[:MOST_SENTENCES] for word in sentence)
        is_headed = topic <= read_content("\n".join(passage[0].chunk.heading[-1:])).words
        length = 1
        while length < min(len(own), MOST_SENTENCES) and len(own[length] & spoken) > (0 if is_headed else 1):
            length += 1
        whole = Evidence(passage[0].chunk, passage[0].start, passage[length - 1].end)
        statements.append(SideStatement(side, " ".join(whole.text.split()), whole))
    return [ComparedRow("", tuple(statements))]


def _passage_about(topic: frozenset[str], editions: Sequence[Chunk]) -> list[Evidence]:
    """Return the sentences of the first section about a topic, from the first one that is about it."""
    for section in editions:
        places = sentence_places(section)
        heading = read_content("\n".join(section.heading[-1:])).words
        for number, (start, end) in enumerate(places):
            if topic <= read_content(section.text[start:end]).words | heading:
                return [Evidence(section, *place) for place in places[number:]]
    return []


def _newest(sections: Sequence[Chunk], older: Sequence[Chunk]) -> list[Chunk]:
    """Return the sections of the newest edition of the documents that older ones are of."""
    names = {edition_of(section.source)[0]: edition_of(section.source)[1] for section in older}
    newer = [
        (age, section)
        for section in sections
        for name, age in [edition_of(section.source)]
        if name in names and age > names[name]
    ]
    newest = max((age for age, _ in newer), default=())
    return [section for age, section in newer if age == newest]


def _is_edition(side: str, section: Chunk) -> bool:
    """Tell whether the titles or the file of a section have the words and the date of a side."""
    name = PurePath(section.source.partition("#")[0]).stem
    titles = [*Evidence(section, 0, 0).titles, re.sub(r"[_-]+", " ", name)]
    wanted, held = read_content(side), read_content("\n".join(titles))
    return wanted.words <= held.words and all(any(one.holds(date) for one in held.dates) for date in wanted.dates)
