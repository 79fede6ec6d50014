"""Rows as a reader's training examples: windows with the tokens that may start and end the answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.errors import RowsError
from rag.data.rows import Row
from rag.finetune.reader.settings import ReaderSettings
from rag.reader.windows import ReadingWindow, Windows

NONE = (0,)


@dataclass(frozen=True)
class ReaderExample:
    """A window and the places in it where the answer may start and end; (0,) where it holds none."""

    window: ReadingWindow
    starts: Sequence[int]
    ends: Sequence[int]

    @property
    def is_empty(self) -> bool:
        """Whether the window holds no answer."""
        return tuple(self.starts) == NONE

    def __len__(self) -> int:
        return len(self.window.ids)


def reader_examples(rows: Sequence[Row], windows: Windows, settings: ReaderSettings) -> list[ReaderExample]:
    """Return the examples of rows in order.

    Raises RowsError for a row without a context, and where too many answers do not stand in theirs.
    """
    chance = random.Random(f"{settings.seed}/windows")
    examples: list[ReaderExample] = []
    left_out = 0
    for row in rows:
        found = list(_row_examples(row, windows))
        holding = [example for example in found if not example.is_empty]
        if not holding and not row.unanswerable:
            left_out += 1
            continue
        empty = [example for example in found if example.is_empty]
        examples += holding + chance.sample(empty, min(settings.empty_windows, len(empty)))
    if left_out > settings.max_left_out * len(rows):
        raise RowsError(
            f"{left_out:,} of {len(rows):,} rows have an answer that does not stand in their context: a reader learns "
            "to point at it; leave them out, or allow it with max_left_out"
        )
    return examples


def _row_examples(row: Row, windows: Windows) -> Iterator[ReaderExample]:
    if not row.passages:
        raise RowsError(f"row {row.id} has no context: a reader learns from question, answers and context")
    for chunk in row.passages:
        spans = [] if row.unanswerable else answer_spans(chunk.text, row.references)
        for window in windows.cut(row.values["question"], chunk.text, chunk.heading):
            places = [place for span in spans if (place := _place(window, *span))]
            starts, ends = zip(*places, strict=True) if places else (NONE, NONE)
            yield ReaderExample(window, sorted(set(starts)), sorted(set(ends)))


def answer_spans(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Return where answers stand in a text as whole words, in any case only where none stands as written."""
    wanted = [re.escape(answer.strip()) for answer in answers if answer.strip()]
    if not wanted:
        return []
    pattern = rf"(?<!\w)(?:{'|'.join(sorted(wanted, key=len, reverse=True))})(?!\w)"
    found = [match.span() for match in re.finditer(pattern, text)]
    return found or [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def _place(window: ReadingWindow, start: int, end: int) -> tuple[int, int] | None:
    """Return the places of a span's first and last token in a window, None where it does not hold all of it."""
    inside = [at for at, (low, high) in enumerate(window.offsets) if low < end and high > start]
    if not inside or window.offsets[inside[0]][0] > start or window.offsets[inside[-1]][1] < end:
        return None
    return window.first + inside[0], window.first + inside[-1]
