"""EPUB books: their chapters, which are HTML, in the order of the spine."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.decode import decode
from ingest.parsers.html import add_html
from ingest.parsers.sniff import DAMAGED_ZIP

FIELDS = {"title": "title", "creator": "author", "language": "language", "date": "date", "publisher": "publisher"}


def parse_epub(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an electronic book; a chapter is a page."""
    builder = DocumentBuilder()
    warnings = []
    try:
        with zipfile.ZipFile(path) as book:
            if sum(entry.file_size for entry in book.infolist()) > 20 * settings.max_bytes:
                raise ParseError("unpacks to far more than the size limit")
            package = _package(book)
            builder.metadata.update(_metadata(_xml(book.read(package))))
            for chapter in _chapters(book, package):
                try:
                    add_html(builder, decode(book.read(chapter))[0])
                except KeyError:
                    warnings.append(f"chapter {chapter} is missing")
    except (*DAMAGED_ZIP, KeyError) as error:
        raise ParseError(f"damaged or locked: {one_line(str(error))}") from error
    return Parsed([builder.build(source)], warnings)


def _xml(data: bytes) -> Any:
    from lxml import etree

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    if root is None:
        raise ParseError("damaged: its table of contents is not XML")
    return root


def _package(book: zipfile.ZipFile) -> str:
    """The name of the file that lists the book's parts."""
    for element in _xml(book.read("META-INF/container.xml")).iter("{*}rootfile"):
        if name := element.get("full-path"):
            return str(name)
    raise ParseError("damaged: it does not say where its chapters are")


def _metadata(package: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        field = FIELDS.get(element.tag.rpartition("}")[2])
        if field and (value := one_line(element.text or "")):
            found.setdefault(field, value)
    return found


def _chapters(book: zipfile.ZipFile, package: str) -> list[str]:
    root = _xml(book.read(package))
    folder = posixpath.dirname(package)
    files = {item.get("id"): unquote(item.get("href") or "") for item in root.iter("{*}item")}
    order = [files.get(item.get("idref")) for item in root.iter("{*}itemref")]
    return [posixpath.normpath(posixpath.join(folder, name)) for name in order if name]
