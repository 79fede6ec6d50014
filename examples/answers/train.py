"""Train the adapter with which the embedded generator answers from passages, and says when they do not hold the answer.

    python examples/reader/prepare.py DATA build/reader
    python examples/answers/train.py build/reader build/smollm2-answers

The rows and splits are those of the reader. Each question gets one to three passages, as in answering: its own, among
others that look relevant and do not contain the answer, in random order. For one question in four its own is left out,
and the right answer is "I don't know.". One answer in eight is the whole sentence that contains it, requested by the
format "sentence". An interrupted run resumes when called again.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.embed import new_embedder
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.data.rows import Row, read_rows
from rag.finetune import finetune_generator
from rag.finetune.reader.examples import find_answer_spans
from rag.finetune.reader.unanswerable import mine_unanswerable

SHARES = {"squad": 0.42, "nq": 0.28, "nq_swap": 0.15, "policyqa": 0.08, "covidqa": 0.07}
ABSENT = 0.25  # of the rows: no passage contains the answer
SENTENCES = 0.125  # of the answerable rows: the answer is a whole sentence
LONGEST_ANSWER, LONGEST_PASSAGES = 16, 240  # words
WRONG = 2  # passages mined per question


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that examples/reader/prepare.py wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="builtin:smollm2")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--valid-rows", type=int, default=160)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=6e-4)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    tuned = finetune_generator(
        options.model,
        answer_rows(options.data / "train.jsonl", options.rows),
        answer_rows(options.data / "valid.jsonl", options.valid_rows),
        out=options.out,
        method="lora",
        adapter_only=True,
        lora_rank=options.rank,
        lora_alpha=2 * options.rank,
        epochs=options.epochs,
        batch_size=options.batch_size,
        accumulation=2,
        learning_rate=options.learning_rate,
        metric="f1",
        valid_rows=options.valid_rows,
        eval_every=max(1, options.rows // options.batch_size // 2),
        max_target_tokens=48,
        threads=options.threads,
        device=options.device,
    )
    minutes = tuned.seconds / 60
    print(f"{tuned.folder}: {tuned.rows:,} rows, {tuned.steps:,} steps, {minutes:.0f} min, {dict(tuned.metrics)}")


def answer_rows(file: Path, count: int) -> list[Row]:
    """Return about `count` rows as the `answer` prompt shows them, the same each time."""
    chance = random.Random(0)
    answerable = [row for row in read_rows(file, "answer") if not row.unanswerable]
    answerable = [row for row in answerable if len(row.target.split()) <= LONGEST_ANSWER]
    chosen: list[Row] = []
    for name, share in SHARES.items():
        rows = [row for row in answerable if row.id.startswith(f"{name}-")]
        chosen += chance.sample(rows, min(len(rows), round(share * count)))
    chance.shuffle(chosen)
    wrong: dict[str, list[Chunk]] = {}
    for mined in mine_unanswerable(chosen, new_embedder(), WRONG):
        wrong.setdefault(mined.id.rpartition("-")[0], []).append(mined.passages[0])
    return list(_with_passages(chosen, wrong, chance))


def _with_passages(rows: Sequence[Row], wrong: dict[str, list[Chunk]], chance: random.Random) -> Iterator[Row]:
    for row in rows:
        others = wrong.get(row.id, [])
        others = others[: chance.randint(0, len(others))]
        if others and chance.random() < ABSENT * (WRONG + 1) / WRONG:
            yield replace(row, passages=_first_passages(others), references=(), unanswerable=True)
            continue
        passages = [*_first_passages([row.passages[0], *others])]
        chance.shuffle(passages)
        row = replace(row, passages=tuple(passages))
        yield _ask_for_sentence(row) if chance.random() < SENTENCES else row


def _ask_for_sentence(row: Row) -> Row:
    """Return the row with the whole sentence of its answer as the target, if that has an ordinary length."""
    for chunk in row.passages:
        for start, end in find_answer_spans(chunk.text, row.references[:1])[:1]:
            for low, high in sentence_spans(chunk.text):
                if low <= start and end <= high and 4 <= len(chunk.text[low:high].split()) <= 24:
                    values = {**row.values, "answer_format": "sentence"}
                    return replace(row, values=values, references=(chunk.text[low:high],))
    return row


def _first_passages(passages: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Return the first passages that are short enough together, and at least one."""
    kept, words = [], 0
    for chunk in passages:
        words += len(chunk.text.split())
        if kept and words > LONGEST_PASSAGES:
            break
        kept.append(chunk)
    return tuple(kept)


if __name__ == "__main__":
    main()
