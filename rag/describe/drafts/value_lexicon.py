"""The known values of attributes, and which of them a text may say without stating a value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.types import Scalar
from rag.data.rows import Row
from rag.describe.drafts.value_tokens import (
    Mention,
    Run,
    ValueTokens,
    attribute_of,
    checkable_values,
    contains_run,
    has_digit_in,
    is_figure,
    value_run,
)

RELIABLE = 0.95
"""Share of the texts that say a word whose row must give it, for the word to state a value."""

MIN_TEXTS = 5
"""Texts that have to say a word before that share is believed."""


@dataclass(frozen=True)
class ValueLexicon:
    """The known values of each attribute.

    A `doubtful` value is a word that texts also say for other reasons: alone it proves nothing.
    """

    values: Mapping[str, tuple[str, ...]]
    doubtful: frozenset[Run] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Scalar]], texts: Iterable[str] | None = None) -> ValueLexicon:
        """Return the values of rows; `texts` are correct descriptions of the same rows, in the same order.

        Without texts, a single word without a digit is doubtful; with them, a value that is often said without being
        given. A value that most rows share ("laptop", where no other type is known) is always doubtful.
        """
        fields = list(rows)
        # The values of each attribute, in the order of the rows.
        values: dict[str, dict[str, None]] = defaultdict(dict)
        for row in fields:
            for name, value in checkable_values(row).items():
                values[attribute_of(name, row)][value] = None
        runs = {value_run(value) for named in values.values() for value in named}
        wordy = {run for run in runs if not any(map(has_digit_in, run))}
        # Values that most rows share, since their attribute has no other.
        only = {
            value_run(value)
            for name, named in values.items()
            for value in named
            if len(named) == 1 and 2 * sum(name in row for row in fields) > len(fields)
        }
        loose = _loose_values(wordy, fields, texts) if texts else {run for run in wordy if len(run) == 1}
        return cls({name: tuple(named) for name, named in values.items()}, frozenset({*loose, *(only & wordy)}))

    @classmethod
    def of_rows(cls, rows: Sequence[Row]) -> ValueLexicon:
        """Return the values of labelled rows, the doubtful ones by their references."""
        described = [row for row in rows if row.references]
        return cls.of([row.values["fields"] for row in described], [row.target for row in described])

    @cached_property
    def by_first(self) -> dict[str, list[tuple[Run, tuple[str, ...]]]]:
        """The values as runs of tokens with their attributes, by their first token; plain numbers are left out."""
        attributes: dict[Run, dict[str, None]] = defaultdict(dict)
        for name, values in self.values.items():
            for value in values:
                attributes[value_run(value)][name] = None
        index: dict[str, list[tuple[Run, tuple[str, ...]]]] = defaultdict(list)
        for run, names in attributes.items():
            if run and not (len(run) == 1 and is_figure(run[0])):
                index[run[0]].append((run, tuple(names)))
        return dict(index)

    @cached_property
    def numbers(self) -> dict[str, frozenset[str]]:
        """The values of each attribute that are a number and nothing else."""
        return {
            name: frozenset(run[0] for run in map(value_run, values) if len(run) == 1 and is_figure(run[0]))
            for name, values in self.values.items()
        }

    def find_known(self, tokens: ValueTokens) -> Iterator[Mention]:
        """Yield every mention of a known value in a text."""
        for place, token in enumerate(tokens.tokens):
            for run, attributes in self.by_first.get(token, ()):
                if tokens.tokens[place : place + len(run)] == run:
                    yield Mention(place, place + len(run), run, attributes)


def _loose_values(wordy: Iterable[Run], rows: Sequence[Mapping[str, Scalar]], texts: Iterable[str]) -> Iterator[Run]:
    """Yield the values that texts state less reliably than `RELIABLE`, and single words that are too rare to tell."""
    said: Counter[Run] = Counter()
    right: Counter[Run] = Counter()
    # Count the texts that say a value, and those whose row gives it.
    for row, text in zip(rows, texts, strict=True):
        tokens = ValueTokens.of(text).tokens
        values = [value_run(str(value)) for value in row.values()]
        for run in wordy:
            if contains_run(tokens, run):
                said[run] += 1
                right[run] += any(contains_run(value, run) for value in values)
    for run in wordy:
        if said[run] < MIN_TEXTS:
            if len(run) == 1:
                yield run
        elif right[run] < RELIABLE * said[run]:
            yield run
