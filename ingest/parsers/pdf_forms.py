"""The values of a PDF's form fields, beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.parsers.decode import one_line
from ingest.parsers.pdf_page import TextLine


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form that is filled in: what it is called, its value, and its place on the page in points."""

    name: str
    value: str
    left: float
    right: float
    bottom: float
    top: float
    is_box: bool


def read_fields(pdf: Any, page: Any) -> Iterator[FormField]:
    """Yield the fields of a page of pypdfium2 that hold a value; boxes have "yes" or "no"."""
    from pypdfium2 import raw

    if pdf.formenv is None:
        return
    form = pdf.formenv.raw
    kinds = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
    boxes = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in kinds | boxes:
            name = _read_field_text(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
            name = name or _read_field_text(raw.FPDFAnnot_GetFormFieldName, form, annotation)
            if kind in kinds:
                value = _read_field_text(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
            else:
                # Of several radio buttons only the chosen one says something.
                is_checked = bool(raw.FPDFAnnot_IsChecked(form, annotation))
                value = "yes" if is_checked else "no" if kind == raw.FPDF_FORMFIELD_CHECKBOX else ""
            box = raw.FS_RECTF()
            if value and raw.FPDFAnnot_GetRect(annotation, box):
                yield FormField(name, value, box.left, box.right, box.bottom, box.top, kind in boxes)
        raw.FPDFPage_CloseAnnot(annotation)


def _read_field_text(function: Callable[..., int], form: Any, annotation: Any) -> str:
    """Return a field's text from a function of pdfium that writes UTF-16 into a buffer and returns its length."""
    import ctypes

    size = function(form, annotation, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(form, annotation, buffer, size)
    return one_line(bytes(buffer)[: max(size - 2, 0)].decode("utf-16-le", errors="ignore"))


def fill_in(lines: Sequence[TextLine], fields: Iterator[FormField]) -> list[TextLine]:
    """Return a page's lines with each field's value behind its label, or as a line "name: value" if it has none."""
    filled = list(lines)
    for field in fields:
        place = _find_label(filled, field)
        if place is not None:
            label = filled[place].text.rstrip()
            colon = "" if label.endswith((":", "?", ".", "_")) or not field.is_box else ":"
            right = max(filled[place].right, field.right)
            filled[place] = replace(filled[place], text=f"{label}{colon} {field.value}", right=right)
            continue
        after = max((line.first for line in filled), default=0) + 1
        size = round(min(field.top - field.bottom, 11.0), 1)
        text = f"{field.name}: {field.value}" if field.name else field.value
        filled.append(TextLine(after, text, field.left, field.right, field.top, field.bottom, size, bold=False))
    return filled


def _find_label(lines: Sequence[TextLine], field: FormField) -> int | None:
    """Return the place of a field's label: the line on its left, on the right of a box, or close above it."""
    best: tuple[float, int] | None = None
    for place, line in enumerate(lines):
        overlap = min(line.top, field.top) - max(line.bottom, field.bottom)
        is_beside = overlap > 0.4 * min(line.top - line.bottom, field.top - field.bottom)
        size = max(line.size, 6.0)
        gap = line.bottom - field.top
        distance = None
        if is_beside and line.left < field.left:
            distance = max(field.left - line.right, 0.0)
        elif is_beside and field.is_box and line.left > field.left:
            distance = line.left - field.right
        elif -0.5 * size < gap < 1.5 * size and line.left < field.right and line.right > field.left - size:
            distance = 1000.0 + gap  # only where nothing stands beside the field
        if distance is not None and (best is None or distance < best[0]):
            best = distance, place
    return best[1] if best else None
