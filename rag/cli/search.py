"""`rag search`: the passages for one question, or for a file of them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ingest.closing import close_parts
from rag.answer.options import DEFAULT_K
from rag.cli import output
from rag.cli.messages import is_of_question
from rag.cli.options import Command, load_config
from rag.cli.questions import QuestionOptions, read_questions, warn_of_filter, with_id
from stores.filters.parse import as_filter


@dataclass(frozen=True, kw_only=True)
class SearchOptions(QuestionOptions):
    """Options of `rag search`."""


def search(options: SearchOptions) -> int:
    """Show the passages of one question or of a file of them."""
    questions, config = read_questions(options), load_config(options)
    retrieval, has_hits, failed = config.pipeline_options(), False, questions.broken
    where = as_filter(retrieval.where)
    retriever = config.retriever()
    try:
        for row in questions.rows:
            began = time.perf_counter()
            try:
                hits = retriever.retrieve(row.question, retrieval.k or DEFAULT_K, where)
            except Exception as error:
                if not options.file or not is_of_question(error):
                    raise
                row.report(error)
                failed += 1
                continue
            seconds = time.perf_counter() - began
            has_hits = has_hits or bool(hits)
            if options.json or options.file:
                content = {"question": row.question, "hits": [output.hit_object(hit) for hit in hits]}
                output.json_line(with_id(row.row, content | {"seconds": seconds}))
            else:
                output.show_hits(hits)
    finally:
        close_parts(retriever)
    if not has_hits:
        warn_of_filter(config, where)
    return int(failed > 0)


COMMAND = Command("show the passages for a question, without an answer", SearchOptions, search)
