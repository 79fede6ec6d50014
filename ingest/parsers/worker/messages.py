"""The messages between a parse worker and its child: JSON, each preceded by its length in bytes."""

from __future__ import annotations

import json
from typing import IO, Any

from ingest.parsers.base import Parsed
from ingest.types import Block, Document

LENGTH_BYTES = 8


def send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message. Raises BrokenPipeError when the reader is gone."""
    data = json.dumps(message).encode("ascii")
    pipe.write(len(data).to_bytes(LENGTH_BYTES, "big"))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message, or None when the sender is gone, even in the middle of a message."""
    header = pipe.read(LENGTH_BYTES)
    size = int.from_bytes(header, "big")
    data = pipe.read(size) if len(header) == LENGTH_BYTES else b""
    if not data or len(data) < size:
        return None
    message: dict[str, Any] = json.loads(data)
    return message


def to_json(parsed: Parsed) -> dict[str, Any]:
    """Return a file's documents and warnings as JSON values."""
    documents = [
        {
            "text": document.text,
            "source": document.source,
            "blocks": [
                [block.start, block.end, block.kind, block.page, list(block.heading)] for block in document.blocks
            ],
            "metadata": dict(document.metadata),
        }
        for document in parsed.documents
    ]
    return {"documents": documents, "warnings": list(parsed.warnings)}


def from_json(message: dict[str, Any]) -> Parsed:
    """Return the documents and warnings that `to_json` turned into JSON values."""
    documents = [
        Document(
            item["text"],
            item["source"],
            tuple(Block(start, end, kind, page, tuple(heading)) for start, end, kind, page, heading in item["blocks"]),
            item["metadata"],
        )
        for item in message["documents"]
    ]
    return Parsed(documents, message["warnings"])
