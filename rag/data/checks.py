"""Check labelled rows before anything trains on them or is measured: rows that would falsify a number are dropped.

rows -> empty targets -> duplicates across splits -> repeated inputs -> unseen labels -> leakage -> lengths
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from ingest.errors import InputError, RowsError
from rag.data.ngrams import Ngram, fold_text, ngrams, split_words
from rag.data.rows import Row
from stores.base import Store

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Token counts of texts, in their order: `lambda texts: [len(ids) for ids in tokenizer(texts)["input_ids"]]`."""

SPLITS = ("train", "valid", "test")
COPY_ORDER = 8  # two texts share eight words in a row by copying, hardly ever by chance
NEAR = 0.5  # a text counts as copied from this share of its 8-grams on
LISTED = 5  # labels in a message


@dataclass(frozen=True)
class CheckResult:
    """The result of one check: the number of rows concerned, the action taken, and one sentence for a reader."""

    name: str
    count: int
    action: str
    text: str

    @property
    def as_json(self) -> dict[str, Any]:
        """The result as a comparison lists it under `data.checks`."""
        return {"check": self.name, "count": self.count, "action": self.action, "text": self.text}


@dataclass(frozen=True)
class CheckedRows:
    """The remaining rows of each split, and the results of the checks."""

    train: tuple[Row, ...]
    valid: tuple[Row, ...]
    test: tuple[Row, ...]
    checks: tuple[CheckResult, ...]

    @property
    def as_json(self) -> list[dict[str, Any]]:
        """All results, as a comparison lists them under `data.checks`."""
        return [check.as_json for check in self.checks]


