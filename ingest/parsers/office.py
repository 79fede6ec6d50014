"""Word, PowerPoint, OpenDocument and rich text, read by unstructured without network, telemetry or language model."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from ingest.errors import MissingExtra, ParseError, Unsupported
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.elements import add_elements

ZIPPED = {"docx", "pptx", "odt"}
OLD = {"doc": "docx", "ppt": "pptx"}
CORE_PROPERTIES = {"title": "title", "creator": "author", "subject": "subject", "keywords": "keywords"}


def parse_docx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Word document."""
    return _parsed("docx", path, source)


def parse_pptx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PowerPoint presentation; a slide is a page."""
    return _parsed("pptx", path, source)


def parse_odt(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an OpenDocument text."""
    return _parsed("odt", path, source)


def parse_rtf(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read rich text."""
    return _parsed("rtf", path, source)


def parse_doc(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Word document of before 2007, which LibreOffice converts."""
    return _parsed("doc", path, source)


def parse_ppt(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PowerPoint presentation of before 2007, which LibreOffice converts."""
    return _parsed("ppt", path, source)


def _parsed(kind: str, path: Path, source: str) -> Parsed:
    if kind in OLD and not (shutil.which("soffice") or shutil.which("libreoffice")):
        raise Unsupported(
            f"reading .{kind} files needs LibreOffice (`soffice`) on the PATH; or save it as .{OLD[kind]}"
        )
    if kind in ZIPPED and not zipfile.is_zipfile(path):
        raise ParseError(f"damaged: not a complete .{kind} file")
    partition = _partition(kind)
    try:
        elements = partition(filename=str(path), languages=[""])
    except ImportError as error:
        raise MissingExtra(f"reading .{kind} files", "office") from error
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    builder = DocumentBuilder()
    add_elements(builder, [element.to_dict() for element in elements])
    if not len(builder):
        raise ParseError("no text found (perhaps only pictures)")
    return Parsed([builder.build(source, core_properties(path) if kind in ZIPPED else {})])


def _partition(kind: str) -> Callable[..., list[Any]]:
    _without_network()
    try:
        module = import_module(f"unstructured.partition.{kind}")
    except ImportError as error:
        raise MissingExtra(f"reading .{kind} files", "office") from error
    partition: Callable[..., list[Any]] = getattr(module, f"partition_{kind}")
    return partition


def _without_network() -> None:
    """Keep unstructured from reporting its use, and from downloading a spaCy model at the first sentence.

    It asks that model whether a text holds a verb, to tell prose from titles where a format does not say; here only
    titles that the format itself names are titles, so rules do, and spaCy is never imported.
    """
    os.environ["DO_NOT_TRACK"] = os.environ["SCARF_NO_ANALYTICS"] = "true"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    name = "unstructured.nlp.tokenize"
    rules = sys.modules.setdefault(name, ModuleType(name))
    for module in (rules, sys.modules.get("unstructured.partition.text_type")):
        if module is not None:
            vars(module).update(sent_tokenize=_sentences, word_tokenize=_words, pos_tag=_tags)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def _tags(text: str) -> list[tuple[str, str]]:
    return [(word, "VB") for word in _words(text)]


def core_properties(path: Path) -> dict[str, str]:
    """Return title, author, subject and keywords that an Office or OpenDocument file says of itself."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in ("docProps/core.xml", "meta.xml") if name in archive.namelist()), None)
        root = etree.fromstring(archive.read(name), parser) if name else None
    found: dict[str, str] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*") if root is not None else ():
        field = CORE_PROPERTIES.get(etree.QName(element).localname)
        if field and (value := one_line(element.text or "")):
            found[field] = value
    return found
