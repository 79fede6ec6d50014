"""PowerPoint: texts, lists, tables and charts of each slide from top to bottom, and its notes; a slide is a page."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import one_line
from ingest.parsers.office import core_properties
from ingest.parsers.tables import GridCell

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# Placeholders that repeat on every slide: date, footer, number.
EDGES = {13, 15, 16}
BODIES = {2, 7}  # whose paragraphs have bullets, unless they say that they have none


def parse_pptx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PowerPoint presentation; a slide is a page."""
    if not zipfile.is_zipfile(path):
        raise ParseError("damaged: not a complete .pptx file")
    try:
        import pptx
    except ImportError as error:
        raise MissingExtra("reading .pptx files", "office") from error
    builder = DocumentBuilder()
    try:
        for number, slide in enumerate(pptx.Presentation(str(path)).slides, start=1):
            builder.close_titles(1)
            title = slide.shapes.title
            if title is not None:
                builder.title(title.text_frame.text, 1, number)
            for shape in _shapes_in_order(slide.shapes):
                if title is None or shape.shape_id != title.shape_id:
                    _add_shape(builder, shape, number)
            if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
                builder.paragraphs(notes.text.replace("\n", "\n\n"), number)
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    if not len(builder):
        raise ParseError("no text found (perhaps only pictures)")
    return Parsed([builder.build(source, core_properties(path))])


def _shapes_in_order(shapes: Any) -> Iterator[Any]:
    """Yield shapes from top to bottom, then from left to right; those of a group stay together."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes_in_order(shape.shapes)
        else:
            yield shape


def _add_shape(builder: DocumentBuilder, shape: Any, page: int) -> None:
    kind = int(shape.placeholder_format.type or 0) if shape.is_placeholder else 0
    if kind in EDGES:
        return
    if getattr(shape, "has_table", False) and shape.has_table:
        table, rows = shape.table, []
        for number, row in enumerate(table.rows):
            is_name = bool(table.first_row) and number == 0
            # A merged cell is read once, where it begins.
            cells = [cell for cell in row.cells if not cell.is_spanned]
            spans = [(cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1) for cell in cells]
            rows.append([GridCell(cell.text, is_name, *span) for cell, span in zip(cells, spans, strict=True)])
        builder.table(rows, page)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _add_chart(builder, shape.chart, page)
    elif shape.has_text_frame:
        _add_paragraphs(builder, list(shape.text_frame.paragraphs), kind in BODIES, page)


def _add_paragraphs(builder: DocumentBuilder, paragraphs: Sequence[Any], is_body: bool, page: int) -> None:
    """Add the paragraphs of a shape: those with bullets or numbers as lists, also by default in a body of several."""
    filled = [paragraph for paragraph in paragraphs if one_line(paragraph.text)]
    items: list[str] = []
    counts: dict[int, int] = {}
    for paragraph in filled:
        text = one_line(paragraph.text.replace("\v", " "))
        properties = paragraph._p.find(f"{A}pPr")
        marks = {child.tag.removeprefix(A): child for child in properties} if properties is not None else {}
        has_default = is_body and len(filled) > 1 and "buNone" not in marks
        if not {"buChar", "buAutoNum", "buBlip"} & marks.keys() and not has_default:
            builder.items(items, page)
            items = []
            bold = [run.font.bold for run in paragraph.runs if run.text.strip()]
            if bold and all(bold) and len(filled) > 1:
                builder.emphasised(text, page)
            else:
                builder.add(text, "text", page)
            continue
        level = paragraph.level
        counts = {depth: count for depth, count in counts.items() if depth <= level}
        mark = "- "
        if (numbered := marks.get("buAutoNum")) is not None:
            counts[level] = counts.get(level, int(numbered.get("startAt") or 1) - 1) + 1
            mark = f"{counts[level]}. "
        items.append(f"{'  ' * level}{mark}{text}")
    builder.items(items, page)


def _add_chart(builder: DocumentBuilder, chart: Any, page: int) -> None:
    """Add a chart as the table of its data: a row for each category, a column for each series."""
    plot = next(iter(chart.plots), None)
    if plot is None:
        return
    series = list(plot.series)
    header = [GridCell("", True), *(GridCell(one.name or "value", True) for one in series)]
    # A value that is missing is an empty cell.
    columns = [["" if value is None else f"{value:.12g}" for value in one.values] for one in series]
    rows: list[list[GridCell | str]] = [
        [str(category), *(column[place] if place < len(column) else "" for column in columns)]
        for place, category in enumerate(plot.categories)
    ]
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    builder.table([header, *rows], page, title)
