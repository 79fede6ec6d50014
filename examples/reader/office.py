"""Prepare rows for the reader from the papers of invented organisations: handbooks, price lists, mails, notices.

    python examples/reader/office.py ORGANISATIONS [build/reader]

ORGANISATIONS is a folder of JSONL files, an organisation a line: its sections, and questions as people ask them with
the words that answer. Of every question the section that answers is a positive row, and the sections of the same
organisation that are nearest to the question are rows without an answer, so that a reader learns to prefer the right
one. Tables are read whole, and row by row as sheets and catalogues are. One organisation in seven, by the hash of its
name, is left out; their names are in held-out-organisations.txt.

Written are office-spans.jsonl, office-yesno.jsonl and office-sentences.jsonl.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from prepare import Content, read, write

from ingest.embed import Embedder, new_embedder
from ingest.sentences import sentence_spans
from rag.answer.cells import cells_of

DISTRACTORS = 3  # sections without an answer for each question
SAME = 0.5  # share of common words from which on two sections are editions of one text
HELD_OUT = 7  # one organisation in so many


@dataclass(frozen=True)
class Section:
    """A section of an organisation's papers, or one row of its table."""

    id: str
    heading: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        return " > ".join(self.heading)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self.text.lower()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("organisations", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=Path("build/reader"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    organisations = [row for file in sorted(options.organisations.glob("*.jsonl")) for row in read(file)]
    left_out = [row["org"] for row in organisations if is_held_out(row)]
    (options.out / "held-out-organisations.txt").write_text("".join(f"{name}\n" for name in left_out), "utf-8")
    embedder = new_embedder()
    rows: dict[str, list[Content]] = {"spans": [], "yesno": [], "sentences": []}
    for organisation in organisations:
        if not is_held_out(organisation):
            for kind, row in rows_of(organisation, embedder):
                rows[kind].append(row)
    for kind, some in rows.items():
        random.Random(0).shuffle(some)
        write(options.out / f"office-{kind}.jsonl", some)
        print(f"office-{kind}: {len(some):,} rows")


def is_held_out(organisation: Content) -> bool:
    """Return whether an organisation is left out, by its name."""
    return int(hashlib.sha256(organisation["org"].encode()).hexdigest()[:8], 16) % HELD_OUT == 0


def rows_of(organisation: Content, embedder: Embedder) -> Iterator[tuple[str, Content]]:
    """Yield the rows of an organisation with the file that they belong in."""
    sections = [Section(one["id"], tuple(one["heading"]), one["text"]) for one in organisation["sections"]]
    by_id = {section.id: section for section in sections}
    records = {section.id: list(split_rows(section)) for section in sections}
    chance = random.Random(organisation["org"])
    vectors = embedder.embed_documents([f"{section.title}\n{section.text}" for section in sections])
    asked = embedder.embed_documents([row["q"] for row in organisation["questions"]])

    for number, (row, query) in enumerate(zip(organisation["questions"], asked, strict=True)):
        name = f"office-{organisation['org']}-{number}"
        question = row["q"].strip()
        gold = by_id[row.get("section") or row["near"]]
        order = [sections[place] for place in np.argsort(-(vectors @ query))]
        others = [one for one in order if one is not gold and len(one.words & gold.words) < SAME * len(one.words)]
        answer = row.get("answer", "")
        proof = row.get("evidence", [])
        relevant = {"relevant": places_of([proof] if isinstance(proof, str) else proof, gold.text)}
        others = [one for one in others if not answer or row["kind"] == "yes-no" or not has_words(one.text, answer)]

        if row["kind"] == "short":
            record = next((one for one in records[gold.id] if row["evidence"] == one[0]), None)
            whole = len(re.findall(rf"(?<!\w){re.escape(answer)}(?!\w)", gold.text)) == 1
            if whole:
                yield "spans", new_row(name, question, gold, {"answers": [answer]})
            if record and has_words(record[1].text, answer) and (not whole or chance.random() < 0.5):
                yield "spans", new_row(f"{name}-row", question, record[1], {"answers": [answer]})
                rivals = [one for line, one in records[gold.id] if line != record[0]]
                for place, one in enumerate(chance.sample(rivals, min(2, len(rivals)))):
                    if answer not in one.text:
                        yield "spans", new_row(f"{name}-row{place}", question, one, {"unanswerable": True})
            for place, one in enumerate(others[:DISTRACTORS]):
                yield "spans", new_row(f"{name}-no{place}", question, one, {"unanswerable": True})
            yield "sentences", new_row(f"{name}-s", question, gold, relevant)
        elif row["kind"] == "none":
            for place, one in enumerate([gold, *others[:1]]):
                yield "spans", new_row(f"{name}-no{place}", question, one, {"unanswerable": True})
            yield "sentences", new_row(f"{name}-s", question, gold, relevant)
            if YES_NO.match(question):
                yield "yesno", new_row(f"{name}-v", question, gold, {"label": "none"})
        elif row["kind"] == "yes-no":
            sentence = Section(gold.id, gold.heading, row["evidence"])
            yield "yesno", new_row(f"{name}-v", question, gold, {"label": row["answer"]})
            yield "yesno", new_row(f"{name}-vs", question, sentence, {"label": row["answer"]})
            for place, one in enumerate(others[:2]):
                yield "yesno", new_row(f"{name}-v{place}", question, one, {"label": "none"})
            # Another sentence of the section decides nothing.
            rest = [gold.text[a:b] for a, b in sentence_spans(gold.text) if row["evidence"] not in gold.text[a:b]]
            rest = [text for text in rest if text not in row["evidence"] and len(text) > 20]
            if rest:
                other = Section("", gold.heading, chance.choice(rest))
                yield "yesno", new_row(f"{name}-vn", question, other, {"label": "none"})
            yield "sentences", new_row(f"{name}-s", question, gold, relevant)
        else:
            yield "sentences", new_row(f"{name}-s", question, gold, relevant)
            if others:
                yield "sentences", new_row(f"{name}-sn", question, others[0], {"relevant": []})


def new_row(name: str, question: str, section: Section, labels: Mapping[str, object]) -> dict[str, object]:
    """Return a row for training: a question, a section, and what is to be learnt of the two."""
    return {"id": name, "question": question, "context": section.text, "title": section.title, **labels}


def split_rows(section: Section) -> Iterator[tuple[str, Section]]:
    """Yield the rows of a table, each with its line and as a section of a cell a line, as sheets and files have them.

    The first cell is the title of half of them.
    """
    for line in section.text.splitlines():
        cells = cells_of_row(line)
        if cells:
            is_titled = len(section.text) % 2 == 0
            heading = (*section.heading[:1], cells[0]) if is_titled else section.heading
            yield line, Section(section.id, heading, "\n".join(cells[1:] if is_titled else cells))


def cells_of_row(line: str) -> list[str]:
    """Return the cells of a line that is a row and nothing else, each with its column; none of any other line."""
    cells = [f"{cell.column}: {cell.value}" for cell in cells_of(line)]
    return cells if len(cells) > 1 and "; ".join(cells) == line.strip() else []


def has_words(text: str, answer: str) -> bool:
    """Return whether a text has an answer as whole words."""
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE) is not None


def places_of(parts: Sequence[str], text: str) -> list[list[int]]:
    """Return where parts of a text stand in it."""
    return [[text.find(part), text.find(part) + len(part)] for part in parts if part in text]


YES_NO = re.compile(
    r"(?:.*[.,!] )?(?:is|are|do|does|did|can|could|may|must|should|will|would|have|has|am|was|were)\b", re.IGNORECASE
)


if __name__ == "__main__":
    main()
