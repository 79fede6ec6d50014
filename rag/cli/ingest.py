"""`rag ingest`: put files and folders into the store, or refresh it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions, option

PATIENCE = 1.0  # seconds until a message says why the command has not ended


@dataclass(frozen=True, kw_only=True)
class IngestOptions(StoreOptions, CommonOptions):
    """Options of `rag ingest`."""

    paths: tuple[str, ...] = option(
        "files and folders; files that vanished from them leave the store", "PATH", required=True, positional=True
    )
    strict: bool = option("exit with status 1 if any file failed", default=False)
    chunk_size: int | None = option("longest chunk in tokens (default: 200)", "TOKENS", key="chunker.size")
    overlap: int | None = option("tokens that neighbouring chunks share (default: 0)", "TOKENS", key="chunker.overlap")
    template: str | None = option(
        "text of a catalogue row, such as '{name}: {description}'", "TEXT", key="parse.template"
    )
    max_file_size: float | None = option(
        "skip larger files (default: 100)", "MB", key="parse.max_bytes", convert=lambda size: int(size * 1_000_000)
    )
    timeout: float | None = option("longest time to parse one file (default: 60)", "SECONDS", key="parse.timeout")


def ingest(options: IngestOptions) -> int:
    """Bring the store in step with files and folders."""
    config = load_config(options)
    index = config.index()
    store_path = str(config.store_path)
    try:
        report = index.sync(options.paths)
        if options.json:
            output.json_line(output.report_object(report, store_path))
        else:
            output.show_report(report, store_path)
    except Exception:
        index.store.close()
        raise
    # Closing builds the search index, which only saves time. An interruption does not wait for it.
    timer = threading.Timer(PATIENCE, output.warn, ["building the search index; it is safe to interrupt"])
    timer.daemon = True
    timer.start()
    try:
        index.store.close()
    finally:
        timer.cancel()
    named = [problem for problem in (*report.failed, *report.skipped) if problem.named]
    return 1 if named or (options.strict and report.failed) else 0


COMMAND = Command("put files and folders into the store, or refresh it", IngestOptions, ingest)
