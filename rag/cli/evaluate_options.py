"""Options of `rag evaluate` and of other commands that measure rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from rag.cli.options import CommonOptions
from rag.options import (
    GenerationOptions,
    RankingOptions,
    ReadingOptions,
    RetrievalOptions,
    StoreOptions,
    option,
)


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
    train: Path | None = option("training rows, for labels and examples; never measured on", "FILE")
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
    rules: bool = option("descriptions by rules, without a model", default=False)
    checked: bool = option(
        "replace the sentences of descriptions that claim what no field says, as `rag describe` does", default=False
    )
    attempts: int = option("write up to N texts for a description with wrong values (default: 1)", "N", default=1)
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
