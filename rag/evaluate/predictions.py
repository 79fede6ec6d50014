"""What a system wrote for each row, one JSON line a row: kept as it comes, so that nothing is ever generated twice.

A record is found again by a key of the row's input and of everything that made it, so one file may hold several systems
and a changed setting never meets an old text. A line that a kill tore is dropped, and that row made again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ingest.errors import RowsError
from rag.data.rows import Row, read_objects


@dataclass(frozen=True)
class Prediction:
    """One row's output with what it cost; `row` is the row's id.

    `seconds` is wall-clock time, `cpu_seconds` that of all threads; so many rows as were made `together` share theirs
    equally, so that it is what a user would wait only where that is 1. Answers say whether they `abstained`, with what
    `confidence` (0 to 1) they were given, from what `signals` (`rag.answer.types.Signals`), the texts of their
    `citations`, and how many of their `sentences` are `supported`. Labels have the `label` and its
    `probability`, descriptions the `attempts` and the `raw` text before checking. What is None is not known.
    """

    row: str
    output: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    together: int | None = None
    abstained: bool | None = None
    citations: tuple[str, ...] | None = None
    sentences: int | None = None
    supported: int | None = None
    confidence: float | None = None
    signals: Mapping[str, float] | None = None
    label: str | None = None
    probability: float | None = None
    attempts: int | None = None
    raw: str | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        """The record without what is not known."""
        return {name: value for name in _NAMES if (value := getattr(self, name)) is not None}

    @classmethod
    def of(cls, content: Mapping[str, Any], place: str) -> Prediction:
        """Read a record, or a line that `rag ask`, `classify` or `describe` printed for a row with an `id`.

        Raises RowsError naming the place.
        """
        row = content.get("row", content.get("id"))
        output = next((content[name] for name in OUTPUTS if name in content), None)
        if not isinstance(row, str | int) or not isinstance(output, str):
            raise RowsError(f'{place}: needs "row" or "id", and a text as one of {", ".join(OUTPUTS)}')
        known = {name: content[name] for name in _NAMES if content.get(name) is not None}
        for name, value in known.items():
            if not isinstance(value, _KINDS.get(name, str | int | float)):
                raise RowsError(f'{place}: "{name}" cannot be {value!r}')
        if "citations" in known:
            known["citations"] = tuple(_text(each) for each in known["citations"])
        return cls(**{**known, "row": str(row), "output": output})


OUTPUTS = ("output", "answer", "description", "label")
_NAMES = tuple(field.name for field in fields(Prediction))
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("prompt_tokens", "completion_tokens", "together", "sentences", "supported", "attempts"), int),
    "seconds": int | float,
    "confidence": int | float,
    "cpu_seconds": int | float,
    "abstained": bool,
    "citations": list,
    "signals": dict,
}


def _text(citation: object) -> str:
    return str(citation.get("text", "")) if isinstance(citation, Mapping) else str(citation)


Make = Callable[[Sequence[Row]], Sequence[Prediction]]
"""Makes the records of some rows, in their order; how long it took is measured around it."""

Batches = Callable[[Sequence[Row]], Iterable[Sequence[Row]]]
"""Parts rows into those that are made together, in the order in which that is to happen."""


def recall_or_make(
    rows: Sequence[Row],
    make: Make,
    made_by: Mapping[str, Any] | str,
    file: Path | None = None,
    batch: int | Batches = 1,
    progress: bool | None = None,
    title: str = "generate",
) -> list[Prediction]:
    """Return a record for each row, from the file where it stands there under the same `made_by`, else made and kept.

    `made_by` is all that decides what comes out, as JSON values. Rows with equal inputs are made once. Each batch, of
    so many rows or as a function parts them, is written before the next is begun. `progress` shows a bar with this
    title on stderr; None means on a terminal only.
    """
    keys = [record_key(row, made_by) for row in rows]
    known = _read(file) if file is not None else {}
    first = dict(reversed(list(zip(keys, rows, strict=True))))  # of rows with one key
    waiting = [first[key] for key in dict.fromkeys(keys) if key not in known]
    for part in _shown(_parted(waiting, batch), len(waiting), len(rows), progress, title):
        made = dict(zip([record_key(row, made_by) for row in part], _timed(make, part), strict=True))
        if file is not None:
            _append(file, made)
        known.update(made)
    return [replace(known[key], row=row.id) for key, row in zip(keys, rows, strict=True)]


def record_key(row: Row, made_by: Mapping[str, Any] | str) -> str:
    """Return under which key a row's record is kept."""
    content = json.dumps([row.key, made_by], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def read_outputs(file: str | Path, rows: Sequence[Row], among: Sequence[Row] | None = None) -> list[Prediction]:
    """Return the records of a file in the order of the rows.

    Raises RowsError for a row that the file lacks or holds twice, and for one that is not `among` the rows (by default
    these very rows).
    """
    file, found = Path(file), dict[str, Prediction]()
    for number, content in read_objects(file):
        record = Prediction.of(content, f"{file}, line {number}")
        if record.row in found:
            raise RowsError(f"{file}, line {number}: row {record.row!r} has an output on an earlier line too")
        found[record.row] = record
    known, wanted = {row.id for row in among or rows}, [row.id for row in rows]
    if unknown := [row for row in found if row not in known]:
        raise RowsError(f"{file}: {len(unknown)} outputs are for rows that are not there, such as {unknown[0]!r}")
    if missing := [row for row in wanted if row not in found]:
        raise RowsError(f"{file} has no output for {len(missing)} of {len(wanted)} rows, such as {missing[0]!r}")
    return [found[row] for row in wanted]


def write_outputs(file: str | Path, records: Sequence[Prediction]) -> None:
    """Write records as `read_outputs` reads them."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text("".join(f"{_line(record.as_json)}\n" for record in records), "utf-8")


def _timed(make: Make, rows: Sequence[Row]) -> list[Prediction]:
    wall, cpu = time.perf_counter(), time.process_time()
    made = list(make(rows))
    wall, cpu = (time.perf_counter() - wall) / len(rows), (time.process_time() - cpu) / len(rows)
    wall, cpu = round(wall, 6), round(cpu, 6)
    return [replace(record, seconds=wall, cpu_seconds=cpu, together=len(rows)) for record in made]


def _read(file: Path) -> dict[str, Prediction]:
    """Return the records of a file by their keys; lines that are torn or no records are passed over."""
    found = {}
    for line in file.read_text("utf-8", errors="replace").split("\n") if file.is_file() else ():
        try:
            content = json.loads(line)
            found[str(content["key"])] = Prediction.of(content, str(file))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _append(file: Path, made: Mapping[str, Prediction]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{_line({'key': key, **record.as_json})}\n" for key, record in made.items())
    with file.open("ab+") as out:
        if out.tell() and _last_byte(out) != b"\n":  # a torn line must not take the next one with it
            lines = f"\n{lines}"
        out.write(lines.encode("utf-8", "surrogatepass"))


def _last_byte(out: Any) -> bytes:
    out.seek(-1, 2)
    last: bytes = out.read(1)
    return last


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)


def _parted(waiting: Sequence[Row], batch: int | Batches) -> Iterable[Sequence[Row]]:
    if callable(batch):
        return batch(waiting)
    return [waiting[low : low + batch] for low in range(0, len(waiting), batch)]


def _shown(
    parts: Iterable[Sequence[Row]], waiting: int, rows: int, progress: bool | None, title: str
) -> Iterator[Sequence[Row]]:
    """Yield the parts, with a bar that starts at what is there already."""
    if not waiting:
        return
    from tqdm import tqdm

    disable = None if progress is None else not progress
    with tqdm(total=rows, initial=rows - waiting, desc=title, unit="row", disable=disable, leave=False) as bar:
        for part in parts:
            yield part
            bar.update(len(part))
