"""Focus: the parts of a chunk that a question's anchors leave to be read.

A reader that is shown ten error codes at once may answer with the text of another. It is shown the one that is asked.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.sections import split_sections
from ingest.types import Chunk
from rag.answer.anchors import Anchors
from rag.answer.anchors_held import missing_anchors
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.words import read_content, stem

FOCUSING = ("identifier", "label", "key")


def focus_sections(chunk: Chunk, question: str, anchors: Anchors) -> list[Chunk]:
    """Return the sections of a chunk, each cut to the lines or sentences about the codes and rows of a question.

    A section without any of them stays whole. A title that the question asks about, as in "Which version ...?" or with
    a code of the question, is read as the first line of its section.
    """
    focused = replace(anchors, anchors=tuple(anchor for anchor in anchors if anchor.kind in FOCUSING))
    sections = []
    for section in split_sections(chunk):
        narrowed = _narrow(section, focused) if focused.anchors else section
        if narrowed is section and section.heading and _asks_for(question, section.heading[-1], focused):
            # The section begins with its title, if the chunk has it just before.
            title = section.heading[-1]
            before = chunk.text[: section.start - chunk.start].rstrip()
            if before.endswith(title):
                whole = replace(chunk, heading=section.heading[:-1], page=section.page)
                narrowed = cut_section(whole, len(before) - len(title), section.end - chunk.start)
        sections.append(narrowed)
    return sections


def _narrow(section: Chunk, anchors: Anchors) -> Chunk:
    """Return the part of a section from the first line about the anchors to the last, or the whole section."""
    places = sentence_places(section)
    about = [not missing_anchors(anchors, Evidence(section, start, end)) for start, end in places]
    if not any(about) or all(about):
        return section
    # One run of lines; what follows a code in prose is about it as long as no other code comes up.
    first = about.index(True)
    last = next((place for place in range(first, len(about)) if not about[place]), len(about)) - 1
    return cut_section(section, places[first][0], places[last][1])


def _asks_for(question: str, title: str, anchors: Anchors) -> bool:
    """Tell whether a question asks which of its kind a title is, or names the title by its code."""
    thing = _WHICH.search(question)
    if thing and stem(thing[1]) in read_content(title).words:
        return True
    chunk = Chunk(title, "", 0, len(title))
    named = [anchor for anchor in anchors if anchor.kind in ("identifier", "label")]
    return any(not missing_anchors(Anchors((anchor,)), Evidence(chunk, 0, len(title))) for anchor in named)


_WHICH = re.compile(r"\b(?:which|what)\s+([^\W\d_]+)", re.IGNORECASE)


def cut_section(section: Chunk, start: int, end: int) -> Chunk:
    """Return `section.text[start:end]` as a section of its own, with its parts of the blocks."""
    low, high = section.start + start, section.start + end
    blocks = tuple(
        replace(block, start=max(block.start, low), end=min(block.end, high))
        for block in section.blocks
        if block.start < high and low < block.end
    )
    return replace(section, text=section.text[start:end], start=low, end=high, blocks=blocks)
