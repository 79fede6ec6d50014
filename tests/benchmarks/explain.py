"""Explanations against long answers by people: how many of their words, how many sentences, all of them cited?

    python examples/reader/heads.py ../shared/data build/reader
    python tests/benchmarks/explain.py build/reader/test-explain.jsonl [--answer-format explain] [--swapped]

Each question is asked over the passages of its own document and some of another. `--swapped` asks it over the passages
of another question: whoever answers then, explains something else. The answers are those of the default pipeline;
word recall is the share of the reference's words that the answer has. Intervals are 95% by bootstrap over questions.
Nothing is trained on these rows.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.chunk import Chunker
from ingest.embed import new_embedder
from ingest.sentences import sentence_spans
from ingest.types import Block, Document
from rag.answer.match import normalize_answer
from rag.answer.pipeline import Pipeline
from rag.answer.types import Answer
from rag.data.json_lines import read_objects
from rag.evaluate.metrics.metric import mean_metric
from rag.evaluate.metrics.rouge import rouge_scorer
from rag.generate import new_generator
from rag.index.index import Index
from rag.retrieve.retrievers import HybridRetriever
from stores import new_store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="test-explain.jsonl")
    parser.add_argument("--limit", type=int, default=100, help="rows a set, drawn at random")
    parser.add_argument("--generator", default="builtin:smollm2-answers", help='"none" for the reader alone')
    parser.add_argument("--answer-format", default="auto", help='"explain" also where a question sounds short')
    parser.add_argument("--swapped", action="store_true")
    parser.add_argument("--out", type=Path, help="write the answers as JSONL")
    options = parser.parse_args()

    # The rows of each set, in an order by chance that no limit changes.
    sets: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for _, row in read_objects(options.rows):
        sets[row["id"].partition("-")[0]].append(row)
    embedder = new_embedder()
    generator = None if options.generator == "none" else new_generator(options.generator)
    pipeline: Pipeline | None = None
    for name, rows in sets.items():
        random.Random(0).shuffle(rows)
        asked, answers, began = rows[: options.limit], [], time.perf_counter()
        for number, row in enumerate(asked):
            source = rows[(number + len(rows) // 2) % len(rows)] if options.swapped else row
            index = Index(new_store("memory"), embedder, Chunker(embedder.tokens))
            index.add([document_of(passage, place) for place, passage in enumerate(source["passages"])])
            retriever = HybridRetriever(index.store, embedder)
            if pipeline is None:
                from rag.reader import ExtractiveReader

                pipeline = Pipeline(
                    retriever, generator, reader=ExtractiveReader(), answer_format=options.answer_format
                )
            pipeline = replace(pipeline, retriever=retriever)
            answers.append(pipeline.ask(row["question"]))
        seconds = (time.perf_counter() - began) / len(asked)
        print(
            json.dumps({"set": name, "rows": len(asked), **figures(asked, answers), "s": round(seconds, 2)}), flush=True
        )
        if options.out:
            with options.out.open("a", encoding="utf-8") as stream:
                for row, answer in zip(asked, answers, strict=True):
                    content = {"id": row["id"], "question": row["question"], "answer": answer.text}
                    stream.write(
                        json.dumps({**content, "abstained": answer.abstained, "reference": row["answer"]}) + "\n"
                    )


def document_of(passage: Mapping[str, Any], place: int) -> Document:
    """Return a passage as a document under its title."""
    title = passage["heading"][0]
    text = f"{title}\n\n{passage['text']}"
    blocks = (Block(0, len(title), "title"), Block(len(title) + 2, len(text), "text", heading=(title,)))
    return Document(text, f"{place}.txt", blocks)


def figures(rows: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> dict[str, str]:
    """Return the figures of all rows; an answer that was left out has none of the reference's words."""
    scorer = rouge_scorer("rougeL")
    texts = ["" if answer.abstained else answer.text for answer in answers]
    pairs = [(row["answer"], text) for row, text in zip(rows, texts, strict=True)]
    sentences = [(answer, sentence) for answer in answers if not answer.abstained for sentence in answer.sentences]
    return {
        "ROUGE-L": percent([scorer.score(reference, text)["rougeL"].fmeasure for reference, text in pairs]),
        "word recall": percent([recall(reference, text) for reference, text in pairs]),
        "answered": percent([not answer.abstained for answer in answers]),
        "words, of the answered": f"{sum(len(text.split()) for text in texts) / max(sum(map(bool, texts)), 1):.1f}",
        "most sentences": str(max((len(sentence_spans(text)) for text in texts), default=0)),
        "sentences with a citation": percent([sentence.citation is not None for _, sentence in sentences]),
    }


def recall(reference: str, text: str) -> float:
    """Return the share of the reference's words that a text has."""
    expected, said = Counter(normalize_answer(reference).split()), Counter(normalize_answer(text).split())
    return sum((expected & said).values()) / max(sum(expected.values()), 1)


def percent(values: Sequence[float]) -> str:
    """Return the mean in percent with its interval."""
    return str(mean_metric("share", [100 * value for value in values], "higher", "percent")) if values else "none"


if __name__ == "__main__":
    main()
