"""Named things: the rows, columns and records of tables, with the names they go by and their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product

from ingest.types import Chunk
from rag.answer.cells import place_cells
from rag.answer.evidence import Evidence, is_row_line
from rag.answer.sides import Sides
from rag.answer.words import read_content

LEAST_NAME = 0.5  # share of the words of a thing and of a name that both have
LONGEST_NAME = 8  # words of a value that may name a thing


@dataclass(frozen=True)
class NamedThing:
    """A row or a record: the names it may go by, and its values by attribute.

    `labelled` are those of the names that are a value with its attribute.
    """

    names: tuple[str, ...]
    values: Mapping[str, str]
    evidence: Evidence
    labelled: tuple[str, ...] = ()

    def is_like(self, other: NamedThing) -> bool:
        """Tell whether both are the same thing, which two passages may hold."""
        return self.values == other.values

    def held(self, words: Set[str]) -> int:
        """Return how many of some words its values have."""
        return len(words & read_content("\n".join(self.values.values())).words)


def find_things(section: Chunk) -> Iterator[NamedThing]:
    """Yield the rows, the columns and the record of a section."""
    rows = [
        (Evidence(section, line.start(), line.end()), [cell for cell, _ in place_cells(line[0])])
        for line in re.finditer(r"[^\n]+", section.text)
        if is_row_line(line[0])
    ]
    for evidence, cells in rows:
        values = {cell.column: cell.value for cell in cells}
        names = [cell.value for cell in cells if _NAME.search(cell.value)]
        labelled = tuple(f"{cell.column} {cell.value}" for cell in cells)
        yield NamedThing((*names, *labelled), values, evidence, labelled)

    # A table of features names the things in its columns, and the attributes in its first one.
    tables: dict[str, dict[str, str]] = {}
    for _, (first, *cells) in ((evidence, cells) for evidence, cells in rows if cells):
        for cell in cells:
            tables.setdefault(cell.column, {})[first.value] = cell.value
    for column, values in tables.items():
        if len(values) > 1:
            yield NamedThing((column,), values, Evidence(section, rows[0][0].start, rows[-1][0].end))

    # A record goes by its title, the line before it or one of its values.
    for block in section.blocks:
        start, end = block.start - section.start, block.end - section.start
        lines = [_PROPERTY.match(line) for line in section.text[start:end].splitlines()]
        if len(lines) > 1 and all(line and not is_row_line(line[0]) for line in lines):
            values = {match["name"]: match["value"] for match in lines if match}
            before = section.text[:start].strip()
            names = [*section.heading[-1:], *([before] if 0 < len(before) < 80 and "\n" not in before else [])]
            names += [value for value in values.values() if _NAME.search(value) and len(value) < 80]
            labelled = tuple(f"{name} {value}" for name, value in values.items())
            yield NamedThing((*names, *labelled), values, Evidence(section, start, end), labelled)


def match_pair(sides: Sides, question: str, things: Sequence[NamedThing]) -> tuple[NamedThing, NamedThing] | None:
    """Return the two things that a question names, None if it may mean others as well.

    They share attributes, and are of one source before others. Of several with as likely names, those with most words
    of the question in their values are meant.
    """
    asked = read_content(question).words
    pairs: list[tuple[tuple[float, int, int], NamedThing, NamedThing]] = []
    firsts, seconds = ([thing for thing in things if name_share(side, thing)] for side in sides.both)
    for one, other in product(firsts, seconds):
        shared = set(one.values) & set(other.values)
        if not shared or one.is_like(other):
            continue
        origins = {thing.evidence.chunk.source.partition("#")[0] for thing in (one, other)}
        likeness = name_share(sides.first, one) + name_share(sides.second, other)
        rank = (round(likeness, 2) - 0.5 * (len(origins) - 1), one.held(asked) + other.held(asked), len(shared))
        pairs.append((rank, one, other))
    if not pairs:
        return None
    best, first, second = max(pairs, key=lambda pair: pair[0])
    rivals = [(one, other) for rank, one, other in pairs if rank[:2] == best[:2]]
    is_certain = all(
        one.values == first.values and other.values == second.values
        for one, other in rivals
        if len(set(one.values) & set(other.values)) == best[2]
    )
    return (first, second) if is_certain else None


def find_members(group: str, things: Sequence[NamedThing]) -> tuple[NamedThing, NamedThing] | None:
    """Return the two things of a table that a group names together; None if there are not just two."""
    wanted = read_content(group).words
    tables: dict[tuple[str, tuple[str, ...]], list[NamedThing]] = {}
    for thing in things:
        called = [name for name in thing.names if name not in thing.labelled and len(name.split()) <= LONGEST_NAME]
        if wanted and any(wanted <= read_content(name).words for name in called):
            place = (thing.evidence.chunk.source.partition("#")[0], tuple(thing.values))
            members = tables.setdefault(place, [])
            if not any(member.is_like(thing) for member in members):
                members.append(thing)
    pairs = [(members[0], members[1]) for members in tables.values() if len(members) == 2]
    return pairs[0] if len(pairs) == 1 else None


def match_thing(side: str, question: str, things: Sequence[NamedThing]) -> NamedThing | None:
    """Return the one thing that a side names, None if there is none or another may be meant."""
    asked = read_content(question).words
    ranked = [((round(share, 2), thing.held(asked)), thing) for thing in things if (share := name_share(side, thing))]
    if not ranked:
        return None
    best, chosen = max(ranked, key=lambda pair: pair[0])
    return chosen if all(thing.is_like(chosen) for rank, thing in ranked if rank == best) else None


def find_columns(attribute: str, things: Sequence[NamedThing]) -> list[str]:
    """Return the names of things' values that name an attribute best; those for which values state it if none does.

    Of "2026 / Members" and "2026 / Non-members" the first is that of members in 2026.
    """
    words = _words(attribute)
    names = list(dict.fromkeys(name for thing in things for name in thing.values))
    held = {name: len(words & _words(name)) for name in names}
    most = max(held.values(), default=0)
    best = [name for name in names if held[name] == most > 0]
    asks_for_others = re.search(r"\bnon", attribute, re.IGNORECASE) is not None
    same_sign = [name for name in best if (re.search(r"\bnon\b", name, re.IGNORECASE) is not None) == asks_for_others]
    if best:
        return same_sign or best
    return [name for name in names if all(words <= _words(thing.values.get(name, "")) for thing in things)]


def name_share(side: str, thing: NamedThing) -> float:
    """Return how much of a side's words and of one of the thing's names both have; 0 if one is not in the other."""
    return max((share for name in thing.names if (share := _share(side, name)) >= LEAST_NAME), default=0.0)


def nearest_column(side: str, thing: NamedThing) -> str:
    """Return the column of a thing that a side names, "" if there is none."""
    ranked = [
        (share, name) for name in thing.values if (share := _share(side, name.rpartition(" / ")[2])) >= LEAST_NAME
    ]
    return max(ranked)[1] if ranked else ""


def nearest_name(side: str, thing: NamedThing) -> str:
    """Return the name that a thing was matched by, the nearest to the question's, without the name of its column."""
    name = max(thing.names, key=lambda name: (_share(side, name), -len(name)))
    return next((value for column, value in thing.values.items() if name == f"{column} {value}"), name)


def group_names(group: str, one: NamedThing, other: NamedThing) -> tuple[str, str]:
    """Return the names of two members of a group, those with the group's words in which they differ."""
    wanted = read_content(group).words
    for name, value in one.values.items():
        rival = other.values.get(name, "")
        if rival and rival != value and all(wanted <= read_content(text).words for text in (value, rival)):
            return value, rival
    return one.names[0], other.names[0]


def _share(side: str, name: str) -> float:
    wanted, held = _words(side), _words(name)
    if not wanted or not held or not (wanted <= held or held <= wanted):
        return 0.0
    return len(wanted & held) / len(wanted | held)


def _words(text: str) -> frozenset[str]:
    """Return the stems of a name, its figures as they are written: "X200" and "4.2" are names, too."""
    content = read_content(text)
    # Words with an opposite, as "adults", are in the clauses alone.
    words = content.words.union(*(clause.words for clause in content.clauses))
    return words | frozenset(re.findall(r"\b\w*\d[\w.-]*\b", text.casefold()))


_NAME = re.compile(r"[^\W\d_]")
_PROPERTY = re.compile(r"\s*(?:[-*•]\s+)?(?P<name>[^:\n]{1,120}): (?P<value>\S.*)")
