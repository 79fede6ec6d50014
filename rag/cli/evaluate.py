"""The command `rag evaluate`: retrieval, answers, texts or labels, made here or given, measured and compared."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from ingest.errors import RowsError
from ingest.models.weights import SMOLLM2, SMOLLM2_DESCRIBE
from rag.build import RERANKING
from rag.cli import output
from rag.cli.options import Command, CommonOptions, load_config
from rag.config import Config
from rag.data.rows import Row, read_rows
from rag.options import GenerationOptions, ReadingOptions, RetrievalOptions, StoreOptions, option

if TYPE_CHECKING:
    from rag.data.checks import CheckResult
    from rag.evaluate.metrics.labels import Confusion
    from rag.evaluate.predictions import Prediction
    from rag.evaluate.run import Evaluation, Run

T = TypeVar("T")

FOLDER = Path("build") / "evaluate"
"""Where stores and records go that are not named."""

LARGEST_CORPUS = 1 << 40  # bytes: a corpus is one file, whatever its size
LONGEST_PARSE = 3600.0  # seconds


@dataclass(frozen=True, kw_only=True)
class RowsOptions:
    """The rows to use, and where outputs are kept."""

    TITLE: ClassVar = "rows"

    rows: int | None = option("use a sample of N rows, the same for the same --seed", "N")
    batch_size: int = option(
        "rows at a time (default: 1); above 1 latency is not measured", "N", default=1, was=("--batch",)
    )
    cache: Path | None = option("file that keeps outputs (default: build/evaluate/records.jsonl)", "FILE")
    no_cache: bool = option("keep no outputs, and use none that are kept", default=False)
    seed: int | None = option("seed of the sample and of sampling (default: 0)", "N", key="decoding.seed")


@dataclass(frozen=True, kw_only=True)
class AskedRowsOptions(RowsOptions, RetrievalOptions, ReadingOptions, GenerationOptions, StoreOptions, CommonOptions):
    """Rows whose questions are asked."""

    TITLE: ClassVar = "answers"

    path: Path = option("JSONL of rows", "PATH", required=True, positional=True)
    contexts: bool = option("ingest the contexts of all rows, and retrieve from them", default=False)
    unanswerable: bool = option(
        "ask each question again without the passages that answer it; the right answer is to abstain",
        default=False,
        was=("--withhold",),
    )


@dataclass(frozen=True, kw_only=True)
class AnswersOptions:
    """Options of `rag evaluate answers` alone."""

    TITLE: ClassVar = "answers"

    gold: bool = option("give each question the context of its own row", default=False)
    min_evidence: float | None = option(
        "abstain if the best passage's cosine is lower", "X", key="pipeline.min_evidence"
    )


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """Options of `rag evaluate text` alone."""

    TITLE: ClassVar = "text"

    attempts: int = option("write up to N texts for a description with errors (default: 1)", "N", default=1)
    complete: bool = option("state the fields that a description leaves out in a last line", default=False)
    task: str | None = option("prefix of a task of your own (input, target)", "NAME")


@dataclass(frozen=True, kw_only=True)
class LabelsOptions:
    """Options of `rag evaluate labels` alone."""

    TITLE: ClassVar = "labels"

    similar: int = option("show the model the K most similar rows of --train", "K", default=0, was=("--examples",))
    candidates: int = option("choose among the labels of the N most similar rows only", "N", default=0)
    listed: Literal["all", "candidates", "none"] | None = option("labels that the prompt names")
    calibrate: bool | None = option("subtract the score that each label gets for an empty text")
    out_of_scope: str | None = option("label of the rows that belong to no other", "LABEL")
    threshold: float | None = option("mark a text as out of scope below this probability", "P")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(AnswersOptions, TextOptions, LabelsOptions, AskedRowsOptions):
    """Options of `rag evaluate`."""

    what: Literal["retrieval", "answers", "text", "labels"] = option("what to measure", required=True, positional=True)
    path: Path = option(
        "JSONL of rows; for retrieval a folder in the BEIR layout", "PATH", required=True, positional=True
    )
    train: Path | None = option("training rows, for labels, examples and known values; never measured on", "FILE")
    strict: bool = option("refuse rows that --train holds too, instead of dropping them", default=False)
    outputs: Path | None = option('measure these outputs instead: JSONL of {"id", "output"}', "FILE")
    against: Path | None = option("other outputs: shows each difference with its p-value", "FILE")
    out: Path | None = option("write the outputs, for --outputs and --against", "FILE", was=("--save",))
    per_row: Path | None = option("write each row's values as JSONL", "FILE", "--per-row", was=("--per-query",))
    report: Path | None = option("write one HTML page with all of it", "FILE.html")


def evaluate(options: EvaluateOptions) -> int:
    """Evaluate what was asked for. What can be refused is refused before a model is loaded."""
    _refuse_contradictions(options)
    config = load_config(options)
    found = _KINDS[options.what](config, options)
    from rag.cli import output_metrics
    from rag.evaluate.predictions import write_predictions

    if options.out:
        write_predictions(options.out, next(iter(found.systems.values())).outputs)
    if options.per_row:
        output_metrics.write_per_row(options.per_row, found.systems)
    if options.report:
        from rag.report.evaluation import write_evaluation

        write_evaluation(found.systems, found.about, found.confusions, options.report)
    if options.json:
        output.json_line(output_metrics.evaluation_object(found.systems, found.about, found.confusions))
    else:
        output_metrics.evaluations(found.systems, found.title, found.confusions)
    return 0


@dataclass(frozen=True)
class _Found:
    """The systems by name, what the JSON object says about them all, and a title for a person."""

    systems: Mapping[str, Evaluation]
    about: Mapping[str, Any]
    title: str
    confusions: Mapping[str, Confusion] = field(default_factory=dict)


# --- retrieval --------------------------------------------------------------------------------------------------------


def _retrieval(config: Config, options: EvaluateOptions) -> _Found:
    from rag.data.beir import read_retrieval_set
    from rag.evaluate.retrieval import evaluate_retrieval
    from rag.retrieve.retrievers import RETRIEVERS, new_retriever

    judged = read_retrieval_set(options.path)
    queries = sampled(list(judged.queries), options)
    asked = replace(
        judged,
        queries={query: judged.queries[query] for query in queries},
        judgements={query: judged.judgements[query] for query in queries},
    )
    config = config.override("parse", max_bytes=LARGEST_CORPUS, timeout=LONGEST_PARSE)
    config = _stored(config, options, judged.folder)
    index = config.index()
    try:
        report = index.sync([judged.corpus])
        if problems := [*report.failed, *report.skipped]:
            raise RowsError(f"{judged.corpus} cannot be ingested: {problems[0].reason}")
        document = _document_of(judged.corpus, index.base)
        k = options.k or 10
        kinds = [options.retriever] if options.retriever else list(RETRIEVERS)
        own = config.table("retriever")
        systems = {}
        for kind in kinds:
            passed = own.items() if own.get("kind") == kind else ()
            settings = {key: value for key, value in passed if key not in ("kind", *RERANKING)}
            retriever = new_retriever(kind, index.store, index.embedder, **settings)
            systems[kind] = evaluate_retrieval(retriever, asked, k, document)
            if (reranked := config.reranked(retriever)) is not retriever:
                systems[f"{kind}, reranked"] = evaluate_retrieval(reranked, asked, k, document)
        chunks = len(index.store)
    finally:
        index.store.close()
    about = {
        "task": "retrieval", "path": str(options.path), "queries": len(queries), "chunks": chunks, "k": k,
        "embedder": index.embedder.name,
    }  # fmt: skip
    title = f"{options.path}: {len(queries)} queries, {chunks} chunks, {index.embedder.name}"
    return _Found(systems, about, title)


def _document_of(corpus: Path, base: Path) -> Callable[[str], str | None]:
    """Return how a source of the store is called in the corpus: a catalogue's row is "corpus.jsonl#its id"."""
    from ingest.discover import origin_name

    prefix = f"{origin_name(corpus, base)}#"
    return lambda source: source.removeprefix(prefix) if source.startswith(prefix) else None


