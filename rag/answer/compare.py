"""The comparing strategy: two named things, attribute by attribute, each from its own source.

The things are rows of tables, catalogue rows and other records, columns of a table of features, or what a text says
under a heading or in a sentence that names them. A question that names attributes gets these alone, any other one those
that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ingest.embed import Embedder
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors import place_cells
from rag.answer.cite import citation_of
from rag.answer.disagreement import replaced_sources
from rag.answer.evidence import Evidence, is_row_line, sentence_places
from rag.answer.sides import Sides, find_sides
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.words import fold, read_content
from stores.scoring import cosines, query_vector

LEAST_NAME = 0.5  # share of the words of a thing and of a name that both have
LEAST_COLUMN = 0.45  # cosine of an attribute with the name of a column that has none of its words
LEAST_SENTENCE = 0.4  # cosine of the question with a sentence about one of the things
MOST_ATTRIBUTES = 12
SCORE = 0.8  # the strategy's own score of rows that were matched by name, and of sentences
SENTENCE_SCORE = 0.6


@dataclass(frozen=True)
class NamedThing:
    """A row or a record: the names it may go by, and its values by attribute."""

    names: tuple[str, ...]
    values: Mapping[str, str]
    evidence: Evidence


@dataclass(frozen=True)
class Statement:
    """What a source says about one of the things, and the evidence."""

    thing: str
    text: str
    evidence: Evidence


@dataclass(frozen=True)
class SideBySide(SingleStrategy):
    """Answers questions for the differences of two things, or declines, saying which of them is missing."""

    abstention: Abstention
    model: str
    embedder: Embedder | None = None

    def answer_one(self, question: Retrieved) -> Answer:
        sides = find_sides(question.question)
        if sides is None:
            return self.abstention.abstain(question)
        # All of the passages, not only what the reader was shown, but for what was replaced.
        replaced = replaced_sources(question.question, question.hits)
        sections = [section for section in question.sections if section.source not in replaced]

        # Rows and records first, then sentences.
        things = [thing for section in sections for thing in find_things(section)]
        best = match_pair(sides, things)
        if best is not None and (table := self._compare_values(sides, *best)):
            return self._show(question, table, SCORE)
        statements = [self._find_statement(question.question, sides, side, sections) for side in sides.both]
        if all(statements):
            rows = [("", [statement for statement in statements if statement])]
            return self._show(question, rows, SENTENCE_SCORE)

        # One side alone is no comparison.
        known = [best is not None or any(name_share(side, thing) for thing in things) for side in sides.both]
        missing = [
            side
            for side, statement, is_known in zip(sides.both, statements, known, strict=True)
            if not statement and not is_known
        ]
        if len(missing) == 1:
            return self.abstention.abstain(question, missing=f"the documents say nothing about {missing[0]}")
        if best is not None and sides.attributes:
            asked = ", ".join(attribute.split()[0] for attribute in sides.attributes)
            return self.abstention.abstain(question, missing=f"no {asked} is stated for both")
        return self.abstention.abstain(question)

    def _compare_values(self, sides: Sides, one: NamedThing, other: NamedThing) -> list[tuple[str, list[Statement]]]:
        """Return the attributes of both things with a statement for each, those that were asked or that differ."""
        shared = [name for name in one.values if name in other.values]
        names = self._find_attributes(sides.attributes, one, other, shared)
        if not sides.attributes:
            names = [name for name in shared if one.values[name] != other.values[name]] or shared
        things = [(thing, nearest_name(side, thing)) for side, thing in zip(sides.both, (one, other), strict=True)]
        return [
            (
                name,
                [
                    Statement(label, thing.values[name], thing.evidence)
                    for thing, label in things
                    if name in thing.values
                ],
            )
            for name in names[:MOST_ATTRIBUTES]
            if not {one.values.get(name), other.values.get(name)} & {things[0][1], things[1][1]}
        ]

    def _find_attributes(
        self, attributes: Sequence[str], one: NamedThing, other: NamedThing, shared: Sequence[str]
    ) -> list[str]:
        """Return the names of both things' values that name or state one of the attributes."""
        chosen = []
        for attribute in attributes:
            words = read_content(attribute).words
            named = [name for name in shared if words & read_content(name).words]
            stated = [
                name for name in shared if all(words & read_content(thing.values[name]).words for thing in (one, other))
            ]
            near = [] if named or stated else self._nearest_column(attribute, shared)
            chosen += named or stated or near
        return list(dict.fromkeys(chosen))

    def _nearest_column(self, attribute: str, names: Sequence[str]) -> list[str]:
        if self.embedder is None or not names:
            return []
        query = query_vector(self.embedder.embed_query(attribute), self.embedder.dimension)
        near = cosines(self.embedder.embed_documents(list(names)), query)
        best = max(range(len(names)), key=near.__getitem__)
        return [names[best]] if near[best] >= LEAST_COLUMN else []

    def _find_statement(self, question: str, sides: Sides, side: str, sections: Sequence[Chunk]) -> Statement | None:
        """Return the sentence about one side, in itself or by its heading, that is nearest to the question."""
        other = sides.second if side == sides.first else sides.first
        named, others = read_content(side).words, read_content(other).words
        asked = [read_content(attribute).words for attribute in sides.attributes]
        candidates = []
        for section in sections:
            heading = read_content("\n".join(section.heading[-1:])).words
            for start, end in sentence_places(section):
                evidence = Evidence(section, start, end)
                words = read_content(evidence.text).words
                # Without an attribute only what is said of both, or under the heading of one, can be compared.
                is_headed = named <= heading and not others <= heading
                is_about = is_headed or (named <= words and (bool(asked) or others <= words))
                if is_about and not is_row_line(evidence.line) and (not asked or any(words & some for some in asked)):
                    candidates.append(evidence)
        if not candidates or not named or self.embedder is None:
            return None
        query = query_vector(self.embedder.embed_query(question), self.embedder.dimension)
        texts = [" ".join([*evidence.chunk.heading[-1:], evidence.text]) for evidence in candidates]
        near = cosines(self.embedder.embed_documents(texts), query)
        best = max(range(len(candidates)), key=near.__getitem__)
        if near[best] < LEAST_SENTENCE:
            return None
        return Statement(side, " ".join(candidates[best].text.split()), candidates[best])

    def _show(self, question: Retrieved, rows: Sequence[tuple[str, Sequence[Statement]]], score: float) -> Answer:
        """Return the statements as the answer, an attribute a line, each cited."""
        citations: dict[tuple[str, int, int], Citation] = {}
        text, sentences = "", []
        said: set[str] = set()
        for attribute, statements in rows:
            text += "\n" * bool(text) + (f"{attribute}: " if attribute else "")
            for position, statement in enumerate(statements):
                # A sentence about both is said once.
                if not attribute and statement.text in said:
                    continue
                said.add(statement.text)
                text += ("; " if attribute else "\n") * bool(position)
                # Of the source's own words, what names this side is left to hold.
                side = fold(statement.thing)
                own = replace(
                    question.anchors, anchors=tuple(one for one in question.anchors if fold(one.text) in side)
                )
                support = judge_quotation(statement.evidence, own)
                if not support:
                    return self.abstention.abstain(question)
                citation = citation_of(statement.evidence, len(citations) + 1, support)
                number = citations.setdefault(citation.place, citation).number
                phrase = f"{statement.thing} {statement.text}" if attribute else statement.text
                sentences.append(AnswerSentence(len(text), len(text) + len(phrase), number))
                text += phrase
        usage = Usage(context_window=self.abstention.context_window)
        return question.answer(text, self.model, usage, list(citations.values()), sentences, score=score)


