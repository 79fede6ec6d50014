"""Ingest the knowledge base, ask its twelve questions, and show every answer with the span that supports it."""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from pathlib import Path

from rag import Config
from rag.types import Answer

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
    for answer in answers:
        show(answer)

    verified = sum(bool(answer.citations) for answer in answers)
    abstained = sum(answer.abstained for answer in answers)
    print(
        f"{len(answers)} questions: {verified} answers with a verified citation, {abstained} left unanswered;", end=" "
    )
    print(f"{time.perf_counter() - began:.0f} s with {pipeline.name}, nothing left this machine")


def show(answer: Answer) -> None:
    print(f"   Q: {answer.question}")
    print(textwrap.fill(answer.text, 100, initial_indent="   A: ", subsequent_indent="      "))
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
