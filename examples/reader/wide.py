"""Prepare more rows for the reader: SQuAD by article, look-ups in tables, and sets that only measure.

    python examples/reader/wide.py DATA [build/reader]

wide.jsonl has rows to learn from beside prepare.py's: SQuAD 2.0 by article (DATA/qa/squad2_articles, a third of it
unanswerable), some of them once more with the answer swapped for that of another question, qamr, fairytaleqa, look-ups
in the tables of DATA/tables/wikitablequestions, people's questions about them whose answer is a cell, and those about
annual reports (tatqa). Rows are written as `column: value; column: value`. test-squad2.jsonl has SQuAD's held-out
articles. squadshifts_* and subjqa_reviews are for tests alone: half of their documents, by hash, are in
test-NAME.jsonl, and no row is learnt.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from prepare import Content, read, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with qa and tables")
    parser.add_argument("out", type=Path, nargs="?", default=Path("build/reader"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    qa = options.data / "qa"
    tables = options.data / "tables"
    articles = list(squad_articles(qa))
    rows = [*table_rows(tables), *table_questions(tables), *report_rows(tables)]
    wide = [*articles, *swapped_rows(articles), *other_sets(qa), *rows]
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


def swapped_rows(rows: Sequence[Content]) -> Iterator[Content]:
    """Yield rows whose answer is swapped, wherever it stands, for another of the same form (Longpre et al. 2021).

    Whoever reads them learns to follow the passage, not what is known from elsewhere.
    """
    answers = {row["id"]: row["answers"][0] for row in rows if row.get("answers")}
    by_form: dict[str, list[str]] = {}
    for answer in dict.fromkeys(answers.values()):
        by_form.setdefault(form_of(answer), []).append(answer)
    for row in rows:
        answer = answers.get(row["id"], "")
        form = form_of(answer)
        if not form or answer in row["question"]:
            continue
        chance = random.Random(row["id"])
        other = chance.choice(by_form[form])
        if other not in row["context"] and other not in row["question"]:
            context = re.sub(rf"(?<!\w){re.escape(answer)}(?!\w)", lambda _, other=other: other, row["context"])
            if other in context:
                yield {**row, "id": f"squad2_swap-{row['id']}", "context": context, "answers": [other]}


def form_of(answer: str) -> str:
    """Return the form of an answer that can be swapped: a year, a figure with what is counted, a name; else ""."""
    words = answer.split()
    if re.fullmatch(r"1\d{3}|20\d{2}", answer):
        return "year"
    if re.fullmatch(r"[\d.,]+", answer):
        return "figure"
    if len(words) == 2 and re.fullmatch(r"[\d.,]+", words[0]) and words[1].isalpha():
        return f"figure {words[1]}"
    if len(words) <= 4 and all(word[:1].isupper() and word.strip(",.'").isalpha() for word in words):
        return f"name of {min(len(words), 3)}"
    return ""


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
    """Yield look-ups in tables: a question for a column and a row, a third of them for a row that is not there.

    A row is named by a cell that no other row has; most often by its first.
    """
    tables = list(read(data / "wikitablequestions/tables.jsonl"))
    keys = [row[0] for table in tables for row in table["rows"] if row and is_name(row[0])]
    for table in tables:
        chance = random.Random(table["table_id"])
        header = [" ".join(name.split()) for name in table["header"]]
        rows = [[" ".join(cell.split()) for cell in row] for row in table["rows"]]
        rows = [row for row in rows if len(row) == len(header)]
        columns = list(zip(*rows, strict=True))
        naming = [place for place, cells in enumerate(columns) if len({*filter(is_name, cells)}) == len(rows)]
        if len(rows) < 3 or len(header) < 2 or len(set(header)) != len(header) or not all(header) or not naming:
            continue
        for number, row in enumerate(chance.sample(rows, min(18, len(rows)))):
            named = naming[0] if chance.random() < 0.6 else chance.choice(naming)
            place = chance.choice([column for column in range(len(header)) if column != named])
            if not row[place] or row[place] in ("-", "–", "—"):
                continue
            # A part of the table with the row somewhere in it.
            low = max(0, rows.index(row) - chance.randrange(6))
            part = rows[low : low + chance.randrange(2, 11)]
            if row not in part:
                part.append(row)
            key, missing = row[named], number % 3 == 2
            if missing:
                part.remove(row)
                key = chance.choice([key, key, chance.choice(keys)])
                if any(key in other for other in part) or not part:
                    continue
            context = written(header, part)
            if not missing and occurrences(row[place], context) > 1:
                continue  # a reader would learn from the value of another row, too
            patterns = next((some for column, some in TYPED if column.search(header[place])), ()) + LOOK_UPS
            question = chance.choice(patterns).format(
                column=casual(header[place]), key=key, first=casual(header[named])
            )
            yield {
                "id": f"tables-{table['table_id']}-{number}",
                "question": question[:1].upper() + question[1:] if chance.random() < 0.5 else question.lower(),
                "context": context,
                **({"unanswerable": True} if missing else {"answers": [row[place]]}),
            }


def table_questions(data: Path) -> Iterator[Content]:
    """Yield people's questions about a table that name a row and ask for a cell of it; a third without that row.

    Left out are questions that count, compare or ask for a neighbour of a row: their answer is not read but worked out.
    """
    tables = {table["table_id"]: table for table in read(data / "wikitablequestions/tables.jsonl")}
    for number, question in enumerate(read(data / "wikitablequestions/questions.jsonl")):
        if not question["answer_is_cell"] or len(question["answers"]) != 1 or WORKED_OUT.search(question["question"]):
            continue
        table, [answer] = tables[question["table_id"]], question["answers"]
        header = [" ".join(name.split()) for name in table["header"]]
        rows = [[" ".join(cell.split()) for cell in row] for row in table["rows"]]
        asked = f" {plain_words(question['question'])} "
        right = [
            row
            for row in rows
            if answer in row
            and any(cell != answer and plain_words(cell) and f" {plain_words(cell)} " in asked for cell in row)
        ]
        if len(right) != 1 or not all(header):
            continue
        chance = random.Random(question["id"])
        low = max(0, rows.index(right[0]) - chance.randrange(8))
        part = rows[low : low + chance.randrange(4, 14)]
        if right[0] not in part:
            part.append(right[0])
        if missing := number % 3 == 2:
            part.remove(right[0])
        context = written(header, part)
        if (missing and any(answer in row for row in part)) or not part:
            continue
        if missing or occurrences(answer, context) == 1:
            text = question["question"]
            yield {
                "id": f"tables-{question['id']}",
                "question": text[:1].upper() + text[1:] if chance.random() < 0.5 else text,
                "context": context,
                **({"unanswerable": True} if missing else {"answers": [answer]}),
            }


def report_rows(data: Path) -> Iterator[Content]:
    """Yield questions about annual reports whose answer is one span of the table or of the text beside it."""
    for report in read(data / "tatqa/train.jsonl"):
        # A table has a header of one row, or of two if the first has empty cells only beside a spanning title.
        table = [[" ".join(cell.split()) for cell in row] for row in report["table"]]
        top = next((place for place, row in enumerate(table) if row[0]), 0)
        header = [" ".join(filter(None, column)) for column in zip(*table[:top], strict=True)] if top else table[0]
        lines = [
            "; ".join([row[0], *(f"{name}: {cell}" for name, cell in zip(header[1:], row[1:], strict=True) if cell)])
            for row in table[max(top, 1) :]
        ]
        context = "\n".join([*report["paragraphs"], *lines])
        for question in report["questions"]:
            answer = question["answer"]
            is_span = question["answer_type"] == "span" and not question["derivation"] and len(answer) == 1
            if is_span and occurrences(answer[0], context) in (1, 2):
                yield {
                    "id": f"tatqa-{question['uid']}",
                    "question": question["question"],
                    "context": context,
                    "answers": answer,
                }


def written(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a reader sees them, a line each."""
    return "\n".join(
        "; ".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=False) if cell) for row in rows
    )


