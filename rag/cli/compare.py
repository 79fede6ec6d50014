"""`rag compare`: the common case from options, the general one from a plan."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.closing import close_parts
from ingest.errors import InputError, PlanError
from ingest.models.weights import SMOLLM2
from rag.cli import output
from rag.cli.options import Command, CommonOptions
from rag.config import Config
from rag.options import StoreOptions, option, to_absolute

if TYPE_CHECKING:
    from rag.compare.plan import Plan


@dataclass(frozen=True, kw_only=True)
class CompareOptions(StoreOptions, CommonOptions):
    """Options of `rag compare`."""

    plan: Path | None = option("a plan: any systems, also ones to be trained", "compare.toml", positional=True)
    test: Path | None = option("JSONL of rows to measure on", "FILE")
    train: Path | None = option("rows that examples and similar rows come from", "FILE")
    valid: Path | None = option("rows that choose checkpoints", "FILE")
    out: Path | None = option("folder to write into; a second run resumes there", "DIR")
    systems: str | None = option(
        "some of rules, zero-shot, few-shot, rag, fine-tuned, rag-fine-tuned; in rag+check, sentences of descriptions "
        "that claim what no field says are replaced",
        "A,B",
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
    """Compare systems, write the report and show the table."""
    from rag.compare.run import run_comparison
    from rag.data.rows import read_rows
    from rag.evaluate.metrics.licence import HouseLicence
    from rag.report import terminal_table, write_report

    plan = _read_plan(options)
    out = options.out or plan.out
    if out is None:
        raise InputError("name the folder to write into: --out DIR")
    files = {"train": plan.train, "valid": plan.valid, "test": plan.test}
    rows = {name: read_rows(file, plan.task) if file else [] for name, file in files.items()}

    # Find passages in a store, or in a new one of the rows' own contexts.
    config = Config.load(options.config).override("embedder", model=options.embedder)
    retriever = None
    if plan.store is not None:
        retriever = config.override("store", path=to_absolute(plan.store)).retriever()
    elif plan.contexts:
        from rag.cli.evaluate import ingest_contexts

        config = config.override("store", kind="local", path=to_absolute(out / "store"))
        ingest_contexts(config, [row for split in rows.values() for row in split])
        retriever = config.retriever()

    describer = config.describer()
    embedder = config.embedder() if rows["test"][0].task == "classify" else None
    comparison = run_comparison(
        plan.systems,
        rows["test"],
        out=out,
        train=rows["train"],
        valid=rows["valid"],
        settings=plan.settings,
        retriever=retriever,
        embedder=embedder,
        house=HouseLicence(describer.field_rules, describer.allowed),
        files={name: _relative(file) for name, file in files.items() if file},
        command=" ".join(["rag", *(sys.argv[1:] if sys.argv[1:2] == ["compare"] else ["compare"])]),
    )
    close_parts(retriever, embedder)
    write_report(comparison, out / "report.html")
    if options.json:
        output.json_line(asdict(comparison))
    else:
        output.line(terminal_table(comparison).rstrip())
        report = output.colour(_relative(out / "report.html"), output.BOLD)
        output.line(f"\n{report} has the full report; comparison.json has the numbers")
    return 0


def _relative(file: Path) -> str:
    """Return a path relative to this folder: a report for others must not disclose where the folder is."""
    try:
        return os.path.relpath(file)
    except ValueError:  # on another drive
        return str(file)


def _read_plan(options: CompareOptions) -> Plan:
    """Return the plan of the file or of the options, which may not be mixed."""
    from rag.compare.plan import Plan, settings_of
    from rag.compare.system import common_systems

    def set_options(*names: str) -> dict[str, Any]:
        return {name: value for name in names if (value := getattr(options, name)) is not None}

    # The one option that a plan may be given besides.
    curve: dict[str, Any] = {}
    if options.curve is not None:
        try:
            curve = {"curve": tuple(int(size) for size in options.curve.split(","))}
        except ValueError:
            raise PlanError(
                f"--curve {options.curve}: it takes numbers of training rows, such as 250,500,1000"
            ) from None

    # The general case: a plan.
    if options.plan is not None:
        mixed = next(iter(set_options(*NOT_WITH_PLAN)), None)
        if mixed is not None:
            raise PlanError(f"--{mixed.replace('_', '-')} belongs in the plan if there is one: {options.plan}")
        plan = Plan.load(options.plan)
        return replace(plan, settings=replace(plan.settings, **curve))

    # The common case: the usual systems, with one model.
    if options.test is None:
        raise PlanError("nothing to compare on: give --test FILE.jsonl, or a plan: rag compare compare.toml")
    finetune: dict[str, Any] | None = None
    if options.finetune:
        from rag.cli.options import parse_settings
        from rag.finetune.generator.settings import GeneratorSettings

        inits = [text for text in options.finetune if text.startswith("init=")]
        finetune = parse_settings(
            [text for text in options.finetune if text not in inits], GeneratorSettings, "--finetune"
        )
        if inits:
            finetune["init"] = inits[-1].removeprefix("init=")
    decoding = set_options("max_new_tokens", "repetition_penalty")
    return Plan(
        tuple(
            common_systems(
                [name.strip() for name in (options.systems or "zero-shot").split(",") if name.strip()],
                options.model or SMOLLM2,
                options.finetuned,
                options.rag_finetuned,
                finetune,
                **set_options("examples", "similar"),
            )
        ),
        options.test,
        options.train,
        options.valid,
        options.task,
        options.store,
        options.contexts,
        settings=settings_of(
            curve | set_options("rows", "batch_size", "seed", "threads", "title"),
            decoding | ({"num_beams": options.beams} if options.beams is not None else {}),
        ),
    )


NOT_WITH_PLAN = (
    *("test", "train", "valid", "task", "systems", "model", "finetuned", "rag_finetuned", "finetune"),
    *("examples", "similar", "rows", "batch_size", "seed", "threads", "title"),
    *("max_new_tokens", "repetition_penalty", "beams"),
)


COMMAND = Command(
    "measure prompting, retrieval and fine-tuning on rows of your own",
    CompareOptions,
    compare,
    "Measure systems on the same rows. Writes a table, comparison.json and report.html; an interrupted run resumes.",
)
