"""The command `rag evaluate`: measure retrieval, answers, texts or labels, made here or given, and compare them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.errors import InputError, RowsError
from rag.build import DEFAULT_DESCRIBER, PLAIN_GENERATOR, RERANKING
from rag.cli.evaluate_options import (
    AskedRowsOptions,
    EvaluateAnswersOptions,
    EvaluateLabelsOptions,
    EvaluateRetrievalOptions,
    EvaluateTextOptions,
)
from rag.cli.evaluate_rows import (
    add_own_metrics,
    check_at_least_one,
    check_prediction_options,
    draw_sample,
    import_metrics,
    measure_outputs,
    name_store,
    prediction_run,
    read_sample,
    write_result,
)
from rag.cli.options import Command, CommandGroup, load_config
from rag.config import Config
from rag.data.rows import Row

if TYPE_CHECKING:
    from rag.classify import Classifier
    from rag.evaluate.predictions import Prediction
    from rag.evaluate.run import Evaluation

LARGEST_CORPUS = 1 << 40  # bytes: a corpus is one file, whatever its size
LONGEST_PARSE = 3600.0  # seconds

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
    index = name_store(config, options, judged.folder).index()
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
    return write_result(options, EvaluationResult("retrieval", str(options.path), about, systems))


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
    rows = read_sample(options, "answer")
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

    result = measure_outputs("answers", options, rows, predict, score)
    if unanswerable:
        result = replace(result, about={**result.about, "unanswerable": len(unanswerable)})
    return write_result(options, add_own_metrics(result, own_metrics, rows.chosen))


def configure_questions(config: Config, options: AskedRowsOptions, rows: Sequence[Row]) -> Config:
    """Return the configuration for asking rows' questions: with --contexts over a store of the rows' contexts."""
    if options.contexts:
        config = name_store(config, options, options.path)
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
    from rag.evaluate.metrics.licence import HouseLicence
    from rag.evaluate.run import Evaluation, cost_of
    from rag.evaluate.text import evaluate_text, score_references, score_text

    check_prediction_options(options)
    check_at_least_one(options, "attempts")
    own_metrics = import_metrics(options.metric)
    config = load_config(options)
    rows = read_sample(options, options.task)
    task = rows.all[0].task

    describer = config.describer()
    house = HouseLicence(describer.field_rules, describer.allowed)
    if options.rules and (options.checked or options.model):
        raise InputError("--rules writes without a model: leave out --model and --checked")

    def predict() -> tuple[str, Evaluation]:
        generator = None
        if not options.rules:
            generator = config.generator(DEFAULT_DESCRIBER if task == "describe" else PLAIN_GENERATOR)
        decoding = config.decoding_options()
        name = generator.name if generator else "rules"
        return f"{name}, checked" if options.checked and task == "describe" else name, evaluate_text(
            generator,
            rows.chosen,
            decoding,
            attempts=options.attempts,
            run=prediction_run(options),
            checked=options.checked,
            house=house,
        )

    def score(predictions: Sequence[Prediction]) -> Evaluation:
        return Evaluation(task, score_text(predictions, rows.chosen, house), tuple(predictions), cost_of(predictions))

    result = measure_outputs("text", options, rows, predict, score)
    result = replace(result, references=score_references(rows.chosen, house))
    return write_result(options, add_own_metrics(result, own_metrics, rows.chosen))


# --- labels -----------------------------------------------------------------------------------------------------------


def evaluate_classifier(options: EvaluateLabelsOptions) -> int:
    """Measure the labels of a classifier, or labels that are given."""
    from rag.evaluate.labels import evaluate_labels, score_labels
    from rag.evaluate.metrics.labels import confusion
    from rag.evaluate.risk_coverage import risk_coverage
    from rag.evaluate.run import Evaluation, cost_of

    check_prediction_options(options)
    own_metrics = import_metrics(options.metric)
    rows, outside = read_sample(options, "classify", options.out_of_scope), options.out_of_scope
    labels = sorted({row.target for row in rows.train or rows.all} - {outside})

    def predict() -> tuple[str, Evaluation]:
        classifier = new_classifier(load_config(options), options, labels, rows.train)
        name = classifier.generator.name
        return name, evaluate_labels(classifier, rows.chosen, outside, prediction_run(options))

    def score(predictions: Sequence[Prediction]) -> Evaluation:
        curve = risk_coverage(predictions, rows.chosen) if outside is None else None
        return Evaluation("classify", (), tuple(predictions), cost_of(predictions), curve)

    result = measure_outputs("labels", options, rows, predict, score)

    # All systems are measured over the same classes, whatever labels one of them makes up.
    outputs = {name: [prediction.output for prediction in system.outputs] for name, system in result.systems.items()}
    classes = {*labels, *(row.target for row in rows.chosen)}.union(*outputs.values())
    systems = {
        name: replace(system, metrics=score_labels(system.outputs, rows.chosen, outside, classes))
        for name, system in result.systems.items()
    }
    tables = {name: confusion(predicted, rows.chosen, sorted(classes)) for name, predicted in outputs.items()}
    result = replace(result, systems=systems, confusions=tables)
    return write_result(options, add_own_metrics(result, own_metrics, rows.chosen))


def new_classifier(
    config: Config, options: EvaluateLabelsOptions, labels: Sequence[str], train: Sequence[Row]
) -> Classifier:
    """Return the classifier that the options describe."""
    from rag.classify import Classifier, Threshold, index_examples

    retriever = None
    if options.similar or options.candidates:
        if options.train is None:
            raise InputError("--similar and --candidates need labelled rows to choose from: give --train FILE.jsonl")
        store = name_store(config, options, options.train).store()
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
            "Compute BLEU, chrF, ROUGE, variety, copying and, of descriptions, what no field says, with 95% intervals.",
        ),
        "labels": Command(
            "labels of texts", EvaluateLabelsOptions, evaluate_classifier,
            "Compute accuracy, macro F1 and out-of-scope detection with 95% intervals, and the confusions.",
        ),
    },
    "Compute metrics with 95% intervals, for outputs of the configured models or for outputs that you have.",
)  # fmt: skip