# --- named things -----------------------------------------------------------------------------------------------------


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
        yield NamedThing((*names, *(f"{cell.column} {cell.value}" for cell in cells)), values, evidence)

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
        if len(lines) > 1 and all(lines):
            values = {match["name"]: match["value"] for match in lines if match}
            before = section.text[:start].strip()
            names = [*section.heading[-1:], *([before] if 0 < len(before) < 80 and "\n" not in before else [])]
            names += [value for value in values.values() if _NAME.search(value) and len(value) < 80]
            names += [f"{name} {value}" for name, value in values.items()]
            yield NamedThing(tuple(names), values, Evidence(section, start, end))


def match_pair(sides: Sides, things: Sequence[NamedThing]) -> tuple[NamedThing, NamedThing] | None:
    """Return the two things that the question names, two that share attributes, those of one source before others."""
    pairs = []
    firsts, seconds = ([thing for thing in things if name_share(side, thing)] for side in sides.both)
    for one, other in product(firsts, seconds):
        shared = set(one.values) & set(other.values)
        is_same = one.evidence == other.evidence and one.values == other.values
        if not shared or is_same:
            continue
        origins = {thing.evidence.chunk.source.partition("#")[0] for thing in (one, other)}
        likeness = name_share(sides.first, one) + name_share(sides.second, other)
        pairs.append((round(likeness, 2) - 0.5 * (len(origins) - 1), len(shared), one, other))
    if not pairs:
        return None
    _, _, one, other = max(pairs, key=lambda pair: pair[:2])
    return one, other


def name_share(side: str, thing: NamedThing) -> float:
    """Return how much of a side's words and of one of the thing's names both have; 0 if one is not in the other."""
    return max((share for name in thing.names if (share := _share(side, name)) >= LEAST_NAME), default=0.0)


def nearest_name(side: str, thing: NamedThing) -> str:
    """Return the name that a thing was matched by, the nearest to the question's, without the name of its column."""
    name = max(thing.names, key=lambda name: (_share(side, name), -len(name)))
    return next((value for column, value in thing.values.items() if name == f"{column} {value}"), name)


def _share(side: str, name: str) -> float:
    wanted, held = _words(side), _words(name)
    if not wanted or not held or not (wanted <= held or held <= wanted):
        return 0.0
    return len(wanted & held) / len(wanted | held)


def _words(text: str) -> frozenset[str]:
    """Return the stems of a name, its figures as they are written: "X200" and "4.2" are names, too."""
    return read_content(text).words | frozenset(re.findall(r"\b\w*\d[\w.-]*\b", text.casefold()))


_NAME = re.compile(r"[^\W\d_]")
_PROPERTY = re.compile(r"\s*(?:[-*•]\s+)?(?P<name>[^:\n]{1,60}): (?P<value>\S.*)")
