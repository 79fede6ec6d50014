"""The command `rag classify`: labels for one text or a file of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.models.weights import SMOLLM2
from rag.cli import output
from rag.cli.options import Command, CommonOptions
from rag.config import Config
from rag.options import StoreOptions, option

if TYPE_CHECKING:
    from rag.classify.classifier import Classifier
    from rag.classify.types import Classification
    from rag.data.rows import Row
    from rag.retrieve.retrievers import Retriever

NEAREST = 3  # how many labels a person sees


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
    """Label one text or each row of a file. What can be refused is refused before a model is loaded."""
    from rag.data.rows import read_rows

    rows = read_rows(options.labels_from, "classify") if options.labels_from else []
    labels = _labels(options, rows)
    asked = list(_asked(options, labels))
    config = Config.load(options.config).override("generator", model=options.model)
    classifier = _classifier(options, config.override("embedder", model=options.embedder), labels, rows)
    for content in asked:
        found = classifier.classify(content["text"])
        if options.file or options.json:
            output.json_line(classification_object(content, found))
        else:
            _show(found)
    return 0


def classification_object(content: Mapping[str, Any], found: Classification) -> dict[str, Any]:
    """The object of `rag classify --json`; the row's own id and label come first where it has them."""
    return {
        **({"id": content["id"]} if "id" in content else {}),
        "text": content["text"],
        **({"expected": content["label"]} if "label" in content else {}),
        "label": found.label,
        "probability": round(found.probability, 6),
        "out_of_scope": found.out_of_scope,
        "scores": {label: round(score, 4) for label, score in found.scores.items()},
        "examples": [{"text": text, "label": label} for text, label in found.examples],
        "dropped": len(found.dropped),
        "prompt_tokens": found.prompt_tokens,
        "model": found.model,
        "seconds": round(found.seconds, 3),
    }


def _show(found: Classification) -> None:
    for label, probability in list(found.probabilities.items())[:NEAREST]:
        best = label == found.label
        output.line(
            f"{probability:.3f}  {output.colour(label, output.BOLD) if best else output.colour(label, output.DIM)}"
        )
    if found.out_of_scope:
        output.line(output.colour("out of scope: no label is certain enough", output.YELLOW))
    if found.dropped:
        output.line(output.colour(f"{len(found.dropped)} examples did not fit the window", output.YELLOW))


def _labels(options: ClassifyOptions, rows: Sequence[Row]) -> tuple[str, ...]:
    from rag.classify.labels import check_labels, labels_of

    if (options.labels is None) == (options.labels_from is None):
        raise ValueError("give the labels as --labels a,b,c, or --labels-from with labelled rows")
    if options.labels is None:
        return labels_of(rows)
    if options.similar or options.candidates:
        raise ValueError("--similar and --candidates need labelled rows: give them as --labels-from FILE.jsonl")
    return check_labels([label.strip() for label in options.labels.split(",")])


def _asked(options: ClassifyOptions, labels: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield objects with a text each: the one of the command line, or those of the file."""
    from rag.data.json_lines import read_objects

    if bool(options.text) == (options.file is not None):
        raise ValueError("give one text, or --file with rows")
    if options.file is None:
        yield {"text": _text(" ".join(options.text), "the command line")}
        return
    empty = True
    for number, content in read_objects(options.file):
        place = f"{options.file}, line {number}"
        empty = False
        if content.get("label") not in (None, *labels):
            raise ValueError(f"{place}: the label {content['label']!r} is none of the {len(labels)} known")
        yield {**content, "text": _text(content.get("text"), place)}
    if empty:
        raise ValueError(f"{options.file} holds no rows")


def _text(text: object, place: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{place}: there is no text to classify")
    return text


def _classifier(options: ClassifyOptions, config: Config, labels: Sequence[str], rows: Sequence[Row]) -> Classifier:
    from rag.classify.classifier import Classifier
    from rag.classify.types import Threshold

    threshold = Threshold(options.threshold) if options.threshold is not None else None
    for name in ("similar", "candidates"):
        if getattr(options, name) < 0:
            raise ValueError(f"--{name} must be 0 or more, not {getattr(options, name)}")
    retriever = _retriever(options.store, config, rows) if options.similar or options.candidates else None
    return Classifier(
        config.generator(SMOLLM2, scored=True),
        labels,
        retriever,
        examples=options.similar,
        candidates=options.candidates,
        calibrate=options.calibrate,
        threshold=threshold,
    )


def _retriever(folder: Path | None, config: Config, rows: Sequence[Row]) -> Retriever:
    """Return a retriever over the rows, kept in memory, or in a store of their own where one is asked for."""
    from rag.classify.examples import index_examples

    if folder is None:
        return index_examples(rows, config.embedder())
    from stores import new_store

    return index_examples(rows, config.embedder(), new_store("local", path=folder))


COMMAND = Command("choose one of your labels for a text", ClassifyOptions, classify)
