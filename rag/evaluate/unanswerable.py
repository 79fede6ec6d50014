"""Make unanswerable questions from answerable ones, by taking the passages that answer them out of the hits.

Many sets of rows have answerable questions only. Asked once more without the passages that answer it, each of them
shows whether a system abstains, while the passages nearest to the answer are still there to mislead it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.fingerprint import fingerprint
from rag.answer.match import holds
from rag.data.ngrams import shingles
from rag.data.rows import Row
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

EXTRA_HITS = 20  # retrieved beyond k, to replace those that are taken out
ORDER, SHARE = 5, 0.3  # words in a shingle; the share of common shingles from which on texts share a passage


def unanswerable_rows(rows: Sequence[Row]) -> list[Row]:
    """Return for each answerable row one that cannot be answered without its passages."""
    return [
        replace(row, id=f"{row.id}-unanswerable", references=(), unanswerable=True)
        for row in rows
        if not row.unanswerable
    ]


@dataclass(frozen=True)
class WithoutGold:
    """A retriever without the hits that share text with the question's own context, or hold one of its answers.

    `answers` are the right answers and `contexts` the contexts of each question.
    """

    retriever: Retriever
    answers: Mapping[str, Sequence[str]]
    contexts: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, retriever: Retriever, rows: Sequence[Row]) -> WithoutGold:
        """Return the retriever without what answers these rows."""
        answers: dict[str, list[str]] = {}
        contexts: dict[str, list[str]] = {}
        for row in rows:
            answers.setdefault(row.values["question"], []).extend(row.references)
            contexts.setdefault(row.values["question"], []).extend(chunk.text for chunk in row.passages)
        return cls(retriever, answers, contexts)

    @property
    def fingerprint(self) -> str:
        return fingerprint("without gold", self.retriever, self.answers, self.contexts)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        answers = self.answers.get(question, ())
        contexts = [shingles(text, ORDER) for text in self.contexts.get(question, ())]
        kept = []
        for hit in self.retriever.retrieve(question, k + EXTRA_HITS, where):
            # A chunk overlaps the context it was cut from by most of the shorter text.
            own = shingles(hit.chunk.text, ORDER)
            shares_text = any(len(own & context) >= SHARE * min(len(own), len(context)) for context in contexts)
            if not shares_text and not holds(hit.chunk.text, answers):
                kept.append(hit)
        return kept[:k]
