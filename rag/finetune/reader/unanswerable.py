"""Mine unanswerable rows: questions with a passage that looks relevant and does not answer them.

For each question an embedder finds the nearest contexts of other rows, and those that contain one of its answers are
skipped. The passage is drawn at random from the rest, because the very nearest may answer in other words.
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
    """Return unanswerable rows, about `per_row` for each answerable row, each with another row's context."""
    # Embed the contexts once, and collect all answers to a question: any of them makes a passage right.
    chance = random.Random(f"{seed}/unanswerable")
    answerable = [row for row in rows if not row.unanswerable]
    chunks = {row.passages[0].text: row.passages[0] for row in rows}
    texts = list(chunks)
    vectors = embedder.embed_documents(texts)
    answers: dict[str, set[str]] = {}
    for row in answerable:
        answers.setdefault(row.values["question"], set()).update(row.references)
    mined = []
    for row in answerable:
        count = int(per_row) + (chance.random() < per_row % 1)
        if not count:
            continue
        # Take near contexts of other rows without an answer, and draw from them.
        own = {chunk.text for chunk in row.passages}
        nearest = np.argsort(-(vectors @ embedder.embed_query(row.values["question"])))[: NEAREST + len(own)]
        right = list(answers[row.values["question"]])
        candidates = [texts[place] for place in nearest]
        wrong = [text for text in candidates if text not in own and not holds(text, right)]
        for number, text in enumerate(chance.sample(wrong, min(count, len(wrong))), start=1):
            passages = (chunks[text],)
            mined.append(replace(row, id=f"{row.id}-{number}", passages=passages, references=(), unanswerable=True))
    return mined
