"""Questions with the passage that answers them: read, told apart, and split so that no passage is on both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import RowsError
from rag.data.json_lines import read_objects
from rag.data.ngrams import fold_text

PASSAGE_COLUMNS = ("passage", "context")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage that answers it."""

    question: str
    passage: str


@dataclass(frozen=True)
class Split:
    """Pairs to learn from and pairs to measure with; `leaking` counts those left out of the latter.

    `golds` holds, for each question's key, the keys of all passages that answer it, wherever they are.
    """

    train: tuple[Pair, ...]
    valid: tuple[Pair, ...]
    leaking: int
    golds: Mapping[str, frozenset[str]]


def read_pairs(file: str | Path, limit: int | None = None) -> list[Pair]:
    """Return the pairs of a JSONL file with the columns `question` and `passage` (or `context`), in order.

    Rows marked `unanswerable` or `is_impossible` are passed over: their passage does not answer. Raises RowsError for a
    file that is missing, empty or not text, and for a line without these columns.
    """
    file = Path(file)
    pairs: list[Pair] = []
    for number, content in read_objects(file):
        pair = _as_pair(content, f"{file}, line {number}")
        if not (content.get("unanswerable") or content.get("is_impossible")):
            pairs.append(pair)
        if limit is not None and len(pairs) == limit:
            break
    if not pairs:
        raise RowsError(f"{file} holds no questions with a passage")
    return pairs


def split_pairs(pairs: Iterable[Pair], valid: Iterable[Pair] | None, share: float, seed: int) -> Split:
    """Return the distinct pairs of both sides, which share no passage.

    Of `valid`, pairs whose passage is also to be learnt from are left out. Without it a `share` of the passages is held
    out, chosen by a hash of their text and the seed, so that the order of the pairs does not matter. Texts that differ
    only in case and white space are one text, spelled as it came first. Raises RowsError where either side is empty.
    """
    spelling: dict[str, str] = {}
    learnt = _distinct(pairs, spelling)
    measured = _distinct(valid, spelling) if valid is not None else []
    golds: dict[str, set[str]] = {}
    for pair in (*learnt, *measured):
        golds.setdefault(fold_text(pair.question), set()).add(fold_text(pair.passage))
    frozen = {question: frozenset(passages) for question, passages in golds.items()}
    passages = {pair.passage for pair in learnt}
    if len(passages) < 2:
        raise RowsError(f"{len(passages)} distinct passages cannot be told from each other: at least 2 are needed")
    if valid is not None:
        kept = [pair for pair in measured if pair.passage not in passages]
        if not kept:
            raise RowsError("each validation pair has a passage that is in the training pairs too: hold others out")
        return Split(tuple(learnt), tuple(kept), len(measured) - len(kept), frozen)
    held = set(sorted(passages, key=lambda text: _order(text, seed))[: _count(share, len(passages))])
    train = tuple(pair for pair in learnt if pair.passage not in held)
    return Split(train, tuple(pair for pair in learnt if pair.passage in held), 0, frozen)


def pairs_sha256(pairs: Iterable[Pair]) -> str:
    """Return a hash of the pairs' texts, in order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{json.dumps([pair.question, pair.passage])}\n".encode())
    return digest.hexdigest()


def distinct_texts(texts: Iterable[str]) -> list[str]:
    """Return the texts without repetitions, in order."""
    return list(dict.fromkeys(texts))


def _as_pair(content: Mapping[str, Any], place: str) -> Pair:
    column = next((name for name in PASSAGE_COLUMNS if content.get(name) is not None), None)
    if column is None or content.get("question") is None:
        found = ", ".join(map(str, content)) or "none"
        raise RowsError(f"{place} has the columns {found}; needed are question and {'/'.join(PASSAGE_COLUMNS)}")
    for name in ("question", column):
        if not isinstance(content[name], str) or not content[name].strip():
            raise RowsError(f'{place}: "{name}" has to be a text that is not empty')
    return Pair(content["question"].strip(), content[column].strip())


def _distinct(pairs: Iterable[Pair], spelling: dict[str, str]) -> Sequence[Pair]:
    """Return each pair once, with one spelling for a text; `spelling` is added to."""
    found: dict[Pair, None] = {}
    for pair in pairs:
        question, passage = (spelling.setdefault(fold_text(text), text) for text in (pair.question, pair.passage))
        found[Pair(question, passage)] = None
    return list(found)


def _order(text: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{fold_text(text)}".encode()).digest()


def _count(share: float, total: int) -> int:
    """How many of `total` passages a share is: at least one if any, and never all but one."""
    return min(max(1, round(share * total)), total - 2) if share and total > 2 else 0
