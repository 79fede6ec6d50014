"""SVG elements as escaped markup, and how much room a text takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

SIZE = 12.0
"""Pixels of a label's letters, as the style sheet has it."""


def element(name: str, *content: str | Markup, **attributes: str | float | None) -> Markup:
    """Return an element: content and attributes are escaped, `class_` is class, `text_anchor` is text-anchor."""
    given = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    written = "".join(f' {key}="{escape(_short(value))}"' for key, value in given)
    inside = "".join(escape(each) for each in content)
    return Markup(f"<{name}{written}>{inside}</{name}>" if content else f"<{name}{written}/>")


def picture(width: float, height: float, described: str, content: Iterable[Markup], class_: str = "") -> Markup:
    """Return the whole drawing; `described` says in words what it shows."""
    return element(
        "svg",
        *content,
        class_=f"plot {class_}".strip(),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=described,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def label(x: float, y: float, text: str, class_: str = "", anchor: str | None = None, whole: str = "") -> Markup:
    """Return a text with its baseline at y; `whole` is shown on hovering where the text was shortened."""
    hint = [element("title", whole)] if whole and whole != text else []
    return element("text", text, *hint, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def room(text: str, size: float = SIZE) -> float:
    """Return the pixels that a text takes in a common sans serif, rather too many than too few."""
    return sum(_share(char) for char in text) * size


BOLD = 1.12
"""How much wider bold letters are."""


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """Return the text, an ellipsis in its middle where it is wider than `width`: names often differ at their ends."""
    text = " ".join(text.split())
    if room(text, size) <= width:
        return text
    head, tail = text[: len(text) // 2], text[len(text) // 2 :]
    while (head or tail) and room(f"{head}…{tail}", size) > width:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head.rstrip()}…{tail.lstrip()}"


def wrapped(text: str, width: float, lines: int, size: float = SIZE) -> list[str]:
    """Return the text in at most so many lines, the last one cut with an ellipsis where more follows."""
    words: Sequence[str] = text.split()
    done: list[str] = []
    while words and len(done) < lines - 1:
        fitting = 1
        while fitting < len(words) and room(" ".join(words[: fitting + 1]), size) <= width:
            fitting += 1
        if room(words[0], size) > width:
            break
        done.append(" ".join(words[:fitting]))
        words = words[fitting:]
    return [*done, shortened(" ".join(words), width, size)] if words else done or [""]


def _share(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.2
    if char in "ijlI.,:;'|!()[] ft":
        return 0.34
    return 0.9 if char in "mwMW@%" else 0.7 if char.isupper() else 0.58


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