# --- answers ----------------------------------------------------------------------------------------------------------


def _answers(config: Config, options: EvaluateOptions) -> _Found:
    from rag.evaluate.answers import evaluate_answers, score_answers
    from rag.evaluate.risk_coverage import risk_coverage
    from rag.evaluate.run import Evaluation, cost_of
    from rag.evaluate.unanswerable import unanswerable_rows

    rows = _rows(options, "answer")
    asked, withheld = rows.chosen, unanswerable_rows(rows.chosen) if options.unanswerable else []
    rows = replace(rows, all=[*rows.all, *withheld], chosen=[*asked, *withheld])

    def made() -> tuple[str, Evaluation]:
        pipeline = _pipeline(config, options, rows.all)
        return pipeline.name, evaluate_answers(pipeline, asked, options.gold, run_of(options), withheld)

    def given(records: Sequence[Prediction]) -> Evaluation:
        trust = risk_coverage(records, rows.chosen)
        return Evaluation("answer", score_answers(records, rows.chosen), tuple(records), cost_of(records), trust)

    found = _found(options, _systems(options, rows, made, given), rows)
    if not withheld:
        return found
    told = (
        f"\n{len(withheld)} of the rows are asked again without what answers them: right is to leave those unanswered"
    )
    return replace(found, about={**found.about, "unanswerable": len(withheld)}, title=found.title + told)


