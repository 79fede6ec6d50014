"""The training examples of a reader: windows of text with the tokens that may start and end the answer."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import RowsError
from rag.data.rows import Row
from rag.finetune.reader.settings import ReaderSettings
from rag.reader.score import collate
from rag.reader.windows import ReadingWindow, Windows

if TYPE_CHECKING:
    from torch import Tensor

NONE = (0,)


@dataclass(frozen=True)
class ReaderExample:
    """A window and the tokens in it where the answer may start and end; (0,) if the window has no answer."""

    window: ReadingWindow
    starts: Sequence[int]
    ends: Sequence[int]

    @property
    def is_empty(self) -> bool:
        """Return whether the window has no answer."""
        return tuple(self.starts) == NONE

    def __len__(self) -> int:
        return len(self.window.ids)


def make_reader_examples(rows: Sequence[Row], windows: Windows, settings: ReaderSettings) -> list[ReaderExample]:
    """Return the examples of rows, in order.

    Raises RowsError for a row without a context, and if too many answers are no span of their context.
    """
    chance = random.Random(f"{settings.seed}/windows")
    examples: list[ReaderExample] = []
    left_out = 0
    for row in rows:
        if not row.passages:
            raise RowsError(f"row {row.id} has no context: a reader learns from question, answers and context")

        # Mark in every window of the context the places of the answer.
        cut: list[ReaderExample] = []
        for chunk in row.passages:
            spans = [] if row.unanswerable else find_answer_spans(chunk.text, row.references)
            for window in windows.cut(row.values["question"], chunk.text, chunk.heading):
                places = [place for span in spans if (place := locate_tokens(window, *span))]
                starts, ends = zip(*places, strict=True) if places else (NONE, NONE)
                cut.append(ReaderExample(window, sorted(set(starts)), sorted(set(ends))))

        # Keep the windows with the answer and a few without; an answerable row has at least one of the former.
        answered = [example for example in cut if not example.is_empty]
        if not answered and not row.unanswerable:
            left_out += 1
            continue
        empty = [example for example in cut if example.is_empty]
        examples += answered + chance.sample(empty, min(settings.empty_windows, len(empty)))
    if left_out > settings.max_left_out * len(rows):
        raise RowsError(
            f"{left_out:,} of {len(rows):,} rows have an answer that is not in their context: a reader learns to "
            "find it there; leave them out, or allow it with max_left_out"
        )
    return examples


def find_answer_spans(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of answers in a text, as whole words; case is ignored only if no answer matches exactly."""
    patterns = [re.escape(answer.strip()) for answer in answers if answer.strip()]
    if not patterns:
        return []
    pattern = rf"(?<!\w)(?:{'|'.join(sorted(patterns, key=len, reverse=True))})(?!\w)"
    exact = [match.span() for match in re.finditer(pattern, text)]
    return exact or [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def locate_tokens(window: ReadingWindow, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and last token of a text span in a window; None if the window does not contain all of it."""
    inside = [token for token, (low, high) in enumerate(window.offsets) if low < end and high > start]
    if not inside or window.offsets[inside[0]][0] > start or window.offsets[inside[-1]][1] < end:
        return None
    return window.first + inside[0], window.first + inside[-1]


def collate_with_targets(batch: Sequence[ReaderExample]) -> dict[str, Tensor]:
    """Return examples as the network's tensors, with the right starts and ends marked."""
    import torch

    tensors = collate([example.window for example in batch])
    for name in ("starts", "ends"):
        marks = torch.zeros_like(tensors["input_ids"])
        for row, example in enumerate(batch):
            marks[row, list(getattr(example, name))] = 1
        tensors[name] = marks
    return tensors