def occurrences(answer: str, context: str) -> int:
    """Return how often an answer stands in a context, as whole words."""
    return len(re.findall(rf"(?<!\w){re.escape(answer)}(?!\w)", context))


def plain_words(text: str) -> str:
    """Return the words of a text in small letters, without marks."""
    return " ".join(re.findall(r"\w+", text.lower()))


# What people ask for a column whose name they do not say.
TYPED = (
    (
        re.compile(r"\b(?:date|year|founded|opened|built|released?|established|completed)\b", re.IGNORECASE),
        ("When was {key}?", "What year was it for {key}?", "when did {key} happen", "{key} - since when?"),
    ),
    (
        re.compile(r"\b(?:venue|location|city|place|country|county|town|state|site|circuit|station)\b", re.IGNORECASE),
        ("Where is {key}?", "Where was {key}?", "in which place is {key}", "Where do I find {key}?"),
    ),
    (
        re.compile(r"\b(?:price|cost|fee|salary|revenue|budget|income|sales|earnings|prize)\b", re.IGNORECASE),
        ("How much is {key}?", "What does {key} cost?", "how much money is it for {key}", "How expensive is {key}?"),
    ),
    (
        re.compile(r"\b(?:time|duration|length|runtime)\b", re.IGNORECASE),
        ("How long is {key}?", "How long did {key} take?", "how long does {key} last"),
    ),
    (re.compile(r"\b(?:height|altitude|elevation)\b", re.IGNORECASE), ("How high is {key}?", "How tall is {key}?")),
    (
        re.compile(r"\b(?:weight|mass|capacity|size|area)\b", re.IGNORECASE),
        ("How big is {key}?", "How much does {key} hold or weigh?"),
    ),
    (
        re.compile(
            r"\b(?:population|attendance|votes|points|wins|losses|goals|seats|number|no\.?|total|members)(?!\w)",
            re.IGNORECASE,
        ),
        ("How many {column} does {key} have?", "How many {column} for {key}?", "how many {column} did {key} get"),
    ),
    (
        re.compile(
            r"\b(?:name|player|driver|author|writer|director|coach|manager|owner|president|artist|winner|champion|party|team"
            r"|opponent|chair|constructor|performer|singer|actor|candidate)\b",
            re.IGNORECASE,
        ),
        (
            "Who is the {column} of {key}?",
            "Who was it for {key}?",
            "who does {key} have as {column}",
            "Who belongs to {key}?",
        ),
    ),
)

WORKED_OUT = re.compile(
    r"\b(?:how many|number of|total|most|least|fewest|first|last|next|previous|after|before|above|below|more|less|fewer"
    r"|than|difference|average|only|other|besides|same|top|bottom|listed|\w{3,}est|also|consecutive|following|prior|both)\b",
    re.IGNORECASE,
)

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
