"""The words of a PDF's page in lines, and the lines that are drawn on it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

GAP = 0.7
"""The width of a blank between cells, in heights of a line; blanks between words have a quarter to a half."""
MARKER = re.compile(r"[-–*•◦▪‣·●○■□➢✓\uf0b7]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
LAYOUT_MARKS = {0, 2, 10, 13, 32, 160, 0xFFFE}


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or several beside each other, in points, y upwards; `first` to `last` are its characters."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    first: int
    last: int
    bold: bool


@dataclass(frozen=True, slots=True)
class RuledLine:
    """A line drawn across or down a page: from `start` to `end` in its direction, at `place` in the other."""

    start: float
    end: float
    place: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines drawn on a page."""

    across: tuple[RuledLine, ...]
    down: tuple[RuledLine, ...]


Line = list[Word]


def read_page_words(text: Any) -> Iterator[Word]:
    """Yield the words of a text page of pypdfium2, in the order of the file."""
    from pypdfium2 import raw

    handle, box = text.raw, raw.FS_RECTF()
    count = raw.FPDFText_CountChars(handle)
    codes = [raw.FPDFText_GetUnicode(handle, index) for index in range(count)]
    held: Word | None = None
    for index, code in enumerate(codes):
        if code in LAYOUT_MARKS:
            if held is not None:
                yield held
            held = None
            continue
        raw.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(box))
        height = box.top - box.bottom
        bold = held.bold if held is not None else raw.FPDFText_GetFontWeight(handle, index) >= 600
        letter = Word(chr(code & 0xFFFF), box.left, box.right, box.bottom, box.top, index, index, bold)
        if held is not None:
            # Letters of one word are at one height, one behind the other.
            near = -height < letter.left - held.right < 0.3 * height and letter.right > held.right
            if near and abs(letter.bottom - held.bottom) < 0.5 * height:
                held = merge_words(held, letter, "")
                continue
            yield held
            letter = replace(letter, bold=raw.FPDFText_GetFontWeight(handle, index) >= 600)
        held = letter
    if held is not None:
        yield held


def merge_words(left: Word, right: Word, blank: str = " ") -> Word:
    """Return two words as one, with a blank between them."""
    return Word(
        f"{left.text}{blank}{right.text}",
        min(left.left, right.left),
        max(left.right, right.right),
        min(left.bottom, right.bottom),
        max(left.top, right.top),
        min(left.first, right.first),
        max(left.last, right.last),
        left.bold and right.bold,
    )


def read_rules(page: Any) -> Rules:
    """Return the lines of a page that are drawn as strokes, or as rectangles that are thin."""
    from pypdfium2 import raw

    across: list[RuledLine] = []
    down: list[RuledLine] = []
    for number, shape in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])):
        if number > 5_000:  # a drawing
            break
        matrix = shape.get_matrix()
        points: list[tuple[float, float, bool]] = []  # x, y, and whether a line leads here
        x, y = ctypes.c_float(), ctypes.c_float()
        for index in range(min(raw.FPDFPath_CountSegments(shape.raw), 2_000)):
            segment = raw.FPDFPath_GetPathSegment(shape.raw, index)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            is_line = raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO
            points.append((*matrix.on_point(x.value, y.value), is_line))
        for (left, low, _), (right, high, is_line) in pairwise(points):
            if not is_line:
                continue
            if abs(low - high) < 2 and abs(left - right) > 5:
                across.append(RuledLine(min(left, right), max(left, right), (low + high) / 2))
            elif abs(left - right) < 2 and abs(low - high) > 5:
                down.append(RuledLine(min(low, high), max(low, high), (left + right) / 2))
    return Rules(tuple(across), tuple(down))


def gather_lines(words: Sequence[Word]) -> list[Line]:
    """Return words in lines from top to bottom, each from left to right."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda word: (-(word.bottom + word.top), word.left)):
        line = lines[-1] if lines else []
        middle = (word.bottom + word.top) / 2
        if line and min(other.bottom for other in line[:3]) < middle < max(other.top for other in line[:3]):
            overlap = min(word.top, line[0].top) - max(word.bottom, line[0].bottom)
            if overlap > 0.5 * min(word.top - word.bottom, line[0].top - line[0].bottom):
                line.append(word)
                continue
        lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def join_words(line: Line, rules: Rules) -> Line:
    """Return the words of a line joined where no wide blank or drawn line parts them."""
    joined: Line = []
    middle = (line[0].bottom + line[0].top) / 2
    edges = [rule.place for rule in rules.down if rule.start - 1 < middle < rule.end + 1]
    for word in line:
        if not joined:
            joined.append(word)
            continue
        before = joined[-1]
        height = min(word.top - word.bottom, before.top - before.bottom)
        is_ruled = any(before.right - 2 < edge < word.left + 2 for edge in edges)
        # The mark of a list item belongs to its text.
        is_marker = len(joined) == 1 and bool(MARKER.fullmatch(before.text)) and not is_ruled
        if is_ruled or (word.left - before.right > GAP * height and not is_marker):
            joined.append(word)
        else:
            joined[-1] = merge_words(before, word)
    return joined