def _pipeline(config: Config, options: EvaluateOptions, rows: Sequence[Row]) -> Any:
    from rag.evaluate.answers import NO_PASSAGES

    config = asked_of(config, options, rows)
    return config.pipeline(NO_PASSAGES if options.gold else None)


def asked_of(config: Config, options: AskedRowsOptions, rows: Sequence[Row]) -> Config:
    """Return the configuration with the reader, the passages and the store that rows are to be asked with."""
    if options.contexts:
        config = _stored(config, options, options.path)
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


def _text(config: Config, options: EvaluateOptions) -> _Found:
    from rag.describe.slots import ValueLexicon
    from rag.evaluate.run import Evaluation, cost_of
    from rag.evaluate.text import evaluate_text, score_text

    rows = _rows(options, options.task)
    task = rows.all[0].task
    lexicon = ValueLexicon.of_rows(rows.train or rows.all) if task == "describe" else None

    def made() -> tuple[str, Evaluation]:
        generator = config.generator(SMOLLM2_DESCRIBE if task == "describe" else SMOLLM2)
        decoding = config.table("decoding")
        if "stop" in decoding:
            decoding["stop"] = tuple(decoding["stop"])
        evaluation = evaluate_text(
            generator, rows.chosen, decoding, None, lexicon, options.attempts, run_of(options), options.complete
        )
        return generator.name, evaluation

    def given(records: Sequence[Prediction]) -> Evaluation:
        return Evaluation(task, score_text(records, rows.chosen, lexicon), tuple(records), cost_of(records))

    return _found(options, _systems(options, rows, made, given), rows)


# --- labels -----------------------------------------------------------------------------------------------------------


def _labels(config: Config, options: EvaluateOptions) -> _Found:
    from rag.evaluate.labels import evaluate_labels, score_labels
    from rag.evaluate.metrics.labels import confusion
    from rag.evaluate.risk_coverage import risk_coverage
    from rag.evaluate.run import Evaluation, cost_of

    rows, outside = _rows(options, "classify"), options.out_of_scope
    labels = sorted({row.target for row in rows.train or rows.all} - {outside})

    def made() -> tuple[str, Evaluation]:
        labeller = _labeller(config, options, labels, rows.train)
        return labeller.generator.name, evaluate_labels(labeller, rows.chosen, outside, run_of(options))

    def given(records: Sequence[Prediction]) -> Evaluation:
        trust = risk_coverage(records, rows.chosen) if outside is None else None
        return Evaluation("classify", (), tuple(records), cost_of(records), trust)

    systems = _systems(options, rows, made, given)
    # All systems are measured over the same classes, whatever labels one of them makes up.
    right = [row.target for row in rows.chosen]
    classes = {*labels, *right, *(record.output for found in systems.values() for record in found.outputs)}
    systems = {
        name: replace(found, metrics=score_labels(found.outputs, rows.chosen, outside, classes))
        for name, found in systems.items()
    }
    tables = {
        name: confusion([record.output for record in found.outputs], rows.chosen, sorted(classes))
        for name, found in systems.items()
    }
    return replace(_found(options, systems, rows), confusions=tables)


def _labeller(config: Config, options: EvaluateOptions, labels: Sequence[str], train: Sequence[Row]) -> Any:
    from rag.classify import Classifier, Threshold, index_examples

    if (options.similar or options.candidates) and options.train is None:
        raise ValueError("--similar and --candidates need labelled rows to choose from: give --train FILE.jsonl")
    retriever = None
    if options.train and (options.similar or options.candidates):
        store = _stored(config, options, options.train).store()
        known = [row for row in train if row.target != options.out_of_scope]
        retriever = index_examples(known, config.embedder(), store)
    return Classifier(
        config.generator(SMOLLM2, scored=True),
        labels,
        retriever,
        examples=options.similar,
        candidates=options.candidates,
        listed=options.listed,
        calibrate=options.calibrate,
        threshold=Threshold(options.threshold) if options.threshold is not None else None,
    )


# --- what all have in common ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """All rows of the file, those of them to evaluate, training rows if given, and what checking them found."""

    all: Sequence[Row]
    chosen: Sequence[Row]
    train: Sequence[Row] = ()
    checks: Sequence[CheckResult] = ()


