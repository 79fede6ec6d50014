"""What each command of `rag` does: build the parts from the configuration, run, show."""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag import show
from rag.calibrate_command import calibrate
from rag.classify.command import classify
from rag.compare.command import compare
from rag.config import CONFIG_FILE, Config, ConfigError
from rag.describe_command import describe
from rag.evaluate_command import evaluate
from rag.finetune.command import finetune, pretrain
from rag.finetune.embedder_command import finetune_embedder
from rag.read.command import finetune_reader, read_by
from rag.report.command import report
from rag.rerank.command import finetune_reranker, reranked_by
from stores.filters import Where, as_filter

BATCH_QUESTIONS = 8
MOST_FIELDS = 20
PATIENCE = 1.0  # seconds until a person is told what keeps a command from ending


def ingest(options: argparse.Namespace) -> int:
    """Bring the store in step with files and folders."""
    config = _config(options)
    config = config.override("chunker", size=options.chunk_size, overlap=options.overlap)
    config = config.override(
        "parse", template=options.template, max_bytes=options.max_file_size, timeout=options.timeout
    )
    index = config.index()
    try:
        report = index.sync(options.paths)
        if options.json:
            show.json_line(show.report_object(report, str(config.store_path)))
        else:
            show.report(report, str(config.store_path))
    except Exception:
        index.store.close()
        raise
    else:  # an interruption does not wait for the index, which only saves time
        with _told_of_waiting("the search index is being made; to stop now loses only that"):
            index.store.close()
    named = [problem for problem in (*report.failed, *report.skipped) if problem.named]
    return 1 if named or (options.strict and report.failed) else 0


@contextmanager
def _told_of_waiting(text: str) -> Iterator[None]:
    """Say on stderr what takes so long, if it does."""
    timer = threading.Timer(PATIENCE, show.warn, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


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
            found = {"question": row["question"], "hits": [show.hit_object(hit) for hit in hits], "seconds": seconds}
            show.json_line(_with_id(row, found))
        else:
            show.hits(hits)
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
        show.answer_stream(stream)
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
            show.json_line(_with_id(row, show.answer_object(answer, seconds)))
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
    show.warn(f"the filter lets nothing through; fields here are {shown}, a source's name is such as {name!r}")


def sources(options: argparse.Namespace) -> int:
    """List what the store holds."""
    store = _config(options).store(create=False)
    listed = [
        {"source": info.source.source, "origin": info.source.origin, "chunks": info.chunks} for info in store.sources()
    ]
    if options.json:
        show.json_line({"sources": listed, "chunks_total": len(store)})
    else:
        show.sources(listed)
    return 0


def delete(options: argparse.Namespace) -> int:
    """Remove a source, or every source of a file."""
    config = _config(options)
    config.store(create=False).close()  # refuses a store that is not there, instead of making one
    index = config.index()
    count = index.delete(options.source)
    total = len(index.store)
    index.store.close()
    if not count:
        raise LookupError(f"no source {options.source!r} in the store; `rag sources` lists them")
    if options.json:
        show.json_line({"deleted": count, "chunks_total": total})
    else:
        show.line(f"deleted {count} source{'s' * (count != 1)}; {total} chunks remain")
    return 0


def models(options: argparse.Namespace) -> int:
    """List the embedded models."""
    from rag.doctor import builtin_models

    listed = builtin_models()
    if options.json:
        show.json_line({"models": listed})
    else:
        show.models(listed)
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Check the installation and the store."""
    from rag.doctor import examine

    examined = examine(_config(options), options.repair)
    if options.json:
        show.json_line(examined)
    else:
        show.examined(examined)
    return 1 if examined["problems"] else 0


def init(options: argparse.Namespace) -> int:
    """Write a commented rag.toml into the current folder."""
    file = Path(CONFIG_FILE)
    if file.exists() and not options.force:
        raise ConfigError(f"{file} is there already; --force replaces it")
    from importlib.resources import files

    file.write_text((files("rag") / "rag.toml").read_text("utf-8"), "utf-8")
    show.line(f"wrote {file}: every option with its default; change what you need")
    return 0


def _config(options: argparse.Namespace) -> Config:
    config = Config.load(options.config)
    if options.store is not None:
        config = config.override("store", path=str(options.store.absolute()))
    return config.override("embedder", model=options.embedder)


def _asked(config: Config, options: argparse.Namespace) -> Config:
    if options.k is not None and options.k < 1:
        raise ValueError(f"-k is {options.k}: at least one passage has to be retrieved")
    config = reranked_by(config, options).override("retriever", kind=options.retriever)
    return config.override("pipeline", k=options.k)


def _generated(config: Config, options: argparse.Namespace) -> Config:
    config = config.override("generator", model=options.model)
    return config.override(
        "decoding", max_new_tokens=options.max_new_tokens, temperature=options.temperature, seed=options.seed
    )


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


__all__ = [
    "ask",
    "calibrate",
    "classify",
    "compare",
    "delete",
    "describe",
    "doctor",
    "evaluate",
    "finetune",
    "finetune_embedder",
    "finetune_reader",
    "finetune_reranker",
    "ingest",
    "init",
    "models",
    "pretrain",
    "report",
    "search",
    "sources",
]
