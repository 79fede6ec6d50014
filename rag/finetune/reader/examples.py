"""The training examples of a reader: windows of text with the targets of one of its heads.

Rows with answers teach the spans, rows with a verdict the answers to yes/no questions, rows with relevant sentences
their relevance:

    {"question": ..., "context": ..., "title": ..., "label": "yes" | "no" | "none"}
    {"question": ..., "context": ..., "title": ..., "relevant": [[start, end], ...]}
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import RowsError
from ingest.sentences import sentence_spans
from rag.data.json_lines import read_objects
from rag.data.rows import Row
from rag.finetune.reader.settings import ReaderSettings
from rag.reader.base import VERDICTS
from rag.reader.score import collate
from rag.reader.windows import ReadingWindow, Windows, tokens_within

if TYPE_CHECKING:
    from torch import Tensor

NONE = (0,)
PADDED_TO = 32  # tokens: with few widths, the kernels that a CPU compiles for a width are used again


@dataclass(frozen=True)
class ReaderExample:
    """A window with the targets of one head.

    `starts` and `ends` are the tokens where the answer may start and end, (0,) if the window has no answer. `verdict`
    is an index of VERDICTS, -1 for none. `sentences` number the window's tokens by sentence, from 1 (0: no sentence's),
    and `relevant` tells of each sentence whether it answers the question.
    """

    window: ReadingWindow
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    verdict: int = -1
    sentences: Sequence[int] = ()
    relevant: Sequence[bool] = ()

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


def make_verdict_examples(file: Path, windows: Windows) -> list[ReaderExample]:
    """Return the examples of a file of yes/no questions, the first window of each context. Raises RowsError."""
    examples = []
    for place, row, window in _first_windows(file, windows):
        if row.get("label") not in VERDICTS:
            raise RowsError(f"{place}: label is {row.get('label')!r}; give one of {', '.join(VERDICTS)}")
        examples.append(ReaderExample(window, verdict=VERDICTS.index(row["label"])))
    return examples


def make_sentence_examples(file: Path, windows: Windows) -> list[ReaderExample]:
    """Return the examples of a file of questions with relevant sentences, the first window of each context.

    A sentence is relevant if a span of the row covers half of it. Raises RowsError.
    """
    examples = []
    for place, row, window in _first_windows(file, windows):
        spans = row.get("relevant")
        if not isinstance(spans, list) or not all(isinstance(span, list) and len(span) == 2 for span in spans):
            raise RowsError(f"{place}: relevant is {spans!r}; give a list of [start, end] in characters of the context")
        numbers, relevant = [0] * len(window.ids), []
        for start, end in sentence_spans(row["context"]):
            if not (tokens := tokens_within(window, start, end)):
                break  # beyond the window
            covered = sum(max(0, min(end, high) - max(start, low)) for low, high in spans)
            relevant.append(2 * covered >= end - start)
            for token in tokens:
                numbers[window.first + token] = len(relevant)
        if relevant:
            examples.append(ReaderExample(window, sentences=numbers, relevant=relevant))
    return examples


def _first_windows(file: Path, windows: Windows) -> Iterator[tuple[str, Mapping[str, Any], ReadingWindow]]:
    """Yield the rows of a file that have text, with their place in it and the first window of their context."""
    for number, row in read_objects(file):
        place = f"{file}, line {number}"
        if not all(isinstance(row.get(name), str) for name in ("question", "context")):
            raise RowsError(f"{place} has the columns {', '.join(map(str, row))}; needed are question and context")
        heading = (str(row["title"]),) if row.get("title") else ()
        if cut := windows.cut(row["question"], row["context"], heading):
            yield place, row, cut[0]


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
    """Return examples as the network's tensors, with the targets of its heads."""
    import torch

    tensors = collate([example.window for example in batch], PADDED_TO)
    for name in ("starts", "ends"):
        marks = torch.zeros_like(tensors["input_ids"])
        for row, example in enumerate(batch):
            marks[row, list(getattr(example, name))] = 1
        tensors[name] = marks
    if any(example.verdict >= 0 for example in batch):
        tensors["verdicts"] = torch.tensor([example.verdict for example in batch])
    if any(example.relevant for example in batch):
        tensors["sentences"] = torch.zeros_like(tensors["input_ids"])
        tensors["relevant"] = torch.full((len(batch), max(len(example.relevant) for example in batch)), -1)
        for row, example in enumerate(batch):
            tensors["sentences"][row, : len(example.sentences)] = torch.tensor(example.sentences, dtype=torch.long)
            tensors["relevant"][row, : len(example.relevant)] = torch.tensor(example.relevant, dtype=torch.long)
    return tensors
