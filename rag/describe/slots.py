"""Which of the given values a text states, which it states wrongly, and what it states that nothing gives.

A value is stated when the text holds it verbatim. Against a lexicon of known values the text's other statements show:
"8 gb" where 4 gb was given, a platform where none was; and any number that nothing gives. Nothing here knows which
model wrote the text, nor does it see a paraphrase: that counts as missing.

Calibrated on people's descriptions of laptops and televisions, two test sets, the lexicon learnt from the rows and
descriptions of their train sets. Of 11,546 and 5,795 values none and 0.16% are missing (nearly all misspelt or run
together), and 0.19% and 0.12% as many are wrong or invented (words said loosely, such as "a standard warranty", and
people's own mistakes). Of values swapped for another known one 100% and 100% are found, of deleted ones 100% and 100%,
of inserted foreign ones 95.9% and 98.6%; the rest are words such as "good", which people also say when no field gives
it. The sets' valid parts: none and 0.15% missing, 0.13% and 0.09% wrong or invented. An attribute's only value
("laptop") was not inserted: it is never foreign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.data.rows import Row

if TYPE_CHECKING:
    pass

import re
from collections import Counter, defaultdict
from functools import cached_property, lru_cache

from ingest.types import Scalar
from rag.answer.cite import STOP_WORDS

RELIABLE = 0.95  # of the texts that say a word, the share that were given it, from which on saying it states a value
SEEN = 5  # texts that have to say it before that is believed

Run = tuple[str, ...]
Span = tuple[int, int]


@dataclass(frozen=True)
class SlotCheck:
    """What a text makes of the fields that it describes.

    `missing` are the names of fields whose value the text does not hold; `wrong` the fields of which it states another
    value instead, with that value; `invented` the values and numbers that no field gives. `slots` counts the fields
    that can be checked. `spans` are where in the text the wrong and the invented values stand, in order.
    """

    missing: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]
    invented: tuple[str, ...]
    slots: int
    spans: tuple[Span, ...] = ()

    @property
    def errors(self) -> int:
        return len(self.missing) + len(self.wrong) + len(self.invented)


@dataclass(frozen=True)
class ValueLexicon:
    """The known values of each attribute, and which of them are `doubtful`: words that texts also say for other ends.

    A doubtful value in a text proves nothing by itself.
    """

    values: Mapping[str, tuple[str, ...]]
    doubtful: frozenset[Run] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Scalar]], texts: Iterable[str] | None = None) -> ValueLexicon:
        """Return the values that stand in rows; `texts` are right descriptions of the same rows, in the same order.

        Without texts a single word without a digit is doubtful; with them, what is often said without being given is.
        What most rows are ("laptop", when no other type is known) always is.
        """
        fields = list(rows)
        known: dict[str, dict[str, None]] = defaultdict(dict)
        for row in fields:
            for name, value in _checkable(row).items():
                known[_attribute(name, row)][value] = None
        runs = {_run(value) for values in known.values() for value in values}
        open_runs = {run for run in runs if not any(map(_has_digit, run))}
        only = {
            _run(value)
            for name, values in known.items()
            for value in values
            if len(values) == 1 and 2 * sum(name in row for row in fields) > len(fields)
        }
        loose = _often_said_ungiven(open_runs, fields, texts) if texts else {run for run in open_runs if len(run) == 1}
        values = {name: tuple(values) for name, values in known.items()}
        return cls(values, frozenset({*loose, *(only & open_runs)}))

    @cached_property
    def by_first(self) -> dict[str, list[tuple[Run, tuple[str, ...]]]]:
        """The values as runs of tokens with their attributes, under their first token, numbers alone left out."""
        attributes: dict[Run, dict[str, None]] = defaultdict(dict)
        for name, values in self.values.items():
            for value in values:
                attributes[_run(value)][name] = None
        index: dict[str, list[tuple[Run, tuple[str, ...]]]] = defaultdict(list)
        for run, names in attributes.items():
            if run and not (len(run) == 1 and _is_number(run[0])):
                index[run[0]].append((run, tuple(names)))
        return dict(index)

    @cached_property
    def numbers(self) -> dict[str, frozenset[str]]:
        """The values of each attribute that are a number and nothing else."""
        return {
            name: frozenset(run[0] for run in map(_run, values) if len(run) == 1 and _is_number(run[0]))
            for name, values in self.values.items()
        }


def check_slots(text: str, fields: Mapping[str, Scalar], lexicon: ValueLexicon | None = None) -> SlotCheck:
    """Return which values a text holds verbatim, which it replaces by others, and what it adds.

    Verbatim: the same words at word boundaries, whatever their case, white space or ending (inch, inches; cheap,
    cheaply); 3.50 is 3.5, and "two" is 2. Booleans and values that say nothing ("dontcare", "none", "?") are not
    checked. "name 2" is another value of "name". Without a lexicon only numbers can be seen to be wrong or invented.
    """
    said = _Said.of(text)
    wanted = {name: _run(value) for name, value in _checkable(fields).items()}
    given = [*(_run(str(value)) for value in fields.values()), *(_run(_attribute(name, fields)) for name in fields)]
    stated = [found for run in set(wanted.values()) for found in said.find(run)]
    foreign, doubtful = _foreign(said, stated, given, lexicon)
    strays = _stray_figures(said, [*stated, *foreign], given)

    missing, wrong, spans = [], [], []
    for name, run in wanted.items():
        attribute = _attribute(name, fields)
        if _is_held(run, attribute, stated, foreign):
            continue
        instead = _instead(said, attribute, run, lexicon, foreign, strays, doubtful)
        if instead is None:
            missing.append(name)
            continue
        wrong.append((name, said.slice(instead)))
        spans.append(said.span(instead))
        foreign = [found for found in foreign if found.run != instead.run]
        doubtful = [found for found in doubtful if found is not instead]
        strays = [found for found in strays if not found.meets(instead)]
    added = sorted([*foreign, *strays], key=lambda found: found.first)
    spans += [said.span(found) for found in added]
    invented = {found.run: said.slice(found) for found in reversed(added)}
    return SlotCheck(
        tuple(missing), tuple(wrong), tuple(reversed(invented.values())), len(wanted), tuple(sorted(set(spans)))
    )


@dataclass(frozen=True)
class _Found:
    """A value that stands in the text, `tokens[first:last]`; `attributes` are those that a lexicon knows it of."""

    first: int
    last: int
    run: Run
    attributes: tuple[str, ...] = ()

    def within(self, other: _Found) -> bool:
        return other.first <= self.first and self.last <= other.last

    def meets(self, other: _Found) -> bool:
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True)
class _Said:
    """A text as tokens that compare equal when they say the same, with where each stands."""

    text: str
    tokens: Run
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, text: str) -> _Said:
        matches = list(_TOKEN.finditer(text))
        return cls(text, tuple(_same(match[0]) for match in matches), tuple(match.span() for match in matches))

    def find(self, run: Run) -> Iterator[_Found]:
        """Yield every place where a value stands."""
        at = -1
        while run and run[0] in self.tokens[at + 1 :]:
            at = self.tokens.index(run[0], at + 1)
            if self.tokens[at : at + len(run)] == run:
                yield _Found(at, at + len(run), run)

    def known(self, lexicon: ValueLexicon) -> Iterator[_Found]:
        """Yield every place where a value of a lexicon stands."""
        for at, token in enumerate(self.tokens):
            for run, attributes in lexicon.by_first.get(token, ()):
                if self.tokens[at : at + len(run)] == run:
                    yield _Found(at, at + len(run), run, attributes)

    def span(self, found: _Found) -> Span:
        return self.spans[found.first][0], self.spans[found.last - 1][1]

    def slice(self, found: _Found) -> str:
        start, end = self.span(found)
        return self.text[start:end]

    def has_figure(self, at: int) -> bool:
        """Whether a token is written with a digit, as "two" is not."""
        return _has_digit(self.text[slice(*self.spans[at])])


def _foreign(
    said: _Said, stated: Sequence[_Found], given: Sequence[Run], lexicon: ValueLexicon | None
) -> tuple[list[_Found], list[_Found]]:
    """Return the known values in a text that were not given, none overlapping another; the doubtful ones apart.

    A given value hides what stands within it or overlaps it: "satellite" in the name of a satellite. Where a longer
    known value holds a given one ("windows 8 pro", given "windows 8"), the text states the longer one.
    """
    if lexicon is None:
        return [], []
    kept: list[_Found] = []
    doubtful: list[_Found] = []
    for found in sorted(said.known(lexicon), key=lambda found: found.first - found.last):
        around = [each for each in stated if each.meets(found)]
        if any(each.meets(found) for each in kept) or not all(each.within(found) for each in around):
            continue
        if any(_holds(run, found.run) for run in given) or (around and not _adds(said, found, around)):
            continue
        if found.run in lexicon.doubtful:
            doubtful.append(found)
        else:
            kept.append(found)
    return kept, doubtful


def _adds(said: _Said, found: _Found, around: Sequence[_Found]) -> bool:
    """Whether a known value says more than the given ones that stand in it, joined by "and"."""
    rest = {at for at in range(found.first, found.last) if not any(each.first <= at < each.last for each in around)}
    return any(said.tokens[at][0].isalnum() and said.tokens[at] not in STOP_WORDS for at in rest)


def _stray_figures(said: _Said, known: Sequence[_Found], given: Sequence[Run]) -> list[_Found]:
    """Return the tokens with digits that belong to no known value and that nothing given holds."""
    covered = {at for found in known for at in range(found.first, found.last)}
    figures = {token for run in given for token in run}
    return [
        _Found(at, at + 1, (token,))
        for at, token in enumerate(said.tokens)
        if at not in covered and token not in figures and said.has_figure(at)
    ]


def _is_held(run: Run, attribute: str, stated: Sequence[_Found], foreign: Sequence[_Found]) -> bool:
    """Whether a value stands in the text other than as a part of another value of its attribute."""
    others = [found for found in foreign if attribute in found.attributes]
    return any(found.run == run and not any(found.within(other) for other in others) for found in stated)


def _instead(
    said: _Said,
    attribute: str,
    run: Run,
    lexicon: ValueLexicon | None,
    foreign: Sequence[_Found],
    strays: Sequence[_Found],
    doubtful: Sequence[_Found],
) -> _Found | None:
    """Return what a text states instead of a value: a known value of its attribute, or its like with other numbers."""
    for found in foreign:
        if attribute in found.attributes:
            return found
    numbers = lexicon.numbers.get(attribute, frozenset()) if lexicon else frozenset()
    for stray in strays:
        if len(run) == 1 and _is_number(run[0]) and stray.run[0] in numbers:
            return stray
        for offset in [offset for offset, token in enumerate(run) if len(run) > 1 and _is_number(token)]:
            first = stray.first - offset
            like = _Found(first, first + len(run), said.tokens[max(0, first) : first + len(run)])
            if _shape(like.run) == _shape(run):
                return like
    return next((found for found in doubtful if attribute in found.attributes and _is_word(found.run)), None)


def _often_said_ungiven(
    open_runs: Iterable[Run], rows: Sequence[Mapping[str, Scalar]], texts: Iterable[str]
) -> Iterator[Run]:
    """Yield the values that texts state less reliably than `RELIABLE`, and single words said too seldom to tell."""
    said: Counter[Run] = Counter()
    right: Counter[Run] = Counter()
    for row, text in zip(rows, texts, strict=True):
        tokens = _Said.of(text).tokens
        given = [_run(str(value)) for value in row.values()]
        for run in open_runs:
            if _holds(tokens, run):
                said[run] += 1
                right[run] += any(_holds(value, run) for value in given)
    for run in open_runs:
        if said[run] < SEEN:
            if len(run) == 1:
                yield run
        elif right[run] < RELIABLE * said[run]:
            yield run


def _checkable(fields: Mapping[str, Scalar]) -> dict[str, str]:
    """The fields whose value a text can hold, as texts."""
    texts = {name: str(value) for name, value in fields.items() if not isinstance(value, bool) and value is not None}
    return {
        name: value for name, value in texts.items() if value.strip().casefold() not in _SAYS_NOTHING and _run(value)
    }


def _attribute(name: str, fields: Mapping[str, Scalar]) -> str:
    """What a field is a value of: "name 2" of "name", where that is a field too."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered and numbered[1] in fields else name


