"""The questions of `rag ask` and `rag search`, and the warning that they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import InputError
from rag.cli import output
from rag.cli.options import CommonOptions
from rag.config import Config
from rag.data.json_lines import read_objects
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


def read_questions(options: QuestionOptions) -> Iterator[dict[str, Any]]:
    """Yield a row for each question: the one of the command line, or those of the file."""
    if options.k is not None and options.k < 1:
        raise InputError(f"-k is {options.k}: at least one passage has to be retrieved")
    if bool(options.question) == (options.file is not None):
        raise InputError("give one question, or --file FILE.jsonl")
    if options.file is None:
        question = " ".join(options.question)
        if not question.strip():
            raise InputError("the question is empty: ask something")
        yield {"question": question}
        return
    for number, row in read_objects(options.file):
        if not isinstance(row.get("question"), str) or not row["question"].strip():
            raise InputError(
                f'{options.file}, line {number}: needs a "question" that is not empty, '
                'such as {"id": 1, "question": "Who?"}'
            )
        yield row


def with_id(row: Mapping[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """Return an output object with the id of its question's row, if the row has one."""
    return {"id": row["id"], **content} if "id" in row else content


def warn_of_filter(config: Config, where: Where) -> None:
    """Warn if the filter matches no chunk, and name the fields that it could use."""
    chosen = as_filter(where)
    if chosen is None:
        return
    with config.store(create=False) as store:
        if not len(store) or store.count(chosen):
            return
        fields, example = store.fields(), store.sources()[0].source.source
    names = ", ".join(["source", *fields][:LISTED_FIELDS]) + (", ..." if len(fields) >= LISTED_FIELDS else "")
    output.warn(f"the filter matches no chunk; fields here are {names}; a source is, for example, {example!r}")
