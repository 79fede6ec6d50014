"""The command `rag evaluate`: measure retrieval, answers, texts or labels, made here or given, and compare them."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from ingest.errors import InputError, RowsError
from rag.build import DEFAULT_DESCRIBER, PLAIN_GENERATOR, RERANKING
from rag.cli import output
from rag.cli.options import Command, CommandGroup, CommonOptions, load_config
from rag.config import Config
from rag.data.rows import Row, read_rows
from rag.options import (
    GenerationOptions,
    RankingOptions,
    ReadingOptions,
    RetrievalOptions,
    StoreOptions,
    option,
)

if TYPE_CHECKING:
    from rag.classify import Classifier
    from rag.data.checks import CheckResult
    from rag.evaluate.predictions import Prediction
    from rag.evaluate.result import EvaluationResult
    from rag.evaluate.run import Evaluation, Run

T = TypeVar("T")

FOLDER = Path("build") / "evaluate"
"""The folder of stores and kept outputs without a name of their own."""

LARGEST_CORPUS = 1 << 40  # bytes: a corpus is one file, whatever its size
LONGEST_PARSE = 3600.0  # seconds


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """A sample of the rows or queries."""

    TITLE: ClassVar = "rows"

    rows: int | None = option("measure on a sample of N rows, the same for the same --seed", "N")
    seed: int | None = option("seed of the sample and of sampling tokens (default: 0)", "N", key="decoding.seed")


@dataclass(frozen=True, kw_only=True)
class PredictionOptions(SampleOptions):
    """The way outputs are made and kept."""

    TITLE: ClassVar = "rows"

    batch_size: int = option(
        "rows at a time (default: 1); above 1 latency is not measured", "N", default=1, was=("--batch",)
    )
    cache: Path | None = option("file that keeps outputs (default: build/evaluate/records.jsonl)", "FILE")
    no_cache: bool = option("keep no outputs, and use none that are kept", default=False)


@dataclass(frozen=True, kw_only=True)
class AskedRowsOptions(
    PredictionOptions, RetrievalOptions, ReadingOptions, GenerationOptions, StoreOptions, CommonOptions
):
    """Rows whose questions are asked."""

    TITLE: ClassVar = "answers"

    path: Path = option('JSONL of {"question", "answers", "context"}', "ROWS", required=True, positional=True)
    contexts: bool = option("ingest the contexts of all rows, and retrieve from them", default=False)
    unanswerable: bool = option(
        "ask each question again without the passages that answer it; the right answer is to abstain",
        default=False,
        was=("--withhold",),
    )


@dataclass(frozen=True, kw_only=True)
class ResultOptions:
    """Files that the result is written into."""

    TITLE: ClassVar = "results"

    out: Path | None = option("write the outputs as JSONL", "FILE", was=("--save",))
    per_row: Path | None = option("write each row's values as JSONL", "FILE", was=("--per-query",))
    report: Path | None = option("write the result as one HTML page", "FILE.html")


@dataclass(frozen=True, kw_only=True)
class ComparedOptions(ResultOptions):
    """Outputs that exist already, and the rows of training."""

    TITLE: ClassVar = "results"

    outputs: Path | None = option('measure these outputs instead: JSONL of {"id", "output"}', "FILE")
    against: Path | None = option("other outputs: shows each difference with its p-value", "FILE")
    metric: tuple[str, ...] = option(
        "add the mean of your own function of an output (text) and its row", "MODULE:FUNCTION", default=()
    )
    train: Path | None = option("training rows, for labels, examples and known values; never measured on", "FILE")
    strict: bool = option("refuse rows that --train holds too, instead of dropping them", default=False)


@dataclass(frozen=True, kw_only=True)
class EvaluateRetrievalOptions(SampleOptions, ResultOptions, RankingOptions, StoreOptions, CommonOptions):
    """Options of `rag evaluate retrieval`."""

    path: Path = option("folder in the BEIR layout", "FOLDER", required=True, positional=True)
    k: int | None = option("ranks that the metrics look at (default: 10)", "K", "-k")
    retriever: Literal["hybrid", "dense", "bm25"] | None = option(
        "retriever to measure (default: all three)", key="retriever.kind"
    )


@dataclass(frozen=True, kw_only=True)
class EvaluateAnswersOptions(AskedRowsOptions, ComparedOptions):
    """Options of `rag evaluate answers`."""

    gold: bool = option("give each question the context of its own row", default=False)
    min_evidence: float | None = option(
        "abstain if the best passage's cosine is lower", "X", key="pipeline.min_evidence"
    )


@dataclass(frozen=True, kw_only=True)
class EvaluateTextOptions(PredictionOptions, ComparedOptions, GenerationOptions, CommonOptions):
    """Options of `rag evaluate text`."""

    path: Path = option("JSONL of rows to describe, to summarise, or of your own task", "ROWS", required=True,
                        positional=True)  # fmt: skip
    attempts: int = option("write up to N texts for a description with errors (default: 1)", "N", default=1)
    complete: bool = option("state the fields that a description leaves out in a last line", default=False)
    task: str | None = option("prefix of your own task (columns input and target)", "NAME")


@dataclass(frozen=True, kw_only=True)
class EvaluateLabelsOptions(PredictionOptions, ComparedOptions, StoreOptions, CommonOptions):
    """Options of `rag evaluate labels`."""

    path: Path = option('JSONL of {"text", "label"}', "ROWS", required=True, positional=True)
    model: str | None = option("a hub id, a folder or builtin:NAME", "MODEL", key="generator.model")
    similar: int = option("show the model the K most similar rows of --train", "K", default=0, was=("--examples",))
    candidates: int = option("choose among the labels of the N most similar rows only", "N", default=0)
    listed: Literal["all", "candidates", "none"] | None = option("labels that the prompt names")
    calibrate: bool | None = option("subtract the score that each label gets for an empty text")
    out_of_scope: str | None = option("label of the rows that belong to no other", "LABEL")
    threshold: float | None = option("mark a text as out of scope below this probability", "P")


# --- retrieval --------------------------------------------------------------------------------------------------------


def evaluate_retrievers(options: EvaluateRetrievalOptions) -> int:
    """Measure one retriever or all of them on judged queries."""
    from ingest.discover import origin_name
    from rag.data.beir import read_retrieval_set
    from rag.evaluate.result import EvaluationResult
    from rag.evaluate.retrieval import evaluate_retrieval
    from rag.retrieve.retrievers import RETRIEVERS, new_retriever

    check_at_least_one(options, "rows", "k")
    judged = read_retrieval_set(options.path)
    queries = draw_sample(list(judged.queries), options)
    sample = replace(
        judged,
        queries={query: judged.queries[query] for query in queries},
        judgements={query: judged.judgements[query] for query in queries},
    )
    config = load_config(options).override("parse", max_bytes=LARGEST_CORPUS, timeout=LONGEST_PARSE)
    index = _name_store(config, options, judged.folder).index()
    try:
        # An unchanged corpus is not embedded again.
        synced = index.sync([judged.corpus])
        if problems := [*synced.failed, *synced.skipped]:
            raise RowsError(f"{judged.corpus} cannot be ingested: {problems[0].reason}")
        # A source of the store is "corpus.jsonl#id": a catalogue's row.
        prefix = f"{origin_name(judged.corpus, index.base)}#"

        def document(source: str) -> str | None:
            return source.removeprefix(prefix) if source.startswith(prefix) else None

        k = options.k or 10
        table = config.table("retriever")
        systems = {}
        for kind in [options.retriever] if options.retriever else list(RETRIEVERS):
            # The settings of rag.toml belong to its own kind.
            configured = table.items() if table.get("kind") == kind else ()
            settings = {key: value for key, value in configured if key not in ("kind", *RERANKING)}
            retriever = new_retriever(kind, index.store, index.embedder, **settings)
            systems[kind] = evaluate_retrieval(retriever, sample, k, document)
            if (reranked := config.reranked(retriever)) is not retriever:
                systems[f"{kind}, reranked"] = evaluate_retrieval(reranked, sample, k, document)
        about: dict[str, str | int] = {"queries": len(queries), "chunks": len(index.store), "k": k}
        about["embedder"] = index.embedder.name
    finally:
        index.store.close()
    return _write_result(options, EvaluationResult("retrieval", str(options.path), about, systems))


# --- answers ----------------------------------------------------------------------------------------------------------


def evaluate_pipeline(options: EvaluateAnswersOptions) -> int:
    """Measure the answers of a pipeline, or answers that are given."""
    from rag.evaluate.answers import OwnPassages, evaluate_answers, score_answers
    from rag.evaluate.risk_coverage import risk_coverage
    from rag.evaluate.run import Evaluation, cost_of
    from rag.evaluate.unanswerable import unanswerable_rows

    check_prediction_options(options)
    own_metrics = import_metrics(options.metric)
    if options.gold and options.contexts:
        raise InputError("give --gold or --contexts, not both: each row's own context, or retrieval over all of them")
    if options.gold and options.unanswerable:
        raise InputError("--unanswerable changes what is retrieved, and --gold retrieves nothing: give one of them")
    config = load_config(options)
    rows = _read(options, "answer")
    unanswerable = unanswerable_rows(rows.chosen) if options.unanswerable else []
    answerable = rows.chosen
    # Outputs of both kinds are read and scored together.
    rows = replace(rows, all=[*rows.all, *unanswerable], chosen=[*answerable, *unanswerable])

    def predict() -> tuple[str, Evaluation]:
        configured = configure_questions(config, options, rows.all)
        # With --gold the defaults stay those of the configured embedder, although nothing is embedded.
        pipeline = configured.pipeline(OwnPassages({}, configured.embedder()) if options.gold else None)
        return pipeline.name, evaluate_answers(
            pipeline, answerable, options.gold, prediction_run(options), unanswerable
        )

    def score(predictions: Sequence[Prediction]) -> Evaluation:
        return Evaluation(
            "answer",
            score_answers(predictions, rows.chosen),
            tuple(predictions),
            cost_of(predictions),
            risk_coverage(predictions, rows.chosen),
        )

    result = _measure("answers", options, rows, predict, score)
    if unanswerable:
        result = replace(result, about={**result.about, "unanswerable": len(unanswerable)})
    return _write_result(options, _add_metrics(result, own_metrics, rows.chosen))


def configure_questions(config: Config, options: AskedRowsOptions, rows: Sequence[Row]) -> Config:
    """Return the configuration for asking rows' questions: with --contexts over a store of the rows' contexts."""
    if options.contexts:
        config = _name_store(config, options, options.path)
        ingest_contexts(config, rows)
    return config


def ingest_contexts(config: Config, rows: Sequence[Row]) -> None:
    """Put the rows' contexts into the configuration's store. Raises RowsError where no row has one."""
    from ingest.types import Document

    texts = dict.fromkeys(chunk.text for row in rows for chunk in row.passages)
    if not texts:
        raise RowsError('no row has a "context": leave --contexts out and name a --store')
    index = config.index()
    try:
        index.add(Document(text, f"context-{hashlib.sha256(text.encode()).hexdigest()[:12]}") for text in texts)
    finally:
        index.store.close()


# --- texts ------------------------------------------------------------------------------------------------------------


def evaluate_generator(options: EvaluateTextOptions) -> int:
    """Measure the texts of a generator, or texts that are given."""
    from rag.describe.slots import ValueLexicon
    from rag.evaluate.run import Evaluation, cost_of
    from rag.evaluate.text import evaluate_text, score_text

    check_prediction_options(options)
    check_at_least_one(options, "attempts")
    own_metrics = import_metrics(options.metric)
    config = load_config(options)
    rows = _read(options, options.task)
    task = rows.all[0].task
    lexicon = ValueLexicon.of_rows(rows.train or rows.all) if task == "describe" else None

    def predict() -> tuple[str, Evaluation]:
        generator = config.generator(DEFAULT_DESCRIBER if task == "describe" else PLAIN_GENERATOR)
        decoding = config.decoding_options()
        return generator.name, evaluate_text(
            generator,
            rows.chosen,
            decoding,
            lexicon=lexicon,
            attempts=options.attempts,
            run=prediction_run(options),
            complete=options.complete,
        )

    def score(predictions: Sequence[Prediction]) -> Evaluation:
        return Evaluation(task, score_text(predictions, rows.chosen, lexicon), tuple(predictions), cost_of(predictions))

    result = _measure("text", options, rows, predict, score)
    return _write_result(options, _add_metrics(result, own_metrics, rows.chosen))


# --- labels -----------------------------------------------------------------------------------------------------------


def evaluate_classifier(options: EvaluateLabelsOptions) -> int:
    """Measure the labels of a classifier, or labels that are given."""
    from rag.evaluate.labels import evaluate_labels, score_labels
    from rag.evaluate.metrics.labels import confusion
    from rag.evaluate.risk_coverage import risk_coverage
    from rag.evaluate.run import Evaluation, cost_of

    check_prediction_options(options)
    own_metrics = import_metrics(options.metric)
    rows, outside = _read(options, "classify", options.out_of_scope), options.out_of_scope
    labels = sorted({row.target for row in rows.train or rows.all} - {outside})

    def predict() -> tuple[str, Evaluation]:
        classifier = new_classifier(load_config(options), options, labels, rows.train)
        name = classifier.generator.name
        return name, evaluate_labels(classifier, rows.chosen, outside, prediction_run(options))

    def score(predictions: Sequence[Prediction]) -> Evaluation:
        curve = risk_coverage(predictions, rows.chosen) if outside is None else None
        return Evaluation("classify", (), tuple(predictions), cost_of(predictions), curve)

    result = _measure("labels", options, rows, predict, score)

    # All systems are measured over the same classes, whatever labels one of them makes up.
    outputs = {name: [prediction.output for prediction in system.outputs] for name, system in result.systems.items()}
    classes = {*labels, *(row.target for row in rows.chosen)}.union(*outputs.values())
    systems = {
        name: replace(system, metrics=score_labels(system.outputs, rows.chosen, outside, classes))
        for name, system in result.systems.items()
    }
    tables = {name: confusion(predicted, rows.chosen, sorted(classes)) for name, predicted in outputs.items()}
    result = replace(result, systems=systems, confusions=tables)
    return _write_result(options, _add_metrics(result, own_metrics, rows.chosen))


def new_classifier(
    config: Config, options: EvaluateLabelsOptions, labels: Sequence[str], train: Sequence[Row]
) -> Classifier:
    """Return the classifier that the options describe."""
    from rag.classify import Classifier, Threshold, index_examples

    retriever = None
    if options.similar or options.candidates:
        if options.train is None:
            raise InputError("--similar and --candidates need labelled rows to choose from: give --train FILE.jsonl")
        store = _name_store(config, options, options.train).store()
        in_scope = [row for row in train if row.target != options.out_of_scope]
        retriever = index_examples(in_scope, config.embedder(), store)
    return Classifier(
        config.generator(PLAIN_GENERATOR, scored=True),
        labels,
        retriever,
        similar=options.similar,
        candidates=options.candidates,
        listed=options.listed,
        calibrate=options.calibrate,
        threshold=Threshold(options.threshold) if options.threshold is not None else None,
    )


# --- rows, outputs and results ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """All rows of the file, the sample to measure on, the training rows, and the results of checking them."""

    all: Sequence[Row]
    chosen: Sequence[Row]
    train: Sequence[Row] = ()
    checks: tuple[CheckResult, ...] = ()


def _read(
    options: EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions,
    task: str | None,
    out_of_scope: str | None = None,
) -> _Rows:
    """Read the rows and draw the sample, without rows that the training rows hold too."""
    rows = read_rows(options.path, task)
    if options.train is None:
        return _Rows(rows, draw_sample(rows, options))
    from rag.data.checks import RowChecks

    train = read_rows(options.train, rows[0].task)
    checked = RowChecks(strict=options.strict, out_of_scope=out_of_scope).run(train, (), rows)
    return _Rows(rows, draw_sample(checked.test, options), checked.train, checked.checks)


def _measure(
    task: str,
    options: EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions,
    rows: _Rows,
    predict: Callable[[], tuple[str, Evaluation]],
    score: Callable[[Sequence[Prediction]], Evaluation],
) -> EvaluationResult:
    """Measure the outputs that are given, or make them, and the outputs to compare them with.

    Files of outputs are read before anything is made, so that a mistake in them shows at once.
    """
    from rag.evaluate.predictions import read_predictions
    from rag.evaluate.result import EvaluationResult

    files = [file for file in (options.outputs, options.against) if file is not None]
    names = [file.stem for file in files]  # short, unless two would be equal
    if len(set(names)) < len(names):
        names = [str(file) for file in files]
    evaluations = [score(read_predictions(file, rows.chosen, among=rows.all)) for file in files]
    systems = dict(zip(names, evaluations, strict=True))
    if not options.outputs:
        name, evaluation = predict()
        systems = {name: evaluation, **systems}
    return EvaluationResult(task, str(options.path), {"rows": len(rows.chosen)}, systems, rows.checks)


RowMetric = Callable[[str, Row], float]
"""A metric of the user: an output and its row in, a number out."""


def import_metrics(names: Sequence[str]) -> dict[str, RowMetric]:
    """Return the functions of "MODULE:FUNCTION" names by function name. Raises InputError for one that is not there."""
    if names and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # at the end: a file here must not hide a library
    metrics: dict[str, RowMetric] = {}
    for name in names:
        module, _, function = name.partition(":")
        try:
            metrics[function] = getattr(import_module(module), function)
        except (ImportError, AttributeError, ValueError) as error:
            raise InputError(
                f"--metric {name}: it takes MODULE:FUNCTION of a module that can be imported ({error})"
            ) from None
    return metrics


def _add_metrics(result: EvaluationResult, metrics: Mapping[str, RowMetric], rows: Sequence[Row]) -> EvaluationResult:
    """Add the user's own metrics to every system."""
    from rag.evaluate.metrics.metric import mean_metric

    systems = {}
    for name, system in result.systems.items():
        pairs = list(zip(system.outputs, rows, strict=True))
        own = [
            mean_metric(
                title, [float(compute(prediction.output, row)) for prediction, row in pairs], "neither", "points"
            )
            for title, compute in metrics.items()
        ]
        systems[name] = replace(system, metrics=(*system.metrics, *own))
    return replace(result, systems=systems)


