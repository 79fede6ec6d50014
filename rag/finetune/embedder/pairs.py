"""Pairs of a question and the passage that answers it: read, and split so that no passage is on both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import RowsError
from rag.data.json_lines import read_objects
from rag.data.ngrams import fold_text

PASSAGE_COLUMNS = ("passage", "context")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage that answers it."""

    question: str
    passage: str


Pairs = str | Path | Iterable[Pair]


@dataclass(frozen=True)
class PairSplit:
    """Training and validation pairs; `leaking` counts pairs left out of the latter.

    `golds` maps each question's key to the keys of all passages that answer it, in either part.
    """

    train: tuple[Pair, ...]
    valid: tuple[Pair, ...]
    leaking: int
    golds: Mapping[str, frozenset[str]]


def as_pairs(source: Pairs) -> list[Pair]:
    """Return pairs, read from a file or checked. Raises RowsError for anything that is no pair of two texts."""
    if isinstance(source, str | Path):
        return read_pairs(source)
    pairs = list(source)
    for number, pair in enumerate(pairs, start=1):
        if not (isinstance(pair, Pair) and pair.question.strip() and pair.passage.strip()):
            raise RowsError(f"pair {number} is not a Pair of two non-empty texts: {str(pair)[:80]!r}")
    return pairs


def read_pairs(file: str | Path, limit: int | None = None) -> list[Pair]:
    """Return the pairs of a JSONL file with the columns `question` and `passage` (or `context`), in order.

    Rows marked `unanswerable` or `is_impossible` are skipped: their passage does not answer. Raises RowsError for a
    file that is missing, empty or not text, and for a line without these columns.
    """
    file = Path(file)
    pairs: list[Pair] = []
    for number, content in read_objects(file):
        place = f"{file}, line {number}"
        column = next((name for name in PASSAGE_COLUMNS if content.get(name) is not None), None)
        if column is None or content.get("question") is None:
            present = ", ".join(map(str, content)) or "none"
            raise RowsError(f"{place} has the columns {present}; needed are question and {'/'.join(PASSAGE_COLUMNS)}")
        for name in ("question", column):
            if not isinstance(content[name], str) or not content[name].strip():
                raise RowsError(f'{place}: "{name}" must be a non-empty text')
        if not (content.get("unanswerable") or content.get("is_impossible")):
            pairs.append(Pair(content["question"].strip(), content[column].strip()))
        if limit is not None and len(pairs) == limit:
            break
    if not pairs:
        raise RowsError(f"{file} holds no questions with a passage")
    return pairs


def split_pairs(pairs: Iterable[Pair], valid: Iterable[Pair] | None, share: float, seed: int) -> PairSplit:
    """Return the distinct pairs of both parts, which share no passage.

    Pairs of `valid` whose passage is also in `pairs` are left out. Without `valid` a `share` of the passages is held
    out, chosen by a hash of their text and the seed, so that the order of the pairs does not matter. Texts that differ
    only in case and white space are one text, spelled as it came first. Raises RowsError if either part is empty.
    """
    # A question may have several passages, and all of them are right wherever they are.
    spelling: dict[str, str] = {}
    train = _unify_spelling(pairs, spelling)
    held_out = _unify_spelling(valid, spelling) if valid is not None else []
    golds: dict[str, set[str]] = {}
    for pair in (*train, *held_out):
        golds.setdefault(fold_text(pair.question), set()).add(fold_text(pair.passage))
    frozen = {question: frozenset(passages) for question, passages in golds.items()}
    passages = {pair.passage for pair in train}
    if len(passages) < 2:
        raise RowsError(f"{len(passages)} distinct passages: at least 2 are needed")
    if valid is not None:
        kept = [pair for pair in held_out if pair.passage not in passages]
        if not kept:
            raise RowsError("every validation pair has a passage of the training pairs: hold out others")
        return PairSplit(tuple(train), tuple(kept), len(held_out) - len(kept), frozen)

    # Hold out at least one passage if any, and leave at least two to learn from.
    count = min(max(1, round(share * len(passages))), len(passages) - 2) if share and len(passages) > 2 else 0
    ordered = sorted(passages, key=lambda text: hashlib.sha256(f"{seed}\0{fold_text(text)}".encode()).digest())
    held = set(ordered[:count])
    learnt = tuple(pair for pair in train if pair.passage not in held)
    return PairSplit(learnt, tuple(pair for pair in train if pair.passage in held), 0, frozen)


def hash_pairs(pairs: Iterable[Pair]) -> str:
    """Return a hash of the pairs' texts, in order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{json.dumps([pair.question, pair.passage])}\n".encode())
    return digest.hexdigest()


def distinct_texts(texts: Iterable[str]) -> list[str]:
    """Return the texts without repetitions, in order."""
    return list(dict.fromkeys(texts))


def _unify_spelling(pairs: Iterable[Pair], spelling: dict[str, str]) -> list[Pair]:
    """Return each pair once, with one spelling for a text; new texts are added to `spelling`."""
    distinct: dict[Pair, None] = {}
    for pair in pairs:
        question, passage = (spelling.setdefault(fold_text(text), text) for text in (pair.question, pair.passage))
        distinct[Pair(question, passage)] = None
    return list(distinct)
