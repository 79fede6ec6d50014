"""The command `rag calibrate`: rows in, a file out that says how sure answers are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rag.cli import output
from rag.cli.evaluate import AskedRowsOptions, asked_of, run_of, sampled
from rag.cli.options import Command, load_config
from rag.data.rows import read_rows
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions(AskedRowsOptions):
    """Options of `rag calibrate`."""

    path: Path = option('JSONL of {"question", "answers", "context"}', "ROWS", required=True, positional=True)
    out: Path = option("file to write the confidence model into", "FILE", required=True)
    batch_size: int = option("rows at a time (default: 8)", "N", default=8, was=("--batch",))


def calibrate(options: CalibrateOptions) -> int:
    """Ask rows' questions, fit how sure the answers are, and say how far that can be trusted."""
    from rag.evaluate.answers import are_right, evaluate_answers, read_signals
    from rag.evaluate.calibrate import fit_confidence
    from rag.evaluate.metrics.confidence import calibration_error
    from rag.evaluate.unanswerable import unanswerable_rows

    for name in ("rows", "batch_size", "k"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            raise ValueError(f"--{name} is {getattr(options, name)}: it has to be at least 1")
    every = read_rows(options.path, "answer")
    rows = list(sampled(every, options))
    withheld = unanswerable_rows(rows) if options.unanswerable else []
    asking = asked_of(load_config(options), options, every).override("pipeline", min_evidence=-1.0)
    kept = {name: value for name, value in asking.table("pipeline").items() if name != "confidence"}
    asking = replace(asking, tables={**asking.tables, "pipeline": kept})  # what it names may be what is to be made
    pipeline = replace(asking.pipeline(), confidence=False, min_confidence=0.0)  # all are to be answered
    found = evaluate_answers(pipeline, rows, run=run_of(options), unanswerable=withheld)
    asked = [*rows, *withheld]
    right = are_right(found.outputs, asked)
    about = {"model": pipeline.name, "reader": pipeline.reader.name if pipeline.reader else None, "k": pipeline.k}
    done = fit_confidence(asked, [read_signals(each) for each in found.outputs], right, about, options.seed or 0)
    done.model.write(options.out)
    alone = [float("nan") if each.confidence is None else each.confidence for each in found.outputs]
    error = calibration_error(alone, right) if pipeline.reader else None
    if options.json:
        measured = {"calibration_error": done.calibration_error, "balanced_accuracy": done.balanced_accuracy}
        output.json_line(
            {
                "out": str(options.out),
                "rows": len(asked),
                "right": sum(right),
                "min_confidence": done.model.min_confidence,
                **{name: round(each.value, 2) for name, each in measured.items()},
                "calibration_error_of_the_reader": None if error is None else round(error.value, 2),
            }
        )
        return 0
    output.line(
        f"{output.colour(str(options.out), output.BOLD)}: fitted to {len(asked)} answers, {sum(right)} of them right"
    )
    output.line(f"calibration error {done.calibration_error}%" + (f", of the reader alone {error}%" if error else ""))
    output.line(
        f"at {done.model.min_confidence:.2f}, which is now the default: balanced accuracy of abstention "
        f"{done.balanced_accuracy}%"
    )
    output.line(f'use it: rag ask --confidence {options.out} "..."')
    return 0


COMMAND = Command(
    "fit the confidence of answers to questions whose answers are known",
    CalibrateOptions,
    calibrate,
    "Answer the questions, and fit the probability of a right answer to the signals of reader, retrieval and "
    "agreement. At least 20 answers have to be right and 20 wrong: add questions without an answer, or --unanswerable.",
)