@dataclass(frozen=True)
class RowChecks:
    """The checks to run.

    `repeated` decides about test rows with the same input: "merge" makes one row with all of their references, "drop"
    keeps the first. `copies` decides about rows whose target is their input. `strict` raises where rows would be
    dropped. `store` is searched for test rows: a row is dropped when one source holds the share `near` of its 8-grams.
    `out_of_scope` is a label that training need not have. With `count_tokens`, the lengths of the targets and of
    `render(row)` (by default the row's own text and passages) are reported, the latter against `window`.
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

    def run(self, train: Iterable[Row] = (), valid: Iterable[Row] = (), test: Iterable[Row] = ()) -> CheckedRows:
        """Check the splits of one task.

        Raises RowsError for a label of valid or test that training lacks, for a split of which nothing is left, and
        where `strict` for anything that would be dropped.
        """
        originals = {name: list(rows) for name, rows in zip(SPLITS, (train, valid, test), strict=True)}
        checks: list[CheckResult] = []
        splits = {name: self._drop_empty(rows, name, checks) for name, rows in originals.items()}

        # An input belongs to the first split that has it.
        owners: dict[str, str] = {}
        for name in SPLITS:
            keyed = self._drop_shared([(input_key(row), row) for row in splits[name]], name, owners, checks)
            owners.update((key, name) for key, _ in keyed)
            splits[name] = self._merge_repeated(keyed, checks) if name == "test" else [row for _, row in keyed]

        _check_labels(splits, self.out_of_scope)
        if self.store is not None:
            splits["test"] = self._drop_leaked(splits["test"], self.store, checks)
        for name in SPLITS:
            if originals[name] and not splits[name]:
                raise RowsError(f"nothing is left of the {len(originals[name])} {name} rows: {checks[-1].text}")
            if splits[name] and self.count_tokens is not None:
                checks += self._measure_lengths(splits[name], name, self.count_tokens)
        return CheckedRows(tuple(splits["train"]), tuple(splits["valid"]), tuple(splits["test"]), tuple(checks))

    def _drop_empty(self, rows: Sequence[Row], split: str, checks: list[CheckResult]) -> list[Row]:
        """Drop rows without a target, and note those whose target only copies the input."""
        kept = []
        for row in rows:
            references = tuple(reference for reference in row.references if reference.strip())
            if references or row.unanswerable:
                kept.append(row if len(references) == len(row.references) else replace(row, references=references))
        if empty := len(rows) - len(kept):
            text = f"{_count_rows(empty, split)} without a target, or with a blank one"
            checks.append(self._dropped("empty targets", empty, split, text))

        is_copy = [bool(row.references) and fold_text(row.target) == fold_text(input_text(row)) for row in kept]
        if not any(is_copy):
            return kept
        text = f"{_count_rows(sum(is_copy), split)} whose target is the input itself"
        if self.copies == "keep":
            checks.append(CheckResult("targets equal to the input", sum(is_copy), "kept", text))
            return kept
        checks.append(self._dropped("targets equal to the input", sum(is_copy), split, text))
        return [row for row, copied in zip(kept, is_copy, strict=True) if not copied]

    def _drop_shared(
        self, keyed: Sequence[tuple[str, Row]], split: str, owners: Mapping[str, str], checks: list[CheckResult]
    ) -> list[tuple[str, Row]]:
        """Drop rows whose input an earlier split has."""
        shared = [key for key, _ in keyed if key in owners]
        if shared:
            inputs = Counter(owners[key] for key in set(shared))
            places = ", ".join(f"{count:,} of {name}" for name, count in sorted(inputs.items()))
            text = f"{_count_rows(len(shared), split)} with the input of a row in another split (inputs: {places})"
            checks.append(self._dropped("duplicates across splits", len(shared), split, text))
        return [(key, row) for key, row in keyed if key not in owners]

    def _merge_repeated(self, keyed: Sequence[tuple[str, Row]], checks: list[CheckResult]) -> list[Row]:
        # A question that one row answers and another calls unanswerable stays two rows.
        groups: dict[tuple[str, bool], list[Row]] = {}
        for key, row in keyed:
            groups.setdefault((key, row.unanswerable), []).append(row)
        if repeats := len(keyed) - len(groups):
            action = "merged into one row with all references" if self.repeated == "merge" else "dropped from test"
            text = f"{_count_rows(repeats, 'test')} with the same input as an earlier one"
            checks.append(CheckResult("repeated inputs", repeats, action, text))
        if self.repeated == "drop":
            return [group[0] for group in groups.values()]
        merged = []
        for first, *others in groups.values():
            references = dict.fromkeys(reference for row in (first, *others) for reference in row.references)
            merged.append(replace(first, references=tuple(references)) if others else first)
        return merged

    def _drop_leaked(self, rows: Sequence[Row], store: Store, checks: list[CheckResult]) -> list[Row]:
        copies = find_copies(rows, store, self.near)
        kept = [row for row in rows if row.id not in copies]
        if leaked := len(rows) - len(kept):
            exact = sum(share == 1 for share in copies.values())
            text = (
                f"the store holds the text or a reference of {_count_rows(leaked, 'test')}: {exact} word for word, "
                f"{leaked - exact} by at least {self.near:.0%} of their 8-grams"
            )
            checks.append(self._dropped("test rows in the store", leaked, "test", text))
        return kept

    def _measure_lengths(self, rows: Sequence[Row], split: str, count_tokens: CountTokens) -> Iterator[CheckResult]:
        texts = {
            "inputs": [self.render(row) for row in rows],
            "targets": [row.target for row in rows if row.references],
        }
        for part, listed in texts.items():
            if not listed:
                continue
            lengths = percentiles(count_tokens(listed), self.window if part == "inputs" else None)
            text = f"{split}: p50 {lengths.p50}, p95 {lengths.p95}, p99 {lengths.p99}, at most {lengths.longest} tokens"
            if lengths.window is not None:
                text += f"; {lengths.over:,} of {lengths.count:,} over the window of {lengths.window:,}"
            yield CheckResult(f"length of {part}", lengths.over, "counted", text)

    def _dropped(self, name: str, count: int, split: str, text: str) -> CheckResult:
        if self.strict:
            raise RowsError(f"{text}; take them out, or leave strict off to have them dropped")
        return CheckResult(name, count, f"dropped from {split}", text)


def input_key(row: Row) -> str:
    """Return `Row.key` of the row with its white space made single and its case folded."""
    values = {name: _fold(value) for name, value in row.values.items()}
    passages = tuple(replace(chunk, text=fold_text(chunk.text)) for chunk in row.passages)
    return replace(row, values=values, passages=passages).key


def input_text(row: Row) -> str:
    """Return a row's input without any prompt: its own text and its passages."""
    return "\n".join(part for part in (row.text, *(chunk.text for chunk in row.passages)) if part)


def _fold(value: object) -> object:
    if isinstance(value, str):
        return fold_text(value)
    if isinstance(value, Mapping):
        return {key: _fold(item) for key, item in value.items()}
    return [_fold(item) for item in value] if isinstance(value, list | tuple) else value


