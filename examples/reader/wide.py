"""Prepare more rows for the reader: SQuAD by article, look-ups in tables, and sets that only measure.

    python examples/reader/wide.py DATA [build/reader]

wide.jsonl has rows to learn from beside prepare.py's: SQuAD 2.0 by article (DATA/qa/squad2_articles, a third of it
unanswerable), qamr, fairytaleqa, and look-ups in the tables of DATA/tables/wikitablequestions, whose rows are written
as `column: value; column: value`. test-squad2.jsonl has SQuAD's held-out articles. squadshifts_* and subjqa_reviews are
for tests alone: half of their documents, by hash, are in test-NAME.jsonl, and no row is learnt.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from prepare import Content, read, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with qa and tables")
    parser.add_argument("out", type=Path, nargs="?", default=Path("build/reader"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    qa = options.data / "qa"
    wide = [*squad_articles(qa), *other_sets(qa), *table_rows(options.data / "tables")]
    random.Random(0).shuffle(wide)
    write(options.out / "wide.jsonl", wide)
    print(f"wide: {len(wide):,} rows")
    for name in ("squad2", *MEASURED):
        rows = list(measured_rows(qa, name))
        write(options.out / f"test-{name}.jsonl", rows)
        print(f"{name}, test: {len(rows):,} rows")


def squad_articles(data: Path) -> Iterator[Content]:
    """Yield the training rows of SQuAD 2.0 by article, a third of them unanswerable."""
    folder = data / "squad2_articles"
    contexts = {row["context_id"]: row for row in read(folder / "contexts.jsonl")}
    for file in sorted(folder.glob("train-*.jsonl")):
        for row in read(file):
            yield content_of("squad2", row, contexts)


def other_sets(data: Path) -> Iterator[Content]:
    """Yield the training rows of smaller sets, those whose answer stands in the context word for word."""
    for name in ("qamr", "fairytaleqa"):
        folder = data / name
        contexts = {row["context_id"]: row for row in read(folder / "contexts.jsonl")}
        for row in read(folder / "train.jsonl"):
            content = content_of(name, {**row, "title": ""}, contexts)
            verbatim = [
                answer
                for answer in content.get("answers", ())
                if re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", content["context"])
            ]
            if verbatim:
                yield {**content, "answers": verbatim}


def table_rows(data: Path) -> Iterator[Content]:
    """Yield look-ups in tables: a question for a column and a row, a third of them for a row that is not there."""
    tables = list(read(data / "wikitablequestions/tables.jsonl"))
    keys = [row[0] for table in tables for row in table["rows"] if row and is_name(row[0])]
    for table in tables:
        chance = random.Random(table["table_id"])
        header = [" ".join(name.split()) for name in table["header"]]
        rows = [[" ".join(cell.split()) for cell in row] for row in table["rows"]]
        named = [row for row in rows if row and is_name(row[0])]
        if len(set(header)) != len(header) or not all(header) or len({row[0] for row in named}) < max(3, len(named)):
            continue
        for number, row in enumerate(chance.sample(named, min(12, len(named)))):
            place = chance.randrange(1, len(header)) if len(header) > 1 else 0
            if not place or place >= len(row) or not row[place] or row[place] in ("-", "–", "—"):
                continue
            # A part of the table with the row somewhere in it.
            low = max(0, rows.index(row) - chance.randrange(6))
            part = rows[low : low + chance.randrange(2, 9)]
            if row not in part:
                part.append(row)
            key, missing = row[0], number % 3 == 2
            if missing:
                part.remove(row)
                key = chance.choice([row[0], chance.choice(keys)])
                if any(key in other for other in part) or not part:
                    continue
            context = "\n".join(
                "; ".join(f"{name}: {cell}" for name, cell in zip(header, other, strict=False) if cell)
                for other in part
            )
            if not missing and len(re.findall(rf"(?<!\w){re.escape(row[place])}(?!\w)", context)) > 1:
                continue  # a reader would learn from the value of another row, too
            question = chance.choice(LOOK_UPS).format(column=casual(header[place]), key=key, first=casual(header[0]))
            yield {
                "id": f"tables-{table['table_id']}-{number}",
                "question": question,
                "context": context,
                **({"unanswerable": True} if missing else {"answers": [row[place]]}),
            }


LOOK_UPS = (
    "What is the {column} of {key}?",
    "what {column} does {key} have",
    "Which {column} does {key} have?",
    "{key}: {column}?",
    "Tell me the {column} for {key}.",
    "What's the {column} of the {first} {key}?",
    "For {key}, what is the {column}?",
    "What does {key} have as its {column}?",
    "How much or what is the {column} for {key}?",
)


def is_name(cell: str) -> bool:
    """Return whether a cell can name its row."""
    return 1 < len(cell) < 60 and any(character.isalpha() for character in cell)


def casual(name: str) -> str:
    """Return a column's name as people write it in a sentence; abbreviations keep their capitals."""
    return name if name.isupper() else name.lower()


MEASURED = ("squadshifts_amazon", "squadshifts_new_wiki", "squadshifts_reddit", "subjqa_reviews")


def measured_rows(data: Path, name: str) -> Iterator[Content]:
    """Yield the test rows of a set: SQuAD's held-out articles, or half of the documents of a set for tests alone."""
    folder = data / ("squad2_articles" if name == "squad2" else name)
    contexts = {
        row["context_id"]: row
        for row in read(folder / ("test_contexts.jsonl" if name == "squad2" else "contexts.jsonl"))
    }
    for row in read(folder / ("test.jsonl" if name == "squad2" else "train.jsonl")):
        document = row["context_id"] if name == "squadshifts_reddit" else row["title"]  # every post has one title
        digest = hashlib.sha256(document.encode()).hexdigest()
        if name == "squad2" or int(digest[:8], 16) % 2:
            yield content_of(name, {**row, "title": row["title"] if name == "squad2" else ""}, contexts)


def content_of(name: str, row: Content, contexts: Mapping[str, Content]) -> Content:
    """Return a row of a set with its context, as this project's rows are written."""
    answers = [answer.strip() for answer in row.get("answers", ()) if answer.strip()]
    title = row.get("title", "").replace("_", " ")
    return {
        "id": f"{name}-{row['id']}",
        "question": row["question"].strip(),
        "context": row["context"] if "context" in row else contexts[row["context_id"]]["context"],
        **({"title": title} if title else {}),
        **({"answers": answers} if answers else {"unanswerable": True}),
    }


if __name__ == "__main__":
    main()
