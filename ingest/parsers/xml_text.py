"""XML: the fields of records as lines, prose as paragraphs; entities are never resolved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.catalogue import HTML
from ingest.parsers.decode import decode, one_line
from ingest.parsers.html import build_page, strip_html

TITLES = {"title", "name", "headline", "subject"}


def parse_xml(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an XML file; one that is a web page is read as HTML."""
    from lxml import etree

    warnings = []
    # The parser resolves no entities and reads no other file, and a damaged file as far as it goes.
    data = path.read_bytes()
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
               "remove_comments": True, "remove_pis": True}  # fmt: skip
    try:
        root = etree.fromstring(data, etree.XMLParser(**options))
    except etree.XMLSyntaxError as error:
        root = etree.fromstring(data, etree.XMLParser(**options, recover=True))
        if root is None or not any(one_line(text) for text in root.itertext()):
            raise ParseError(f"not valid XML: {one_line(str(error))}") from error
        warnings.append(f"not valid XML, read as far as it can be: {one_line(str(error))}")
    if _local_name(root) == "html":
        return Parsed([build_page(decode(data)[0]).build(source)], warnings)
    builder = DocumentBuilder()
    # A record is an element whose children are all fields. The outermost are taken, and single fields between them.
    pending = [root]
    while pending:
        element = pending.pop()
        children = _child_elements(element)
        if _is_leaf(element):
            builder.paragraphs(_field_text(element))
        elif len(children) <= 100 and all(_is_leaf(child) for child in children):
            _add_record(builder, element)
        else:
            pending += reversed(children)
    return Parsed([builder.build(source)], warnings)


def _local_name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child_elements(element: Any) -> list[Any]:
    return [child for child in element if isinstance(child.tag, str)]


def _is_leaf(element: Any) -> bool:
    """Tell a field: an element without others inside, or with text around them, as prose with emphasis has."""
    return len(_child_elements(element)) == 0 or any(
        one_line(text or "") for text in (element.text, *(child.tail for child in element))
    )


def _add_record(builder: DocumentBuilder, record: Any) -> None:
    fields = [(_local_name(child), _field_text(child)) for child in _child_elements(record)]
    # The first title-like field becomes the title; all fields and attributes become lines.
    titles = [text for name, text in fields if name.lower() in TITLES and 0 < len(text) <= 200]
    lines = [f"{name}: {one_line(text)}" for name, text in fields if text and text not in titles[:1]]
    lines = [*(f"{name}: {one_line(str(value))}" for name, value in record.attrib.items() if "}" not in name), *lines]
    if titles:
        builder.title(titles[0])
    builder.items(lines)


def _field_text(element: Any) -> str:
    text = "".join(element.itertext("*"))  # of elements only, as an entity's name is no text
    return strip_html(text) if HTML.search(text) else text.strip()
