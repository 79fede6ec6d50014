"""The mark of each kind of system: its shape says how it is prompted, its filling whether it was trained."""

from __future__ import annotations

from markupsafe import Markup

from rag.report.plots.svg import element

KINDS = {
    "zero-shot": ("circle", "hollow", "Zero-shot"),
    "few-shot": ("square", "hollow", "Few-shot"),
    "rag": ("triangle", "hollow", "RAG"),
    "fine-tuned": ("circle", "filled", "Fine-tuned"),
    "rag on fine-tuned": ("triangle", "filled", "RAG on fine-tuned"),
}
"""Kind to shape, filling, and how it is called; any other kind is a diamond."""


def kind_title(kind: str) -> str:
    """Return how a kind is called at the beginning of a line."""
    return KINDS[kind][2] if kind in KINDS else kind[:1].upper() + kind[1:]


def mark(kind: str, x: float, y: float, size: float = 4.5) -> Markup:
    """Return the mark of a kind, centred there."""
    shape, filling, _ = KINDS.get(kind, ("diamond", "filled", ""))
    class_ = f"mark {filling}"
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, class_=class_)
    corners = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "triangle": [(0, -1.25), (1.2, 0.85), (-1.2, 0.85)],
        "diamond": [(0, -1.3), (1.2, 0), (0, 1.3), (-1.2, 0)],
    }[shape]
    points = " ".join(f"{x + size * right:.1f},{y + size * down:.1f}" for right, down in corners)
    return element("polygon", points=points, class_=class_)


def key_mark(kind: str) -> Markup:
    """Return the mark as a drawing of its own, to stand in a line of text."""
    return element(
        "svg", mark(kind, 7, 7), class_="key", viewBox="0 0 14 14", width="14", height="14", aria_hidden="true"
    )
