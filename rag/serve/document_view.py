"""A source as a reader sees it: its text and blocks where the file is still there, else its passages joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingest.errors import OpenbookError
from ingest.parsers.worker.isolated import ParseWorker
from ingest.types import Block, Chunk, Document
from rag.serve.problems import Problem
from rag.serve.shelf import Shelf


def document_view(shelf: Shelf, source: str, origin: str) -> dict[str, Any]:
    """Return a source with text, blocks and passages. `is_whole` is false where only the passages are left."""
    chunks = list(shelf.store.chunks(source))
    if not chunks:
        raise Problem(404, "no-source", f"the store has no source {source!r}")
    document = _read(shelf, source, origin)
    text = document.text if document and _fits(document, chunks) else None
    passages = [{"id": one.id, "start": one.start, "end": one.end} for one in chunks]
    return {
        "source": source,
        "origin": origin,
        "is_whole": text is not None,
        "text": join_chunks(chunks) if text is None else text,
        "blocks": [] if document is None or text is None else [_block_view(one) for one in document.blocks],
        "passages": passages,
        "metadata": dict(document.metadata) if document else {},
        "has_file": shelf.origin_path(origin) is not None,
    }


def join_chunks(chunks: Iterable[Chunk]) -> str:
    """Return a text in which every chunk stands in its place, blanks between them."""
    text = ""
    for chunk in chunks:
        text = text.ljust(chunk.start)[: chunk.start] + chunk.text + text[chunk.end :]
    return text


def _read(shelf: Shelf, source: str, origin: str) -> Document | None:
    """Return the document of a source, read from its file again; None where that cannot be."""
    path = shelf.origin_path(origin)
    if path is None:
        return None
    try:
        with ParseWorker(shelf.config.parse_settings()) as worker:
            parsed = worker.parse(path, origin)
    except OpenbookError:
        return None
    return next((one for one in parsed.documents if one.source == source), None)


def _fits(document: Document, chunks: Iterable[Chunk]) -> bool:
    """Tell whether a file has not changed since: the passages stand in its text."""
    return all(document.text[one.start : one.end] == one.text for one in chunks)


def _block_view(block: Block) -> dict[str, Any]:
    view: dict[str, Any] = {
        "kind": block.kind, "start": block.start, "end": block.end, "page": block.page, "heading": list(block.heading),
    }  # fmt: skip
    if block.table is None:
        return view
    header, rows = list(block.table.header), [list(row) for row in block.table.rows]
    return {**view, "table": {"header": header, "rows": rows, "caption": block.table.caption}}
