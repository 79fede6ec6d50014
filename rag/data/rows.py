"""Labelled rows of a task, read from JSON lines: what fine-tuning learns from and evaluation is measured on.

The columns say the task:

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import RowsError
from ingest.types import Chunk, Scalar

ROW_TASKS = ("answer", "describe", "classify", "summarise")


@dataclass(frozen=True)
class Row:
    """One labelled example of a task.

    `values` are what the task's prompt renders (question; fields and intent; text; input), `passages` what stands with
    the row itself: a question's context, a text to summarise. `references` are the right outputs, the first of them
    what fine-tuning learns; empty only for a question that the passages do not answer.
    """

    id: str
    task: str
    values: Mapping[str, Any]
    references: tuple[str, ...]
    passages: tuple[Chunk, ...] = ()
    unanswerable: bool = False

    @property
    def target(self) -> str:
        """What a model should write. Raises IndexError for a row without a reference."""
        return self.references[0]

    @property
    def key(self) -> str:
        """A hash of the input alone: equal for rows that ask the same, whatever their references say."""
        asked = [self.task, self.values, [chunk.text for chunk in self.passages]]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The input as plain text, for retrieval: the question, the fields' values, the text."""
        if self.task == "describe":
            return " ".join(str(value) for value in self.values["fields"].values() if value not in (None, ""))
        return str(next((self.values[name] for name in ("question", "text", "input") if name in self.values), ""))


def read_rows(file: str | Path, task: str | None = None, limit: int | None = None) -> list[Row]:
    """Return the rows of a JSONL file in order; `task` names one where the columns are `input` and `target`.

    A row's id is its column `id` or `_id`, else its line's number; one that stands again is numbered: "q1~2". Raises
    RowsError for a file that is missing, empty or not text, and for a line without the columns of a task.
    """
    file = Path(file)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, content in read_objects(file):
        rows.append(_distinct(as_row(content, f"{file}, line {number}", str(number), task), seen))
        if limit is not None and len(rows) == limit:
            break
    if not rows:
        raise RowsError(f"{file} holds no rows")
    return rows


def _distinct(row: Row, seen: dict[str, int]) -> Row:
    """Give a repeated id a number: what a system wrote for a row is kept under its id."""
    count = seen[row.id] = seen.get(row.id, 0) + 1
    return row if count == 1 else _distinct(replace(row, id=f"{row.id}~{count}"), seen)


def as_row(content: Mapping[str, Any], place: str, number: str, task: str | None = None) -> Row:
    """Return one JSON object as a row. Raises RowsError naming the place and the columns that would work."""
    wanted = {task: _COLUMNS[task]} if task in ROW_TASKS else _COLUMNS
    kind, columns = next(
        ((name, columns) for name, columns in wanted.items() if all(_first(content, any_of) for any_of in columns)),
        (None, ()),
    )
    if kind is None:
        raise RowsError(
            f"{place} has the columns {', '.join(map(str, content)) or 'none'}; needed are {_named(wanted)}"
        )
    given = [str(_first(content, any_of)) for any_of in columns]
    name = task or ("own" if kind == "own" else kind)
    named = _first(content, ("id", "_id"))
    row_id = (named and str(content[named])) or number
    return _READERS[kind](content, given, row_id, name, place)


def parse_mr(text: str) -> tuple[str, dict[str, Scalar]]:
    """Return the intent and the fields of a meaning representation.

    "recommend(name=a 1;memory=4 gb)" gives ("recommend", {"name": "a 1", "memory": "4 gb"}), and "name[Cotto],
    food[Thai]" has no intent. A name that stands again is numbered: "name 2". Raises ValueError for other texts.
    """
    call = re.fullmatch(r"\s*(\??\w+)\s*\((.*)\)\s*", text, re.DOTALL)
    if call:
        pairs = [pair.partition("=") for pair in call[2].split(";") if pair.strip()]
        named = [(name.strip(), _unquoted(value.strip())) for name, _, value in pairs]
        return call[1], _numbered(named)
    brackets = re.findall(r"([^,\[\]]+?)\s*\[([^\]]*)\]", text)
    if not brackets:
        raise ValueError(f"{text[:60]!r} is neither intent(name=value;...) nor name[value], ...")
    return "", _numbered([(name.strip(), value.strip()) for name, value in brackets])


def as_passage(text: str, source: str, heading: tuple[str, ...] = ()) -> Chunk:
    """Return a text that stands with a row as a passage of its own."""
    return Chunk(text, source, 0, len(text), heading=heading)


_COLUMNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "answer": (("question",), ("answers", "answer", "unanswerable", "is_impossible")),
    "describe": (("fields", "mr"), ("references", "reference", "ref")),
    "classify": (("text",), ("label",)),
    "summarise": (("source", "document"), ("summary", "summaries", "references", "reference", "target")),
    "own": (("input",), ("target", "references")),
}
"""The columns of each task: one of every group."""


