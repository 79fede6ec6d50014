"""The comparing strategy: two named things, attribute by attribute, each from its own source.

The things are rows of tables, catalogue rows and other records, columns of a table of features, or what a text says
under a heading or in a sentence that names them. A question that names attributes gets these alone, any other one those
that differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.embed import Embedder
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.cite import citation_of
from rag.answer.disagreement import replaced_sources
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.sides import Sides, find_sides
from rag.answer.strategy import SingleStrategy
from rag.answer.support import Support, judge_quotation
from rag.answer.things import (
    NamedThing,
    find_columns,
    find_members,
    find_things,
    group_names,
    match_pair,
    match_thing,
    name_share,
    nearest_name,
)
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.answer.verdict import compare_values
from rag.answer.words import fold, read_content
from stores.scoring import cosines, query_vector

LEAST_COLUMN = 0.45  # cosine of an attribute with the name of a column that has none of its words
LEAST_SENTENCE = 0.4  # cosine of the question with a sentence about one of the things
MOST_ATTRIBUTES = 12
EDITION_SENTENCES = 3  # shown of each of two editions at most
NOT_STATED = "not stated"
SCORE = 0.8  # the strategy's own score of rows that were matched by name, and of sentences
SENTENCE_SCORE = 0.6


@dataclass(frozen=True)
class SideStatement:
    """What a source says about one of the things, and the evidence. `cells` are its values alone."""

    thing: str
    text: str
    evidence: Evidence
    cells: str = ""


@dataclass(frozen=True)
class ComparedRow:
    """The statements about an attribute, one for each thing; those of sentences have no name of an attribute."""

    attribute: str
    statements: tuple[SideStatement, ...]


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
        best = find_members(sides.group, things) if sides.group else match_pair(sides, question.question, things)
        if best is not None and (table := self._compare_values(sides, *best)):
            return self._show(question, sides, table, SCORE)
        if sides.group:
            return self.abstention.abstain(question)

        # Then what is said of either thing, by a sentence or by one cell of its row.
        if sides.attributes and (passages := self._compare_editions(sides, sections)):
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

        # One side alone is no comparison.
        known = stated | {side for side in sides.both if any(name_share(side, thing) for thing in things)}
        missing = [side for side in sides.both if side not in known and best is None]
        if len(missing) == 1:
            return self.abstention.abstain(question, missing=f"the documents say nothing about {missing[0]}")
        if best is not None and sides.attributes:
            asked = ", ".join(attribute.split()[0] for attribute in sides.attributes)
            return self.abstention.abstain(question, missing=f"no {asked} is stated for both")
        return self.abstention.abstain(question)

    def _compare_values(self, sides: Sides, one: NamedThing, other: NamedThing) -> list[ComparedRow]:
        """Return the attributes of both things with a statement for each, those that were asked or that differ.

        What only one of them has is shown beside what both have.
        """
        shared = [name for name in one.values if name in other.values]
        names: list[str] = []
        for attribute in sides.attributes:
            names += find_columns(attribute, (one, other)) or self._nearest_column(attribute, shared)
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

    def _compare_editions(self, sides: Sides, sections: Sequence[Chunk]) -> list[ComparedRow]:
        """Return what two editions of a document say about the attributes, a passage each.

        An edition is a source whose titles have the words and the date of a side. A passage is the first sentence about
        the attributes and what follows of what both editions speak of.
        """
        topic = read_content(" ".join(sides.attributes)).words
        passages: list[list[Evidence]] = []
        for side in sides.both:
            if not read_content(side).dates:
                return []
            editions = [section for section in sections if _is_edition(side, section)]
            places = [
                (section, number, sentence_places(section))
                for section in editions
                for number, (start, end) in enumerate(sentence_places(section))
                if topic <= read_content(section.text[start:end]).words
            ]
            if not places:
                return []
            section, first, spans = places[0]
            passages.append([Evidence(section, *span) for span in spans[first:]])
        words = [[read_content(evidence.text).words - topic for evidence in passage] for passage in passages]
        statements = []
        for side, passage, own, others in zip(sides.both, passages, words, reversed(words), strict=True):
            spoken = frozenset(word for sentence in others[:EDITION_SENTENCES] for word in sentence)
            length = 1
            while length < min(len(own), EDITION_SENTENCES) and len(own[length] & spoken) > 1:
                length += 1
            whole = Evidence(passage[0].chunk, passage[0].start, passage[length - 1].end)
            statements.append(SideStatement(side, " ".join(whole.text.split()), whole))
        return [ComparedRow("", tuple(statements))]

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
        verdict = compare_values(
            sides, [(row.attribute, [one.cells or one.text for one in row.statements]) for row in rows]
        )
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


_EDITION = re.compile(r"\b(?:1\d{3}|20\d\d|old|older|former|previous|earlier|used to)\b", re.IGNORECASE)


def _is_edition(side: str, section: Chunk) -> bool:
    """Tell whether the titles or the file of a section have the words and the date of a side."""
    name = PurePath(section.source.partition("#")[0]).stem
    titles = [*Evidence(section, 0, 0).titles, re.sub(r"[_-]+", " ", name)]
    wanted, held = read_content(side), read_content("\n".join(titles))
    return wanted.words <= held.words and all(any(one.holds(date) for one in held.dates) for date in wanted.dates)
