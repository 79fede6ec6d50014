"""Labelled rows of a task, read from JSON lines: fine-tuning learns from them, evaluation measures on them.

The columns tell the task:

    {"question": ..., "answers": [...], "context": ..., "title": ..., "unanswerable": false}     answer
    {"fields": {...} or "mr": "recommend(name=...;...)", "references": [...]}       describe
    {"text": ..., "label": ...}                                                     classify
    {"source": ..., "summary": ... or "references": [...]}                          summarise
    {"input": ..., "target": ...}                                                   any task of your own, by its prefix
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import InputError, RowsError
from ingest.types import Chunk, Scalar
from rag.data.json_lines import read_objects

ROW_TASKS = ("answer", "describe", "classify", "summarise")


@dataclass(frozen=True)
class Row:
    """One labelled example of a task.

    `values` are what the task's prompt renders (question; fields and intent; text; input). `passages` are the row's
    own: a question's context, a text to summarise. `references` are the right outputs, the first of which fine-tuning
    learns; only a question that the passages do not answer has none.
    """

    id: str
    task: str
    values: Mapping[str, Any]
    references: tuple[str, ...]
    passages: tuple[Chunk, ...] = ()
    unanswerable: bool = False

    @property
    def target(self) -> str:
        """The output that a model should write. Raises IndexError for a row without a reference."""
        return self.references[0]

    @property
    def key(self) -> str:
        """A hash of the input alone: equal for rows that differ in their references only."""
        content = [self.task, self.values, [chunk.text for chunk in self.passages]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The input as plain text, for retrieval: the question, the fields' values, the text."""
        if self.task == "describe":
            return " ".join(str(value) for value in self.values["fields"].values() if value not in (None, ""))
        return str(next((self.values[name] for name in ("question", "text", "input") if name in self.values), ""))


def read_rows(file: str | Path, task: str | None = None, limit: int | None = None) -> list[Row]:
    """Return the rows of a JSONL file in order; `task` names one where the columns are `input` and `target`.

    A row's id is its column `id` or `_id`, else its line number. A repeated id gets a number: "q1~2". Raises RowsError
    for a file that is missing, empty or not text, and for a line without the columns of a task.
    """
    file = Path(file)
    rows: list[Row] = []
    counts: dict[str, int] = {}
    for number, content in read_objects(file):
        row = as_row(content, f"{file}, line {number}", str(number), task)
        # Outputs are kept by row id, so ids have to be distinct; "q1~2" itself may be an id of the file.
        while (count := counts.get(row.id, 0) + 1) > 1:
            counts[row.id] = count
            row = replace(row, id=f"{row.id}~{count}")
        counts[row.id] = count
        rows.append(row)
        if limit is not None and len(rows) == limit:
            break
    if not rows:
        raise RowsError(f"{file} holds no rows")
    return rows


def as_row(content: Mapping[str, Any], place: str, number: str, task: str | None = None) -> Row:
    """Return one JSON object as a row. Raises RowsError naming the place and the columns that would work."""
    candidates = {task: _COLUMNS[task]} if task in ROW_TASKS else _COLUMNS
    fits = (kind for kind, groups in candidates.items() if all(_present(content, group) for group in groups))
    kind = next(fits, None)
    if kind is None:
        # One task is listed with every column that would do, several by the first of each group.
        needed = {
            name: " and ".join("/".join(group) if len(candidates) == 1 else group[0] for group in groups)
            for name, groups in candidates.items()
        }
        raise RowsError(
            f"{place} has the columns {', '.join(map(str, content)) or 'none'}; needed are "
            + ", or ".join(f"{columns} (task {name})" for name, columns in needed.items())
        )
    # The column that the row has of each group, and its id.
    columns = [str(_present(content, group)) for group in candidates[kind]]
    id_column = _present(content, ("id", "_id"))
    row_id = (id_column and str(content[id_column])) or number
    return _PARSERS[kind](content, columns, row_id, task or kind, place)


def parse_mr(text: str) -> tuple[str, dict[str, Scalar]]:
    """Return the intent and the fields of a meaning representation.

    "recommend(name=a 1;memory=4 gb)" gives ("recommend", {"name": "a 1", "memory": "4 gb"}), and "name[Cotto],
    food[Thai]" has no intent. A repeated name gets a number: "name 2". Raises InputError for other texts.
    """
    call = re.fullmatch(r"\s*(\??\w+)\s*\((.*)\)\s*", text, re.DOTALL)
    if call:
        parts = [part.partition("=") for part in call[2].split(";") if part.strip()]
        pairs = [(name, value) for name, _, value in parts]
    else:
        pairs = re.findall(r"([^,\[\]]+?)\s*\[([^\]]*)\]", text)
        if not pairs:
            raise InputError(f"{text[:60]!r} is neither intent(name=value;...) nor name[value], ...")
    fields: dict[str, Scalar] = {}
    for name, value in ((name.strip(), value.strip()) for name, value in pairs):
        if call and len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        # "food[Thai], food[Indian]" has two values of one name.
        copy, unique = 1, name
        while unique in fields:
            copy += 1
            unique = f"{name} {copy}"
        fields[unique] = value
    return call[1] if call else "", fields


