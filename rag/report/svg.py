"""SVG elements, the marks of systems, and the width of texts; everything is escaped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal

from markupsafe import Markup, escape

Anchor = Literal["start", "middle", "end"]

LINE = 14.0  # pixels: the height of a line of text
BOLD = 1.12  # width of bold letters by that of others


def element(name: str, *content: str | Markup, **attributes: str | float | None) -> Markup:
    """Return an element, everything escaped; `class_` is written class, and `text_anchor` text-anchor."""
    written = ""
    for key, value in attributes.items():
        if value is not None:
            text = value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
            written += f' {key.rstrip("_").replace("_", "-")}="{escape(text)}"'
    inside = "".join(escape(part) for part in content)
    return Markup(f"<{name}{written}>{inside}</{name}>" if content else f"<{name}{written}/>")


def draw_line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def label(x: float, y: float, text: str, class_: str = "", anchor: Anchor | None = None, whole: str = "") -> Markup:
    """Return a text with its baseline at y. `whole` is shown on hovering over a shortened text."""
    hint = [element("title", whole)] if whole and whole != text else []
    return element("text", text, *hint, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def drawing(width: float, height: float, description: str, content: Iterable[Markup], class_: str = "") -> Markup:
    """Return the whole drawing. `description` is its text for screen readers."""
    return element(
        "svg",
        *content,
        class_=f"plot {class_}".strip(),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=description,
    )


# --- marks: the shape says how a system is prompted, the filling whether it was trained -------------------------------

KINDS = {
    "zero-shot": ("circle", "hollow", "Zero-shot"),
    "few-shot": ("square", "hollow", "Few-shot"),
    "rag": ("triangle", "hollow", "RAG"),
    "fine-tuned": ("circle", "filled", "Fine-tuned"),
    "rag on fine-tuned": ("triangle", "filled", "RAG on fine-tuned"),
    "rules": ("square", "filled", "Rules"),
}
"""Shape, filling and title of each kind; any other kind is a diamond."""


def kind_title(kind: str) -> str:
    """Return the title of a kind, capitalised."""
    return KINDS[kind][2] if kind in KINDS else kind[:1].upper() + kind[1:]


def mark(kind: str, x: float, y: float, size: float = 4.5) -> Markup:
    """Return the mark of a kind, centred at (x, y)."""
    shape, filling, _ = KINDS.get(kind, ("diamond", "filled", ""))
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, class_=f"mark {filling}")
    corners = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "triangle": [(0, -1.25), (1.2, 0.85), (-1.2, 0.85)],
        "diamond": [(0, -1.3), (1.2, 0), (0, 1.3), (-1.2, 0)],
    }[shape]
    points = " ".join(f"{x + size * right:.1f},{y + size * down:.1f}" for right, down in corners)
    return element("polygon", points=points, class_=f"mark {filling}")


def key_mark(kind: str) -> Markup:
    """Return a mark as a drawing of its own, for a line of text."""
    return element(
        "svg", mark(kind, 7, 7), class_="key", viewBox="0 0 14 14", width="14", height="14", aria_hidden="true"
    )


# --- the width of texts -----------------------------------------------------------------------------------------------


def text_width(text: str) -> float:
    """Return the pixels that a text takes in a common sans serif of 12 pixels, too many rather than too few."""
    width = 0.0
    for char in text:
        if unicodedata.combining(char):
            continue
        if unicodedata.east_asian_width(char) in "WF":
            width += 1.2
        elif char in "ijlI.,:;'|!()[] ft":
            width += 0.34
        else:
            width += 0.9 if char in "mwMW@%" else 0.7 if char.isupper() else 0.58
    return width * 12


def shorten(text: str, width: float) -> str:
    """Return a text with an ellipsis in its middle if it is too wide: names often differ at their ends."""
    text = " ".join(text.split())
    if text_width(text) <= width:
        return text
    # Drop letters on either side of the middle until it fits.
    head, tail = text[: len(text) // 2], text[len(text) // 2 :]
    while (head or tail) and text_width(f"{head}…{tail}") > width:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head.rstrip()}…{tail.lstrip()}"


def wrap(text: str, width: float, lines: int) -> list[str]:
    """Return a text in at most this many lines, the last one shortened if more follows."""
    words = text.split()
    wrapped: list[str] = []
    while words and len(wrapped) < lines - 1:
        fitting = 1
        while fitting < len(words) and text_width(" ".join(words[: fitting + 1])) <= width:
            fitting += 1
        if text_width(words[0]) > width:
            break
        wrapped.append(" ".join(words[:fitting]))
        words = words[fitting:]
    return [*wrapped, shorten(" ".join(words), width)] if words else wrapped or [""]
