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
from rag.data.json_lines import read_objects

QRELS = ("qrels.tsv", "qrels/test.tsv")


@dataclass(frozen=True)
class RetrievalSet:
    """The judged queries by id, and the grades of the documents judged for each; grade 0 is not relevant."""

    folder: Path
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus.jsonl"


def read_retrieval_set(folder: str | Path) -> RetrievalSet:
    """Read a folder. Queries without a relevant document are left out, since no metric is defined for them.

    Raises RowsError for a file that is missing or malformed, and for judgements of unknown queries or documents.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RowsError(f"no folder at {folder}; it needs corpus.jsonl, queries.jsonl and qrels.tsv")
    # The smallest file first, so that a mistake in it shows at once.
    judgements = _read_judgements(folder)
    queries: dict[str, str] = {}
    for number, content in read_objects(folder / "queries.jsonl"):
        if not isinstance(content.get("text"), str) or not content["text"].strip():
            raise RowsError(f'{folder / "queries.jsonl"}, line {number}: needs a "text" that is not empty')
        queries[_read_id(content, folder / "queries.jsonl", number)] = content["text"]
    documents = set[str]()
    for number, content in read_objects(folder / "corpus.jsonl"):
        document = _read_id(content, folder / "corpus.jsonl", number)
        if document in documents:
            raise RowsError(f"{folder / 'corpus.jsonl'}, line {number}: the id {document!r} is on an earlier line too")
        documents.add(document)
    if not documents:
        raise RowsError(f"{folder / 'corpus.jsonl'} holds no documents")
    # A judged document that is missing would count as a miss of every system.
    _check_known("queries", judgements, queries, folder / "queries.jsonl")
    judged = {document for grades in judgements.values() for document in grades}
    _check_known("documents", judged, documents, folder / "corpus.jsonl")
    return RetrievalSet(folder, {query: queries[query] for query in judgements}, judgements)


def _read_judgements(folder: Path) -> dict[str, dict[str, int]]:
    file = next((folder / name for name in QRELS if (folder / name).is_file()), None)
    if file is None:
        raise RowsError(f"{folder} has no judgements: {' or '.join(QRELS)}, with query, document and grade a line")
    judgements: dict[str, dict[str, int]] = {}
    for number, line in enumerate(file.read_text("utf-8-sig").split("\n"), start=1):
        # Without a tab it is TREC's layout, which separates by blanks.
        cells = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        grade = _parse_grade(cells[-1]) if cells else None
        # A first line without a grade is a header.
        if not line.strip() or (number == 1 and grade is None):
            continue
        if len(cells) not in (3, 4) or grade is None:
            raise RowsError(f"{file}, line {number}: needs query, document and a whole number, not {line[:60]!r}")
        judgements.setdefault(cells[0].strip(), {})[cells[-2].strip()] = grade
    usable = {query: grades for query, grades in judgements.items() if any(grade > 0 for grade in grades.values())}
    if not usable:
        raise RowsError(f"{file} judges no document as relevant")
    return usable


def _parse_grade(cell: str) -> int | None:
    try:
        value = float(cell)
        return int(value) if value == int(value) else None
    except (ValueError, OverflowError):
        return None


def _read_id(content: Mapping[str, object], file: Path, number: int) -> str:
    name = content.get("_id", content.get("id"))
    if not isinstance(name, str | int) or name == "":
        raise RowsError(f'{file}, line {number}: needs an "_id"')
    return str(name)


def _check_known(kind: str, judged: Collection[str], listed: Collection[str], file: Path) -> None:
    if missing := [name for name in judged if name not in listed]:
        some = ", ".join(sorted(missing)[:5])
        raise RowsError(f"{len(missing)} of {len(judged)} judged {kind} are not in {file}, such as {some}")
