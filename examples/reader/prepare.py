"""Prepare the rows that the embedded reader is trained and evaluated on, from five public data sets.

    python examples/reader/prepare.py DATA [build/reader]

DATA has squad_subset, nq_oracle, nq_swap, policyqa and covidqa. The script writes train.jsonl and valid.jsonl, of all
sets and shuffled, and a test-NAME.jsonl for each. A document is in one split only: a paragraph of SQuAD, an article of
Natural Questions (with every question about it, in `nq_swap` too), a web site of PolicyQA, a paper of CovidQA. Within a
split, questions are also paired with passages that look relevant and do not answer them, except those of PolicyQA,
which asks every site the same. Papers are cut to about 300 words around the answer. pairs.jsonl has the answerable
training rows of the sets with short passages, for `rag finetune-reranker`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.embed import new_embedder
from rag.answer.match import normalize_answer
from rag.data.rows import Row, as_row
from rag.finetune.reader.unanswerable import mine_unanswerable

AROUND = 1800  # characters of a paper that are the context of a question
SHARES = {"test": 0.12, "valid": 0.05}
UNANSWERABLE = {"train": 0.5, "valid": 1.0, "test": 1.0}  # rows per question
SITES = {"test": 3, "valid": 2}

Content = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=Path("build/reader"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    embedder = new_embedder()
    everything: dict[str, list[Content]] = {"train": [], "valid": []}
    for name, splits in sets(options.data).items():
        for split, rows in splits.items():
            if name != "policyqa":
                read = [as_row(row, name, str(number), "answer") for number, row in enumerate(rows)]
                mined = mine_unanswerable(read, embedder, UNANSWERABLE[split])
                rows += [unanswerable(row) for row in mined]
            print(f"{name}, {split}: {len(rows):,} rows")
            if split == "test":
                write(options.out / f"test-{name}.jsonl", rows)
            else:
                everything[split] += rows
    for split, rows in everything.items():
        random.Random(0).shuffle(rows)
        write(options.out / f"{split}.jsonl", rows)
    write(options.out / "pairs.jsonl", pairs(everything["train"]))


def pairs(rows: list[Content]) -> list[Content]:
    """Return questions with the passages that answer them, from the sets with short passages."""
    return [
        {"question": row["question"], "context": row["context"]}
        for row in rows
        if not row.get("unanswerable") and row["id"].partition("-")[0] in ("squad", "nq", "covidqa")
    ]


def sets(data: Path) -> dict[str, dict[str, list[Content]]]:
    """Return each set's rows by split."""
    by_set: dict[str, dict[str, list[Content]]] = {}
    nq = list(read(data / "nq_oracle/nq_open_oracle.jsonl"))
    questions = {normalize_answer(row["question"]): split_of(row["title"]) for row in nq}
    for name, rows in {
        "squad": ((split_of(row["context"]), row) for row in read(data / "squad_subset/squad_subset.jsonl")),
        "nq": ((split_of(row["title"]), row) for row in nq),
        "nq_swap": (
            (questions.get(normalize_answer(row["question"])) or split_of(normalize_answer(row["question"])), row)
            for row in read(data / "nq_swap/train.jsonl")
        ),
        "policyqa": by_site(list(read(data / "policyqa/dev.jsonl"))),
        "covidqa": ((split_of(str(row["doc_id"])), row) for row in papers(data / "covidqa")),
    }.items():
        splits: dict[str, list[Content]] = {"train": [], "valid": [], "test": []}
        for split, row in rows:
            answers = row.get("answers_in_context") or row["answers"]
            splits[split].append(
                {
                    "id": f"{name}-{row['id']}",
                    "question": row["question"],
                    "answers": [answer.strip() for answer in answers if answer.strip()],
                    "context": row["context"],
                    **({"title": row["title"]} if row.get("title") else {}),
                }
            )
        by_set[name] = {split: [row for row in rows if row["answers"]] for split, rows in splits.items()}
    return by_set


def split_of(document: str) -> str:
    """Return a document's split, by its hash, so that adding documents moves none."""
    lot = int(hashlib.sha256(document.encode()).hexdigest()[:8], 16) / 2**32
    if lot < SHARES["test"]:
        return "test"
    return "valid" if lot < SHARES["test"] + SHARES["valid"] else "train"


def by_site(rows: list[Content]) -> Iterator[tuple[str, Content]]:
    """Yield rows with their split; a site is one document."""
    sites = sorted({row["site"] for row in rows}, key=lambda site: hashlib.sha256(site.encode()).hexdigest())
    named = dict.fromkeys(sites, "train")
    named |= dict.fromkeys(sites[: SITES["test"]], "test")
    named |= dict.fromkeys(sites[SITES["test"] : SITES["test"] + SITES["valid"]], "valid")
    for row in rows:
        yield named[row["site"]], row


def papers(folder: Path) -> Iterator[Content]:
    """Yield questions on papers, with the part of the paper around the answer, at a random place in that part."""
    texts = {row["doc_id"]: row["text"] for row in read(folder / "documents.jsonl")}
    for row in read(folder / "questions.jsonl"):
        if row.get("is_impossible") or not row["answers"]:
            continue
        text, answer, start = texts[row["doc_id"]], row["answers"][0], row["answer_starts"][0]
        chance = random.Random(str(row["id"]))
        low = max(0, start - chance.randrange(max(1, AROUND - len(answer))))
        low = text.rfind(" ", 0, low) + 1
        high = text.find(" ", max(low + AROUND, start + len(answer)))
        yield {**row, "context": text[low : high if high > 0 else None]}


def unanswerable(row: Row) -> Content:
    return {
        "id": row.id,
        "question": row.values["question"],
        "unanswerable": True,
        "context": row.passages[0].text,
        **({"title": row.passages[0].heading[0]} if row.passages[0].heading else {}),
    }


def read(file: Path) -> Iterator[Content]:
    for line in file.read_text("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def write(file: Path, rows: list[Mapping[str, Any]] | list[Content]) -> None:
    file.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