def _rows(options: EvaluateOptions, task: str | None) -> _Rows:
    """Read the rows and sample them; those that the training rows hold too are left out before."""
    rows = read_rows(options.path, task)
    if options.train is None:
        return _Rows(rows, sampled(rows, options))
    from rag.data.checks import RowChecks

    train = read_rows(options.train, rows[0].task)
    checked = RowChecks(strict=options.strict, out_of_scope=options.out_of_scope).run(train, (), rows)
    return _Rows(rows, sampled(checked.test, options), checked.train, checked.checks)


def _systems(
    options: EvaluateOptions,
    rows: _Rows,
    made: Callable[[], tuple[str, Evaluation]],
    given: Callable[[Sequence[Prediction]], Evaluation],
) -> dict[str, Evaluation]:
    """Return the systems to measure: outputs that are given, or made here; and those they are measured against.

    All outputs are read before anything is made: a mistake in them shows at once.
    """
    from rag.evaluate.predictions import read_predictions

    files = [file for file in (options.outputs, options.against) if file is not None]
    read = [given(read_predictions(file, rows.chosen, among=rows.all)) for file in files]
    systems = dict(zip(_names(files), read, strict=True))
    if options.outputs:
        return systems
    name, evaluation = made()
    return {name: evaluation, **systems}


def _found(options: EvaluateOptions, systems: Mapping[str, Evaluation], rows: _Rows) -> _Found:
    checks = [check.as_json for check in rows.checks]
    about = {"task": options.what, "path": str(options.path), "rows": len(rows.chosen), "checks": checks}
    only = f", {next(iter(systems))}" if len(systems) == 1 else ""
    told = "".join(f"\n{check.text}: {check.action}" for check in rows.checks)
    return _Found(systems, about, f"{options.path}: {len(rows.chosen)} rows{only}{told}")


def _names(files: Sequence[Path]) -> list[str]:
    """Return short names of files: without folder and ending, unless two would be called the same."""
    stems = [file.stem for file in files]
    return stems if len(set(stems)) == len(stems) else [str(file) for file in files]


def sampled(rows: Sequence[T], options: RowsOptions) -> Sequence[T]:
    """Return a seeded sample in the rows' own order, or all of them; a smaller sample is part of a larger one."""
    if options.rows is None or options.rows >= len(rows):
        return rows
    order = list(range(len(rows)))
    random.Random(options.seed or 0).shuffle(order)
    return [rows[at] for at in sorted(order[: options.rows])]


def run_of(options: RowsOptions) -> Run:
    """Return how records are made and kept, as the command line says."""
    from rag.evaluate.run import Run

    cache = None if options.no_cache else options.cache or FOLDER / "records.jsonl"
    return Run(cache, options.batch_size)


def _stored(config: Config, options: StoreOptions, about: Path) -> Config:
    """Return the configuration with a store of its own for this data, unless one is named."""
    if options.store is not None:
        return config.override("store", kind="local", path=str(options.store.absolute()))
    made_from = f"{about.resolve()}\0{config.table('embedder')}"
    name = f"{about.resolve().stem}-{hashlib.sha256(made_from.encode()).hexdigest()[:8]}"
    return config.override("store", kind="local", path=str((FOLDER / name).absolute()))


def _refuse_contradictions(options: EvaluateOptions) -> None:
    for name, least in (("rows", 1), ("batch_size", 1), ("k", 1), ("attempts", 1)):
        if getattr(options, name) is not None and getattr(options, name) < least:
            raise ValueError(f"--{name} is {getattr(options, name)}: it has to be at least {least}")
    if options.gold and options.contexts:
        raise ValueError("give --gold or --contexts, not both: each row's own context, or retrieval over all of them")
    if options.gold and options.unanswerable:
        raise ValueError("--unanswerable takes out of what is retrieved: leave --gold out")
    if options.what == "retrieval" and (options.outputs or options.against):
        raise ValueError("--outputs and --against are for answers, text and labels")
    if options.cache and options.no_cache:
        raise ValueError("give --cache or --no-cache, not both")


_KINDS: Mapping[str, Callable[[Config, EvaluateOptions], _Found]] = {
    "retrieval": _retrieval,
    "answers": _answers,
    "text": _text,
    "labels": _labels,
}


COMMAND = Command(
    "measure retrieval, answers, texts or labels on rows of your own",
    EvaluateOptions,
    evaluate,
    "Compute metrics with 95% intervals, for outputs of the configured models or for outputs that you have.",
)
