"""What a person or a program sees: readable text with colour on a terminal, or exactly one JSON object."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.report.ansi import (
    BOLD as BOLD,
    CYAN as CYAN,
    DIM as DIM,
    GREEN as GREEN,
    RED as RED,
    YELLOW as YELLOW,
    colour as colour,
)

if TYPE_CHECKING:
    from rag.answer.pipeline import AnswerStream
    from rag.answer.types import Answer, Citation
    from rag.describe.describer import Description
    from rag.index.staging import Problem, SyncReport
    from stores.base import Hit


def line(text: str = "") -> None:
    """Write one line to stdout."""
    sys.stdout.write(f"{text}\n")


def warn(text: str) -> None:
    """Write a line to stderr that is no part of the result."""
    sys.stderr.write(f"rag: {text}\n")


def json_line(content: Mapping[str, Any]) -> None:
    """Write one JSON object on a line, at once."""
    sys.stdout.write(f"{json.dumps(content, ensure_ascii=False, default=str)}\n")
    sys.stdout.flush()


def report_object(report: SyncReport, store: str) -> dict[str, Any]:
    """The object of `rag ingest --json`."""
    return {
        "store": store,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "deleted": report.deleted,
        "failed": [_problem_object(problem) for problem in report.failed],
        "skipped": [_problem_object(problem) for problem in report.skipped],
        "warnings": [_problem_object(problem) for problem in report.warnings],
        "chunks_embedded": report.chunks_embedded,
        "chunks_total": report.chunks_total,
        "truncated_chunks": report.truncated_chunks,
        "seconds": round(report.seconds, 3),
    }


def report(report: SyncReport, store: str) -> None:
    """Show what an ingest run did."""
    counts = [(report.added, "added"), (report.updated, "updated"), (report.unchanged, "unchanged")]
    counts += [(report.deleted, "deleted")]
    line(
        f"{colour(store, BOLD)}: " + ", ".join(f"{count} {name}" for count, name in counts if count or name == "added")
    )
    line(f"{report.chunks_embedded} chunks embedded, {report.chunks_total} in the store, {report.seconds:.1f} s")
    if report.truncated_chunks:
        line(colour(f"{report.truncated_chunks} chunks are longer than the embedder reads", YELLOW))
    for problems, title, code in (
        (report.failed, "failed", RED),
        (report.skipped, "skipped", YELLOW),
        (report.warnings, "warning", YELLOW),
    ):
        for problem in problems:
            line(f"{colour(title, code)} {problem.source}: {problem.reason}")


def hit_object(hit: Hit) -> dict[str, Any]:
    """A hit as `rag search` and `rag ask` print it."""
    chunk = hit.chunk
    return {
        "score": round(hit.score, 6),
        "source": chunk.source,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "heading": " > ".join(chunk.heading) or None,
        "text": chunk.text,
    }


def hits(hits: Sequence[Hit]) -> None:
    """Show the passages found."""
    if not hits:
        line("nothing found")
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        scores = ", ".join(f"{name} {score:.2f}" for name, score in hit.parts.items()) or f"{hit.score:.3f}"
        where = colour(place(chunk.source, chunk.page, chunk.heading), CYAN)
        line(f"{colour(f'{number}.', BOLD)} {where}  {colour(scores, DIM)}")
        line(_wrapped(chunk.text, "   "))


def answer_object(answer: Answer, seconds: float) -> dict[str, Any]:
    """The object of `rag ask --json`."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "citations": [_citation_object(citation) for citation in answer.citations],
        "unsupported": list(answer.unsupported),
        "hits": [hit_object(hit) for hit in answer.hits],
        "dropped": [
            {"source": each.chunk.source, "start": each.start, "end": each.end, "reason": each.reason}
            for each in answer.dropped
        ],
        "usage": {
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
            "context_window": answer.usage.context_window,
        },
        "evidence": round(answer.evidence, 4),
        "confidence": None if answer.confidence is None else round(answer.confidence, 4),
        "model": answer.model,
        "seconds": round(seconds, 3),
    }


def answer_stream(stream: AnswerStream) -> None:
    """Show an answer as it is written on a terminal, then its sentences' citations; in a pipe, the finished text."""
    live = sys.stdout.isatty()
    for piece in stream:
        if live:
            sys.stdout.write(colour(piece, DIM))
            sys.stdout.flush()
    if live:
        sys.stdout.write("\r\x1b[2K" if _fits_one_line(stream.answer.text) else "\n\n")
    answer(stream.answer)


