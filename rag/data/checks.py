"""Data checks before anything trains or is compared: what would make a number wrong is found, dropped and told.

rows -> empty targets -> duplicates across splits -> repeated inputs -> unseen labels -> leakage -> lengths
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ingest.errors import RowsError
from rag.data.rows import Row
from stores.base import Store

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Token counts of texts, in their order: `lambda texts: [len(ids) for ids in tokenizer(texts)["input_ids"]]`."""

_Gram = tuple[str, ...]
SPLITS = ("train", "valid", "test")
GRAM = 8  # words in a row that two texts share by copying, hardly ever by chance
NEAR = 0.5  # share of a text's 8-grams from which on it counts as copied
NAMED = 5  # at most this many labels or rows in a message


@dataclass(frozen=True)
class Check:
    """What one check found: in how many rows, what was done about it, and one sentence for a reader."""

    name: str
    count: int
    action: str
    text: str

    @property
    def as_json(self) -> dict[str, Any]:
        """The check as a comparison lists it under `data.checks`."""
        return {"check": self.name, "count": self.count, "action": self.action, "text": self.text}


@dataclass(frozen=True)
class Checked:
    """The rows that are left of each split, and what was found on the way."""

    train: tuple[Row, ...]
    valid: tuple[Row, ...]
    test: tuple[Row, ...]
    checks: tuple[Check, ...]

    @property
    def as_json(self) -> list[dict[str, Any]]:
        """All checks, as a comparison lists them under `data.checks`."""
        return [check.as_json for check in self.checks]


@dataclass(frozen=True)
class Checks:
    """What to check rows for.

    `repeated` says what becomes of test rows with the same input: "merge" makes one row with all of their references,
    "drop" keeps the first. `copies` says what becomes of rows whose target is their input. `strict` raises where rows
    would be dropped. `store` is searched for test rows: a row is dropped when the share `near` of its 8-grams stands in
    one source. `out_of_scope` is a label that training need not hold. With `count_tokens`, lengths are told: of
    `render(row)`, by default the row's own text and passages, against `window`, and of the targets.
    """

    strict: bool = False
    repeated: Literal["merge", "drop"] = "merge"
    copies: Literal["keep", "drop"] = "keep"
    store: Store | None = None
    near: float = NEAR
    out_of_scope: str | None = None
    count_tokens: CountTokens | None = None
    window: int | None = None
    render: Callable[[Row], str] = field(default_factory=lambda: input_text)

    def run(self, train: Iterable[Row] = (), valid: Iterable[Row] = (), test: Iterable[Row] = ()) -> Checked:
        """Check the splits of one task.

        Raises RowsError for a label of valid or test that training lacks, for a split of which nothing is left, and
        where `strict` for anything that would be dropped.
        """
        given = {name: list(rows) for name, rows in zip(SPLITS, (train, valid, test), strict=True)}
        splits = dict(given)
        checks: list[Check] = []
        for name in SPLITS:
            splits[name] = self._targets(splits[name], name, checks)
        known: dict[str, str] = {}
        for name in SPLITS:
            keyed = [(input_key(row), row) for row in splits[name]]
            kept = self._across(keyed, name, known, checks)
            known.update((key, name) for key, _ in kept)
            splits[name] = self._repeated(kept, checks) if name == "test" else [row for _, row in kept]
        _refuse_unseen(splits, self.out_of_scope)
        if self.store is not None:
            splits["test"] = self._leaked(splits["test"], self.store, checks)
        for name in SPLITS:
            if given[name] and not splits[name]:
                raise RowsError(f"nothing is left of the {len(given[name])} {name} rows: {checks[-1].text}")
            if splits[name] and self.count_tokens is not None:
                checks += self._lengths(splits[name], name, self.count_tokens)
        return Checked(tuple(splits["train"]), tuple(splits["valid"]), tuple(splits["test"]), tuple(checks))

    def _targets(self, rows: Sequence[Row], split: str, checks: list[Check]) -> list[Row]:
        """Drop rows without anything to learn or to measure against, and note those that only copy."""
        kept = [filled for row in rows if (filled := _without_blanks(row)) is not None]
        if empty := len(rows) - len(kept):
            checks.append(
                self._dropped(
                    "empty targets", empty, split, f"{_count(empty, split)} without a target, or with a blank one"
                )
            )
        copies = [row for row in kept if _is_copy(row)]
        if not copies:
            return kept
        text = f"{_count(len(copies), split)} whose target is the input itself"
        if self.copies == "keep":
            checks.append(Check("targets equal to the input", len(copies), "kept", text))
            return kept
        checks.append(self._dropped("targets equal to the input", len(copies), split, text))
        return [row for row in kept if not _is_copy(row)]

    def _across(
        self, keyed: Sequence[tuple[str, Row]], split: str, known: Mapping[str, str], checks: list[Check]
    ) -> list[tuple[str, Row]]:
        """Drop rows that ask what a row of an earlier split asks: `known` says which inputs stand where."""
        shared = [key for key, _ in keyed if key in known]
        if shared:
            inputs = Counter(known[key] for key in set(shared))
            places = ", ".join(f"{count:,} of {name}" for name, count in sorted(inputs.items()))
            text = f"{_count(len(shared), split)} with the input of a row in another split (inputs: {places})"
            checks.append(self._dropped("duplicates across splits", len(shared), split, text))
        return [(key, row) for key, row in keyed if key not in known]

    def _repeated(self, keyed: Sequence[tuple[str, Row]], checks: list[Check]) -> list[Row]:
        groups: dict[tuple[str, bool], list[Row]] = {}
        for key, row in keyed:
            groups.setdefault((key, row.unanswerable), []).append(row)
        if repeats := len(keyed) - len(groups):
            merged = "merged into one row with all references" if self.repeated == "merge" else "dropped from test"
            text = f"{_count(repeats, 'test')} with the same input as an earlier one"
            checks.append(Check("repeated inputs", repeats, merged, text))
        return [group[0] if self.repeated == "drop" else _merged(group) for group in groups.values()]

    def _leaked(self, rows: Sequence[Row], store: Store, checks: list[Check]) -> list[Row]:
        copied = copied_shares(rows, store, self.near)
        kept = [row for row in rows if row.id not in copied]
        if leaked := len(rows) - len(kept):
            exact = sum(share == 1 for share in copied.values())
            text = (
                f"the store holds the text or a reference of {_count(leaked, 'test')}: {exact} word for word, "
                f"{leaked - exact} by at least {self.near:.0%} of their 8-grams"
            )
            checks.append(self._dropped("test rows in the store", leaked, "test", text))
        return kept

    def _lengths(self, rows: Sequence[Row], split: str, count_tokens: CountTokens) -> Iterator[Check]:
        texts = {
            "inputs": [self.render(row) for row in rows],
            "targets": [row.target for row in rows if row.references],
        }
        for part, listed in texts.items():
            if listed:
                window = self.window if part == "inputs" else None
                yield _length_check(f"length of {part}", split, lengths(count_tokens(listed), window))

    def _dropped(self, name: str, count: int, split: str, text: str) -> Check:
        if self.strict:
            raise RowsError(f"{text}; take them out, or leave strict off to have them dropped")
        return Check(name, count, f"dropped from {split}", text)


