"""OpenDocument, RTF, and Word and PowerPoint of before 2007, read by unstructured without network or telemetry."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ingest.errors import MissingExtra, ParseError, Unsupported
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import one_line
from ingest.parsers.elements import add_elements

ZIPPED = {"docx", "pptx", "odt"}
OLD = {"doc": "docx", "ppt": "pptx"}
CORE_PROPERTIES = {"title": "title", "creator": "author", "subject": "subject", "keywords": "keywords"}


def parse_odt(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an OpenDocument text."""
    return _parse_by_unstructured("odt", path, source)


def parse_rtf(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read rich text."""
    return _parse_by_unstructured("rtf", path, source)


def parse_doc(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Word document of before 2007, which LibreOffice converts."""
    return _parse_by_unstructured("doc", path, source)


def parse_ppt(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PowerPoint presentation of before 2007, which LibreOffice converts."""
    return _parse_by_unstructured("ppt", path, source)


def _parse_by_unstructured(kind: str, path: Path, source: str) -> Parsed:
    if kind in OLD and not (shutil.which("soffice") or shutil.which("libreoffice")):
        raise Unsupported(
            f"reading .{kind} files needs LibreOffice (`soffice`) on the PATH; or save it as .{OLD[kind]}"
        )
    if kind in ZIPPED and not zipfile.is_zipfile(path):
        raise ParseError(f"damaged: not a complete .{kind} file")
    # `languages=[""]` switches the detection of languages off.
    _keep_off_network()
    try:
        partition = getattr(import_module(f"unstructured.partition.{kind}"), f"partition_{kind}")
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


def _keep_off_network() -> None:
    """Keep unstructured from reporting its use, and from downloading a spaCy model at the first sentence.

    The model tells prose from titles by its verbs where a format does not name titles. Here only titles that the format
    names are titles, so simple rules suffice and spaCy is never imported.
    """
    os.environ["DO_NOT_TRACK"] = os.environ["SCARF_NO_ANALYTICS"] = "true"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    name = "unstructured.nlp.tokenize"
    rules = sys.modules.setdefault(name, ModuleType(name))
    for module in (rules, sys.modules.get("unstructured.partition.text_type")):
        if module is not None:
            vars(module).update(
                sent_tokenize=lambda text: [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence],
                word_tokenize=lambda text: re.findall(r"\w+|[^\w\s]", text),
                pos_tag=lambda text: [(word, "VB") for word in re.findall(r"\w+|[^\w\s]", text)],
            )


def core_properties(path: Path) -> dict[str, str]:
    """Return the title, author, subject and keywords in the properties of an Office or OpenDocument file."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    # Office keeps its properties in one place, OpenDocument in another, both as Dublin Core.
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in ("docProps/core.xml", "meta.xml") if name in archive.namelist()), None)
        root = etree.fromstring(archive.read(name), parser) if name else None
    properties: dict[str, str] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*") if root is not None else ():
        field = CORE_PROPERTIES.get(etree.QName(element).localname)
        if field and (value := one_line(element.text or "")):
            properties[field] = value
    return properties
