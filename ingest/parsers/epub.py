"""EPUB books: their chapters, which are HTML, in the order of the spine."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode, one_line
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
            # Find the package file, which holds the metadata and lists the chapters.
            container = _read_xml(book, "META-INF/container.xml")
            package = next(
                (node.get("full-path") for node in container.iter("{*}rootfile") if node.get("full-path")), ""
            )
            if not package:
                raise ParseError("damaged: it does not say where its chapters are")
            root = _read_xml(book, package)
            for element in root.iter("{http://purl.org/dc/elements/1.1/}*"):
                field = FIELDS.get(element.tag.rpartition("}")[2])
                if field and (value := one_line(element.text or "")):
                    builder.metadata.setdefault(field, value)
            # Read the chapters in the order of the spine.
            files = {item.get("id"): unquote(item.get("href") or "") for item in root.iter("{*}item")}
            for item in root.iter("{*}itemref"):
                if name := files.get(item.get("idref")):
                    chapter = posixpath.normpath(posixpath.join(posixpath.dirname(package), name))
                    try:
                        add_html(builder, decode(book.read(chapter))[0])
                    except KeyError:
                        warnings.append(f"chapter {chapter} is missing")
    except (*DAMAGED_ZIP, KeyError) as error:
        raise ParseError(f"damaged or locked: {one_line(str(error))}") from error
    return Parsed([builder.build(source)], warnings)


def _read_xml(book: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    root = etree.fromstring(book.read(name), etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    if root is None:
        raise ParseError("damaged: its table of contents is not XML")
    return root
