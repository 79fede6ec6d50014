"""Explain how the fields of a product were understood, as a table for a terminal."""

from __future__ import annotations

from rag.describe.product import Product, ProductField

WIDTH = 100
_PRIORITIES = {1: "1 must", 2: "2 should", 3: "3 may"}
_LABEL, _KIND, _PRIORITY = 26, 10, 8


def explain_fields(product: Product) -> str:
    """Return a line for each field: its label, its kind, its priority, and its value or why it is hidden.

    Lines are at most `WIDTH` characters long; a longer value ends in "…". Hidden fields come last.
    """
    headings = f"{'field':{_LABEL}}  {'kind':{_KIND}}  {'priority':{_PRIORITY}}  value as understood"
    return "\n".join((headings, *map(_explain, product.fields)))


def _explain(field: ProductField) -> str:
    label = _cut(field.label or field.key, _LABEL)
    priority = "never" if field.hidden else _PRIORITIES[field.priority]
    line = f"{label:{_LABEL}}  {field.kind:{_KIND}}  {priority:{_PRIORITY}}  "
    return line + _cut(_say(field), WIDTH - len(line))


def _say(field: ProductField) -> str:
    """Return the value as understood, with what joins it to the product, or why it is hidden."""
    if field.hidden:
        return f"hidden: {field.hidden}" + (
            f" ({field.value})" if field.value and field.value not in field.hidden else ""
        )
    notes: list[str] = []
    if field.relation:
        notes.append(field.relation)
    if field.absent:
        notes.append(f"absent: {', '.join(field.absent)}")
    if field.note:
        notes.append(field.note)
    if field.merged:
        notes.append(f"also in {', '.join(field.merged)}")
    if field.kind == "list":
        value = f"{len(field.items)}: {' | '.join(field.items)}" + (f" {field.unit}" if field.unit else "")
    elif field.kind == "boolean":
        value = "yes" if field.is_true else "no"
    else:
        value = field.shown
    return value + (f"  [{'; '.join(notes)}]" if notes else "")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