@lru_cache(maxsize=1 << 14)
def _run(value: str) -> Run:
    return _Said.of(value).tokens


@lru_cache(maxsize=1 << 15)
def _same(token: str) -> str:
    """A token as it is compared: no case, no plural or adverb ending, digits for number words, no needless zeros."""
    token = token.casefold()
    if token[0].isdigit():
        if _THOUSANDS.fullmatch(token):
            token = token.replace(",", "")
        return token.rstrip("0").rstrip(".") if "." in token else token
    if token in _NUMBER_WORDS:
        return _NUMBER_WORDS[token]
    if token.endswith(("ches", "shes", "sses", "xes")):
        return token[:-2]
    if len(token) > 3 and token.endswith("s") and not token.endswith("ss"):
        return token[:-1]
    return token[:-2] if len(token) > 5 and token.endswith("ly") else token


def _holds(tokens: Run, run: Run) -> bool:
    """Whether a run of tokens stands in others."""
    if len(run) == 1 or run[0] not in tokens:
        return run[0] in tokens
    return any(tokens[at : at + len(run)] == run for at, token in enumerate(tokens) if token == run[0])


def _shape(run: Run) -> Run:
    return tuple("0" if _is_number(token) else token for token in run)


def _is_number(token: str) -> bool:
    return token[0].isdigit()


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _is_word(run: Run) -> bool:
    return len(run) > 1 or (len(run[0]) > 1 and run[0] not in STOP_WORDS)


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*[+#]*|[^\w\s]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBERED = re.compile(r"(.+) \d+")
_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_TO_TEN, start=1)}
_SAYS_NOTHING = frozenset({"", "?", "none", "dontcare", "true", "false"})


def lexicon_of(rows: Sequence[Row]) -> ValueLexicon:
    """Return the values that rows give, and what their references say without being given it."""
    described = [row for row in rows if row.references]
    return ValueLexicon.of([row.values["fields"] for row in described], [row.target for row in described])
