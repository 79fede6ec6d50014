"""A retrieval set in the BEIR layout: a corpus, queries, and judgements of which document serves which query.

    corpus.jsonl    {"_id": ..., "title": ..., "text": ...} a line
    queries.jsonl   {"_id": ..., "text": ...} a line
    qrels.tsv       query, document, grade; with or without a header; or qrels/test.tsv; TREC's four columns too

A document with a grade above 0 is relevant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import RowsError
from rag.data.rows import read_objects

QRELS = ("qrels.tsv", "qrels/test.tsv")


@dataclass(frozen=True)
class RetrievalSet:
    """The judged queries by id, and the grades of the documents judged for each: 0 is judged and of no use."""

    folder: Path
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus.jsonl"


def read_retrieval_set(folder: str | Path) -> RetrievalSet:
    """Read a folder; queries without a judgement are left out, as no number can be made of them.

    Raises RowsError for a file that is missing or does not fit, and for judgements of what is not there.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RowsError(f"no folder at {folder}; it needs corpus.jsonl, queries.jsonl and qrels.tsv")
    judgements = _judgements(folder)
    queries = _texts(folder / "queries.jsonl")
    documents = _ids(folder / "corpus.jsonl")
    _refuse_unknown("queries", judgements, queries, folder / "queries.jsonl")
    judged = {document for grades in judgements.values() for document in grades}
    _refuse_unknown("documents", judged, documents, folder / "corpus.jsonl")
    return RetrievalSet(folder, {query: queries[query] for query in judgements}, judgements)


def _judgements(folder: Path) -> dict[str, dict[str, int]]:
    file = next((folder / name for name in QRELS if (folder / name).is_file()), None)
    if file is None:
        raise RowsError(f"{folder} has no judgements: {' or '.join(QRELS)}, with query, document and grade a line")
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(file.read_text("utf-8-sig").split("\n"), start=1):
        cells = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        if not line.strip() or (number == 1 and _grade(cells[-1]) is None):
            continue
        grade = _grade(cells[-1])
        if len(cells) not in (3, 4) or grade is None:
            raise RowsError(f"{file}, line {number}: needs query, document and a whole number, not {line[:60]!r}")
        found.setdefault(cells[0].strip(), {})[cells[-2].strip()] = grade
    used = {query: grades for query, grades in found.items() if any(grade > 0 for grade in grades.values())}
    if not used:
        raise RowsError(f"{file} judges no document as relevant")
    return used


def _grade(cell: str) -> int | None:
    try:
        value = float(cell)
        return int(value) if value == int(value) else None
    except (ValueError, OverflowError):
        return None


def _texts(file: Path) -> dict[str, str]:
    found = {}
    for number, content in read_objects(file):
        if not isinstance(content.get("text"), str) or not content["text"].strip():
            raise RowsError(f'{file}, line {number}: needs a "text" that is not empty')
        found[_id(content, file, number)] = content["text"]
    return found


def _ids(file: Path) -> set[str]:
    found = set[str]()
    for number, content in read_objects(file):
        document = _id(content, file, number)
        if document in found:
            raise RowsError(f"{file}, line {number}: the id {document!r} stands on an earlier line too")
        found.add(document)
    if not found:
        raise RowsError(f"{file} holds no documents")
    return found


def _id(content: Mapping[str, object], file: Path, number: int) -> str:
    named = content.get("_id", content.get("id"))
    if not isinstance(named, str | int) or named == "":
        raise RowsError(f'{file}, line {number}: needs an "_id"')
    return str(named)


def _refuse_unknown(what: str, judged: Collection[str], known: Collection[str], file: Path) -> None:
    if missing := [name for name in judged if name not in known]:
        some = ", ".join(sorted(missing)[:5])
        raise RowsError(f"{len(missing)} of {len(judged)} judged {what} are not in {file}, such as {some}")
