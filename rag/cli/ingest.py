"""`rag ingest`, `rag sources` and `rag delete`."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.cli import output
from rag.cli.options import _config

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
            output.json_line(output.report_object(report, str(config.store_path)))
        else:
            output.report(report, str(config.store_path))
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
    timer = threading.Timer(PATIENCE, output.warn, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def sources(options: argparse.Namespace) -> int:
    """List what the store holds."""
    store = _config(options).store(create=False)
    listed = [
        {"source": info.source.source, "origin": info.source.origin, "chunks": info.chunks} for info in store.sources()
    ]
    if options.json:
        output.json_line({"sources": listed, "chunks_total": len(store)})
    else:
        output.sources(listed)
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
        output.json_line({"deleted": count, "chunks_total": total})
    else:
        output.line(f"deleted {count} source{'s' * (count != 1)}; {total} chunks remain")
    return 0
