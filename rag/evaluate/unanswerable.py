"""Questions that cannot be answered, made from ones that can: what answers them is taken out of what is found.

A set of rows often has answerable questions only. Asked once more without the passages that answer it, each of them
tells whether a system knows when to be silent, with what stands nearest to the answer still there to mislead it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.fingerprint import fingerprint
from rag.answer.match import holds
from rag.data.ngrams import Shingles, shingles
from rag.data.rows import Row
from rag.retrieve.retrievers import Retriever
from stores.base import Hit
from stores.filters.filter import Where

FURTHER = 20  # hits looked at beyond those wanted, to stand in for those taken out
SHINGLE, SHARE = 5, 0.3  # words in a row; of these the share from which on two texts have a passage in common


def unanswerable_rows(rows: Sequence[Row]) -> list[Row]:
    """Return for each answerable row one that cannot be answered, once its passages are kept back."""
    return [
        replace(row, id=f"{row.id}-withheld", references=(), unanswerable=True) for row in rows if not row.unanswerable
    ]


@dataclass(frozen=True)
class WithoutGold:
    """Another retriever, less what answers: hits that share text with the question's own context, or hold an answer.

    `answers` are the right answers and `contexts` the contexts of each question.
    """

    retriever: Retriever
    answers: Mapping[str, Sequence[str]]
    contexts: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, retriever: Retriever, rows: Sequence[Row]) -> WithoutGold:
        """Return the retriever that keeps back what answers these rows."""
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
        hits = self.retriever.retrieve(question, k + FURTHER, where)
        answers, contexts = self.answers.get(question, ()), self.contexts.get(question, ())
        own = [shingles(text, SHINGLE) for text in contexts]
        return [
            hit
            for hit in hits
            if not holds(hit.chunk.text, answers) and not any(_shared(hit.chunk.text, each) for each in own)
        ][:k]


def _shared(text: str, own: Shingles) -> bool:
    found = shingles(text, SHINGLE)
    return len(found & own) >= SHARE * min(len(found), len(own))
