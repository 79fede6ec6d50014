"""The rows strategy: the names of the rows that are asked for, or their cells in the column that is.

"Which rooms have a projector?" is answered with the rooms, and "What are the prices?" with a price for each of them,
each item cited with its row.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.abstain import Abstention
from rag.answer.cell_types import text_of
from rag.answer.cite import citation_of
from rag.answer.disagreement import replaced_sources
from rag.answer.editions import older_editions
from rag.answer.evidence import Evidence
from rag.answer.records import Record, find_records
from rag.answer.row_filter import RowQuestion, RowSelection, select_rows
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from stores.base import Store

MOST_STORED = 20_000  # chunks of a store whose sources are listed, which takes some ten microseconds each
MOST_SOURCES = 400  # of the files of the hits, where rows are selected


@dataclass(frozen=True)
class RowItem:
    """A line of the answer, with the row that it is of."""

    text: str
    row: Record


@dataclass(frozen=True)
class RowList(SingleStrategy):
    """Answers with rows of the one table in the hits' documents that has what is asked for; `store` has all of it."""

    abstention: Abstention
    model: str
    store: Store | None = None

    def answer_one(self, question: Retrieved) -> Answer:
        asked = RowQuestion.of(question.question)
        selection = select_rows(asked, self._records(question)) if asked is not None else None
        items = list_items(selection) if selection is not None else []
        # The rows are selected by their columns and cells; what the question names otherwise is left to hold.
        anchors = question.anchors.without("column", "key", "qualifier")
        citations: list[Citation] = []
        for item in items:
            evidence = Evidence(item.row.section, item.row.start, item.row.end)
            support = judge_quotation(evidence, anchors)
            if not support:
                return self.abstention.abstain(question)
            citations.append(citation_of(evidence, len(citations) + 1, support))
        if not items:
            return self.abstention.abstain(question)

        lines = [item.text if len(items) == 1 else f"- {item.text}" for item in items]
        sentences, at = [], 0
        for number, (line, item) in enumerate(zip(lines, items, strict=True), start=1):
            at += len(line) + 1
            sentences.append(AnswerSentence(at - 1 - len(item.text), at - 1, number))
        usage = Usage(context_window=self.abstention.context_window)
        return question.answer("\n".join(lines), self.model, usage, citations, sentences, score=1.0)

    def _records(self, question: Retrieved) -> list[Record]:
        """Return all rows of the hits' files, none where these are too many."""
        if self.store is None or self.store.count() > MOST_STORED:
            return []
        # A row of a workbook is a source of its own: those of the whole file count.
        files = {hit.chunk.source.split("#")[0] for hit in question.hits}
        sources = [info.source.source for info in self.store.sources() if info.source.source.split("#")[0] in files]
        if len(sources) > MOST_SOURCES:
            return []
        chunks = {chunk.id: chunk for source in sources for chunk in question.read_document(self.store, source)}
        left_out = replaced_sources(question.question, question.hits) | older_editions(list(chunks.values()))
        return [record for chunk in chunks.values() if chunk.source not in left_out for record in find_records(chunk)]


def list_items(selection: RowSelection) -> list[RowItem]:
    """Return the names of the selected rows, each once, or each name with its cells; none where a row has no name."""
    table, key = selection.table, selection.key
    # Rows of one name, such as those of two seasons, are no answer for the other.
    if selection.columns and not table.has_names(key):
        return []
    items: dict[str, RowItem] = {}
    for row in selection.rows:
        name = table.cell(row, key)
        if name is None:
            return []
        cells = [cell for column in selection.columns if (cell := table.cell(row, column))]
        if not selection.columns:
            items.setdefault(name.value, RowItem(name.value.strip(), row))
        elif cells:
            is_one = len(selection.columns) == 1
            values = "; ".join(text_of(cell) if is_one else f"{cell.column}: {text_of(cell)}" for cell in cells)
            items[name.value] = RowItem(f"{name.value.strip()}: {values}", row)
    return list(items.values())