def _write_result(options: _TaskOptions, result: EvaluationResult) -> int:
    """Write the files that the options name, and print the result."""
    from rag.data.json_lines import write_objects
    from rag.evaluate.predictions import write_predictions

    if options.out:
        write_predictions(options.out, next(iter(result.systems.values())).outputs)
    if options.per_row:
        write_objects(options.per_row, result.rows_as_json())
    if options.report:
        from rag.report.evaluation import write_evaluation

        write_evaluation(result, options.report)
    if options.json:
        output.json_line(result.as_json())
    else:
        from rag.cli.output_metrics import show_evaluation

        show_evaluation(result)
    return 0


_TaskOptions = EvaluateRetrievalOptions | EvaluateAnswersOptions | EvaluateTextOptions | EvaluateLabelsOptions


def draw_sample(rows: Sequence[T], options: SampleOptions) -> Sequence[T]:
    """Return a seeded sample in the rows' own order, or all of them; a smaller sample is part of a larger one."""
    if options.rows is None or options.rows >= len(rows):
        return rows
    # The first N of a shuffled order: a larger N adds rows and replaces none.
    order = list(range(len(rows)))
    random.Random(options.seed or 0).shuffle(order)
    return [rows[place] for place in sorted(order[: options.rows])]


def prediction_run(options: PredictionOptions) -> Run:
    """Return the way predictions are made and kept."""
    from rag.evaluate.run import Run

    return Run(None if options.no_cache else options.cache or FOLDER / "records.jsonl", options.batch_size)


