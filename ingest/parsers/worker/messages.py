"""What a worker and its owner say to each other: JSON messages, each after its length, and documents as JSON."""

from __future__ import annotations

import json
from typing import IO, Any

from ingest.parsers.base import Parsed
from ingest.types import Block, Document

LENGTH_BYTES = 8


def send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message. Raises BrokenPipeError when nobody reads any more."""
    data = json.dumps(message).encode("ascii")
    pipe.write(len(data).to_bytes(LENGTH_BYTES, "big"))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message; None when the other side is gone, even in mid-message."""
    header = pipe.read(LENGTH_BYTES)
    size = int.from_bytes(header, "big")
    data = pipe.read(size) if len(header) == LENGTH_BYTES else b""
    if not data or len(data) < size:
        return None
    message: dict[str, Any] = json.loads(data)
    return message


def to_json(parsed: Parsed) -> dict[str, Any]:
    """Return documents and warnings as JSON values."""
    documents = [
        {
            "text": document.text,
            "source": document.source,
            "blocks": [[b.start, b.end, b.kind, b.page, list(b.heading)] for b in document.blocks],
            "metadata": dict(document.metadata),
        }
        for document in parsed.documents
    ]
    return {"documents": documents, "warnings": list(parsed.warnings)}


def from_json(message: dict[str, Any]) -> Parsed:
    """Return documents and warnings from `to_json`'s values."""
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