def answer(answer: Answer) -> None:
    """Show an answer with a number after each supported sentence, and the spans that the numbers mean."""
    if answer.abstained:
        line(colour(answer.text, YELLOW))
        if answer.hits:
            nearest = answer.hits[0].chunk
            line(colour(f"nearest: {place(nearest.source, nearest.page, nearest.heading)}{_why(answer)}", DIM))
        return
    marked, low = [], 0
    for sentence in answer.sentences:
        mark = colour(f" [{sentence.citation}]", CYAN) if sentence.citation else colour(" [unsupported]", RED)
        marked.append(answer.text[low : sentence.end] + mark)
        low = sentence.end
    line("".join(marked) + answer.text[low:])
    for citation in answer.citations:
        where = place(citation.source, citation.page, citation.heading)
        line(f"\n{colour(f'[{citation.number}]', CYAN)} {where}, characters {citation.start}-{citation.end}")
        line(_wrapped(citation.text, "    "))


def description(described: Description) -> None:
    """Show a description, what is not true of it in colour, and what its check found."""
    shown, low = [], 0
    for start, end in described.spans:
        shown.append(described.text[low:start] + colour(described.text[start:end], RED))
        low = end
    line("".join(shown) + described.text[low:])
    if described.missing:
        line(colour(f"not stated: {', '.join(described.missing)}", YELLOW))
    if described.wrong:
        line(colour(f"stated wrongly: {', '.join(f'{name} ({value})' for name, value in described.wrong)}", RED))
    if described.invented:
        line(colour(f"not among the fields: {', '.join(described.invented)}", RED))


def sources(listed: Sequence[Mapping[str, Any]]) -> None:
    """Show the sources of a store."""
    for each in listed:
        line(f"{each['chunks']:>6}  {each['source']}")
    chunks = sum(each["chunks"] for each in listed)
    line(colour(f"{chunks:>6}  chunks of {len(listed)} sources", BOLD))


def models(listed: Sequence[Mapping[str, Any]]) -> None:
    """Show the embedded models."""
    for each in listed:
        state = colour("ready", GREEN) if each["installed"] else colour(f"missing: {each['install']}", YELLOW)
        line(f"{colour(each['name'], BOLD):<20} {each['kind']:<10} {each['licence']:<12} {state}")
    line()
    line("Any other model is named by its hub id or its folder:")
    line("  rag ask --model google/flan-t5-base ...     T5, BART, PEGASUS, LED (text to text)")
    line("  rag ask --model ./my-gpt2 ...               GPT-2 and other causal models, with or without a chat template")
    line("  rag ask --model langchain:openai:NAME ...   any LangChain chat model whose package is installed")


def examined(examined: Mapping[str, Any]) -> None:
    """Show what `rag doctor` found."""
    for title in ("versions", "threads", "weights", "cache", "store"):
        line(colour(title, BOLD))
        for name, value in examined[title].items():
            line(f"  {name:<22} {value}")
    for repaired in examined["repaired"]:
        line(f"{colour('repaired', GREEN)} {repaired}")
    for problem in examined["problems"]:
        line(f"{colour('problem', RED)} {problem}")
    if not examined["problems"]:
        line(colour("no problems", GREEN))


def place(source: str, page: int | None, heading: Sequence[str]) -> str:
    """Return where a span stands, in words: source, page and heading."""
    parts = [source] + ([f"page {page}"] if page else []) + ([" > ".join(heading)] if heading else [])
    return ", ".join(parts)


def _why(answer: Answer) -> str:
    """What an abstention was decided by, in parentheses; nothing where nothing tells."""
    told = [f"cosine {answer.signals.evidence:.2f}"] if answer.signals.evidence is not None else []
    if answer.confidence is not None:
        told.append(f"chance of a right answer {answer.confidence:.2f}")
    return f" ({', '.join(told)})" if told else ""


def _problem_object(problem: Problem) -> dict[str, str]:
    return {"source": problem.source, "reason": problem.reason}


def _citation_object(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "source": citation.source,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        "heading": " > ".join(citation.heading) or None,
        "support": citation.support,
        "text": citation.text,
    }


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 100)


def _fits_one_line(text: str) -> bool:
    return "\n" not in text and len(text) < _width()


def _wrapped(text: str, indent: str) -> str:
    lines = [
        textwrap.fill(part, _width(), initial_indent=indent, subsequent_indent=indent) for part in text.split("\n")
    ]
    return "\n".join(each for each in lines if each.strip())