def _named(wanted: Mapping[str, tuple[tuple[str, ...], ...]]) -> str:
    """Name the columns of one task with all that may stand for them, those of several by their first names."""
    shown = {
        task: " and ".join("/".join(group) if len(wanted) == 1 else group[0] for group in groups)
        for task, groups in wanted.items()
    }
    return ", or ".join(f"{columns} (task {task})" for task, columns in shown.items())


def _first(content: Mapping[str, Any], names: Iterable[str]) -> str | None:
    return next((name for name in names if content.get(name) is not None), None)


def _answer(content: Mapping[str, Any], given: Sequence[str], row_id: str, task: str, place: str) -> Row:
    flag = _first(content, ("unanswerable", "is_impossible"))
    unanswerable = content[flag] if flag else False
    if not isinstance(unanswerable, bool):
        raise RowsError(f'{place}: "{flag}" has to be true or false, not {unanswerable!r}')
    answers = _first(content, ("answers", "answer"))
    if not (answers or unanswerable):
        raise RowsError(f'{place} has neither "answers" nor "unanswerable": true')
    references = () if unanswerable else _texts(content[answers or ""], place)
    context = _texts(content["context"], place) if _first(content, ("context",)) else ()
    heading = (str(content["title"]).strip(),) if str(content.get("title") or "").strip() else ()
    passages = tuple(as_passage(text, f"{row_id}/context", heading) for text in context if text.strip())
    question = _text(content, "question", place)
    return Row(row_id, task, {"question": question}, references, passages, unanswerable)


def _describe(content: Mapping[str, Any], given: Sequence[str], row_id: str, task: str, place: str) -> Row:
    if given[0] == "mr":
        try:
            intent, fields = parse_mr(_text(content, "mr", place))
        except ValueError as error:
            raise RowsError(f"{place}: {error}") from None
    else:
        intent, fields = str(content.get("intent", "")), content["fields"]
        if not isinstance(fields, dict):
            raise RowsError(f'{place}: "fields" has to be an object of names and values')
    return Row(row_id, task, {"fields": fields, "intent": intent}, _texts(content[given[1]], place))


def _classify(content: Mapping[str, Any], given: Sequence[str], row_id: str, task: str, place: str) -> Row:
    return Row(row_id, task, {"text": _text(content, "text", place)}, _texts(content["label"], place))


def _summarise(content: Mapping[str, Any], given: Sequence[str], row_id: str, task: str, place: str) -> Row:
    passage = as_passage(_text(content, given[0], place), f"{row_id}/source")
    return Row(row_id, task, {}, _texts(content[given[1]], place), (passage,))


def _own(content: Mapping[str, Any], given: Sequence[str], row_id: str, task: str, place: str) -> Row:
    return Row(row_id, task, {"input": _text(content, "input", place)}, _texts(content[given[1]], place))


_READERS: dict[str, Callable[[Mapping[str, Any], Sequence[str], str, str, str], Row]] = {
    "answer": _answer,
    "describe": _describe,
    "classify": _classify,
    "summarise": _summarise,
    "own": _own,
}


def read_objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSONL file with their lines' numbers. Raises RowsError where it is missing or not such."""
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except FileNotFoundError:
        raise RowsError(f"no rows at {file}") from None
    except OSError as error:
        raise RowsError(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise RowsError(f"{file} is not UTF-8 text") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except json.JSONDecodeError as error:
            raise RowsError(f"{file}, line {number}: not JSON ({error.msg})") from None
        if "\\u" in line and (half := half_character(content)):
            raise RowsError(f"{file}, line {number}: {half} is half of a character, which no text can hold")
        if not isinstance(content, dict):
            raise RowsError(f"{file}, line {number}: each row has to be an object, not {type(content).__name__}")
        yield number, content


def half_character(content: Any) -> str | None:
    """Return the escape of a surrogate that stands alone in JSON values, None where all of their text is whole."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return f"\\u{ord(error.object[error.start]):04x}"
    return None


def _text(content: Mapping[str, Any], name: str, place: str) -> str:
    value = content[name]
    if not isinstance(value, str) or not value.strip():
        raise RowsError(f'{place}: "{name}" has to be a text that is not empty')
    return value


def _texts(value: Any, place: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | int | float) for each in listed):
        raise RowsError(f"{place}: references have to be texts")
    return tuple(str(each) for each in listed)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _numbered(pairs: Sequence[tuple[str, str]]) -> dict[str, Scalar]:
    fields: dict[str, Scalar] = {}
    for name, value in pairs:
        copy, unique = 1, name
        while unique in fields:
            copy += 1
            unique = f"{name} {copy}"
        fields[unique] = value
    return fields


def data_hash(rows: Sequence[Row]) -> str:
    """Return a SHA-256 over the rows' inputs and references, in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.key}\0{json.dumps(row.references)}\n".encode())
    return digest.hexdigest()
