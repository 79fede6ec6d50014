"""Ingest the knowledge base, ask its twelve questions, and show each answer, its source and whether it is right."""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from collections import Counter
from pathlib import Path

from rag import Config
from rag.answer.match import holds
from rag.answer.types import Answer

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default="build/demo/store", help="where the store is kept")
    store = Path(parser.parse_args().store)
    began = time.perf_counter()

    print("\n1. Ingest a handbook (Markdown), a report (PDF) and a catalogue (CSV)")
    config = Config().override("store", path=str(store.absolute()))
    report = config.index().sync([HERE / "documents"])
    print(f"   {report.added} files added, {report.unchanged} unchanged, {report.chunks_total} chunks in {store}")

    print("\n2. Ask twelve questions; the last two cannot be answered from these documents\n")
    pipeline = config.pipeline()
    questions = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    answers = pipeline.ask_many([row["question"] for row in questions])
    verdicts = Counter[str]()
    for answer, row in zip(answers, questions, strict=True):
        said = verdict(answer, row["answers"])
        verdicts[said] += 1
        show(answer, said)

    print(
        f"{len(answers)} questions: {', '.join(f'{count} {said}' for said, count in verdicts.most_common())};", end=" "
    )
    print(f"{time.perf_counter() - began:.0f} s with {pipeline.name}, nothing left this machine")


def verdict(answer: Answer, expected: list[str]) -> str:
    """What is to be thought of an answer, in words; what is expected of a question without an answer is silence."""
    if answer.abstained:
        return "needlessly left unanswered" if expected else "rightly left unanswered"
    if not holds(answer.text, expected):
        return "wrong"
    return "right and cited" if answer.citations else "right, not cited"


def show(answer: Answer, said: str) -> None:
    print(f"   Q: {answer.question}")
    print(textwrap.fill(f"{answer.text}  ({said})", 100, initial_indent="   A: ", subsequent_indent="      "))
    for citation in answer.citations:
        place = Path(citation.source).name + (f", page {citation.page}" if citation.page else "")
        span = textwrap.shorten(citation.text, 160, placeholder=" ...")
        print(
            textwrap.fill(
                f"[{citation.number}] {place}: {span}", 100, initial_indent="      ", subsequent_indent="          "
            )
        )
    if answer.unsupported:
        print(f"      not supported by any source: {' '.join(answer.unsupported)[:150]}")
    print()


if __name__ == "__main__":
    main()
