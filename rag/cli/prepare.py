"""`rag prepare`: download and convert models before they are needed."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.models.convert import COMPARING, CONVERTING, LOADING
from rag.build import Task
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.options import StoreOptions, option

STEPS = (LOADING, CONVERTING, COMPARING)


@dataclass(frozen=True, kw_only=True)
class PrepareOptions(StoreOptions, CommonOptions):
    """Options of `rag prepare`."""

    task: Task = option("the command whose models are prepared (default: ask)", default="ask")
    model: str | None = option("the generator: a hub id, a folder or builtin:NAME", "MODEL", key="generator.model")


def prepare(options: PrepareOptions) -> int:
    """Download and convert the models that a command needs, so that its first run does not wait for them."""
    config = load_config(options)
    began = time.perf_counter()
    with show_steps():
        names = config.prepare(options.task)
    seconds = time.perf_counter() - began
    if options.json:
        output.json_line({"task": options.task, "models": names, "seconds": round(seconds, 3)})
    else:
        output.line(f"ready: {', '.join(names)} ({seconds:.0f} s)")
    return 0


@contextmanager
def show_steps() -> Iterator[None]:
    """Show a bar per model that is being prepared; log lines stay as they are where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.fields[model]}"), BarColumn(20), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        class Bars(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                model, step = getattr(record, "model", None), getattr(record, "step", "")
                if model is None:
                    if record.levelno >= logging.INFO:
                        bars.print(f"rag: {record.getMessage()}")
                    return
                if model not in tasks:
                    tasks[model] = bars.add_task("", total=len(STEPS), model=model)
                completed = STEPS.index(step) if step in STEPS else 0
                bars.update(tasks[model], completed=len(STEPS) if step == "ready" else completed, description=step)

        logger = logging.getLogger("openbook.ingest")
        before, level = logger.handlers, logger.level
        logger.handlers, logger.propagate = [Bars()], False
        logger.setLevel(logging.DEBUG)  # each step of a model
        try:
            yield
        finally:
            logger.handlers, logger.propagate = before, True
            logger.setLevel(level)


COMMAND = Command("download and convert the models that a command needs", PrepareOptions, prepare)
