"""`rag ask` and `rag search`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.cli import output
from rag.cli.finetune_reader import read_by
from rag.cli.options import _asked, _config, _generated
from rag.config import Config
from stores.filters.filter import Where
from stores.filters.parse import as_filter

BATCH_QUESTIONS = 8


MOST_FIELDS = 20


def search(options: argparse.Namespace) -> int:
    """Show the passages found for one question or a file of them."""
    config = _asked(_config(options), options)
    rows = list(_questions(options))
    pipeline = config.table("pipeline")
    where = as_filter(options.where or pipeline.get("where"))
    retriever, k = config.retriever(), pipeline.get("k", 5)
    found_any = False
    for row in rows:
        began = time.perf_counter()
        hits = retriever.retrieve(row["question"], k, where)
        seconds = time.perf_counter() - began
        found_any = found_any or bool(hits)
        if options.json or options.questions:
            found = {"question": row["question"], "hits": [output.hit_object(hit) for hit in hits], "seconds": seconds}
            output.json_line(_with_id(row, found))
        else:
            output.hits(hits)
    if not found_any:
        _warn_of_filter(config, where)
    return 0


def ask(options: argparse.Namespace) -> int:
    """Answer one question or a file of them."""
    config = _asked(_generated(_config(options), options), options)
    config = read_by(config, options).override("pipeline", min_evidence=options.min_evidence, where=options.where)
    rows = list(_questions(options))
    pipeline = config.pipeline()
    if not (options.json or options.questions):
        stream = pipeline.stream(rows[0]["question"])
        output.answer_stream(stream)
        if not stream.answer.hits:
            _warn_of_filter(config, pipeline.where)
        return 0
    found_any = False
    for low in range(0, len(rows), BATCH_QUESTIONS):
        batch = rows[low : low + BATCH_QUESTIONS]
        began = time.perf_counter()
        answers = pipeline.ask_many([row["question"] for row in batch])
        seconds = (time.perf_counter() - began) / len(batch)
        found_any = found_any or any(answer.hits for answer in answers)
        for row, answer in zip(batch, answers, strict=True):
            output.json_line(_with_id(row, output.answer_object(answer, seconds)))
    if not found_any:
        _warn_of_filter(config, pipeline.where)
    return 0


def _warn_of_filter(config: Config, where: Where) -> None:
    """Say which fields there are where the filter lets nothing through: often it names none of them."""
    chosen, store = as_filter(where), config.store(create=False)
    nowhere = [0.0] * int(store.manifest.get("dimension", 0))  # this vector finds whatever is let through
    if chosen is None or not len(store) or store.search(nowhere, 1, chosen):
        return
    listed = [info.source for info in store.sources()]
    fields = sorted({"source"}.union(*(source.metadata for source in listed)))
    shown = ", ".join(fields[:MOST_FIELDS]) + (", ..." if len(fields) > MOST_FIELDS else "")
    name = listed[0].source
    output.warn(f"the filter lets nothing through; fields here are {shown}, a source's name is such as {name!r}")


def _questions(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield rows with a question each: the one on the command line, or those of the file, all checked before use."""
    if bool(options.question) == (options.questions is not None):
        raise ValueError("give one question, or --questions FILE.jsonl")
    if options.questions is None:
        question = " ".join(options.question)
        if not question.strip():
            raise ValueError("the question is empty: ask something")
        yield {"question": question}
        return
    for number, text in enumerate(_lines(options.questions), start=1):
        if text.strip():
            yield _question_row(text, f"{options.questions}, line {number}")


def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text("utf-8-sig").split("\n")  # splitlines() would also cut at U+2028
    except FileNotFoundError:
        raise ValueError(f"no questions at {file}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text") from None


def _question_row(text: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{place}: not JSON ({error.msg})") from None
    if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
        raise ValueError(f'{place}: needs a "question" that is not empty, such as {{"id": 1, "question": "Who?"}}')
    return row


def _with_id(row: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], **found} if "id" in row else found
