"""Sections: the parts of a chunk under one heading each, so that no part is read under the heading of another."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, takewhile

from ingest.types import Block, Chunk


def split_sections(chunk: Chunk) -> list[Chunk]:
    """Return a chunk's parts under one heading each, in order; their heading is the whole path of titles above.

    A title in the chunk is part of the heading of what follows, and of no part's text, unless nothing follows. A chunk
    of one section without a title is returned as it is.
    """

    def path_of(block: Block) -> tuple[str, ...]:
        title = chunk.text[block.start - chunk.start : block.end - chunk.start]
        return (*block.heading, title) if block.kind == "title" else block.heading

    # The chunk's heading is what all of its blocks have above them; a section's adds the rest of its path.
    levels = zip(*(block.heading for block in chunk.blocks), strict=False)
    common = len(list(takewhile(lambda titles: len(set(titles)) == 1, levels)))
    groups = [(path, list(blocks)) for path, blocks in groupby(chunk.blocks, key=path_of)]
    sections = []
    for number, (path, blocks) in enumerate(groups):
        body = [block for block in blocks if block.kind != "title"]
        heading = (*chunk.heading, *path[common:])
        if not body:
            # A title over nothing but further titles, which have it in their path.
            if number + 1 < len(groups) and groups[number + 1][0][: len(path)] == path:
                continue
            body, heading = blocks, (*chunk.heading, *path[common:-1])
        start, end = body[0].start, body[-1].end
        text = chunk.text[start - chunk.start : end - chunk.start]
        page = body[0].page or chunk.page
        sections.append(replace(chunk, text=text, start=start, end=end, page=page, heading=heading, blocks=tuple(body)))
    return sections or [chunk]
