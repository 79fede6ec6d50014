"""The command `rag classify`: labels for one text or a file of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import InputError, RowsError
from rag.build import PLAIN_GENERATOR
from rag.cli import output
from rag.cli.options import Command, CommonOptions
from rag.config import Config
from rag.options import StoreOptions, option

if TYPE_CHECKING:
    from rag.classify.types import Classification
    from rag.data.rows import Row
    from rag.retrieve.retrievers import Retriever

SHOWN_LABELS = 3
"""Labels that a person sees, the most probable first."""


@dataclass(frozen=True, kw_only=True)
class ClassifyOptions(StoreOptions, CommonOptions):
    """Options of `rag classify`."""

    text: tuple[str, ...] = option("the text", default=(), positional=True)
    file: Path | None = option('classify each line of a JSONL file of {"text"}; prints one JSON object a line', "FILE")
    labels: str | None = option("labels to choose from", "A,B,C")
    labels_from: Path | None = option('JSONL of {"text", "label"}: its labels', "FILE")
    model: str | None = option("builtin:smollm2, a hub id or a folder", "MODEL")
    similar: int = option(
        "show the model the K most similar rows of --labels-from", "K", default=0, was=("--examples",)
    )
    candidates: int = option("choose among the labels of the N most similar rows only", "N", default=0)
    calibrate: bool | None = option("subtract the score that each label gets for an empty text")
    threshold: float | None = option("mark a text as out of scope below this probability", "P")


def classify(options: ClassifyOptions) -> int:
    """Label one text or each row of a file. Mistakes are refused before a model is loaded."""
    from rag.classify.classifier import Classifier
    from rag.classify.labels import check_labels, labels_of
    from rag.classify.types import Threshold
    from rag.data.rows import read_rows

    if (options.labels is None) == (options.labels_from is None):
        raise InputError("give the labels as --labels a,b,c, or --labels-from with labelled rows")
    for name in ("similar", "candidates"):
        if getattr(options, name) < 0:
            raise InputError(f"--{name} must be 0 or more, not {getattr(options, name)}")
    rows = read_rows(options.labels_from, "classify") if options.labels_from else []
    if options.labels is None:
        labels = labels_of(rows)
    elif options.similar or options.candidates:
        raise InputError("--similar and --candidates need labelled rows: give them as --labels-from FILE.jsonl")
    else:
        labels = check_labels([label.strip() for label in options.labels.split(",")])
    inputs = list(_read_inputs(options, labels))
    threshold = Threshold(options.threshold) if options.threshold is not None else None

    config = Config.load(options.config).override("generator", model=options.model)
    retriever = None
    if options.similar or options.candidates:
        retriever = _new_retriever(options.store, config.override("embedder", model=options.embedder), rows)
    classifier = Classifier(
        config.generator(PLAIN_GENERATOR, scored=True),
        labels,
        retriever,
        similar=options.similar,
        candidates=options.candidates,
        calibrate=options.calibrate,
        threshold=threshold,
    )
    for row in inputs:
        classification = classifier.classify(row["text"])
        if options.file or options.json:
            output.json_line(classification_object(row, classification))
        else:
            _show_classification(classification)
    return 0


def classification_object(row: Mapping[str, Any], classification: Classification) -> dict[str, Any]:
    """Return the object that `rag classify --json` prints, with the row's own id and label where it has them."""
    return {
        **({"id": row["id"]} if "id" in row else {}),
        "text": row["text"],
        **({"expected": row["label"]} if "label" in row else {}),
        "label": classification.label,
        "probability": round(classification.probability, 6),
        "out_of_scope": classification.out_of_scope,
        "scores": {label: round(score, 4) for label, score in classification.scores.items()},
        "examples": [{"text": text, "label": label} for text, label in classification.examples],
        "dropped": len(classification.dropped),
        "prompt_tokens": classification.prompt_tokens,
        "model": classification.model,
        "seconds": round(classification.seconds, 3),
    }


def _show_classification(classification: Classification) -> None:
    """Print the most probable labels, the chosen one first."""
    for label, probability in list(classification.probabilities.items())[:SHOWN_LABELS]:
        style = output.BOLD if label == classification.label else output.DIM
        output.line(f"{probability:.3f}  {output.colour(label, style)}")
    if classification.out_of_scope:
        output.line(output.colour("out of scope: no label is certain enough", output.YELLOW))
    if classification.dropped:
        output.line(output.colour(f"{len(classification.dropped)} examples did not fit the window", output.YELLOW))


def _read_inputs(options: ClassifyOptions, labels: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield rows with a text each: the one of the command line, or those of the file."""
    from rag.data.json_lines import read_objects

    if bool(options.text) == (options.file is not None):
        raise InputError("give one text, or --file with rows")
    if options.file is None:
        if not " ".join(options.text).strip():
            raise InputError("the text is empty: give one to classify")
        inputs = [("the text", {"text": " ".join(options.text)})]
    else:
        inputs = [(f"{options.file}, line {number}", row) for number, row in read_objects(options.file)]
    if not inputs:
        raise RowsError(f"{options.file} holds no rows")
    for place, row in inputs:
        if row.get("label") not in (None, *labels):
            raise RowsError(f"{place}: the label {row['label']!r} is none of the {len(labels)} known")
        if not isinstance(row.get("text"), str) or not row["text"].strip():
            raise RowsError(f"{place}: there is no text to classify")
        yield row


def _new_retriever(folder: Path | None, config: Config, rows: Sequence[Row]) -> Retriever:
    """Return a retriever over the rows, in memory or in a store of their own."""
    from rag.classify.examples import index_examples
    from stores import new_store

    store = None if folder is None else new_store("local", path=folder)
    return index_examples(rows, config.embedder(), store)


COMMAND = Command("choose one of your labels for a text", ClassifyOptions, classify)
