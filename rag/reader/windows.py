"""Question and passage as an encoder's windows: tokens with their places in the passage, long passages in overlaps.

>>> maker = Windows.of_folder(folder, max_tokens=384, stride=128)
>>> [window] = maker.cut("who wrote it", "It was written by Ann.")
>>> window.offsets[3], window.ids[window.first + 3]     # of the passage's fourth token
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LEAST = 32  # tokens of a passage that a question has to leave room for
HEADING = 24  # tokens of a heading that stand before the passage; of a longer one the last, which are nearest to it


@dataclass(frozen=True)
class ReadingWindow:
    """Token ids of question, heading and passage; the passage's tokens, from `first` on, stand at `offsets` in it."""

    ids: Sequence[int]
    first: int
    offsets: Sequence[tuple[int, int]]

    @property
    def last(self) -> int:
        """One past the passage's last token."""
        return self.first + len(self.offsets)


@dataclass(frozen=True)
class Windows:
    """Cuts question and passage into windows of at most `max_tokens`, which share `stride` tokens of the passage."""

    tokenizer: Tokenizer
    max_tokens: int = 384
    stride: int = 128

    @classmethod
    def of_folder(cls, folder: Path, max_tokens: int, stride: int) -> Windows:
        """Read a model folder's tokenizer.json; how it would cut and pad by itself is forgotten."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, max_tokens, stride)

    def cut(self, question: str, passage: str, heading: Sequence[str] = ()) -> list[ReadingWindow]:
        """Return the windows of a passage under its heading; none where it has no tokens.

        The heading stands in each of them, and is no part of any answer. Raises ValueError for an empty question, or
        one that leaves less than 32 tokens for the passage.
        """
        asked = self.tokenizer.encode(question.strip(), add_special_tokens=False).ids
        if not asked:
            raise ValueError("the question is empty: ask something")
        start, between, end = self._marks
        room = self.max_tokens - len(start) - len(asked) - len(between) - len(end)
        if room < LEAST:
            most = self.max_tokens - len(start) - len(between) - len(end) - LEAST
            raise ValueError(f"the question has {len(asked)} tokens, but the reader takes {most}")
        read = self.tokenizer.encode(passage, add_special_tokens=False)
        before = [*start, *asked, *between]
        titled = self.tokenizer.encode(" > ".join(heading), add_special_tokens=False).ids[-HEADING:]
        if titled and room - len(titled) - len(between) >= LEAST:
            before += [*titled, *between]
            room = self.max_tokens - len(before) - len(end)
        return [
            ReadingWindow([*before, *read.ids[low:high], *end], len(before), read.offsets[low:high])
            for low, high in _ranges(len(read.ids), room, min(self.stride, room // 2))
        ]

    @cached_property
    def _marks(self) -> tuple[list[int], list[int], list[int]]:
        """The special tokens before, between and after: [CLS] q [SEP] p [SEP], or as the tokenizer has them."""
        marks = self.tokenizer.encode("", "").ids
        return marks[:1], marks[1:-1], marks[-1:]


def _ranges(count: int, room: int, shared: int) -> list[tuple[int, int]]:
    """Return the ranges of at most `room` that cover `count` tokens, each sharing some with the one before."""
    starts = range(0, max(count - shared, 1), room - shared) if count > room else range(min(count, 1))
    return [(low, min(low + room, count)) for low in starts]
