"""The lookup strategy: a short question is answered with the cell of a row that has all that the question names.

A row's cells, and the titles that it stands under, account for the words and figures of the question; the cell that
answers is in the column that the rest of the question names, or the only one of the kind that is wanted. Two cells that
do so alike are no answer, unless one of them is of a newer version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from ingest.embed import Embedder
from ingest.sections import split_sections
from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.cell_types import NOT_OFFERED, TIMES, cell_fit, text_of, unit_in_column
from rag.answer.cite import citation_of
from rag.answer.disagreement import replaced_sources
from rag.answer.editions import asks_for_version, older_editions
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.lookup_terms import LIGHT, VERB, Asked, Term, read_asked, sides_of
from rag.answer.match import normalize_answer
from rag.answer.quantities import Quantity, find_figures
from rag.answer.records import LONGEST_VALUE, Record, RecordCell, find_records
from rag.answer.row_match import IN_VALUE, MISSPELT, SHORT_CELL, RowMatcher, age_of, words_of
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation, judge_support
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Retrieved, Usage
from rag.answer.units import CURRENCIES
from rag.answer.words import STOP_WORDS
from stores.base import Store

LEAST_COVER = 0.75  # share of the question's weight that row and column account for
LEAST_WEIGHT = 2.0  # of what they account for: a weekday alone names no row
TYPE_WEIGHT = 0.5  # of a cell of the kind that is wanted
LEAST_OTHERS = 4  # words that are accounted for beside one that is not
LEAD = 0.04  # of the best cell
MOST_RECORDS = 600  # in the documents of the hits
NEAREST = 10  # records that are looked at closely
MOST_LACKING = 3  # words for which other words are looked for

KEY_BONUS = 0.1  # for a cell that is named whole
FIT_BONUS = 0.05
TYPE_WORD_BONUS = 0.04  # for a column that is named by a word for the kind that is wanted
COLUMN_BONUS = 0.05  # for each word of the question in the column's name, up to two
UNASKED_COST = 0.05  # for each word of the column that the question lacks, up to three


@dataclass(frozen=True)
class FitCell:
    """A cell that may answer, with the share of the question that its row and column account for, and its rank.

    `is_in_words` is False if figures alone lead to it, or a denial: "who are not members" leads to "Non-members".
    """

    record: Record
    cell: RecordCell
    cover: float
    rank: float
    is_in_words: bool = True

    @property
    def text(self) -> str:
        """The cell, with the unit in the name of its column if it has none."""
        return text_of(self.cell)


@dataclass(frozen=True)
class Lookup(SingleStrategy):
    """Answers a short question with a cell of a table, or a named value of a list, in the hits' documents."""

    abstention: Abstention
    model: str
    embedder: Embedder | None = None
    store: Store | None = None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that mean the same; each is embedded once."""
        return Vocabulary(self.embedder)

    def answer_one(self, question: Retrieved) -> Answer:
        if _NO_CELL.search(question.question):
            return self.abstention.abstain(question)
        asked = read_asked(question.question)
        of_any_edition = asked.asks_for_past or asks_for_version(question.question)
        chunks = self._chunks(question, of_any_edition)
        records = list(islice((record for chunk in chunks for record in find_records(chunk)), MOST_RECORDS))
        fits = rank_cells(asked, records, self.vocabulary)
        best = choose_cell(asked, fits)
        is_open = not of_any_edition and best is not None
        if best is None or (is_open and is_disputed(asked, best, chunks[: len(question.hits)])):
            return self.abstention.abstain(question)
        # What the question names otherwise is left to hold of the cell; the row was chosen by the rest.
        anchors = question.anchors.without("number", "date", "key", "column", "qualifier")
        evidence = best.cell.evidence
        if not best.is_in_words or NOT_OFFERED.fullmatch(best.cell.value.strip()):
            support = judge_quotation(evidence, anchors)
        else:
            # The column is what the question was read as asking for, in whatever words.
            asked_for = f"{question.question} {best.cell.column}"
            support = judge_support(best.cell.value, asked_for, evidence, anchors)
        if not support:
            return self.abstention.abstain(question)
        record = best.record
        citation = citation_of(Evidence(record.section, record.start, record.end), 1, support)
        usage = Usage(context_window=self.abstention.context_window)
        sentences = [AnswerSentence(0, len(best.text), 1)]
        return question.answer(best.text, self.model, usage, [citation], sentences, score=round(best.cover, 3))

    def _chunks(self, question: Retrieved, of_any_edition: bool) -> list[Chunk]:
        """Return the hits' chunks, best first, then the others of their documents and those of further hits.

        Those of sources that were replaced, and of older editions, are left out.
        """
        chunks: dict[str, Chunk] = {hit.chunk.id: hit.chunk for hit in question.hits}
        if self.store is not None:
            for source in dict.fromkeys(hit.chunk.source for hit in question.hits):
                chunks |= {chunk.id: chunk for chunk in question.read_document(self.store, source)}
        chunks |= {hit.chunk.id: hit.chunk for hit in question.further}
        left_out = replaced_sources(question.question, [*question.hits, *question.further])
        if not of_any_edition:
            left_out |= older_editions(list(chunks.values()))
        return [chunk for chunk in chunks.values() if chunk.source not in left_out]


def rank_cells(asked: Asked, records: Sequence[Record], vocabulary: Vocabulary) -> list[FitCell]:
    """Return the cells of records that may answer, best first."""
    # The records that account for most of the question by the words themselves.
    known = frozenset(
        word
        for record in records
        for cell in record.cells
        for text in (cell.column, cell.value)
        for word in words_of(text).tokens
    )
    matcher = RowMatcher(known)
    shares = [_cover_anyhow(asked, record, matcher) for record in records]
    weights = [sum(term.weight * share for term, share in row.items()) for row in shares]
    order = sorted(range(len(records)), key=lambda position: -weights[position])[:NEAREST]
    nearest = [records[position] for position in order if weights[position]]
    if not nearest:
        return []

    # The words that they lack may be there in another form.
    lacking = [
        term
        for term, share in shares[order[0]].items()
        if share < IN_VALUE and term.kind == "word" and term.weight >= VERB and not term.is_hard
    ]
    if lacking:
        words = {
            token
            for record in nearest
            for text in (*record.columns, *(cell.value for cell in record.cells))
            for token in words_of(text).tokens.values()
            if len(words_of(text).tokens) <= SHORT_CELL and token not in STOP_WORDS
        }
        near = {term.text: vocabulary.words_like(term.text, sorted(words)) for term in lacking[:MOST_LACKING]}
        matcher = RowMatcher(known, near)
    fits = [fit for place, record in enumerate(nearest) for fit in _fit_cells(asked, record, matcher, place)]
    return sorted(fits, key=lambda fit: -fit.rank)


def _cover_anyhow(asked: Asked, record: Record, matcher: RowMatcher) -> dict[Term, float]:
    """Return how well a record with its titles and columns accounts for each term, whatever cell answers."""
    nothing = RecordCell(record.section, "", 0, 0)
    whole = replace(record, cells=(*record.cells, nothing))
    columns = " ".join(record.columns)
    return {term: max(matcher.cover(term, whole, nothing), matcher.cover_word(term, columns)) for term in asked.terms}


def _fit_cells(asked: Asked, record: Record, matcher: RowMatcher, position: int) -> Iterator[FitCell]:
    """Yield the cells of a record that are of the kind that is wanted, with what they account for."""
    newest = max((date.year or 0 for cell in record.cells for date in find_figures(cell.column).dates), default=0)
    has_date = any(term.date for term in asked.terms) or asked.asks_for_past
    for cell in record.cells:
        fit = cell_fit(asked.wanted, asked.counted, cell, record)
        years = [date.year for date in find_figures(cell.column).dates if date.year]
        is_older = bool(years) and max(years) < newest and not has_date
        # "What time does it start?" asks for no date.
        figures = find_figures(cell.value)
        is_date = asked.wanted == asked.thing == "time" and figures.dates and not figures.quantities
        if not fit or is_older or is_date or len(cell.value) > LONGEST_VALUE or (record.is_row and "; " in cell.value):
            continue
        covers = {term: matcher.cover(term, record, cell) for term in asked.terms}
        # The column of a value that the question names may be named, too: "4 rooms".
        named = [
            other.column
            for other in record.cells
            if other is not cell
            and (
                any(matcher.names_value(term, other) for term in asked.terms)
                or _share_named(asked, other.value, matcher) == 1.0
            )
        ]
        covers |= {
            term: max(share, *(MISSPELT * matcher.cover_word(term, column) for column in named))
            for term, share in covers.items()
            if named
        }
        names = _type_bonus(asked, cell)
        # Of a cell that is named whole, nothing is left over.
        keys = [other.value for other in record.cells if other is not cell] if record.is_row else [cell.column]
        whole = max((_share_named(asked, text, matcher) for text in keys), default=0.0)
        if names is None or not _is_asked(asked, record, cell, covers, matcher, whole):
            continue
        unasked = [
            word
            for word, token in words_of(cell.column).tokens.items()
            if token not in STOP_WORDS | _USUAL
            and token.isalpha()
            and word not in asked.type_words
            and ((unit := unit_in_column(f"x {token}")) is None or unit.dimension in TIMES)
            and not any(matcher.cover_word(term, token) for term in asked.terms)
        ]
        weights = weigh_terms(asked, covers)
        cover = sum(weights[term] * covers[term] for term in covers) / (sum(weights.values()) or 1.0)
        asked_columns = sum(
            term.weight >= VERB and matcher.cover_column(term, record, cell) > 0 for term in asked.terms
        )
        rank = cover + KEY_BONUS * whole + FIT_BONUS * fit + names - UNASKED_COST * min(len(unasked), 3)
        rank += COLUMN_BONUS * min(asked_columns, 2)
        is_in_words = not any(term.is_denied for term in covers) and any(
            share >= IN_VALUE and weights[term] >= 1 and term.kind in ("word", "code") for term, share in covers.items()
        )
        yield FitCell(record, cell, cover, rank - 0.0001 * min(position, 100), is_in_words)


def weigh_terms(asked: Asked, covers: Mapping[Term, float]) -> dict[Term, float]:
    """Return the weights of terms: a verb that is accounted for counts like a noun, a word for the kind not at all."""
    return {
        term: 0.0
        if term.word in asked.type_words
        else max(term.weight, float(share >= IN_VALUE and term.weight > LIGHT))
        for term, share in covers.items()
    }


def _is_asked(
    asked: Asked, record: Record, cell: RecordCell, covers: dict[Term, float], matcher: RowMatcher, whole: float
) -> bool:
    """Tell whether all that has to hold of a row and a column does."""
    weights = weigh_terms(asked, covers)
    full = [term for term in asked.terms if weights[term] >= 1]
    missing = [term for term in full if covers[term] < IN_VALUE]
    if any(term.is_hard for term in missing) or len(missing) > 1:
        return False
    thing = next((term for term in missing if term.word == asked.thing), None)
    is_key = record.is_row and cell is record.cells[0]
    if asked.wanted is None and is_key and not asked.thing:
        return False
    held = [term for term in full if covers[term] >= IN_VALUE]
    # "The Corrie 65 rucksack" says what kind of thing a name is of.
    is_named = whole == 1.0 and sum(term.is_hard for term in held) > 1 and asked.wanted is not None
    if missing and thing is None and len(held) < LEAST_OTHERS and not is_named:
        return False
    # A cell of no kind in particular is in a column that is named, or names the row.
    if asked.wanted is None:
        in_column = any(matcher.cover_column(term, record, cell) for term in held if term.kind == "word")
        in_column |= any(term.kind in ("date", "weekday", "number") for term in held) and not is_key
        if not in_column and not (is_key and asked.thing):
            return False
    elif thing is not None:
        return False
    cover = sum(weights[term] * covers[term] for term in covers)
    cover += thing.weight if thing is not None and is_key else 0.0
    weight = sum(weights[term] for term in held) + TYPE_WEIGHT * (bool(asked.wanted) + (whole == 1.0))
    return weight >= LEAST_WEIGHT and cover >= LEAST_COVER * sum(weights.values())


def _type_bonus(asked: Asked, cell: RecordCell) -> float | None:
    """Return the bonus of a column that a word for the kind that is wanted names; None if it names the opposite."""
    sides = sides_of(cell.column)
    if asked.side and sides and asked.side not in sides:
        return None
    said = {term.word for term in asked.terms if term.word in asked.type_words}
    return TYPE_WORD_BONUS if said & {*words_of(cell.column).tokens} or asked.side in sides else 0.0


def _share_named(asked: Asked, text: str, matcher: RowMatcher) -> float:
    """Return the share of a text's words that the question names, if it names any."""
    tokens = [token for token in words_of(text).tokens.values() if token not in STOP_WORDS]
    if not tokens:
        return 0.0
    terms = [term for term in asked.terms if term.kind in ("word", "code") or term.text.isdigit()]
    named = [token for token in tokens if any(matcher.cover_word(term, token) for term in terms)]
    return len(named) / len(tokens)


