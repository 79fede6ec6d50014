"""Ingest the knowledge base, ask its fifteen questions, and show each answer with its sources and a verdict."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rag import Answer, Citation, Config
from rag.answer.defaults import word_confidence
from rag.answer.match import holds

HERE = Path(__file__).parent
WIDTH = 80


@dataclass(frozen=True)
class Question:
    """A question with the facts of a right answer, each in the forms that it may have; none if nothing answers it."""

    text: str
    kind: str
    facts: tuple[tuple[str, ...], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default="build/demo/store", help="where the store is kept")
    store = Path(parser.parse_args().store)
    began = time.perf_counter()

    print("\n1. Ingest a handbook, a report, a catalogue, rules in two versions, a workbook, an FAQ and a mail")
    config = Config().override("store", path=str(store.absolute()))
    report = config.index().sync([HERE / "documents"])
    print(f"   {report.added} files added, {report.unchanged} unchanged, {report.chunks_total} chunks in {store}")

    questions = read_questions()
    print(f"\n2. Ask {len(questions)} questions; two of them cannot be answered from these documents\n")
    pipeline = config.pipeline()
    answers = pipeline.ask_many([question.text for question in questions])
    verdicts = Counter[str]()
    for answer, question in zip(answers, questions, strict=True):
        verdict = judge(answer, question)
        verdicts[verdict] += 1
        show(answer, question, verdict)

    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    seconds = time.perf_counter() - began
    print(f"{len(answers)} questions: {counts}; {seconds:.0f} s with {pipeline.name}, nothing left this machine")
    command = f"{shorten(Path(sys.executable).with_name('rag'))} serve --store {store} --open"
    print(f"\nAsk your own questions on a page: {command}")


def shorten(path: Path) -> Path:
    """Return a path from this folder where it lies below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def read_questions() -> list[Question]:
    rows = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    return [
        Question(
            row["question"],
            row["kind"],
            tuple(map(tuple, [row["answers"], *row.get("and", ())] if row["answers"] else ())),
        )
        for row in rows
    ]


def judge(answer: Answer, question: Question) -> str:
    """Return what is to be thought of an answer; what is expected of a question without one is silence."""
    if answer.abstained:
        return "needlessly left unanswered" if question.facts else "rightly left unanswered"
    # A yes/no question is answered by its first word, any other by all facts.
    text = answer.text.split()[0] if question.kind == "yes-no" else answer.text
    if not question.facts or not all(holds(text, forms) for forms in question.facts):
        return "wrong"
    return "right and cited" if answer.citations else "right, not cited"


def show(answer: Answer, question: Question, verdict: str) -> None:
    print(f"   Q: {question.text}")
    lines = answer.text.split("\n")
    for first, line in zip(["   A: ", *["      "] * len(lines)], lines, strict=False):
        print(textwrap.fill(line, WIDTH, initial_indent=first, subsequent_indent="        "))
    sure = "" if answer.confidence is None or answer.abstained else f", {word_confidence(answer.confidence)}"
    print(f"      ({question.kind}{sure}: {verdict})")
    for citation in answer.citations or answer.nearest:
        show_citation(citation)
    if answer.unsupported:
        print(f"      not supported by any source: {' '.join(answer.unsupported)[:150]}")
    print()


def show_citation(citation: Citation) -> None:
    place = Path(citation.source).name + (f", page {citation.page}" if citation.page else "")
    text = f"[{citation.number}] {place}: {textwrap.shorten(citation.text, 160, placeholder=' ...')}"
    print(textwrap.fill(text, WIDTH, initial_indent="      ", subsequent_indent="          "))


if __name__ == "__main__":
    main()
