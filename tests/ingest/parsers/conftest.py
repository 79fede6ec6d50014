"""Parsing by value: a file's name and bytes in, checked documents out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.parsers import Parsed, ParseSettings, parse
from ingest.types import BLOCK_KINDS, Document

Read = Callable[..., Parsed]


def check(document: Document) -> None:
    """What holds for every document of every parser."""
    document.text.encode("utf-8")
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end <= len(document.text)
        assert not document.text[at : block.start].strip()
        assert document.text[block.start : block.end].strip()
        assert block.kind in BLOCK_KINDS
        assert block.page is None or block.page >= 1
        at = block.end
    assert not document.text[at:].strip()
    assert json.loads(json.dumps(dict(document.metadata), allow_nan=False)) == dict(document.metadata)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(name: str, content: str | bytes, settings: ParseSettings | None = None) -> Parsed:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_path(path, settings)

    return read


def read_path(path: Path, settings: ParseSettings | None = None) -> Parsed:
    parsed = parse(path, path.name, settings)
    for document in parsed.documents:
        check(document)
    assert parse(path, path.name, settings) == parsed, "the same file gives the same documents"
    return parsed


@pytest.fixture
def read_file() -> Read:
    return read_path


@pytest.fixture
def blocks() -> Callable[[Document], list[tuple[str, str]]]:
    return lambda document: [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
