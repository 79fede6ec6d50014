"""The command `rag calibrate`: fit a confidence to questions whose answers are known, and write it as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rag.cli import output
from rag.cli.evaluate import configure_questions
from rag.cli.evaluate_options import AskedRowsOptions
from rag.cli.evaluate_rows import check_prediction_options, draw_sample, prediction_run
from rag.cli.options import Command, load_config
from rag.data.rows import read_rows
from rag.options import option


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions(AskedRowsOptions):
    """Options of `rag calibrate`."""

    out: Path = option("file to write the confidence model into", "FILE", required=True)
    most_wrong: float = option(
        "share of the answers that may be wrong, which sets the threshold (default: 0.1)", "P", default=0.1
    )
    batch_size: int = option("rows at a time (default: 8)", "N", default=8, was=("--batch",))


def calibrate(options: CalibrateOptions) -> int:
    """Ask the rows' questions, fit a confidence to the answers, and print its quality."""
    from rag.answer.kinds import choose_format, kind_of
    from rag.answer.options import DEFAULT_K
    from rag.evaluate.answers import are_right, evaluate_answers, read_signals
    from rag.evaluate.calibrate import CalibrationRow, fit_confidence
    from rag.evaluate.metrics.confidence import calibration_error
    from rag.evaluate.unanswerable import unanswerable_rows

    check_prediction_options(options)
    all_rows = read_rows(options.path, "answer")
    rows = list(draw_sample(all_rows, options))
    unanswerable = unanswerable_rows(rows) if options.unanswerable else []

    # Every question has to be answered, and by no confidence: the configured one may be the file that is to be written.
    config = configure_questions(load_config(options), options, all_rows).override("pipeline", min_evidence=-1.0)
    table = {name: value for name, value in config.table("pipeline").items() if name != "confidence"}
    config = replace(config, tables={**config.tables, "pipeline": table})
    pipeline = replace(config.pipeline(), confidence=False, min_confidence=0.0)
    answers = evaluate_answers(pipeline, rows, run=prediction_run(options), unanswerable=unanswerable).outputs
    rows += unanswerable

    # The kind is that by which the pipeline chose its way to answer.
    right = are_right(answers, rows)
    calibration_rows = [
        CalibrationRow(
            question=question,
            kind=kind_of(choose_format(pipeline.answer_format, question)),
            signals=read_signals(answer),
            verdict="abstained" if answer.abstained else "right" if is_right else "wrong",
            unanswerable=row.unanswerable,
        )
        for row, answer, is_right in zip(rows, answers, right, strict=True)
        for question in [str(row.values["question"])]
    ]
    reader = pipeline.reader.name if pipeline.reader else None
    about = {"model": pipeline.name, "reader": reader, "k": pipeline.k or DEFAULT_K}
    calibration = fit_confidence(calibration_rows, about, options.seed or 0, options.most_wrong)
    model = calibration.model
    model.write(options.out)
    reader_error = None
    if pipeline.reader:
        confidences = [float("nan") if answer.confidence is None else answer.confidence for answer in answers]
        reader_error = calibration_error(confidences, right)

    if options.json:
        output.json_line(
            {
                "out": str(options.out),
                "rows": len(rows),
                "right": sum(right),
                "min_confidence": {kind: fitted.min_confidence for kind, fitted in model.kinds.items()},
                "calibration_error": round(calibration.calibration_error.value, 2),
                "balanced_accuracy": round(calibration.balanced_accuracy.value, 2),
                "calibration_error_of_the_reader": reader_error and round(reader_error.value, 2),
            }
        )
        return 0
    output.line(
        f"{output.colour(str(options.out), output.BOLD)}: fitted to {len(rows)} answers, {sum(right)} of them right"
    )
    reader = f", of the reader alone {reader_error}%" if reader_error else ""
    output.line(f"calibration error {calibration.calibration_error}%{reader}")
    thresholds = ", ".join(f"{kind} {fitted.min_confidence:.2f}" for kind, fitted in model.kinds.items())
    output.line(f"thresholds: {thresholds}; balanced accuracy of abstention there {calibration.balanced_accuracy}%")
    output.line(f'use it: rag ask --confidence {options.out} "..."')
    return 0


COMMAND = Command(
    "fit the confidence of answers to questions whose answers are known",
    CalibrateOptions,
    calibrate,
    "Answer the questions, and fit the probability of a right answer to the signals of reader, retrieval and answer, "
    "for each kind of question that has enough rows. At least 20 answers have to be right and 20 wrong: add questions "
    "without an answer, or --unanswerable.",
)
