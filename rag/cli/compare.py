"""The command `rag compare`: the common case from its options, the general one from a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli import output
from rag.cli.options import Command, CommonOptions
from rag.options import StoreOptions, option

if TYPE_CHECKING:
    from rag.compare.plan import Plan
    from rag.data.rows import Row
    from rag.retrieve.retrievers import Retriever


@dataclass(frozen=True, kw_only=True)
class CompareOptions(StoreOptions, CommonOptions):
    """Options of `rag compare`."""

    plan: Path | None = option("a plan: any systems, also ones to be trained", "compare.toml", positional=True)
    test: Path | None = option("JSONL of rows to measure on", "FILE")
    train: Path | None = option("rows that examples and similar rows come from", "FILE")
    valid: Path | None = option("rows that choose checkpoints", "FILE")
    out: Path | None = option("folder to write into; a second run resumes there", "DIR")
    systems: str | None = option(
        "some of zero-shot, few-shot, rag, fine-tuned, rag-fine-tuned; rag+check rewrites failing descriptions", "A,B"
    )
    model: str | None = option("model to prompt (default: builtin:smollm2)", "MODEL")
    finetuned: str | None = option("folder that `rag finetune` wrote", "DIR")
    rag_finetuned: str | None = option("one trained with similar rows (default: --finetuned)", "DIR")
    finetune: tuple[str, ...] | None = option(
        "train the fine-tuned systems, such as init=t5-mini epochs=9", "NAME=VALUE"
    )
    curve: str | None = option("train on N rows too, to find where fine-tuning overtakes RAG", "N,N")
    examples: int | None = option("fixed examples of few-shot (default: 5)", "N")
    similar: int | None = option("similar rows or passages of rag (default: 5)", "K", was=("--passages",))
    attempts: int | None = option("texts a row with +check (default: 4)", "N")
    task: str | None = option("prefix of a task of your own (input, target)", "NAME")
    contexts: bool = option("questions: retrieve from the contexts of all rows", default=False)
    rows: int | None = option("measure on a sample of N test rows, the same for the same --seed", "N")
    batch_size: int | None = option("rows at a time (default: 16)", "N", was=("--batch",))
    threads: int | None = option("CPU threads (default: the idle cores)", "N")
    seed: int | None = option("seed of examples, sampled rows and sampling (default: 0)", "N")
    max_new_tokens: int | None = option("longest output in tokens", "N")
    repetition_penalty: float | None = option("penalty on repeated new tokens (default: 1.1)", "X")
    beams: int | None = option("beams of beam search (default: 1, greedy)", "N")
    title: str | None = option("title of the report", "TEXT")


def compare(options: CompareOptions) -> int:
    """Compare systems, and show what came of it."""
    from rag.compare.run import compare as run
    from rag.data.rows import read_rows
    from rag.report import terminal_table, write_report

    plan = _plan(options)
    out = options.out or plan.out
    if out is None:
        raise ValueError("name the folder to write into: --out DIR")
    files = {"train": plan.train, "valid": plan.valid, "test": plan.test}
    rows = {name: read_rows(file, plan.task) if file else [] for name, file in files.items()}
    done = run(
        plan.systems,
        rows["test"],
        out=out,
        train=rows["train"],
        valid=rows["valid"],
        settings=plan.settings,
        retriever=_retriever(options, plan, out, [*rows["train"], *rows["valid"], *rows["test"]]),
        embedder=_embedder(options, rows["test"]),
        files={name: _relative(file) for name, file in files.items() if file},
        command=" ".join(["rag", *(sys.argv[1:] if sys.argv[1:2] == ["compare"] else ["compare"])]),
    )
    write_report(done.content, out / "report.html")
    for check in done.content["data"]["checks"]:
        if check["count"] and check["check"] != "rows drawn":  # those were asked for
            output.warn(f"{check['text']}: {check['action']}")
    if options.json:
        output.json_line(done.content)
    else:
        output.line(terminal_table(done.content).rstrip())
        report = output.colour(_relative(out / "report.html"), output.BOLD)
        output.line(f"\n{report} shows all of it; comparison.json has the numbers")
    return 0


def _relative(file: Path) -> str:
    """Return a path from here: a report is given to others, and says nothing of where this folder lies."""
    try:
        return os.path.relpath(file)
    except ValueError:  # on another drive
        return str(file)


def _plan(options: CompareOptions) -> Plan:
    """Return the plan of the file or of the options; not of both."""
    from ingest.errors import PlanError
    from rag.compare.plan import Plan, settings_of
    from rag.compare.system import common_systems

    given = [name for name in ONLY_WITHOUT_PLAN if getattr(options, name) is not None]
    if options.plan is not None:
        if given:
            raise PlanError(f"--{given[0].replace('_', '-')} stands in the file where one is given: {options.plan}")
        plan = Plan.load(options.plan)
        if options.curve is None:
            return plan
        return replace(plan, settings=replace(plan.settings, curve=_curve(options.curve)))
    if options.test is None:
        raise PlanError("nothing to compare on: give --test FILE.jsonl, or a plan: rag compare compare.toml")
    systems = common_systems(
        [name.strip() for name in (options.systems or "zero-shot").split(",") if name.strip()],
        options.model or "builtin:smollm2",
        options.finetuned,
        options.rag_finetuned,
        _finetune(options.finetune) if options.finetune else None,
        **_named(options, examples="examples", passages="similar", attempts="attempts"),
    )
    curve = {"curve": _curve(options.curve)} if options.curve else {}
    settings = settings_of(
        curve | _named(options, rows="rows", batch="batch_size", seed="seed", threads="threads", title="title"),
        _named(options, max_new_tokens="max_new_tokens", repetition_penalty="repetition_penalty", num_beams="beams"),
    )
    return Plan(
        tuple(systems), options.test, options.train, options.valid, options.task, options.store, options.contexts,
        settings=settings,
    )  # fmt: skip


ONLY_WITHOUT_PLAN = (
    *("test", "train", "valid", "task", "systems", "model", "finetuned", "rag_finetuned", "finetune"),
    *("examples", "similar", "attempts", "rows", "batch_size", "seed", "threads", "title"),
    *("max_new_tokens", "repetition_penalty", "beams"),
)


def _curve(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(size) for size in text.split(","))
    except ValueError:
        raise ValueError(f"--curve {text}: it takes numbers of training rows, such as 250,500,1000") from None


def _finetune(given: Sequence[str]) -> dict[str, Any]:
    from rag.cli.finetune import settings_from

    init = [text.removeprefix("init=") for text in given if text.startswith("init=")]
    settings = settings_from([text for text in given if not text.startswith("init=")], "--finetune")
    return {**settings, **({"init": init[-1]} if init else {})}


def _named(options: CompareOptions, **names: str) -> dict[str, Any]:
    """Return the options that were given, by the names that they have elsewhere."""
    return {name: value for name, of in names.items() if (value := getattr(options, of)) is not None}


def _retriever(options: CompareOptions, plan: Plan, out: Path, rows: list[Row]) -> Retriever | None:
    """Return what finds passages for questions: in a store that is there, or in one made of the rows' contexts."""
    from rag.config import Config

    if plan.store is None and not plan.contexts:
        return None
    config = Config.load(options.config).override("embedder", model=options.embedder)
    if plan.store is not None:
        return config.override("store", path=str(plan.store.absolute())).retriever()
    from rag.cli.evaluate import ingest_contexts

    config = config.override("store", kind="local", path=str((out / "store").absolute()))
    ingest_contexts(config, rows)
    return config.retriever()


def _embedder(options: CompareOptions, rows: list[Row]) -> Any:
    from rag.config import Config

    if rows[0].task != "classify":
        return None
    return Config.load(options.config).override("embedder", model=options.embedder).embedder()


COMMAND = Command(
    "measure prompting, retrieval and fine-tuning on rows of your own",
    CompareOptions,
    compare,
    "Measure systems on the same rows. Writes a table, comparison.json and report.html; an interrupted run resumes.",
)
