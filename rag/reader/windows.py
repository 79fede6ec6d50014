"""Windows: question and passage as an encoder reads them, long passages in overlapping parts.

>>> windows = Windows.of_folder(folder, max_tokens=384, stride=128)
>>> [window] = windows.cut("who wrote it", "It was written by Ann.")
>>> window.offsets[3], window.ids[window.first + 3]     # the passage's fourth token
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MIN_PASSAGE = 32  # tokens of a passage that a question has to leave room for
HEADING = 24  # tokens of a heading before the passage; of a longer one the last, which are nearest to the passage


@dataclass(frozen=True)
class ReadingWindow:
    """The token ids of question, heading and passage. The passage's tokens start at `first`; `offsets` are theirs."""

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
        """Read a model folder's tokenizer.json, without its own truncation and padding."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, max_tokens, stride)

    def cut(self, question: str, passage: str, heading: Sequence[str] = ()) -> list[ReadingWindow]:
        """Return the windows of a passage under its heading; none for a passage without tokens.

        Each of them has the heading, which is never part of an answer. Raises InputError for an empty question, or one
        that leaves less than 32 tokens for the passage.
        """
        # The special tokens before, between and after: [CLS] q [SEP] p [SEP], or as the tokenizer has them.
        marks = self.tokenizer.encode("", "").ids
        start, between, end = marks[:1], marks[1:-1], marks[-1:]

        # The question, which has to leave room for a passage.
        question_ids = self.tokenizer.encode(question.strip(), add_special_tokens=False).ids
        if not question_ids:
            raise InputError("the question is empty: ask something")
        room = self.max_tokens - len(start) - len(question_ids) - len(between) - len(end)
        if room < MIN_PASSAGE:
            limit = len(question_ids) + room - MIN_PASSAGE
            raise InputError(f"the question has {len(question_ids)} tokens, but the reader takes {limit}")
        head = [*start, *question_ids, *between]

        # The heading, where there is room for it.
        title = self.tokenizer.encode(" > ".join(heading), add_special_tokens=False).ids[-HEADING:]
        if title and room - len(title) - len(between) >= MIN_PASSAGE:
            head += [*title, *between]
            room = self.max_tokens - len(head) - len(end)

        # The passage, in parts of the room that is left, each sharing some tokens with the one before.
        text = self.tokenizer.encode(passage, add_special_tokens=False)
        count, shared = len(text.ids), min(self.stride, room // 2)
        lows = range(0, max(count - shared, 1), room - shared) if count > room else range(min(count, 1))
        return [
            ReadingWindow([*head, *text.ids[low : low + room], *end], len(head), text.offsets[low : low + room])
            for low in lows
        ]


def tokens_within(window: ReadingWindow, start: int, end: int) -> list[int]:
    """Return the passage's tokens in a window, from 0, that have a part of the text span."""
    return [token for token, (low, high) in enumerate(window.offsets) if low < end and high > start]
