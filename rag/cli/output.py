"""Write results: for people with rich, with colour on a terminal only, or for programs as one JSON object."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ingest.tracing import Span
    from rag.answer.pipeline import DraftStream
    from rag.answer.types import Answer, Citation
    from rag.index.staging import SyncReport
    from stores.base import Hit

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "bold", "dim", "red", "green", "yellow", "cyan"
WIDEST = 100  # columns of running text
PIPE_WIDTH = 10_000  # columns: a table in a pipe is never cut


# --- any output -------------------------------------------------------------------------------------------------------


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


def colour(text: str, style: str) -> str:
    """Return the text in a style of rich if stdout is a terminal that shows styles, else the text alone."""
    if not _shows_styles():
        return text
    from rich.text import Text

    return _render(Text(text, style), end="")


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (0,)) -> None:
    """Write an aligned table; the columns whose numbers are in `right` are aligned right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style=DIM, show_header=any(head))
    for number, title in enumerate(head):
        table.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    for text in _render(table).splitlines():
        line(text.rstrip())


def _shows_styles() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _render(content: RenderableType, end: str = "\n") -> str:
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    colours: Literal["auto"] | None = "auto" if _shows_styles() else None
    console = Console(width=width, color_system=colours, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(content, end=end, soft_wrap=end == "")
    return capture.get()


# --- ingest -----------------------------------------------------------------------------------------------------------


def report_object(report: SyncReport, store: str) -> dict[str, Any]:
    """Return the object of `rag ingest --json`."""
    return {
        "store": store,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "deleted": report.deleted,
        "failed": [{"source": problem.source, "reason": problem.reason} for problem in report.failed],
        "skipped": [{"source": problem.source, "reason": problem.reason} for problem in report.skipped],
        "warnings": [{"source": problem.source, "reason": problem.reason} for problem in report.warnings],
        "chunks_embedded": report.chunks_embedded,
        "chunks_total": report.chunks_total,
        "truncated_chunks": report.truncated_chunks,
        "seconds": round(report.seconds, 3),
    }


def show_report(report: SyncReport, store: str) -> None:
    """Show the outcome of `rag ingest`."""
    changes = {"updated": report.updated, "unchanged": report.unchanged, "deleted": report.deleted}
    counts = [f"{report.added} added", *(f"{count} {name}" for name, count in changes.items() if count)]
    line(f"{colour(store, BOLD)}: {', '.join(counts)}")
    plural = "s" * (report.chunks_embedded != 1)
    line(f"{report.chunks_embedded} chunk{plural} embedded, {report.chunks_total} in the store, {report.seconds:.1f} s")
    if report.truncated_chunks:
        line(colour(f"{report.truncated_chunks} chunks are longer than the embedder reads", YELLOW))
    problems = [("failed", problem, RED) for problem in report.failed]
    problems += [("skipped", problem, YELLOW) for problem in report.skipped]
    problems += [("warning", problem, YELLOW) for problem in report.warnings]
    for title, problem, style in problems:
        line(f"{colour(title, style)} {problem.source}: {problem.reason}")


def show_sources(sources: Sequence[Mapping[str, Any]]) -> None:
    """Show the sources of a store."""
    chunks = sum(source["chunks"] for source in sources)
    rows = [[str(source["chunks"]), source["source"]] for source in sources]
    show_table(["chunks", "source"], [*rows, [str(chunks), f"in {len(sources)} source{'s' * (len(sources) != 1)}"]])


# --- search and ask ---------------------------------------------------------------------------------------------------


def hit_object(hit: Hit) -> dict[str, Any]:
    """Return a hit as `rag search --json` and `rag ask --json` have it."""
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


def show_hits(hits: Sequence[Hit]) -> None:
    """Show the passages, best first."""
    if not hits:
        line("no passages")
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        scores = ", ".join(f"{name} {score:.2f}" for name, score in hit.parts.items()) or f"{hit.score:.3f}"
        where = colour(describe_place(chunk.source, chunk.page, chunk.heading), CYAN)
        line(f"{colour(f'{number}.', BOLD)} {where}  {colour(scores, DIM)}")
        line(_wrap(chunk.text, "   "))


def answer_object(answer: Answer, seconds: float) -> dict[str, Any]:
    """Return the object of `rag ask --json`."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "citations": [_citation_object(citation) for citation in answer.citations],
        "nearest": [_citation_object(citation) for citation in answer.nearest],
        "unsupported": list(answer.unsupported),
        "hits": [hit_object(hit) for hit in answer.hits],
        "dropped": [
            {"source": dropped.chunk.source, "start": dropped.start, "end": dropped.end, "reason": dropped.reason}
            for dropped in answer.dropped
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


def is_terminal() -> bool:
    """Tell whether stdout is a terminal, on which text may be replaced."""
    return sys.stdout.isatty()


def show_drafts(stream: DraftStream) -> Answer:
    """Show an answer on a terminal: its drafts as they are written, faint, and in their place what stood the checks."""
    draft, is_corrected = "", False
    for event in stream:
        if event.kind == "replace":
            _erase(draft)
            draft, is_corrected = "", True
        else:
            sys.stdout.write(colour(event.text, DIM))
            sys.stdout.flush()
            draft += event.text
    _erase(draft)
    show_answer(stream.answer)
    if is_corrected:
        line(colour("This replaces the draft.", DIM))
    return stream.answer


def _erase(text: str) -> None:
    """Erase a text that was just written to the terminal."""
    if text:
        width = shutil.get_terminal_size().columns
        rows = sum(max(len(row) - 1, 0) // width for row in text.split("\n")) + text.count("\n")
        up = f"\x1b[{rows}A" if rows else ""
        sys.stdout.write(f"\r{up}\x1b[J")


def show_answer(answer: Answer) -> None:
    """Show an answer with a number after each supported sentence, and the cited spans by number."""
    if answer.abstained:
        line(_wrap(answer.text, "", YELLOW))
        if answer.nearest:
            line("These come closest:")
        _show_citations(answer.nearest)
        return
    # A number after each supported sentence.
    marked, low = [], 0
    for sentence in answer.sentences:
        mark = f" [{sentence.citation}]" if sentence.citation else " [unsupported]"
        marked.append(answer.text[low : sentence.end] + mark)
        low = sentence.end
    text = _wrap("".join(marked) + answer.text[low:], "")
    line(_MARK.sub(lambda mark: colour(mark[0], RED if mark[1] == "unsupported" else CYAN), text))
    _show_citations(answer.citations)
    if answer.confidence is not None:
        from rag.answer.defaults import word_confidence

        line(f"\n{colour(f'confidence: {word_confidence(answer.confidence)}', DIM)}")


def _show_citations(citations: Sequence[Citation]) -> None:
    for citation in citations:
        where = describe_place(citation.source, citation.page, citation.heading)
        line(f"\n{colour(f'[{citation.number}]', CYAN)} {where}, characters {citation.start}-{citation.end}")
        line(_wrap(citation.text, "    "))


def show_hits_read(answer: Answer) -> None:
    """Show on stderr which passages an answer was made of, with their scores, and what did not fit the prompt."""
    for hit in answer.hits:
        chunk = hit.chunk
        place = describe_place(chunk.source, chunk.page, chunk.heading)
        sys.stderr.write(f"passage {hit.score:.3f}  {place}, characters {chunk.start}-{chunk.end}\n")
    for dropped in answer.dropped:
        place = f"{dropped.chunk.source}, characters {dropped.start}-{dropped.end}"
        sys.stderr.write(f"left out       {place}: {dropped.reason}\n")


def show_trace(spans: Sequence[Span]) -> None:
    """Show on stderr the stages of answering, with times and counts, and what was refused."""
    for span in spans:
        name, counts = (
            f"{'  ' * span.depth}{span.name}",
            ", ".join(f"{key} {value}" for key, value in span.counts.items()),
        )
        sys.stderr.write(f"{name:<16}{(span.seconds or 0) * 1000:8.1f} ms  {counts}\n".replace("_", " "))
        for note in span.notes:
            sys.stderr.write(f"{'':<29}{note}\n")


def describe_place(source: str, page: int | None, heading: Sequence[str]) -> str:
    """Return the source, page and heading of a span as one text."""
    return ", ".join([source, *([f"page {page}"] if page else []), *([" > ".join(heading)] if heading else [])])


# --- models and doctor ------------------------------------------------------------------------------------------------


def show_models(models: Sequence[Mapping[str, Any]]) -> None:
    """Show the embedded models, and how to name others."""
    rows = [
        [model["name"], model["kind"], model["licence"], "ready" if model["installed"] else f"run {model['install']}"]
        for model in models
    ]
    show_table(["model", "kind", "licence", "state"], rows, right=())
    line()
    line("Name any other model by its hub id or folder:")
    line("  rag ask --model google/flan-t5-base ...     T5, BART, PEGASUS, LED (text to text)")
    line("  rag ask --model ./my-gpt2 ...               GPT-2 and other causal models, with or without a chat template")
    line("  rag ask --model langchain:openai:NAME ...   any LangChain chat model whose package is installed")


def show_examination(examination: Mapping[str, Any]) -> None:
    """Show the findings of `rag doctor`."""
    for title in ("versions", "threads", "weights", "cache", "store"):
        line(colour(title, BOLD))
        show_table(["", ""], [[f"  {name}", str(value)] for name, value in examination[title].items()], right=())
    for repair in examination["repaired"]:
        line(f"{colour('repaired', GREEN)} {repair}")
    for problem in examination["problems"]:
        line(f"{colour('problem', RED)} {problem}")
    if not examination["problems"]:
        line(colour("no problems", GREEN))


def _text_width() -> int:
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def _wrap(text: str, indent: str, style: str = "") -> str:
    """Return the paragraphs of a text as lines that fit the terminal, those of a list item under its text."""
    lines = []
    for paragraph in text.split("\n"):
        item = _BULLET.match(paragraph)
        hanging = indent + " " * len(item[0]) if item else indent
        wrapped = textwrap.wrap(paragraph, _text_width(), initial_indent=indent, subsequent_indent=hanging)
        lines += [colour(text, style) if style else text for text in wrapped]
    return "\n".join(lines)


_BULLET = re.compile(r"\s*(?:[-*•]|\d{1,3}[.)])\s+")
_MARK = re.compile(r"\[(\d+|unsupported)\]")