# --- what makes two inputs the same -----------------------------------------------------------------------------------


def input_key(row: Row) -> str:
    """Return `Row.key` of the row with its white space made single and its case folded."""
    values = {name: _normalised(value) for name, value in row.values.items()}
    passages = tuple(replace(chunk, text=normal(chunk.text)) for chunk in row.passages)
    return replace(row, values=values, passages=passages).key


def input_text(row: Row) -> str:
    """Return what a row gives a model to read, without any prompt: its own text and its passages."""
    return "\n".join(part for part in (row.text, *(chunk.text for chunk in row.passages)) if part)


def normal(text: str) -> str:
    """Return the text in one case, with single spaces."""
    return " ".join(text.casefold().split())


def _normalised(value: object) -> object:
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, Mapping):
        return {key: _normalised(each) for key, each in value.items()}
    return [_normalised(each) for each in value] if isinstance(value, list | tuple) else value


def _without_blanks(row: Row) -> Row | None:
    references = tuple(reference for reference in row.references if reference.strip())
    if not references and not row.unanswerable:
        return None
    return row if len(references) == len(row.references) else replace(row, references=references)


def _is_copy(row: Row) -> bool:
    return bool(row.references) and normal(row.target) == normal(input_text(row))


def _merged(group: Sequence[Row]) -> Row:
    references = dict.fromkeys(reference for row in group for reference in row.references)
    return replace(group[0], references=tuple(references)) if len(group) > 1 else group[0]


def _refuse_unseen(splits: Mapping[str, Sequence[Row]], out_of_scope: str | None) -> None:
    """Refuse labels that a classifier trained on these rows could never give."""
    trained = {label for row in splits["train"] if row.task == "classify" for label in row.references}
    for name in ("valid", "test") if trained else ():
        labels = {label for row in splits[name] if row.task == "classify" for label in row.references}
        if unseen := sorted(labels - trained - {out_of_scope}):
            raise RowsError(
                f"{len(unseen)} labels of the {name} rows are unseen in training: {_some(unseen)}; training has "
                f"{len(trained)}: {_some(sorted(trained))}"
            )


# --- leakage into a store ---------------------------------------------------------------------------------------------