def _check_labels(splits: Mapping[str, Sequence[Row]], out_of_scope: str | None) -> None:
    """Refuse labels that a classifier trained on these rows could never give."""
    trained = {label for row in splits["train"] if row.task == "classify" for label in row.references}
    for name in ("valid", "test") if trained else ():
        labels = {label for row in splits[name] if row.task == "classify" for label in row.references}
        if unseen := sorted(labels - trained - {out_of_scope}):
            raise RowsError(
                f"{len(unseen)} labels of the {name} rows are unseen in training: {_list_some(unseen)}; training has "
                f"{len(trained)}: {_list_some(sorted(trained))}"
            )


def _count_rows(count: int, split: str) -> str:
    return f"{count:,} {split} row{'s' * (count != 1)}"


def _list_some(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


# --- leakage into a store ---------------------------------------------------------------------------------------------


def find_copies(rows: Iterable[Row], store: Store, near: float = NEAR) -> dict[str, float]:
    """Return the ids of rows that the store holds, with the share of their 8-grams that one source has, from `near` up.

    1.0 means that the row's own text or a reference is there word for word. What must not be there depends on the task:
    of a question, its text but neither answer nor context, which are what retrieval is for; of a text to label, the
    text alone. A text of fewer than eight words counts only as a whole chunk, or as a whole line of one ("text: "
    before it aside).
    """
    sought = _SoughtTexts.of(rows)
    copies: dict[str, float] = {}
    # A text that was cut in two is found in both halves, so a source's chunks are searched together.
    for _, chunks in groupby(store.chunks(), lambda chunk: chunk.source):
        for row_id, share in sought.shares([chunk.text for chunk in chunks]):
            if share >= near:
                copies[row_id] = max(share, copies.get(row_id, 0.0))
    return copies


@dataclass(frozen=True)
class _SoughtTexts:
    """The texts to look for, as (row id, words), and which of them each 8-gram or whole short line belongs to."""

    texts: Sequence[tuple[str, Ngram]]
    sizes: Sequence[int]
    grams: Mapping[Ngram, Sequence[int]]
    lines: Mapping[Ngram, Sequence[int]]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> _SoughtTexts:
        texts: list[tuple[str, Ngram]] = []
        for row in rows:
            # For a question or a text to label, what answers it may be in the store.
            own = [row.text] if row.task in ("answer", "classify") else [row.text, *row.references]
            texts += [(row.id, words) for text in own if (words := tuple(split_words(text)))]
        grams: dict[Ngram, list[int]] = {}
        lines: dict[Ngram, list[int]] = {}
        sizes = []
        for number, (_, words) in enumerate(texts):
            distinct = set(ngrams(words, COPY_ORDER))
            sizes.append(len(distinct))
            for gram in distinct:
                grams.setdefault(gram, []).append(number)
            if not distinct:
                lines.setdefault(words, []).append(number)
        return cls(texts, sizes, grams, lines)

    def shares(self, chunks: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Yield the rows that these chunks of one source hold, with the share of them."""
        chunk_words = [split_words(chunk) for chunk in chunks]
        # Count the distinct 8-grams of each text that the source holds.
        held = set[Ngram]().union(*(self.grams.keys() & set(ngrams(words, COPY_ORDER)) for words in chunk_words))
        counts = Counter(number for gram in held for number in self.grams[gram])
        for number, count in counts.items():
            row_id, words = self.texts[number]
            # All 8-grams may be there without the text itself: spread over several chunks.
            run = f" {' '.join(words)} "
            whole = count == self.sizes[number] and any(run in f" {' '.join(chunk)} " for chunk in chunk_words)
            yield row_id, 1.0 if whole else min(count / self.sizes[number], 0.999)
        # Short texts: whole chunks or lines, with or without a label such as "text: ".
        for chunk in chunks if self.lines else ():
            candidates = [chunk, *chunk.split("\n")]
            spelled = {tuple(split_words(text)) for line in candidates for text in (line, line.partition(": ")[2])}
            for line in self.lines.keys() & spelled:
                yield from ((self.texts[number][0], 1.0) for number in self.lines[line])


# --- lengths ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lengths:
    """Percentiles of token counts, each one that occurs, and the number of counts over a window."""

    count: int
    p50: int
    p95: int
    p99: int
    longest: int
    window: int | None = None
    over: int = 0


def percentiles(counts: Collection[int], window: int | None = None) -> Lengths:
    """Return the percentiles of counts (nearest rank). Raises InputError for none."""
    if not counts:
        raise InputError("no lengths to take percentiles of")
    ordered = sorted(counts)
    p50, p95, p99 = (ordered[-(-share * len(ordered) // 100) - 1] for share in (50, 95, 99))
    over = sum(count > window for count in ordered) if window is not None else 0
    return Lengths(len(ordered), p50, p95, p99, ordered[-1], window, over)
