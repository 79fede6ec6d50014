"""Questions with passages that do not answer them, though they look as if they might: what a reader learns to refuse.

For each question the contexts nearest to it are found by an embedder; those that hold one of its answers are passed
over, and so are the first of the others with a chance, since what stands nearest may answer in other words.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.embed import Embedder
from rag.answer.match import holds
from rag.data.rows import Row

NEAREST = 20


def mine_unanswerable(rows: Sequence[Row], embedder: Embedder, per_row: float, seed: int = 0) -> list[Row]:
    """Return unanswerable rows: about `per_row` for each answerable row, paired with another row's context."""
    chance = random.Random(f"{seed}/unanswerable")
    asked = [row for row in rows if not row.unanswerable]
    chunks = {row.passages[0].text: row.passages[0] for row in rows}
    texts = list(chunks)
    vectors = embedder.embed_documents(texts)
    answers: dict[str, set[str]] = {}
    for row in asked:
        answers.setdefault(row.values["question"], set()).update(row.references)
    mined = []
    for row in asked:
        wanted = int(per_row) + (chance.random() < per_row % 1)
        if not wanted:
            continue
        own = {chunk.text for chunk in row.passages}
        nearest = np.argsort(-(vectors @ embedder.embed_query(row.values["question"])))[: NEAREST + len(own)]
        right = list(answers[row.values["question"]])
        wrong = [texts[at] for at in nearest if texts[at] not in own and not holds(texts[at], right)]
        for number, text in enumerate(chance.sample(wrong, min(wanted, len(wrong)))):
            mined.append(
                replace(row, id=f"{row.id}-{number + 1}", passages=(chunks[text],), references=(), unanswerable=True)
            )
    return mined
