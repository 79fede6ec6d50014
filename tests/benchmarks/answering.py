"""Reader, generator, or both: who answers best, with the right passage in hand and over a whole corpus?

    python examples/reader/prepare.py ../shared/data/qa build/reader
    python tests/benchmarks/answering.py gold build/reader
    python tests/benchmarks/answering.py swap build/reader
    python tests/benchmarks/answering.py open build/reader ../shared/data/retrieval/nq_wiki_passages_derived

`gold`: the test parts of SQuAD and Natural Questions, each question with its own passage. `swap`: passages whose answer
was swapped for another; who follows the passage says the other. `open`: the questions of Natural Questions over all
passages of the corpus, k = 5, and what each way of guidance by the reader brings. Every question is answered here
(nothing is held back as too unsure), so that the figures are of the answers. Nothing was trained on these rows;
intervals are 95% by bootstrap over the questions. `--examples FILE` writes ten successes and ten failures.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag import Config
from rag.answer.match import exact_match, holds, token_f1
from rag.answer.pipeline import Pipeline
from rag.answer.types import Answer
from rag.data.rows import Row, read_rows
from rag.evaluate.answers import NO_PASSAGES, OwnPassages, split_repeated_questions
from rag.evaluate.metrics.metric import mean_metric
from rag.generate import Generator, new_generator
from rag.reader import ExtractiveReader
from rag.retrieve.retrievers import Retriever

BATCH = 32
WAYS: Mapping[str, tuple[str | None, bool, tuple[str, ...]]] = {
    "builtin:smollm2": ("builtin:smollm2", False, ()),
    "builtin:smollm2-answers": ("builtin:smollm2-answers", False, ()),
    "builtin:minilm-reader": (None, True, ()),
    "both": ("builtin:smollm2-answers", True, ("reader_first", "retry", "fallback")),
    "both: reader_first": ("builtin:smollm2-answers", True, ("reader_first",)),
    "both: reader_first, retry": ("builtin:smollm2-answers", True, ("reader_first", "retry")),
    "both: reader_first, fallback": ("builtin:smollm2-answers", True, ("reader_first", "fallback")),
}
ASKED = {"gold": 4, "swap": 4, "open": 7}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=ASKED)
    parser.add_argument("rows", type=Path, help="the folder that prepare.py wrote")
    parser.add_argument("corpus", type=Path, nargs="?", help="a BEIR folder, for `open`")
    parser.add_argument("--limit", type=int, default=10_000, help="rows a set, drawn at random")
    parser.add_argument("--systems", nargs="+", choices=WAYS)
    parser.add_argument("--store", type=Path, default=Path("build/benchmarks/nq"))
    parser.add_argument("--examples", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--backend", choices=("auto", "transformers"), default="auto")
    options = parser.parse_args()

    sets = {"gold": ("squad", "nq"), "swap": ("nq_swap",), "open": ("nq",)}[options.mode]
    asked = {name: _drawn(options.rows / f"test-{name}.jsonl", options.limit) for name in sets}
    found: Retriever = NO_PASSAGES if options.mode != "open" else _opened(options.corpus, options.store)
    reader = ExtractiveReader(threads=options.threads, backend=options.backend)
    loaded: dict[str, Generator] = {}
    for system in options.systems or list(WAYS)[: ASKED[options.mode]]:
        model, is_read, guided = WAYS[system]
        if model and model not in loaded:
            loaded = {model: new_generator(model, options.backend, batch_size=BATCH, threads=options.threads)}
        for name, rows in asked.items():
            pipeline = Pipeline(
                found,
                loaded[model] if model else None,
                reader=reader if is_read else False,
                confidence=False,
                min_confidence=0.0,
                min_evidence=0.0,
                guided=guided,  # type: ignore[arg-type]
                answer_format="short",  # as the references are
            )
            answers, seconds = _asked(pipeline, rows, options.mode != "open")
            figures = _figures(rows, answers, options.mode)
            print(json.dumps({"set": name, "system": system, "rows": len(rows), **figures, "s": seconds}), flush=True)
            if options.examples:
                _write(options.examples, f"{system} on {name}", rows, answers)


def _drawn(file: Path, limit: int) -> list[Row]:
    rows = [row for row in read_rows(file, "answer") if not row.unanswerable]
    return random.Random(0).sample(rows, min(limit, len(rows)))


def _opened(corpus: Path, folder: Path) -> Retriever:
    config = Config().override("store", path=str(folder.absolute()))
    index = config.index()
    index.sync([corpus / "corpus.jsonl"])
    index.store.close()
    return config.retriever()


def _asked(pipeline: Pipeline, rows: Sequence[Row], gold: bool) -> tuple[list[Answer], float]:
    """Return the answers and seconds a row; with `gold` each question has its own passage, in whichever row it is."""
    began = time.perf_counter()
    answers: list[Answer] = []
    for part in split_repeated_questions(rows) if gold else [rows]:
        given = replace(pipeline, retriever=OwnPassages.of(part)) if gold else pipeline
        for low in range(0, len(part), BATCH):
            answers += given.ask_many([row.values["question"] for row in part[low : low + BATCH]])
    return answers, round((time.perf_counter() - began) / len(rows), 3)


def _figures(rows: Sequence[Row], answers: Sequence[Answer], mode: str) -> dict[str, str]:
    """Return exact match and more, in percent; a refusal is no right answer."""
    said = [replace(answer, text="") if answer.abstained else answer for answer in answers]
    pairs = [(row, answer) for row, answer in zip(rows, said, strict=True)]
    exact = [exact_match(answer.text, row.references) for row, answer in pairs]
    figures: dict[str, Sequence[float]] = {
        "exact match": exact,
        "F1": [token_f1(answer.text, row.references) for row, answer in pairs],
        "answered": [not answer.abstained for answer in answers],
        "with a citation, of the answered": [bool(answer.citations) for answer in answers if not answer.abstained],
    }
    if mode == "swap":
        figures["follows the passage"] = [_follows(answer, row) for row, answer in pairs]
    if mode in ("gold", "swap"):
        figures["cites the sentence of the answer, of the cited"] = [
            any(holds(citation.text, row.references) for citation in answer.citations)
            for row, answer in pairs
            if answer.citations
        ]
    if mode == "open":
        there = [any(holds(hit.chunk.text, row.references) for hit in answer.hits) for row, answer in pairs]
        shown = [each and _is_shown(answer, row) for each, (row, answer) in zip(there, pairs, strict=True)]
        figures["lost to retrieval"] = [not each for each in there]
        figures["lost to packing"] = [each and not kept for each, kept in zip(there, shown, strict=True)]
        figures["lost to reading"] = [kept and not right for kept, right in zip(shown, exact, strict=True)]
    return {name: _shown(values) for name, values in figures.items()}


def _follows(answer: Answer, row: Row) -> bool:
    """Whether an answer says what the passage does: holds the reference, or most of its words."""
    return holds(answer.text, row.references) or token_f1(answer.text, row.references) >= 0.5


def _is_shown(answer: Answer, row: Row) -> bool:
    """Whether a reference stands in what was left of the passages after packing."""
    for hit in answer.hits:
        text, chunk = hit.chunk.text, hit.chunk
        for dropped in answer.dropped:
            if dropped.chunk.source == chunk.source and dropped.start < chunk.end and dropped.end > chunk.start:
                low, high = max(dropped.start - chunk.start, 0), dropped.end - chunk.start
                text = text[:low] + " " * (min(high, len(text)) - low) + text[high:]
        if holds(text, row.references):
            return True
    return False


def _shown(values: Sequence[float]) -> str:
    if not values:
        return "none"
    return str(mean_metric("share", [100 * value for value in values], "higher", "percent"))


def _write(file: Path, title: str, rows: Sequence[Row], answers: Sequence[Answer]) -> None:
    """Add ten answers that are right and ten that are wrong, drawn at random."""
    pairs = list(zip(rows, answers, strict=True))
    random.Random(1).shuffle(pairs)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"## {title}\n\n")
        for right in (True, False):
            stream.write(f"| {'right' if right else 'wrong'}: question | reference | answer |\n|---|---|---|\n")
            chosen = [each for each in pairs if (token_f1(each[1].text, each[0].references) >= 0.5) is right][:10]
            for row, answer in chosen:
                cells = (row.values["question"], row.target, answer.text)
                stream.write("| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |\n")
            stream.write("\n")


if __name__ == "__main__":
    main()
