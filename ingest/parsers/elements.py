"""Elements of unstructured as blocks, whether fresh from a partitioner or saved as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import one_line
from ingest.parsers.html import read_html_cells

CODE, LISTED, TITLES = {"CodeSnippet"}, {"ListItem", "List"}, {"Title", "Headline", "Subheadline"}
MARKED = re.compile(r"\s*(?:[-*•◦▪]|\(?\w{1,4}[.)])\s")


def add_elements(builder: DocumentBuilder, elements: Sequence[Mapping[str, Any]]) -> None:
    """Add elements, as their own JSON describes them (`type`, `text`, `metadata`), to a document."""
    # Page headers and footers that are repeated are no content.
    edges = Counter(str(element.get("text")) for element in elements if element.get("type") in {"Header", "Footer"})
    furniture = {text for text, count in edges.items() if count > 1}
    items: list[str] = []
    page: int | None = None
    for element in elements:
        kind, text = str(element.get("type", "")), str(element.get("text") or "")
        metadata = element.get("metadata") or {}
        # A list ends with the page or with the first element of another kind.
        if kind not in LISTED or metadata.get("page_number") != page:
            builder.items(items, page)
            items = []
        page = metadata.get("page_number")
        depth = metadata.get("category_depth") or 0
        if kind in {"PageBreak", "PageNumber"} or (kind in {"Header", "Footer"} and text in furniture):
            continue
        if kind in TITLES and len(one_line(text)) <= 300:
            builder.title(text, depth + 1, page)
        elif kind in LISTED:
            items.append("  " * depth + (one_line(text) if MARKED.match(text) else f"- {one_line(text)}"))
        elif kind == "Table":
            rows = read_html_cells(metadata.get("text_as_html") or "")
            if len("".join("".join(cell.text.split()) for row in rows for cell in row)) >= len("".join(text.split())):
                builder.table(rows, page)
            else:  # broken merged cells: the element's own text has all of them
                builder.add(text, "table", page)
        else:
            builder.add(text, "code" if kind in CODE else "text", page)
    builder.items(items, page)