def check_prediction_options(options: PredictionOptions) -> None:
    """Raise InputError for options that contradict each other or cannot be."""
    check_at_least_one(options, "rows", "batch_size", *(["k"] if isinstance(options, AskedRowsOptions) else []))
    if options.cache and options.no_cache:
        raise InputError("give --cache or --no-cache, not both")


def check_at_least_one(options: object, *names: str) -> None:
    """Raise InputError for a number below 1 of these options."""
    for name in names:
        value = getattr(options, name)
        if value is not None and value < 1:
            flag = "-k" if name == "k" else f"--{name.replace('_', '-')}"
            raise InputError(f"{flag} is {value}: it has to be at least 1")


def _name_store(config: Config, options: StoreOptions, origin: Path) -> Config:
    """Return the configuration with a store for this data and embedder in FOLDER, unless one is named."""
    if options.store is not None:
        return config.override("store", kind="local", path=str(options.store.absolute()))
    # Vectors of another embedder need another store.
    key = f"{origin.resolve()}\0{config.table('embedder')}"
    name = f"{origin.resolve().stem}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    return config.override("store", kind="local", path=str((FOLDER / name).absolute()))


COMMAND = CommandGroup(
    "measure retrieval, answers, texts or labels on rows of your own",
    {
        "retrieval": Command(
            "retrievers on judged queries", EvaluateRetrievalOptions, evaluate_retrievers,
            "Compute nDCG, recall, MRR, MAP and success with 95% intervals for each retriever.",
        ),
        "answers": Command(
            "answers to questions", EvaluateAnswersOptions, evaluate_pipeline,
            "Compute correctness, abstention, calibration and citation metrics with 95% intervals.",
        ),
        "text": Command(
            "descriptions, summaries and texts of your own task", EvaluateTextOptions, evaluate_generator,
            "Compute BLEU, chrF, ROUGE, slot errors, variety and copying with 95% intervals.",
        ),
        "labels": Command(
            "labels of texts", EvaluateLabelsOptions, evaluate_classifier,
            "Compute accuracy, macro F1 and out-of-scope detection with 95% intervals, and the confusions.",
        ),
    },
    "Compute metrics with 95% intervals, for outputs of the configured models or for outputs that you have.",
)  # fmt: skip
