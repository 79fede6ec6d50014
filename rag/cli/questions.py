"""The questions of `rag ask` and `rag search`, and the warning that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import InputError
from rag.cli import output
from rag.cli.messages import message_of
from rag.cli.options import CommonOptions
from rag.config import Config
from rag.data.json_lines import parse_object, read_lines
from rag.options import RetrievalOptions, StoreOptions, option
from stores.filters.filter import Where
from stores.filters.parse import as_filter

LISTED_FIELDS = 20


@dataclass(frozen=True, kw_only=True)
class QuestionOptions(RetrievalOptions, StoreOptions, CommonOptions):
    """The question, or a file of them, and where its passages come from."""

    TITLE = "questions"

    question: tuple[str, ...] = option(
        "the question; quote it if it holds ?, * or other signs of the shell", default=(), positional=True
    )
    file: Path | None = option(
        'answer each line of a JSONL file of {"id", "question"}; prints one JSON object a line',
        "FILE",
        was=("--questions",),
    )


@dataclass(frozen=True)
class QuestionRow:
    """A question, with the row that it is of and the place of that: "q.jsonl, line 3", "" on the command line."""

    question: str
    row: Mapping[str, Any]
    place: str = ""

    def report(self, error: Exception) -> None:
        """Warn of a question that cannot be answered."""
        output.warn(f"{self.place}: {message_of(error)}")


@dataclass(frozen=True)
class Questions:
    """The questions of a command, and the number of lines that hold none."""

    rows: tuple[QuestionRow, ...]
    broken: int = 0


def read_questions(options: QuestionOptions) -> Questions:
    """Return the question of the command line, or those of the file, with a warning for each line that is broken."""
    if options.k is not None and options.k < 1:
        raise InputError(f"-k is {options.k}: at least one passage has to be retrieved")
    if bool(options.question) == (options.file is not None):
        raise InputError("give one question, or --file FILE.jsonl")
    if options.file is None:
        question = " ".join(options.question)
        if not question.strip():
            raise InputError("the question is empty: ask something")
        return Questions((QuestionRow(question, {}),))
    rows, broken = [], 0
    for number, line in read_lines(options.file):
        place = f"{options.file}, line {number}"
        try:
            rows.append(_read_row(line, place))
        except InputError as error:
            output.warn(str(error))
            broken += 1
    return Questions(tuple(rows), broken)


def _read_row(line: str, place: str) -> QuestionRow:
    row = parse_object(line, place)
    question = row.get("question")
    if not isinstance(question, str) or not question.strip():
        raise InputError(f'{place}: needs a "question" that is not empty, such as {{"id": 1, "question": "Who?"}}')
    return QuestionRow(question, row, place)


def with_id(row: Mapping[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """Return an output object with the id of its question's row, if the row has one."""
    return {"id": row["id"], **content} if "id" in row else content


def warn_of_filter(config: Config, where: Where) -> None:
    """Warn if no passage matches the filter, and name the fields that it could use."""
    chosen = as_filter(where)
    if chosen is None:
        return
    with config.store(create=False) as store:
        if not len(store) or store.count(chosen):
            return
        fields, example = store.fields(), store.sources()[0].source.source
    names = ", ".join(["source", *fields][:LISTED_FIELDS]) + (", ..." if len(fields) >= LISTED_FIELDS else "")
    output.warn(f"no passage matches the filter; fields here are {names}; a source is, for example, {example!r}")
