"""The comparing strategy: two named things, attribute by attribute, each from its own source.

The things are rows of tables, catalogue rows and other records, columns of a table of features, or what a text says
under a heading or in a sentence that names them. A question that names attributes gets these alone, any other one those
that differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.embed import Embedder
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.cite import citation_of
from rag.answer.disagreement import replaced_sources
from rag.answer.edition_pair import compare_editions
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.sides import CURRENT, Sides, find_sides
from rag.answer.strategy import SingleStrategy
from rag.answer.support import Support, judge_quotation
from rag.answer.things import (
    LEAST_NAME,
    NamedThing,
    find_columns,
    find_members,
    find_things,
    group_names,
    match_pair,
    match_thing,
    name_share,
    nearest_column,
    nearest_name,
)
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.verdict import ComparedRow, SideStatement, compare_values
from rag.answer.words import fold, read_content
from stores.scoring import cosines, query_vector

LEAST_COLUMN = 0.45  # cosine of an attribute with the name of a column that has none of its words
LEAST_SENTENCE = 0.4  # cosine of the question with a sentence about one of the things
MOST_ATTRIBUTES = 12
NOT_STATED = "not stated"
SCORE = 0.8  # the strategy's own score of rows that were matched by name, and of sentences
SENTENCE_SCORE = 0.6


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
        # All of the passages, not only what the reader was shown, but for what was replaced, unless it is asked for.
        sections = list(question.sections)
        if not _EDITION.search(question.question):
            replaced = replaced_sources(question.question, question.hits)
            sections = [section for section in sections if section.source not in replaced]

        # Rows and records first, those that the question names together too.
        things = [thing for section in sections for thing in find_things(section)]
        if sides.group:
            best = find_members(sides.group, things)
        elif (best := match_pair(sides, question.question, things)) is None:
            brief = sides.without_purpose
            best = match_pair(brief, question.question, things)
            sides = brief if best else sides
        if best is not None and (table := self._compare_values(sides, *best)):
            return self._show(question, sides, table, SCORE)
        if sides.group:
            return self.abstention.abstain(question)
        if cells := compare_cells(sides, things):
            return self._show(question, sides, cells, SCORE)

        # Then what is said of either thing, by a sentence or by one cell of its row.
        if sides.attributes and (passages := compare_editions(sides, sections)):
            return self._show(question, sides, passages, SENTENCE_SCORE)
        rows: list[ComparedRow] = []
        stated: set[str] = set()
        for attribute in sides.attributes or ("",):
            about = replace(sides, attributes=(attribute,) if attribute else ())
            by_side = {side: self._state_side(question.question, about, side, things, sections) for side in sides.both}
            statements = tuple(statement for statement in by_side.values() if statement)
            stated |= {side for side, statement in by_side.items() if statement}
            rows += [ComparedRow("", statements)] if len(statements) == 2 else []
        if rows:
            return self._show(question, sides, rows, SENTENCE_SCORE)

        # One side alone is no comparison, and other sentences do not tell which of two is more.
        if sides.first == CURRENT:
            return self.abstention.abstain(question)
        known = stated | {side for side in sides.both if any(name_share(side, thing) for thing in things)}
        missing = [side for side in sides.both if side not in known and best is None and read_content(side).words]
        if len(missing) == 1:
            return self.abstention.abstain(question, missing=f"the documents say nothing about {missing[0]}")
        if best is not None and sides.attributes:
            # In the question's words, or the first of those for what an adjective measures.
            asked = ", ".join(
                attribute if fold(attribute) in fold(question.question) else attribute.split()[0]
                for attribute in sides.attributes
            )
            return self.abstention.abstain(question, missing=f"no {asked} is stated for both")
        return self.abstention.abstain(question, missing=f"no passage compares {sides.first} with {sides.second}")

    def _compare_values(self, sides: Sides, one: NamedThing, other: NamedThing) -> list[ComparedRow]:
        """Return the attributes of both things with a statement for each, those that were asked or that differ.

        What only one of them has is shown beside what both have.
        """
        shared = [name for name in one.values if name in other.values]
        names: list[str] = []
        for attribute in sides.attributes:
            names += find_columns(attribute, (one, other)) or [
                name
                for name in self._nearest_column(attribute, shared)
                # More or less there is of numbers only.
                if not sides.degree or all(re.search(r"\d", thing.values[name]) for thing in (one, other))
            ]
        if not sides.attributes:
            names = [name for name in shared if one.values[name] != other.values[name]] or shared
        if not any(name in shared for name in names):
            return []
        if sides.group:
            labels = group_names(sides.group, one, other)
        else:
            labels = (nearest_name(sides.first, one), nearest_name(sides.second, other))
        return [
            ComparedRow(
                name,
                tuple(
                    SideStatement(label, thing.values.get(name, NOT_STATED), thing.evidence)
                    for thing, label in zip((one, other), labels, strict=True)
                ),
            )
            for name in list(dict.fromkeys(names))[:MOST_ATTRIBUTES]
            if not {one.values.get(name), other.values.get(name)} & set(labels)
        ]

    def _nearest_column(self, attribute: str, names: Sequence[str]) -> list[str]:
        if self.embedder is None or not names:
            return []
        query = query_vector(self.embedder.embed_query(attribute), self.embedder.dimension)
        near = cosines(self.embedder.embed_documents(list(names)), query)
        best = max(range(len(names)), key=near.__getitem__)
        return [names[best]] if near[best] >= LEAST_COLUMN else []

    def _state_side(
        self, question: str, sides: Sides, side: str, things: Sequence[NamedThing], sections: Sequence[Chunk]
    ) -> SideStatement | None:
        """Return what a cell of the thing's row or a sentence says about one side."""
        statement = self._find_statement(question, sides, side, sections)
        thing = match_thing(side, question, things) if sides.attributes else None
        if statement is not None or thing is None:
            return statement
        columns = [name for attribute in sides.attributes for name in find_columns(attribute, (thing,))]
        if not columns:
            return None
        cells = "; ".join(f"{name} {thing.values[name]}" for name in dict.fromkeys(columns))
        return SideStatement(side, f"{nearest_name(side, thing)}: {cells}", thing.evidence, cells)

    def _find_statement(
        self, question: str, sides: Sides, side: str, sections: Sequence[Chunk]
    ) -> SideStatement | None:
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
                if (
                    is_about
                    and not (evidence.is_row or evidence.record)
                    and (not asked or any(words & some for some in asked))
                ):
                    candidates.append(evidence)
        if not candidates or not named or self.embedder is None:
            return None
        wanted = " ".join([side, *sides.attributes]) if sides.attributes else question
        query = query_vector(self.embedder.embed_query(wanted), self.embedder.dimension)
        texts = [" ".join([*evidence.chunk.heading[-1:], evidence.text]) for evidence in candidates]
        near = cosines(self.embedder.embed_documents(texts), query)
        best = max(range(len(candidates)), key=near.__getitem__)
        if near[best] < LEAST_SENTENCE:
            return None
        return SideStatement(side, " ".join(candidates[best].text.split()), candidates[best])

    def _show(self, question: Retrieved, sides: Sides, rows: Sequence[ComparedRow], score: float) -> Answer:
        """Return the statements as the answer, an attribute a line, each cited, under the verdict if there is one."""
        citations: dict[tuple[str, int, int], Citation] = {}
        sentences: list[AnswerSentence] = []
        verdict = compare_values(sides, rows)
        winner = verdict.winner if verdict else None
        labels = [statement.thing for statement in rows[0].statements]
        text = ""
        if verdict is not None:
            text = verdict.say(sides, labels)
            sentences.append(AnswerSentence(0, len(text), None))
        said: set[str] = set()
        for row in rows:
            text += "\n" * bool(text) + (f"{row.attribute}: " if row.attribute else "")
            for position, statement in enumerate(row.statements):
                # A sentence about both is said once.
                if not row.attribute and statement.text in said:
                    continue
                said.add(statement.text)
                text += ("; " if row.attribute else "\n") * bool(position)
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
                phrase = f"{statement.thing} {statement.text}" if row.attribute else statement.text
                sentences.append(AnswerSentence(len(text), len(text) + len(phrase), number))
                text += phrase

        # The verdict rests on the row of the thing that it names.
        if verdict is not None:
            evidence = rows[0].statements[winner or 0].evidence
            number = citations[citation_of(evidence, 0, Support(1.0)).place].number
            sentences[0] = replace(sentences[0], citation=number)
        usage = Usage(context_window=self.abstention.context_window)
        return question.answer(text, self.model, usage, list(citations.values()), sentences, score=score)


def compare_cells(sides: Sides, things: Sequence[NamedThing]) -> list[ComparedRow]:
    """Return the two cells of one row whose columns are the sides, empty if no row or another is meant as well.

    Of "Is a day in the sauna cheaper for members or for guests?" the row is that of the sauna.
    """
    rows: dict[tuple[str, ...], ComparedRow] = {}
    best = 0.0
    for thing in things:
        share = max((name_share(attribute, thing) for attribute in sides.attributes), default=0.0)
        columns = [nearest_column(side, thing) for side in sides.both]
        if share < max(best, LEAST_NAME) or not all(columns) or len(set(columns)) < 2:
            continue
        rows = rows if share == best else {}
        best = share
        values = tuple(thing.values[column] for column in columns)
        statements = tuple(
            SideStatement(column.rpartition(" / ")[2], value, thing.evidence)
            for column, value in zip(columns, values, strict=True)
        )
        rows[values] = ComparedRow(thing.names[0], statements)
    return list(rows.values()) if len(rows) == 1 else []


_EDITION = re.compile(r"\b(?:1\d{3}|20\d\d|old|older|former|previous|earlier|used to)\b", re.IGNORECASE)