def choose_cell(asked: Asked, fits: Sequence[FitCell]) -> FitCell | None:
    """Return the cell that answers: the best, if it leads, or the newest of those that are alike; None if none does."""
    if not fits:
        return None
    best = fits[0]
    rivals = [
        fit
        for fit in fits
        if best.rank - fit.rank < LEAD and normalize_answer(fit.cell.value) != normalize_answer(best.cell.value)
    ]
    if not rivals:
        return best
    if asked.asks_for_past or any(term.date for term in asked.terms):
        return None
    ages = [age_of(fit.record, fit.cell) for fit in (best, *rivals)]
    leading = [fit for fit, age in zip((best, *rivals), ages, strict=True) if age == max(ages)]
    return leading[0] if len(leading) == 1 else None


def is_disputed(asked: Asked, best: FitCell, chunks: Sequence[Chunk]) -> bool:
    """Tell whether a sentence of another file, about the same things, has another number of the same kind."""
    record = best.record
    held = {word for cell in record.cells for text in (cell.column, cell.value) for word in words_of(text).tokens}
    held |= {word for title in record.titles for word in words_of(title).tokens}
    words = [term for term in asked.terms if term.weight >= 1 and term.kind in ("word", "code") and term.word in held]
    names = {term.word for term in words if term.is_hard} or {term.word for term in words}
    stated = find_figures(best.text).quantities
    if not names or not stated:
        return False
    for section in (section for chunk in chunks for section in split_sections(chunk)):
        if section.source.split("#")[0] == record.section.source.split("#")[0]:
            continue
        titles = {word for title in section.heading for word in words_of(title).tokens}
        for start, end in sentence_places(section):
            sentence = Evidence(section, start, end)
            about = {*words_of(sentence.text).tokens} | titles
            others = [] if sentence.is_row or not names <= about else find_figures(sentence.text).quantities
            rivals = [other for other in others if any(_are_of_one_kind(one, other) for one in stated)]
            if rivals and not any(one.equals(other) for one in stated for other in rivals):
                return True
    return False


def _are_of_one_kind(one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers are times of day, prices, or measures of one dimension."""
    if one.kind != other.kind or one.kind == "clock":
        return one.kind == other.kind
    if other.unit is None:
        return False
    return one.unit.dimension == other.unit.dimension if one.unit else other.unit.dimension in CURRENCIES


_NO_CELL = re.compile(r"\bwhat (?:if|now|happens|to do)\b|\bwhere\b|\bwhy\b", re.IGNORECASE)
_USUAL_WORDS = "standard normal regular usual list base basic full general default"
_USUAL = frozenset(_USUAL_WORDS.split())