def as_passage(text: str, source: str, heading: tuple[str, ...] = ()) -> Chunk:
    """Return a whole text as one passage."""
    return Chunk(text, source, 0, len(text), heading=heading)


def data_hash(rows: Sequence[Row]) -> str:
    """Return a SHA-256 over the rows' inputs and references, in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.key}\0{json.dumps(row.references)}\n".encode())
    return digest.hexdigest()


# --- the columns of each task -----------------------------------------------------------------------------------------

_COLUMNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "answer": (("question",), ("answers", "answer", "unanswerable", "is_impossible")),
    "describe": (("fields", "mr"), ("references", "reference", "ref")),
    "classify": (("text",), ("label",)),
    "summarise": (("source", "document"), ("summary", "summaries", "references", "reference", "target")),
    "own": (("input",), ("target", "references")),
}
"""A row of a task has one column of every group."""


def _present(content: Mapping[str, Any], columns: Iterable[str]) -> str | None:
    return next((column for column in columns if content.get(column) is not None), None)


def _parse_answer(content: Mapping[str, Any], columns: Sequence[str], row_id: str, task: str, place: str) -> Row:
    flag = _present(content, ("unanswerable", "is_impossible"))
    unanswerable = content[flag] if flag else False
    if not isinstance(unanswerable, bool):
        raise RowsError(f'{place}: "{flag}" has to be true or false, not {unanswerable!r}')
    answers = _present(content, ("answers", "answer"))
    if not (answers or unanswerable):
        raise RowsError(f'{place} has neither "answers" nor "unanswerable": true')
    references = () if unanswerable else _read_texts(content[answers or ""], place)
    context = _read_texts(content["context"], place) if content.get("context") is not None else ()
    title = str(content.get("title") or "").strip()
    passages = tuple(
        as_passage(text, f"{row_id}/context", (title,) if title else ()) for text in context if text.strip()
    )
    question = _read_text(content, "question", place)
    return Row(row_id, task, {"question": question}, references, passages, unanswerable)


def _parse_describe(content: Mapping[str, Any], columns: Sequence[str], row_id: str, task: str, place: str) -> Row:
    if columns[0] == "mr":
        try:
            intent, fields = parse_mr(_read_text(content, "mr", place))
        except InputError as error:
            raise RowsError(f"{place}: {error}") from None
    else:
        intent, fields = str(content.get("intent", "")), content["fields"]
        if not isinstance(fields, dict):
            raise RowsError(f'{place}: "fields" has to be an object of names and values')
    return Row(row_id, task, {"fields": fields, "intent": intent}, _read_texts(content[columns[1]], place))


def _parse_classify(content: Mapping[str, Any], columns: Sequence[str], row_id: str, task: str, place: str) -> Row:
    return Row(row_id, task, {"text": _read_text(content, "text", place)}, _read_texts(content["label"], place))


def _parse_summarise(content: Mapping[str, Any], columns: Sequence[str], row_id: str, task: str, place: str) -> Row:
    passage = as_passage(_read_text(content, columns[0], place), f"{row_id}/source")
    return Row(row_id, task, {}, _read_texts(content[columns[1]], place), (passage,))


def _parse_own(content: Mapping[str, Any], columns: Sequence[str], row_id: str, task: str, place: str) -> Row:
    return Row(row_id, task, {"input": _read_text(content, "input", place)}, _read_texts(content[columns[1]], place))


_PARSERS: dict[str, Callable[[Mapping[str, Any], Sequence[str], str, str, str], Row]] = {
    "answer": _parse_answer,
    "describe": _parse_describe,
    "classify": _parse_classify,
    "summarise": _parse_summarise,
    "own": _parse_own,
}


def _read_text(content: Mapping[str, Any], name: str, place: str) -> str:
    value = content[name]
    if not isinstance(value, str) or not value.strip():
        raise RowsError(f'{place}: "{name}" has to be a text that is not empty')
    return value


def _read_texts(value: object, place: str) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str | int | float) for text in texts):
        raise RowsError(f"{place}: references have to be texts")
    return tuple(str(text) for text in texts)