def copied_shares(rows: Iterable[Row], store: Store, near: float = NEAR) -> dict[str, float]:
    """Return the ids of rows that the store holds, with the share of their 8-grams that one source has, from `near` up.

    1.0: the row's own text or a reference stands there word for word. What counts as a row's text depends on the task:
    a question is a leak, its answer and its context are what retrieval is for; a label is none. A text of fewer than
    eight words must be a whole chunk, or a whole line of one ("text: " before it aside), for it to count.
    """
    wanted = _Wanted.of(rows)
    found: dict[str, float] = {}
    for chunks in _by_source(store):
        for row_id, share in wanted.shares(chunks):
            if share >= near:
                found[row_id] = max(share, found.get(row_id, 0.0))
    return found


@dataclass(frozen=True)
class _Wanted:
    """Texts to look for, as (row id, words), and which of them each 8-gram or whole short line belongs to."""

    texts: Sequence[tuple[str, tuple[str, ...]]]
    sizes: Sequence[int]
    grams: Mapping[_Gram, Sequence[int]]
    lines: Mapping[_Gram, Sequence[int]]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> _Wanted:
        texts = [(row.id, words) for row in rows for text in _own_texts(row) if (words := tuple(_words(text)))]
        grams: dict[_Gram, list[int]] = {}
        lines: dict[_Gram, list[int]] = {}
        sizes = []
        for number, (_, words) in enumerate(texts):
            own = _grams(words)
            sizes.append(len(own))
            for gram in own:
                grams.setdefault(gram, []).append(number)
            if not own:
                lines.setdefault(words, []).append(number)
        return cls(texts, sizes, grams, lines)

    def shares(self, chunks: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Yield which rows these chunks of one source hold, and how much of them."""
        spelled = [tuple(_words(chunk)) for chunk in chunks]
        held = set[_Gram]().union(*(self.grams.keys() & _grams(words) for words in spelled))
        counts = Counter(number for gram in held for number in self.grams[gram])
        for number, count in counts.items():
            row_id, words = self.texts[number]
            whole = count == self.sizes[number] and any(_holds(chunk, words) for chunk in spelled)
            yield row_id, 1.0 if whole else min(count / self.sizes[number], 0.999)
        for chunk in chunks if self.lines else ():
            for line in self.lines.keys() & _line_words(chunk):
                yield from ((self.texts[number][0], 1.0) for number in self.lines[line])


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return f" {' '.join(wanted)} " in f" {' '.join(words)} "


def _own_texts(row: Row) -> Sequence[str]:
    """The texts that must not stand in a store: for a question and a text to label, not what answers it."""
    return [row.text] if row.task in ("answer", "classify") else [row.text, *row.references]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


_WORD = re.compile(r"\w+")


def _grams(words: Sequence[str]) -> set[_Gram]:
    return set(zip(*(words[at:] for at in range(GRAM)), strict=False))


def _line_words(chunk: str) -> set[_Gram]:
    lines = [chunk, *chunk.split("\n")]
    return {tuple(_words(text)) for line in lines for text in (line, line.partition(": ")[2])}


def _by_source(store: Store) -> Iterator[list[str]]:
    """Yield the chunks' texts, a source at a time: a text that was cut in two is found in both halves."""
    source, texts = None, list[str]()
    for chunk in store.chunks():
        if chunk.source != source and texts:
            yield texts
            texts = []
        source = chunk.source
        texts.append(chunk.text)
    if texts:
        yield texts


# --- lengths ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lengths:
    """Percentiles of token counts, each one that occurs, and how many are over a window."""

    count: int
    p50: int
    p95: int
    p99: int
    longest: int
    window: int | None = None
    over: int = 0


def lengths(counts: Collection[int], window: int | None = None) -> Lengths:
    """Return the percentiles of counts (nearest rank). Raises ValueError for none."""
    if not counts:
        raise ValueError("no lengths to take percentiles of")
    ordered = sorted(counts)
    p50, p95, p99 = (ordered[-(-share * len(ordered) // 100) - 1] for share in (50, 95, 99))
    over = sum(count > window for count in ordered) if window is not None else 0
    return Lengths(len(ordered), p50, p95, p99, ordered[-1], window, over)


def _length_check(name: str, split: str, found: Lengths) -> Check:
    text = f"{split}: p50 {found.p50}, p95 {found.p95}, p99 {found.p99}, at most {found.longest} tokens"
    if found.window is not None:
        text += f"; {found.over:,} of {found.count:,} over the window of {found.window:,}"
    return Check(name, found.over, "counted", text)


# --- words ------------------------------------------------------------------------------------------------------------


def _count(count: int, split: str) -> str:
    return f"{count:,} {split} row{'s' * (count != 1)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
